"""The way back of an account whose owner has neither authenticator nor recovery code any more: by
the operator, and a day in which the person may stop it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from portal.factors import policy
from portal.factors.actions.enrolling import begin_app, retire
from portal.ground import chance
from portal.ledger.actions import record
from portal.people.actions import end_sessions_of, warn

if TYPE_CHECKING:
    from portal.factors.models import Factor
    from portal.ground.work import Work
    from portal.people.models import Person


def reopen(work: Work, person: Person) -> datetime:
    """Let somebody set up a new app behind their password alone, from a day on and for two weeks;
    returns from when. Until then what they had counts, and who comes in with it stops this. The
    record keeps it, the person is told by mail at once."""
    record(work, person.practice_id, policy.REOPENED, person.id, practice_id=person.practice_id)
    warn(work, person, "factor_changed", dedupe=f"factor_changed:{chance.new_id()}",
         what="reopened")
    return work.now + policy.REOPENS_AFTER


def keep_shut(work: Work, person: Person) -> None:
    """Stop it: what the person had counts, and nothing else lets them in."""
    record(work, person.practice_id, policy.KEPT_SHUT, person.id, practice_id=person.practice_id)


def begin_anew(work: Work, person: Person) -> Factor:
    """Let what was lost count no more, end what it had opened, and return the app that is set up in
    its place."""
    work.lock(person)
    retire(work, person)
    end_sessions_of(work, person.id, "coach")
    return begin_app(work, person, policy.RECOVERED)
