"""Setting an authenticator up, and letting go of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from portal.factors import policy
from portal.factors.models import Factor
from portal.factors.queries import pending_factor
from portal.ground import chance
from portal.ground.onetime import new_seed
from portal.ledger.actions import record

if TYPE_CHECKING:
    from sqlalchemy import Update

    from portal.ground.work import Work
    from portal.people.models import Person


def begin_enrolment(work: Work, person: Person, invitation_id: str | None = None) -> Factor:
    """Return the pending authenticator of a person, made now if there is none.

    The seed has 160 bits (RFC 4226 §4) and lives encrypted under the person's key.
    """
    pending = pending_factor(work, person.id)
    if pending is not None:
        return pending
    return _new_app(work, person, policy.FIRST, invitation_id)


def begin_first(work: Work, person: Person, invitation_id: str) -> Factor:
    """Return a new pending app of somebody who has none, to be shown to one browser alone: whoever
    else reads the mailbox sees another key, and holds no copy of what the coach vouches for."""
    return _new_app(work, person, policy.FIRST, invitation_id)


def begin_app(work: Work, person: Person, set_up_as: str, *, name: str = "") -> Factor:
    """Return a new pending app with a seed of its own, which is to be shown to one browser alone;
    an older one that was begun in the same way counts no more.

    Nobody else has seen its seed: not whoever began one with the same link. Whoever has nothing but
    a link ends nothing that somebody else has begun behind it.
    """
    if set_up_as != policy.ANEW:
        work.session.execute(_pending(person).where(
            Factor.set_up_as == set_up_as).values(disabled_at=work.now))
    factor = _new_app(work, person, set_up_as)
    if name:
        work.hide(factor, "name", name)
    return factor


def _new_app(
    work: Work, person: Person, set_up_as: str, invitation_id: str | None = None
) -> Factor:
    factor = Factor(
        id=chance.new_id(), practice_id=person.practice_id, person_id=person.id,
        key_id=person.key_id, kind="totp", set_up_as=set_up_as, created_at=work.now,
        via_invitation_id=invitation_id,
    )
    work.hide(factor, "secret", new_seed(chance.secret_bytes(20)))
    work.session.add(factor)
    return factor


def _pending(person: Person) -> Update:
    return update(Factor).where(Factor.person_id == person.id, Factor.enrolled_at.is_(None),
                                Factor.disabled_at.is_(None))


def enrol(work: Work, person: Person, factor: Factor) -> None:
    """Let an authenticator count from now on, and record on what proof it rests (SP 800-63B-4
    §4.1). What a link alone had begun beside it counts no more."""
    factor.enrolled_at = work.now
    record(work, person.practice_id, "factor.enrolled", factor.id,
           practice_id=person.practice_id, actor_id=person.id,
           facts={"kind": factor.kind, "as": factor.set_up_as})
    work.session.execute(_pending(person).where(
        Factor.set_up_as == policy.FIRST, Factor.id != factor.id).values(disabled_at=work.now))


def retire(work: Work, person: Person, *, but: Factor | None = None) -> None:
    """Let no authenticator of a person count any more, except one; they never come back."""
    for factor in work.session.scalars(
        select(Factor).where(Factor.person_id == person.id, Factor.disabled_at.is_(None))
    ):
        if but is None or factor.id != but.id:
            let_go(work, person, factor)


def let_go(work: Work, person: Person, factor: Factor) -> None:
    """Let one authenticator count no more, for good."""
    factor.disabled_at = work.now
    if factor.enrolled_at is not None:
        record(work, person.practice_id, "factor.retired", factor.id,
               practice_id=person.practice_id, actor_id=person.id)
