"""Beginning to set an authenticator up; its first code ends that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.factors.models import Factor
from portal.factors.queries import pending_factor
from portal.ground import chance
from portal.ground.onetime import new_seed

if TYPE_CHECKING:
    from portal.ground.work import Work
    from portal.people.models import Person


def begin_enrolment(work: Work, person: Person, invitation_id: str | None = None) -> Factor:
    """Return the pending authenticator of a person, made now if there is none.

    The seed has 160 bits (RFC 4226 §4) and lives encrypted under the person's key.
    """
    pending = pending_factor(work, person.id)
    if pending is not None:
        return pending
    factor = Factor(
        id=chance.new_id(), practice_id=person.practice_id, person_id=person.id,
        key_id=person.key_id, kind="totp", created_at=work.now, via_invitation_id=invitation_id,
    )
    work.hide(factor, "secret", new_seed(chance.secret_bytes(20)))
    work.session.add(factor)
    return factor
