"""Codes for the day the phone is gone: made, shown once, and used up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from portal.factors import policy
from portal.factors.actions.codes import CodeRefused
from portal.factors.actions.enrolling import begin_enrolment
from portal.factors.models import Factor, RecoveryCode
from portal.factors.policy import CodeNo
from portal.factors.queries import recovery_codes
from portal.ground import chance
from portal.ground.passwords import hash_password, is_password
from portal.ledger.actions import record
from portal.people.actions import warn
from portal.people.policy import pause_after

if TYPE_CHECKING:
    from portal.ground.work import Work
    from portal.people.models import Person


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
    work.note("code", CodeNo.WRONG.value, practice_id=person.practice_id, person_id=person.id)
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
