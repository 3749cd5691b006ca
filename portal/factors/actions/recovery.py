"""Codes for the day the phone is gone: made, shown once, and used up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from portal.factors import policy
from portal.factors.actions.codes import CodeRefused
from portal.factors.actions.enrolling import begin_app, retire
from portal.factors.models import RecoveryCode
from portal.factors.policy import CodeNo
from portal.factors.queries import has_had_codes, recovery_codes
from portal.ground import chance
from portal.ground.passwords import hash_password, is_password
from portal.ledger.actions import record
from portal.people.actions import warn
from portal.people.policy import pause_after

if TYPE_CHECKING:
    from portal.factors.models import Factor
    from portal.ground.work import Work
    from portal.people.models import Person


def make_recovery_codes(work: Work, person: Person) -> list[str]:
    """Replace all recovery codes of a person and return the new ones, to be shown once. Whoever had
    some before is told by mail.

    Each has 16 letters of 31 (79 bits) and is kept as an argon2id hash.
    """
    had = has_had_codes(work, person.id)
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
    if had:
        warn(work, person, "factor_changed", dedupe=f"factor_changed:{chance.new_id()}",
             what="codes")
    return [policy.grouped(code) for code in codes]


def use_recovery_code(work: Work, person: Person, typed: str) -> Factor | CodeRefused:
    """Use up a recovery code and return the new app that is pending: the old ones are gone, and
    the person is warned by mail in case it was not them.

    Failures count with those of ordinary codes. The person's row is locked first: two tabs at the
    same instant get one yes.
    """
    work.lock(person)
    if person.codes_paused_until is not None and work.now < person.codes_paused_until:
        return CodeRefused(CodeNo.PAUSED, person.codes_paused_until)
    spelled = policy.recovery_spelling(typed)
    known = recovery_codes(work, person.id) if policy.could_recover(spelled) else []
    for row in known:
        if is_password(row.hash, spelled):
            row.used_at = work.now
            person.fails, person.codes_paused_until = 0, None
            retire(work, person)
            record(work, person.practice_id, "recovery.used", person.id,
                   practice_id=person.practice_id, actor_id=person.id)
            warn(work, person, "factor_changed", dedupe=f"factor_changed:{row.id}",
                 what="recovered")
            return begin_app(work, person, policy.RECOVERED)
    return _count_failure(work, person)


def _count_failure(work: Work, person: Person) -> CodeRefused:
    person.fails += 1
    pause = pause_after(person.fails)
    person.codes_paused_until = work.now + pause if pause else None
    work.note("code", CodeNo.WRONG.value, practice_id=person.practice_id, person_id=person.id)
    return CodeRefused(CodeNo.WRONG, person.codes_paused_until)
