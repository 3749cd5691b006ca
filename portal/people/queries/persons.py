"""Finding people, always within one practice."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm.util import identity_key

from portal.ground.tokens import fingerprint
from portal.people.models import Account, ContactPoint, Membership, Person, Practice, SignIn
from portal.people.policy import normal_address
from portal.plain.errors import Missing
from portal.web.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portal.ground.work import Work


@dataclass(frozen=True, slots=True)
class Someone:
    """Hold a person as pages show them."""

    id: str
    name: str


def practice_or_missing(work: Work, practice_id: str) -> Practice:
    """Return a practice, or raise `Missing`."""
    found = work.session.get(Practice, practice_id)
    if found is None:
        raise Missing("practice")
    return found


def answers_of(work: Work, practice: Practice) -> dict[str, str]:
    """Return the practice's standing answers; empty for a new practice."""
    if practice.answers_enc is None:
        return {}
    answers: dict[str, str] = json.loads(work.reveal(practice, "answers"))
    return answers


def person_or_missing(work: Work, practice_id: str, person_id: str) -> Person:
    """Return a person of this practice; another practice's people do not exist (Z5)."""
    found = work.session.get(Person, person_id)
    if found is None or found.practice_id != practice_id:
        raise Missing("person")
    return found


def names_of(work: Work, person_ids: Iterable[str]) -> dict[str, str]:
    """Return the names of many people with two queries at the most; in place of one that was
    erased a word that says so."""
    known = {i: work.session.identity_map.get(identity_key(Person, i)) for i in set(person_ids)}
    people = [person for person in known.values() if person is not None]
    missing = [i for i, person in known.items() if person is None]
    if missing:
        people += work.session.scalars(select(Person).where(Person.id.in_(missing)))
    work.vault.fetch(person.key_id for person in people)
    return {person.id: _("(erased)") if work.vault.is_gone(person.key_id)
            else work.reveal(person, "name") for person in people}


def name_prints(work: Work, practice_id: str, words: Iterable[str]) -> list[str]:
    """Return the digests under which a practice lists the beginnings of names, in their order.

    The practice is in the digest, so that equal names of two practices do not look alike.
    """
    return [work.vault.fingerprint(f"{practice_id}\n{word}", "name")[:32]
            for word in words]


def address_of(work: Work, point_id: str) -> str:
    """Return the mail address of a contact point."""
    found = work.session.get(ContactPoint, point_id)
    if found is None:
        raise Missing("contact point")
    return work.reveal(found, "value")


def points_and_people(
    work: Work, point_ids: Iterable[str]
) -> list[tuple[ContactPoint, Person]]:
    """Return addresses with whose they are, with one query, their keys at hand."""
    rows = work.session.execute(
        select(ContactPoint, Person).join(Person, Person.id == ContactPoint.person_id)
        .where(ContactPoint.id.in_(list(point_ids)))
    )
    found = [(row[0], row[1]) for row in rows]
    work.vault.fetch(person.key_id for _point, person in found)
    return found


def is_proven(work: Work, point_id: str | None) -> bool:
    """Tell whether somebody has come in by a link that was sent to this address."""
    found = work.session.get(ContactPoint, point_id) if point_id else None
    return found is not None and found.verified_at is not None


def point_of(work: Work, person_id: str) -> ContactPoint | None:
    """Return the newest usable mail address of a person as its row, or None."""
    return work.session.scalar(
        select(ContactPoint)
        .where(ContactPoint.person_id == person_id, ContactPoint.kind == "email",
               ContactPoint.suspended_at.is_(None))
        .order_by(ContactPoint.owner_declared_at.desc()).limit(1)
    )


def address_of_person(work: Work, person_id: str) -> str:
    """Return the newest usable mail address of a person, or an empty text."""
    point = point_of(work, person_id)
    return work.reveal(point, "value") if point is not None else ""


_SESSION = (
    select(SignIn, Person, Practice, Membership.role)
    .join(Person, Person.id == SignIn.person_id).join(Practice, Practice.id == SignIn.practice_id)
    .outerjoin(Membership, and_(Membership.account_id == SignIn.account_id,
                                Membership.until.is_(None)))
    .where(SignIn.token_hash == bindparam("hashed"))
)


def session_by_token(work: Work, token: str) -> tuple[SignIn, Practice, str] | None:
    """Return the sign-in session of a browser's token, ended or not, with its practice and the
    role that its account has there now.

    The person comes along in the same query, for the page will ask for the name.
    """
    try:
        hashed = fingerprint(bytes.fromhex(token))
    except ValueError:
        return None
    found = work.session.execute(_SESSION, {"hashed": hashed}).first()
    return None if found is None else (found[0], found[2], found[3] or "")


def account_by_login(work: Work, email: str) -> Account | None:
    """Return the account that signs in with this address, open or closed, or None."""
    login = work.vault.fingerprint(normal_address(email), "login")
    return work.session.scalar(select(Account).where(Account.login_print == login))


def account_of(work: Work, account_id: str) -> Account | None:
    """Return an open account."""
    found = work.session.get(Account, account_id)
    return None if found is None or found.closed_at is not None else found


def points_by_address(work: Work, print_: str) -> list[ContactPoint]:
    """Return the contact points, of any practice, that this address fingerprint names."""
    return list(work.session.scalars(
        select(ContactPoint).where(ContactPoint.fingerprint == print_,
                                   ContactPoint.suspended_at.is_(None))
    ))
