"""Changes of the address with which somebody signs in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.ground.tokens import LinkSigner, fingerprint
from portal.people.models import AddressChange
from portal.people.policy import can_object, can_prove
from portal.people.queries.persons import account_of

if TYPE_CHECKING:
    from portal.ground.work import Work


def move_signer(work: Work) -> LinkSigner:
    """Return what signs the links that prove an address; no other link passes for one."""
    return LinkSigner(work.ground.settings.link_keys, "address")


def objection_signer(work: Work) -> LinkSigner:
    """Return what signs the links by which the old address objects."""
    return LinkSigner(work.ground.settings.link_keys, "address_objection")


def provable(work: Work, token: str) -> AddressChange | None:
    """Return the change that a link proves, or None for every kind of dead link alike (Z10)."""
    secret = move_signer(work).read(token)
    found = None if secret is None else work.session.scalar(
        select(AddressChange).where(AddressChange.proof_hash == fingerprint(secret)))
    if found is None or account_of(work, found.account_id) is None:
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
