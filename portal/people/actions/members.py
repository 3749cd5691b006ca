"""Accounts, and what they are in their practice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.ground import chance
from portal.ground.passwords import hash_password
from portal.ledger.actions import record
from portal.people.models import Account, Membership
from portal.people.policy import normal_address

if TYPE_CHECKING:
    from portal.ground.work import Work
    from portal.people.models import Person


def open_account(work: Work, person: Person, email: str, password: str, role: str) -> Account:
    """Give a person an account with a password and a role in the practice."""
    account = Account(
        id=chance.new_id(), practice_id=person.practice_id, person_id=person.id,
        login_print=work.ground.vault.fingerprint(normal_address(email), "login"),
        password_hash=hash_password(password), created_at=work.now,
    )
    work.session.add(account)
    work.session.flush()
    work.session.add(Membership(id=chance.new_id(), practice_id=person.practice_id,
                                account_id=account.id, role=role, since=work.now))
    record(work, person.practice_id, "account.opened", account.id,
           practice_id=person.practice_id, actor_id=person.id, facts={"role": role})
    return account
