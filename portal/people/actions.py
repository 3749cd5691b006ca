"""Making practices and people, and signing in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update

from portal.ground import chance
from portal.ground.passwords import hash_password, is_password, waste_the_same_time
from portal.ground.tokens import fingerprint
from portal.ledger.actions import open_chain, record
from portal.people.models import Account, ContactPoint, Membership, Person, Practice, SignIn
from portal.people.policy import Owner, ReadBy, SignInNo, normal_address, pause_after

if TYPE_CHECKING:
    from portal.ground.work import Work

PRINT = "contact"


@dataclass(frozen=True, slots=True)
class NewPractice:
    """Hold what `found_practice` needs; `contact` is where people write to, in one line."""

    name: str
    country: str
    timezone: str
    contact: str
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Hold a person to be known: name and one address, whose it is and who else reads it."""

    name: str
    email: str
    owner: Owner
    read_by: ReadBy


def found_practice(work: Work, values: NewPractice) -> Practice:
    """Make a practice with its data key and its own chain of the record."""
    practice_id = chance.new_id()
    key_id = work.vault.new_key(practice_id, "practice", work.now)
    work.session.flush()
    practice = Practice(
        id=practice_id, key_id=key_id, name=values.name, country=values.country,
        timezone=values.timezone, locale=values.locale, created_at=work.now,
    )
    work.hide(practice, "contact", values.contact)
    work.session.add(practice)
    work.session.flush()
    open_chain(work, practice_id, practice_id, "practice")
    record(work, practice_id, "practice.founded", practice_id, practice_id=practice_id)
    return practice


def meet_person(work: Work, practice_id: str, values: NewPerson) -> tuple[Person, ContactPoint]:
    """Make a person with a data key of their own and one mail address."""
    person_id = chance.new_id()
    key_id = work.vault.new_key(practice_id, "person", work.now)
    work.session.flush()
    person = Person(id=person_id, practice_id=practice_id, key_id=key_id, locale="en",
                    created_at=work.now)
    work.hide(person, "name", values.name)
    work.session.add(person)
    work.session.flush()
    return person, add_address(work, person, values.email, values.owner, values.read_by)


def add_address(
    work: Work, person: Person, email: str, owner: Owner, read_by: ReadBy
) -> ContactPoint:
    """Add a mail address; it can be found again by its keyed fingerprint alone."""
    point = ContactPoint(
        id=chance.new_id(), practice_id=person.practice_id, person_id=person.id,
        key_id=person.key_id, kind="email", owner=owner.value, read_by=read_by.value,
        owner_declared_at=work.now,
        fingerprint=work.ground.vault.fingerprint(normal_address(email), PRINT),
    )
    work.hide(point, "value", email.strip())
    work.session.add(point)
    return point


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


def keep_answers(work: Work, practice: Practice, answers: Mapping[str, str]) -> None:
    """Keep the practice's standing answers, merged over those it gave before."""
    merged = {**(json.loads(work.reveal(practice, "answers")) if practice.answers_enc else {}),
              **answers}
    work.hide(practice, "answers", json.dumps(merged, sort_keys=True))
    record(work, practice.id, "practice.answers_kept", practice.id, practice_id=practice.id,
           actor_id=work.actor.person_id if work.actor else None,
           facts={"keys": sorted(answers)})


def check_password(work: Work, email: str, password: str) -> Account | SignInNo:
    """Return the account, or why not. Failures are counted and paused; time tells nothing."""
    login = work.ground.vault.fingerprint(normal_address(email), "login")
    account = work.session.scalar(
        select(Account).where(Account.login_print == login, Account.closed_at.is_(None))
        .with_for_update()
    )
    if account is None:
        waste_the_same_time(password)
        work.note("sign_in.password", "wrong")
        return SignInNo.WRONG
    if account.paused_until is not None and work.now < account.paused_until:
        waste_the_same_time(password)
        work.note("sign_in.password", "paused", practice_id=account.practice_id,
                  person_id=account.person_id)
        return SignInNo.PAUSED
    if not is_password(account.password_hash, password):
        account.fails += 1
        account.paused_until = work.now + pause_after(account.fails)
        work.note("sign_in.password", "wrong", practice_id=account.practice_id,
                  person_id=account.person_id)
        return SignInNo.WRONG
    account.fails, account.paused_until = 0, None
    return account


def begin_session(
    work: Work, person: Person, *, scope: str, level: str, lasts: timedelta,
    account_id: str | None = None, engagement_id: str | None = None,
    invitation_id: str | None = None,
) -> str:
    """Begin a sign-in session and return the token that the browser keeps; we keep its hash."""
    token = chance.secret_bytes(32)
    row = SignIn(
        id=chance.new_id(), practice_id=person.practice_id, person_id=person.id,
        account_id=account_id, engagement_id=engagement_id, invitation_id=invitation_id,
        scope=scope, level=level, token_hash=fingerprint(token), started_at=work.now,
        ends_at=work.now + lasts,
    )
    work.session.add(row)
    work.note("sign_in.begun", level, practice_id=person.practice_id, person_id=person.id,
              engagement_id=engagement_id)
    return token.hex()


_END = (
    update(SignIn).where(SignIn.id == bindparam("session"), SignIn.ended_at.is_(None))
    .values(ended_at=bindparam("now"))
    .execution_options(synchronize_session=False)
)


def end_session(work: Work, session_id: str) -> None:
    """End a sign-in session at once, on every device that holds its token."""
    work.session.execute(_END, {"session": session_id, "now": work.now})


def end_token(work: Work, token: str) -> None:
    """End the session of a token that a browser gives up for a new one."""
    work.session.execute(
        update(SignIn).where(SignIn.token_hash == fingerprint(bytes.fromhex(token)),
                             SignIn.ended_at.is_(None)).values(ended_at=work.now)
    )


def shut_out(work: Work, person_id: str, engagement_id: str) -> None:
    """End what a person's link alone had opened: it is worth nothing once the link is ended."""
    work.session.execute(
        update(SignIn).where(SignIn.person_id == person_id, SignIn.level == "mailbox",
                             SignIn.engagement_id == engagement_id, SignIn.ended_at.is_(None))
        .values(ended_at=work.now)
    )


def end_sessions_of(work: Work, person_id: str, scope: str) -> None:
    """End all sign-in sessions of a person in one scope."""
    work.session.execute(
        update(SignIn).where(SignIn.person_id == person_id, SignIn.scope == scope,
                             SignIn.ended_at.is_(None)).values(ended_at=work.now)
    )
