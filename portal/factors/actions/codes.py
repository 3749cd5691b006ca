"""Taking the codes of authenticator apps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from portal.factors import policy
from portal.factors.actions.enrolling import enrol
from portal.factors.models import UsedStep
from portal.factors.policy import CodeNo
from portal.factors.queries import usable_factors
from portal.ground.onetime import accepted_step, cleaned
from portal.ledger.actions import record
from portal.people.actions import warn
from portal.people.policy import pause_after

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.factors.models import Factor
    from portal.ground.work import Work
    from portal.people.models import Person
    from portal.plain.passkey import Proof


@dataclass(frozen=True, slots=True)
class CodeTaken:
    """Say that a code counted: by which factor, at which step, and whether it enrolled it.

    Where it was a passkey, `passkey` is what it signed, and `step` how often it was used.
    """

    factor: Factor
    step: int
    enrolled_now: bool
    fails_before: int
    passkey: Proof | None = None

    @property
    def mark(self) -> int | str:
        """Return what tells this act from all others: the step of the code, or the challenge that
        the passkey signed (hex)."""
        return self.step if self.passkey is None else self.passkey.challenge.value.hex()


@dataclass(frozen=True, slots=True)
class CodeRefused:
    """Say why a code did not count, and until when no other is looked at."""

    why: CodeNo
    until: datetime | None = None


def use_code(
    work: Work, person: Person, typed: str, *, beside: Factor | None = None, shown: str = ""
) -> CodeTaken | CodeRefused:
    """Take a code of any authenticator app of this person, once and for all; where none is
    enrolled, of a pending one: `shown` is the id of the one that this browser was shown. `beside`
    is one more that may be tried.

    A refusal is *returned*, so that the counted failure is kept with the transaction. The
    person's row is locked first: two tabs at the same instant get one yes.
    """
    work.require_clock()
    work.lock(person)
    apps = usable_factors(work, person.id, shown)
    return _take(work, person, apps if beside is None else [*apps, beside], typed)


def code_of(
    work: Work, person: Person, apps: Sequence[Factor], typed: str
) -> CodeTaken | CodeRefused:
    """Take a code of these apps alone: of one that is being set up, or of those that are kept."""
    work.lock(person)
    return _take(work, person, apps, typed)


def _take(
    work: Work, person: Person, apps: Sequence[Factor], typed: str
) -> CodeTaken | CodeRefused:
    if not apps:
        return CodeRefused(CodeNo.NO_FACTOR)
    # A page may have read them before the person was locked, and somebody counted since.
    for app in apps:
        work.lock(app)
    facts = [facts_of(person, app) for app in apps]
    stop = policy.why_not_try_any(facts, work.now)
    if stop is not None:
        note(work, person, stop)
        return CodeRefused(stop, person.codes_paused_until)
    code = cleaned(typed)
    if len(code) != 6 or not code.isdigit():
        return CodeRefused(CodeNo.NOT_SIX_DIGITS)
    steps = [accepted_step(work.reveal(app, "secret"), code, work.now) for app in apps]
    reasons = [policy.why_not_step(*pair) for pair in zip(facts, steps, strict=True)]
    for app, step, wrong in zip(apps, steps, reasons, strict=True):
        if wrong is None and step is not None:
            return _burn(work, person, apps, app, step)
    return count_failure(work, person, apps,
                         CodeNo.USED if CodeNo.USED in reasons else CodeNo.WRONG)


def facts_of(person: Person, app: Factor) -> policy.FactorFacts:
    """Return what decides whether a factor of a person may be tried."""
    return policy.FactorFacts(app.last_step, app.fails, person.fails, person.codes_paused_until,
                              app.disabled_at is not None)


def note(work: Work, person: Person, why: CodeNo) -> None:
    """Keep in the access log that a code or a passkey did not count, and why."""
    work.note("code", why.value, practice_id=person.practice_id, person_id=person.id)


def count_failure(
    work: Work, person: Person, apps: Sequence[Factor], why: CodeNo
) -> CodeRefused:
    """Count a failure against a person and these factors, which may pause or disable them."""
    # Nobody can tell which app was meant, so a wrong code counts against each: a second app
    # doubles no guesser's tries.
    person.fails += 1
    for app in apps:
        app.fails += 1
    pause = pause_after(max(person.fails, *(app.fails for app in apps)))
    person.codes_paused_until = work.now + pause if pause else None
    note(work, person, why)
    worn = [app for app in apps if app.fails >= policy.DISABLED_AT]
    for app in worn:
        app.disabled_at = work.now
        if app.enrolled_at is None:
            continue  # Nothing counted yet that could be missed.
        record(work, person.practice_id, "factor.disabled", app.id,
               practice_id=person.practice_id, actor_id=person.id)
        warn(work, person, "factor_changed", dedupe=f"factor_changed:{app.id}",
             what="disabled" if app.kind == policy.APP else "disabled_passkey")
    return CodeRefused(CodeNo.DISABLED if len(worn) == len(apps) else why,
                       person.codes_paused_until)


def _burn(
    work: Work, person: Person, apps: Sequence[Factor], factor: Factor, step: int
) -> CodeTaken:
    # The person's row is locked, so nobody else burns a step now; the primary key of the step
    # would refuse even that, and the whole act with it.
    work.session.add(UsedStep(factor_id=factor.id, step=step, used_at=work.now,
                              practice_id=person.practice_id))
    return settle(work, person, apps, factor, step)


def settle(
    work: Work, person: Person, tried: Sequence[Factor], factor: Factor, step: int,
    passkey: Proof | None = None,
) -> CodeTaken:
    """Let a factor of those that were tried have proven its person, for the first time or again:
    what was counted against them is forgotten."""
    fails_before, known = factor.fails, factor.enrolled_at is not None
    factor.last_step, factor.used_at = step, work.now
    enrolled_now = not known and policy.enrols(factor.set_up_as)
    if enrolled_now:
        enrol(work, person, factor)
    # A new factor proves nothing of whom it stands for, so what was counted before stays.
    factor.fails = 0
    if known:
        for one in tried:
            one.fails = 0
        person.fails, person.codes_paused_until = 0, None
    return CodeTaken(factor, step, enrolled_now, fails_before, passkey)
