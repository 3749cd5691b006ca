"""Another password for who forgot theirs: by a link that went to the mailbox, and a factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.factors.actions.passkeys import Act
from portal.factors.models import PasswordReset
from portal.factors.policy import RESETS, RESETS_A_DAY, can_reset
from portal.factors.queries import has_way_in, reset_signer
from portal.ground import chance
from portal.ground.passwords import hash_password
from portal.ground.tokens import SECRET_BYTES, fingerprint
from portal.ledger.actions import record
from portal.people.actions import end_sessions_of, warn, write_to
from portal.people.models import Account
from portal.people.queries import is_ended_since, person_or_missing
from portal.plain.errors import Missing
from portal.throttles.actions import take
from portal.throttles.policy import Try

if TYPE_CHECKING:
    from portal.ground.work import Work

#: What a passkey signs beside the new password.
RESET = Act("set another password")


def send_reset(work: Work, account: Account) -> None:
    """Send the link by which an account gets another password, in place of one that works still.

    Nothing goes out to an account without a second factor, for its mailbox alone would be enough
    to take it over; and no more than one an hour and five a day, whoever asks.
    """
    work.lock(account)
    if not has_way_in(work, account.person_id):
        return
    if take(work, Try(RESETS, account.id), Try(RESETS_A_DAY, account.id)) is not None:
        return
    for earlier in work.session.scalars(select(PasswordReset).where(
            PasswordReset.account_id == account.id, PasswordReset.ended_at.is_(None))):
        earlier.ended_at, earlier.ended_as = work.now, "replaced"
    secret = chance.secret_bytes(SECRET_BYTES)
    row = PasswordReset(
        id=chance.new_id(), practice_id=account.practice_id, account_id=account.id,
        secret_hash=fingerprint(secret), asked_at=work.now)
    work.session.add(row)
    record(work, account.practice_id, "account.reset_asked", account.id,
           practice_id=account.practice_id)
    base = work.ground.settings.base_url.rstrip("/")
    write_to(work, person_or_missing(work, account.practice_id, account.person_id),
             "password_link", dedupe=f"password_link:{row.id}",
             link=f"{base}/password/{reset_signer(work.ground).make(secret)}")


def hold_reset(work: Work, row: PasswordReset, account: Account) -> None:
    """Let nobody else use a link meanwhile; raises `Missing` where somebody just did, or where
    something has happened to the account that ends it."""
    work.lock(account)
    work.lock(row)
    if not can_reset(row.asked_at, row.ended_at, work.now) or is_ended_since(
            work, account, row.asked_at):
        raise Missing("link")


def reset_password(work: Work, row: PasswordReset, account: Account, new: str) -> None:
    """Give an account another password, after its second factor was proven. The link is used up,
    every session ends, and the person is told by mail. The caller holds both."""
    account.password_hash = hash_password(new)
    account.fails, account.paused_until = 0, None
    row.ended_at, row.ended_as = work.now, "used"
    end_sessions_of(work, account.person_id, "coach")
    record(work, account.practice_id, "account.password_reset", account.id,
           practice_id=account.practice_id, actor_id=account.person_id)
    warn(work, person_or_missing(work, account.practice_id, account.person_id),
         "password_changed", dedupe=f"password_changed:{row.id}")
