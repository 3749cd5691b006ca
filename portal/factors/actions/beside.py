"""A second authenticator beside the first, and letting go of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.factors import policy
from portal.factors.actions.codes import CodeRefused, CodeTaken, code_of
from portal.factors.actions.enrolling import begin_app, let_go
from portal.factors.actions.passkeys import Act, Answer, prove, use_passkey
from portal.factors.policy import APP, BESIDE, CodeNo
from portal.factors.queries import live_factors
from portal.people.actions import end_sessions_of, warn
from portal.plain.errors import require

if TYPE_CHECKING:
    from portal.factors.models import Factor
    from portal.ground.work import Work
    from portal.people.models import Person


#: What a passkey signs to add an app, to count itself beside others, and to let one go.
ADD, ADD_PASSKEY, REMOVE = Act("add an app"), Act("add a passkey"), Act("remove")


def begin_beside(
    work: Work, person: Person, given: str | Answer, name: str
) -> Factor | CodeRefused:
    """Begin to set up another app, proven by one that counts; it is to be shown to the browser that
    gave the proof alone. Raises `Refused` with `AppNo`."""
    require(policy.why_not_another(len(live_factors(work, person.id))))
    taken = prove(work, person, ADD, given)
    if isinstance(taken, CodeRefused):
        return taken
    return begin_app(work, person, BESIDE, name=name)


def finish_beside(
    work: Work, person: Person, app: Factor, typed: str
) -> CodeTaken | CodeRefused:
    """Let another app count from its first code on; the person is told by mail."""
    require(policy.why_not_another(len(live_factors(work, person.id))))
    taken = code_of(work, person, [app], typed)
    if not isinstance(taken, CodeRefused):
        warn(work, person, "factor_changed", dedupe=f"factor_changed:{app.id}:beside",
             what="beside")
    return taken


def add_passkey(
    work: Work, person: Person, answer: Answer, name: str
) -> CodeTaken | CodeRefused:
    """Let a passkey that was made just now count beside the others; the caller has seen one of
    them proven. The person is told by mail. Raises `Refused` with `AppNo`."""
    require(policy.why_not_another(len(live_factors(work, person.id))))
    taken = use_passkey(work, person, ADD_PASSKEY, answer, proven=True)
    if isinstance(taken, CodeRefused):
        return taken
    if not taken.enrolled_now:
        return CodeRefused(CodeNo.NOT_YOURS)
    work.hide(taken.factor, "name", name)
    warn(work, person, "factor_changed", dedupe=f"factor_changed:{taken.factor.id}:beside",
         what="passkey")
    return taken


def remove(
    work: Work, person: Person, factor: Factor, given: str | Answer, *, session_id: str,
    scope: str,
) -> CodeTaken | CodeRefused:
    """Let an authenticator count no more, proven by one that is kept; every other session of the
    person ends, and the person is told by mail. Raises `Refused` with `AppNo` for the last one."""
    work.lock(person)
    live = live_factors(work, person.id)
    require(policy.why_not_remove(len(live)))
    if isinstance(given, Answer):
        taken = use_passkey(work, person, REMOVE, given, but=factor.id)
    else:
        taken = code_of(work, person, [one for one in live if one.id != factor.id
                                       and one.kind == APP], given)
    if not isinstance(taken, CodeRefused):
        let_go(work, person, factor)
        end_sessions_of(work, person.id, scope, but=session_id)
        warn(work, person, "factor_changed", dedupe=f"factor_changed:{factor.id}:removed",
             what="removed")
    return taken
