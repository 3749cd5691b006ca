"""Changes of the address with which somebody signs in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.ground.tokens import LinkSigner, fingerprint
from portal.ledger.queries import about
from portal.people.models import Account, AddressChange
from portal.people.policy import ENDS_LINKS, can_object, can_prove
from portal.people.queries.persons import account_of

if TYPE_CHECKING:
    from datetime import datetime

    from portal.ground.work import Work


def move_signer(work: Work) -> LinkSigner:
    """Return what signs the links that prove an address; no other link passes for one."""
    return LinkSigner(work.ground.settings.link_keys, "address")


def objection_signer(work: Work) -> LinkSigner:
    """Return what signs the links by which the old address objects."""
    return LinkSigner(work.ground.settings.link_keys, "address_objection")


def is_ended_since(work: Work, account: Account, at: datetime) -> bool:
    """Tell whether something has happened to an account since then that ends what was under way."""
    newest = about(work, account.practice_id, ENDS_LINKS, [account.id, account.practice_id], 1)
    return bool(newest) and newest[0].at > at


def old_addresses(work: Work, person_id: str) -> list[str]:
    """Return the addresses from which somebody may still object to the one that signs in now."""
    changes = work.session.scalars(select(AddressChange).join(
        Account, Account.id == AddressChange.account_id).where(
        Account.person_id == person_id, AddressChange.proved_at.is_not(None)))
    return sorted({work.reveal(one, "old") for one in changes
                   if can_object(one.asked_at, one.ended_as, work.now)})


def provable(work: Work, token: str) -> AddressChange | None:
    """Return the change that a link proves, or None for every kind of dead link alike (Z10)."""
    secret = move_signer(work).read(token)
    found = None if secret is None else work.session.scalar(
        select(AddressChange).where(AddressChange.proof_hash == fingerprint(secret)))
    account = None if found is None else account_of(work, found.account_id)
    if found is None or account is None or is_ended_since(work, account, found.asked_at):
        return None
    done = found.proved_at or found.ended_at
    return found if can_prove(found.asked_at, done, work.now) else None


def objectionable(work: Work, token: str) -> AddressChange | None:
    """Return the change to which a link objects, or None for every kind of dead link alike."""
    secret = objection_signer(work).read(token)
    found = None if secret is None else work.session.scalar(
        select(AddressChange).where(AddressChange.objection_hash == fingerprint(secret)))
    if found is None or account_of(work, found.account_id) is None:
        return None
    return found if can_object(found.asked_at, found.ended_as, work.now) else None
