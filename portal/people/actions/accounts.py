"""What somebody changes about their own account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.ground import chance
from portal.ground.passwords import hash_password, is_password
from portal.ledger.actions import record
from portal.people.actions.sessions import end_other_sessions
from portal.people.actions.writing import warn
from portal.people.policy import SignInNo, pause_after
from portal.people.queries import person_or_missing
from portal.plain.errors import Missing

if TYPE_CHECKING:
    from portal.ground.work import Work
    from portal.people.models import Account


def change_password(work: Work, account: Account, current: str, new: str) -> SignInNo | None:
    """Give an account another password, and return why not if the current one does not fit (ASVS
    6.2.3): wrong ones count with those at sign-in.

    Every other session ends, and the person is told by mail.
    """
    work.lock(account)
    if account.paused_until is not None and work.now < account.paused_until:
        work.note("sign_in.password", "paused")
        return SignInNo.PAUSED
    if not is_password(account.password_hash, current):
        account.fails += 1
        account.paused_until = work.now + pause_after(account.fails)
        work.note("sign_in.password", "wrong")
        return SignInNo.WRONG
    if work.actor is None:
        raise Missing("actor")
    account.password_hash = hash_password(new)
    account.fails, account.paused_until = 0, None
    end_other_sessions(work, work.actor)
    record(work, account.practice_id, "account.password_changed", account.id,
           practice_id=account.practice_id, actor_id=account.person_id)
    person = person_or_missing(work, account.practice_id, account.person_id)
    warn(work, person, "password_changed", dedupe=f"password_changed:{chance.new_id()}")
    return None
