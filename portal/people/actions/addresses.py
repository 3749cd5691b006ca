"""Another mail address to sign in with: proven by a link that goes there, told to the old one at
once, and taken back from there within a week."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.ground import chance
from portal.ground.tokens import SECRET_BYTES, fingerprint
from portal.ledger.actions import record
from portal.notices.actions import put_mail
from portal.people.actions.members import login_print
from portal.people.actions.persons import PRINT
from portal.people.actions.sessions import end_sessions_of
from portal.people.actions.tokens import revoke_tokens_of
from portal.people.actions.writing import write_to
from portal.people.models import AddressChange, ContactPoint
from portal.people.policy import MoveNo, can_object, can_prove, normal_address
from portal.people.queries import (
    account_by_login,
    account_of,
    is_ended_since,
    move_signer,
    objection_signer,
    person_or_missing,
    point_of,
    practice_or_missing,
)
from portal.plain.errors import DeadLink, Missing

if TYPE_CHECKING:
    from portal.ground.work import Work
    from portal.people.models import Account


def ask_address(work: Work, account: Account, email: str) -> MoveNo | None:
    """Send a link to another address, and tell the old one, with the way to object; returns why
    not. Until the link is used the old address signs in.

    Whether the address signs in elsewhere already is told to its mailbox alone (Z10).
    """
    work.lock(account)
    person = person_or_missing(work, account.practice_id, account.person_id)
    point = point_of(work, person.id)
    if point is None:
        raise Missing("address")
    old = work.reveal(point, "value")
    if normal_address(old) == normal_address(email):
        return MoveNo.SAME
    for earlier in _open(work, account):
        earlier.ended_at, earlier.ended_as = work.now, "replaced"
    proof, objection = (chance.secret_bytes(SECRET_BYTES) for _time in range(2))
    row = AddressChange(
        id=chance.new_id(), practice_id=account.practice_id, account_id=account.id,
        key_id=person.key_id, point_id=point.id, proof_hash=fingerprint(proof),
        objection_hash=fingerprint(objection), asked_at=work.now)
    work.hide(row, "new", email.strip())
    work.hide(row, "old", old)
    work.session.add(row)
    _note(work, account, "account.address_asked", row)
    base = work.ground.settings.base_url.rstrip("/")
    write_to(work, person, "address_asked", dedupe=f"address_asked:{row.id}",
             link=f"{base}/objection/{objection_signer(work).make(objection)}")
    practice = practice_or_missing(work, account.practice_id)
    put_mail(
        work, "address_proof", email.strip(),
        {"practice": practice.name, "hello": work.reveal(person, "name"),
         "contact": work.reveal(practice, "contact"), "front_door": f"{base}/lost",
         "link": f"{base}/address/{move_signer(work).make(proof)}", "reply_to": ""},
        dedupe=f"address_proof:{row.id}", practice_id=practice.id, key_id=person.key_id,
        subject_id=person.id)
    return None


def _open(work: Work, account: Account) -> list[AddressChange]:
    return list(work.session.scalars(select(AddressChange).where(
        AddressChange.account_id == account.id, AddressChange.proved_at.is_(None),
        AddressChange.ended_at.is_(None))))


def _after(work: Work, row: AddressChange) -> list[AddressChange]:
    return list(work.session.scalars(select(AddressChange).where(
        AddressChange.account_id == row.account_id, AddressChange.asked_at >= row.asked_at,
        AddressChange.proved_at.is_not(None), AddressChange.ended_at.is_(None))))


def _note(work: Work, account: Account, kind: str, row: AddressChange) -> None:
    record(work, account.practice_id, kind, account.id, practice_id=account.practice_id,
           actor_id=account.person_id, facts={"change": row.id})


def _held(work: Work, row: AddressChange) -> tuple[Account, ContactPoint]:
    account = account_of(work, row.account_id)
    if account is None:
        raise Missing("account")
    work.lock(account)
    work.lock(row)
    return account, work.session.get_one(ContactPoint, row.point_id)


def _move(work: Work, account: Account, point: ContactPoint, address: str) -> None:
    account.login_print = login_print(work, address)
    work.hide(point, "value", address)
    point.fingerprint = work.vault.fingerprint(normal_address(address), PRINT)
    account.fails, account.paused_until = 0, None


def prove_address(work: Work, row: AddressChange) -> MoveNo | None:
    """Let the new address sign in, and mail go there, from now on; returns why not. Raises
    `DeadLink` where somebody else was quicker with what ends it."""
    account, point = _held(work, row)
    if not can_prove(row.asked_at, row.proved_at or row.ended_at, work.now) or is_ended_since(
            work, account, row.asked_at):
        raise DeadLink
    address = work.reveal(row, "new")
    if account_by_login(work, address) is not None:
        return MoveNo.TAKEN
    _move(work, account, point, address)
    point.verified_at = row.proved_at = work.now
    _note(work, account, "account.address_changed", row)
    return None


def not_my_change(work: Work, row: AddressChange) -> None:
    """End a change whose link reached somebody else. Raises `DeadLink` where it was used just now:
    what is proven is for the old address alone to stop."""
    _held(work, row)
    if not can_prove(row.asked_at, row.proved_at or row.ended_at, work.now):
        raise DeadLink
    row.ended_at, row.ended_as = work.now, "not_me"


def object_to(work: Work, row: AddressChange) -> None:
    """Stop a change from the old address, or take it back: the old one signs in, every session of
    the account and every key of its programs ends, and so does every other change that is under way
    or came after this one: no later address may undo it. Raises `DeadLink` where it was objected to
    just now."""
    account, point = _held(work, row)
    if not can_object(row.asked_at, row.ended_as, work.now):
        raise DeadLink
    if row.proved_at is not None:
        _move(work, account, point, work.reveal(row, "old"))
    for other in {row, *_open(work, account), *_after(work, row)}:
        other.ended_at, other.ended_as = work.now, "objected"
    end_sessions_of(work, account.person_id, "coach")
    revoke_tokens_of(work, account.id)
    _note(work, account, "account.address_objected", row)
