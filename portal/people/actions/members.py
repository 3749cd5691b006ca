"""Accounts, and what they are in their practice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from portal.ground import chance
from portal.ground.passwords import hash_password
from portal.ledger.actions import record
from portal.people.actions.sessions import end_sessions_of
from portal.people.actions.tokens import revoke_tokens_of
from portal.people.actions.writing import write_to
from portal.people.models import Account, Membership
from portal.people.policy import MemberFacts, Role, normal_address, why_not_leave, why_not_role
from portal.people.queries import (
    count_owners,
    membership_of,
    person_or_missing,
    practice_or_missing,
)
from portal.plain.errors import require

if TYPE_CHECKING:
    from portal.ground.work import Work
    from portal.people.models import Person


def open_account(work: Work, person: Person, email: str, password: str, role: str) -> Account:
    """Give a person an account with a password and a role in the practice."""
    account = Account(
        id=chance.new_id(), practice_id=person.practice_id, person_id=person.id,
        login_print=login_print(work, email), password_hash=hash_password(password),
        created_at=work.now,
    )
    work.session.add(account)
    work.session.flush()
    _begin(work, account, role)
    record(work, person.practice_id, "account.opened", account.id,
           practice_id=person.practice_id, actor_id=person.id, facts={"role": role})
    return account


def reopen_account(work: Work, account: Account, email: str, password: str, role: str) -> None:
    """Let somebody back in who was a member before: the same person, with a new password."""
    account.login_print, account.password_hash = login_print(work, email), hash_password(password)
    account.closed_at, account.fails, account.paused_until = None, 0, None
    _begin(work, account, role)
    record(work, account.practice_id, "account.reopened", account.id,
           practice_id=account.practice_id, actor_id=account.person_id, facts={"role": role})


def login_print(work: Work, email: str) -> str:
    """Return the keyed fingerprint by which an account is found at sign-in."""
    return work.vault.fingerprint(normal_address(email), "login")


def change_role(work: Work, account: Account, role: Role, *, coaches: int) -> None:
    """Give a member another role, from now on: they sign in anew and are told by mail, and the
    keys of their programs end.

    `coaches` is how many engagements they coach that still run. Raises `Refused` with
    `MemberNo`.
    """
    facts = _facts(work, account, coaches)
    require(why_not_role(facts, role))
    _end(work, account)
    _begin(work, account, role.value)
    _note(work, account, "member.role_changed", {"from": facts.role.value, "to": role.value})
    _tell(work, account, "role_changed", role=role.value)


def end_membership(
    work: Work, account: Account, *, coaches: int, cannot_hand_over: bool = False
) -> None:
    """Let a member go: their sessions and the keys of their programs end in this transaction, and
    their address is free again.

    Raises `Refused` with `MemberNo` for the last owner, and for a coach whose engagements run
    on, unless that coach can no longer hand them over.
    """
    require(why_not_leave(_facts(work, account, coaches), cannot_hand_over=cannot_hand_over))
    _end(work, account)
    account.closed_at, account.login_print = work.now, f"closed:{account.id}"
    _note(work, account, "member.ended", {"coached": coaches})
    _tell(work, account, "membership_ended")


def _facts(work: Work, account: Account, coaches: int) -> MemberFacts:
    # Two owners who let each other go at the same instant: the second one sees the first.
    work.lock(practice_or_missing(work, account.practice_id))
    return MemberFacts(Role(membership_of(work, account).role),
                       count_owners(work, account.practice_id), coaches)


def _begin(work: Work, account: Account, role: str) -> None:
    work.session.add(Membership(id=chance.new_id(), practice_id=account.practice_id,
                                account_id=account.id, role=role, since=work.now))


def _end(work: Work, account: Account) -> None:
    work.session.execute(
        update(Membership).where(Membership.account_id == account.id, Membership.until.is_(None))
        .values(until=work.now)
    )
    end_sessions_of(work, account.person_id, "coach")
    revoke_tokens_of(work, account.id)


def _note(work: Work, account: Account, kind: str, facts: dict[str, str | int]) -> None:
    record(work, account.practice_id, kind, account.id, practice_id=account.practice_id,
           actor_id=work.actor.person_id if work.actor else None, facts=dict(facts))


def _tell(work: Work, account: Account, name: str, **values: str) -> None:
    person = person_or_missing(work, account.practice_id, account.person_id)
    write_to(work, person, name, dedupe=f"{name}:{account.id}:{chance.new_id()}", **values)
