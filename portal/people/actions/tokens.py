"""Making and revoking the keys by which programs ask."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, update

from portal.ground import chance
from portal.ledger.actions import record
from portal.people.actions.writing import warn
from portal.people.models import ApiToken
from portal.people.policy import TOKEN_DAYS
from portal.people.queries.persons import person_or_missing
from portal.people.queries.tokens import MARK, print_of, why_no_token
from portal.plain.errors import require

if TYPE_CHECKING:
    from portal.ground.work import Work
    from portal.people.models import Account


def make_token(work: Work, account: Account, name: str, days: int) -> tuple[ApiToken, str]:
    """Make a key that lives so many days, and return it with its text, which is told this once.

    The person is told by mail, as of everything that changes how one signs in. Raises `Refused`
    with `TokenNo` where there are too many, and `ValueError` for days that are not offered.
    """
    if days not in TOKEN_DAYS:
        raise ValueError("a key lives as long as is offered")
    work.lock(account)
    require(why_no_token(work, account))
    person = person_or_missing(work, account.practice_id, account.person_id)
    secret = base64.urlsafe_b64encode(chance.secret_bytes(32)).rstrip(b"=").decode("ascii")
    text = MARK + secret
    row = ApiToken(
        id=chance.new_id(), practice_id=account.practice_id, account_id=account.id,
        key_id=person.key_id, secret_print=print_of(work, text), made_at=work.now,
        expires_at=work.now + timedelta(days=days))
    work.hide(row, "name", name)
    work.session.add(row)
    record(work, account.practice_id, "token.made", row.id, practice_id=account.practice_id,
           actor_id=account.person_id, facts={"days": days})
    warn(work, person, "token_made", dedupe=f"token_made:{row.id}")
    return row, text


def revoke_token(work: Work, token: ApiToken) -> None:
    """End a key at once; one that has ended stays as it is."""
    if token.ended_at is None:
        token.ended_at = work.now
        record(work, token.practice_id, "token.revoked", token.id, practice_id=token.practice_id,
               actor_id=work.actor.person_id if work.actor else None)


_REVOKE_ALL = (
    update(ApiToken).where(ApiToken.account_id == bindparam("account"),
                           ApiToken.ended_at.is_(None))
    .values(ended_at=bindparam("now")).execution_options(synchronize_session=False)
)


def revoke_tokens_of(work: Work, account_id: str) -> None:
    """End all keys of an account: with a membership ends whatever asked in its name."""
    work.session.execute(_REVOKE_ALL, {"account": account_id, "now": work.now})

