"""The keys by which programs ask in the name of an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, func, select

from portal.ledger.queries import last_seen
from portal.people.models import Account, ApiToken, Membership, Person, Practice
from portal.people.policy import TokenNo, token_lives, why_not_token
from portal.plain.errors import Missing

if TYPE_CHECKING:
    from portal.ground.work import Work

#: What the access log calls a call by a program; its subject is the key.
CALLED = "api.called"
#: How every key begins: so people and programs that look for lost secrets know what it is.
MARK = "portal_"


@dataclass(frozen=True, slots=True)
class Token:
    """Hold a key as its owner sees it: the key itself is known to nobody any more.

    `used_at` is None where the access log knows of no call.
    """

    id: str
    name: str
    made_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    used_at: datetime | None
    lives: bool


def tokens_of(work: Work, account_id: str) -> list[Token]:
    """Return the keys of an account, newest first, those that no longer work too."""
    rows = list(work.session.scalars(
        select(ApiToken).where(ApiToken.account_id == account_id)
        .order_by(ApiToken.made_at.desc(), ApiToken.id)))
    used = last_seen(work, CALLED, [row.id for row in rows])
    return [Token(row.id, work.reveal(row, "name"), row.made_at, row.expires_at, row.ended_at,
                  used.get(row.id), token_lives(row.expires_at, row.ended_at, work.now))
            for row in rows]


def why_no_token(work: Work, account: Account) -> TokenNo | None:
    """Return why an account gets no further key, or None."""
    return why_not_token(work.session.execute(
        select(func.count()).select_from(ApiToken)
        .where(ApiToken.account_id == account.id, ApiToken.ended_at.is_(None),
               ApiToken.expires_at > work.now)).scalar_one())


def own_token(work: Work, token_id: str) -> ApiToken:
    """Return a key of the acting account; anybody else's does not exist (Z5)."""
    found = work.session.get(ApiToken, token_id)
    if found is None or work.actor is None or found.account_id != work.actor.account_id:
        raise Missing("token")
    return found


def print_of(work: Work, text: str) -> str:
    """Return the keyed digest by which a key is found."""
    return work.vault.fingerprint(text, "api_token")


_TOKEN = (
    select(ApiToken, Practice, Person, Membership.role)
    .join(Account, and_(Account.id == ApiToken.account_id, Account.closed_at.is_(None)))
    .join(Person, Person.id == Account.person_id)
    .join(Practice, Practice.id == ApiToken.practice_id)
    .join(Membership, and_(Membership.account_id == Account.id, Membership.until.is_(None)))
    .where(ApiToken.secret_print == bindparam("print"))
)


def token_by_text(work: Work, text: str) -> tuple[ApiToken, Practice, Person, str] | None:
    """Return the key that a program holds, living or not, with whose it is and their role now;
    None if nobody in the practice has such a key."""
    if not text.startswith(MARK):
        return None
    found = work.session.execute(_TOKEN, {"print": print_of(work, text)}).first()
    return None if found is None else (found[0], found[1], found[2], found[3])
