"""Enrolling authenticators and taking codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from portal.factors import policy
from portal.factors.models import Factor, RecoveryCode, UsedStep
from portal.factors.policy import CodeNo
from portal.factors.queries import pending_factor, recovery_codes, usable_factor
from portal.ground import chance
from portal.ground.onetime import accepted_step, cleaned, new_seed
from portal.ground.passwords import hash_password, is_password
from portal.ledger.actions import record
from portal.people.actions import warn
from portal.people.models import Person
from portal.people.policy import pause_after

if TYPE_CHECKING:
    from portal.ground.work import Work


@dataclass(frozen=True, slots=True)
class CodeTaken:
    """Say that a code counted: by which factor, at which step, and whether it enrolled it."""

    factor: Factor
    step: int
    enrolled_now: bool
    fails_before: int


@dataclass(frozen=True, slots=True)
class CodeRefused:
    """Say why a code did not count, and until when no other is looked at."""

    why: CodeNo
    until: datetime | None = None


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


def use_code(work: Work, person: Person, typed: str) -> CodeTaken | CodeRefused:
    """Take a code of this person's authenticator, enrolled or pending, once and for all.

    A refusal is *returned*, so that the counted failure is kept with the transaction. The
    person's row is locked first: two tabs at the same instant get one yes.
    """
    work.lock(person)
    factor = usable_factor(work, person.id)
    if factor is None:
        return CodeRefused(CodeNo.NO_FACTOR)
    facts = policy.FactorFacts(factor.last_step, factor.fails, person.fails,
                               person.codes_paused_until, factor.disabled_at is not None)
    stop = policy.why_not_try(facts, work.now)
    if stop is not None:
        _note(work, person, stop)
        return CodeRefused(stop, facts.paused_until)
    code = cleaned(typed)
    if len(code) != 6 or not code.isdigit():
        return CodeRefused(CodeNo.NOT_SIX_DIGITS)
    step = accepted_step(work.reveal(factor, "secret"), code, work.now)
    wrong = policy.why_not_step(facts, step)
    if wrong is not None or step is None:
        return _count_failure(work, person, factor, wrong or CodeNo.WRONG)
    return _burn(work, person, factor, step)


def _note(work: Work, person: Person, why: CodeNo) -> None:
    work.note("code", why.value, practice_id=person.practice_id, person_id=person.id)


def _count_failure(work: Work, person: Person, factor: Factor, why: CodeNo) -> CodeRefused:
    factor.fails += 1
    person.fails += 1
    pause = pause_after(max(factor.fails, person.fails))
    person.codes_paused_until = work.now + pause if pause else None
    _note(work, person, why)
    if factor.fails >= policy.DISABLED_AT:
        factor.disabled_at = work.now
        record(work, person.practice_id, "factor.disabled", factor.id,
               practice_id=person.practice_id, actor_id=person.id)
        warn(work, person, "factor_changed", dedupe=f"factor_changed:{factor.id}",
             what="disabled")
        why = CodeNo.DISABLED
    return CodeRefused(why, person.codes_paused_until)


def _burn(work: Work, person: Person, factor: Factor, step: int) -> CodeTaken:
    # The person's row is locked, so nobody else burns a step now; the primary key of the step
    # would refuse even that, and the whole act with it.
    work.session.add(UsedStep(factor_id=factor.id, step=step, used_at=work.now,
                              practice_id=person.practice_id))
    fails_before, enrolled_now = factor.fails, factor.enrolled_at is None
    factor.last_step, factor.fails = step, 0
    person.fails, person.codes_paused_until = 0, None
    if enrolled_now:
        factor.enrolled_at = work.now
        record(work, person.practice_id, "factor.enrolled", factor.id,
               practice_id=person.practice_id, actor_id=person.id, facts={"kind": factor.kind})
    return CodeTaken(factor, step, enrolled_now, fails_before)


def make_recovery_codes(work: Work, person: Person) -> list[str]:
    """Replace all recovery codes of a person and return the new ones, to be shown once.

    Each has 16 letters of 31 (79 bits) and is kept as an argon2id hash.
    """
    work.session.execute(
        update(RecoveryCode).where(RecoveryCode.person_id == person.id,
                                   RecoveryCode.used_at.is_(None)).values(used_at=work.now)
    )
    codes = [chance.word(policy.RECOVERY_LENGTH, policy.RECOVERY_ALPHABET)
             for _ in range(policy.RECOVERY_CODES)]
    work.session.add_all(
        RecoveryCode(id=chance.new_id(), practice_id=person.practice_id, person_id=person.id,
                     hash=hash_password(code), made_at=work.now) for code in codes
    )
    record(work, person.practice_id, "recovery.made", person.id, practice_id=person.practice_id,
           actor_id=person.id)
    return [policy.grouped(code) for code in codes]


def use_recovery_code(work: Work, person: Person, typed: str) -> CodeRefused | None:
    """Use up a recovery code: the old authenticator is gone and a new one is pending, and the
    person is warned by mail in case it was not them.

    Returns None when it worked. Failures count with those of ordinary codes.
    """
    work.lock(person)
    if person.codes_paused_until is not None and work.now < person.codes_paused_until:
        return CodeRefused(CodeNo.PAUSED, person.codes_paused_until)
    spelled = policy.recovery_spelling(typed)
    for row in recovery_codes(work, person.id):
        if is_password(row.hash, spelled):
            row.used_at = work.now
            _retire(work, person)
            warn(work, person, "factor_changed", dedupe=f"factor_changed:{row.id}",
                 what="recovered")
            return None
    person.fails += 1
    pause = pause_after(person.fails)
    person.codes_paused_until = work.now + pause if pause else None
    _note(work, person, CodeNo.WRONG)
    return CodeRefused(CodeNo.WRONG, person.codes_paused_until)


def _retire(work: Work, person: Person) -> None:
    for factor in work.session.scalars(
        select(Factor).where(Factor.person_id == person.id, Factor.disabled_at.is_(None))
    ):
        factor.disabled_at = work.now
        record(work, person.practice_id, "factor.retired", factor.id,
               practice_id=person.practice_id, actor_id=person.id)
    person.fails, person.codes_paused_until = 0, None
    work.session.flush()
    begin_enrolment(work, person)
