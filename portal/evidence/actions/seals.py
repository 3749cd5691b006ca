"""Making the seal of a practice, in place of the one before, and the lists of its roots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.evidence.models import Seal, SealRoot
from portal.evidence.policy.brought import LARGEST, BroughtFacts, BroughtNo, why_not_brought
from portal.evidence.policy.seals import can_renew
from portal.evidence.queries import live_seal, seal_address
from portal.ground import chance
from portal.ground.authority import (
    LIST_LASTS,
    Authority,
    describe,
    make_authority,
    make_list,
    renew_seal,
)
from portal.ground.pkcs12 import NotPkcs12, WrongPassphrase, open_file
from portal.ledger.actions import record

if TYPE_CHECKING:
    from portal.ground.work import Work
    from portal.people.models import Practice


def make_seal(work: Work, practice: Practice) -> Seal:
    """Make a sealing certificate of the portal's own (P-256, Z20), in place of the one before.

    The practice's root signs it where it has one that lasts long enough: who trusts that root
    trusts the new seal too. What was sealed before stays as good as it was.
    """
    work.lock(practice)
    seal_id = chance.new_id()
    url = seal_address(work, seal_id, "revocations.crl")
    root = _own_root(work, practice.id)
    if root is not None and can_renew(root.ends_at, work.now):
        made = renew_seal(root.certificate_pem, work.reveal_bytes(root, "private_key"), work.now,
                          practice.name, revocations=url)
    else:
        made = make_authority(work.now, practice.name, revocations=url)
        root = _keep_root(work, practice, made)
    seal = Seal(
        id=seal_id, practice_id=practice.id, key_id=practice.key_id, root_id=root.id,
        brought=False, root_pem=made.root, above_pem=b"", certificate_pem=made.seal,
        made_at=work.now, ends_at=describe(made.seal).not_after,
    )
    put_in_place(work, practice, seal, made.seal_key, "seal.made")
    return seal


def take_seal(work: Work, practice: Practice, raw: bytes, passphrase: str) -> Seal | BroughtNo:
    """Let a seal that a trust service made be the practice's, or say why it cannot.

    The passphrase is not kept; the key is, under the key of the practice.
    """
    if not raw or len(raw) > LARGEST:
        return BroughtNo.TOO_LARGE if raw else BroughtNo.EMPTY
    try:
        found = open_file(raw, passphrase)
    except NotPkcs12:
        return BroughtNo.NOT_A_FILE
    except WrongPassphrase:
        return BroughtNo.WRONG_PASSPHRASE
    no = why_not_brought(BroughtFacts(
        found.key, found.signs, found.not_before, found.not_after, found.self_signed,
        bool(found.root), found.weak), work.now)
    if no is not None:
        return no
    work.lock(practice)
    seal = Seal(
        id=chance.new_id(), practice_id=practice.id, key_id=practice.key_id, root_id=None,
        brought=True, root_pem=found.root, above_pem=found.above,
        certificate_pem=found.certificate, made_at=work.now, ends_at=found.not_after)
    put_in_place(work, practice, seal, found.private_key, "seal.brought")
    return seal


def put_in_place(
    work: Work, practice: Practice, seal: Seal, key_pem: bytes, kind: str
) -> None:
    """Let a seal be the practice's from now on; the one before is put aside, and the record tells
    of it by fingerprints."""
    before = live_seal(work, practice.id)
    if before is not None:
        before.retired_at = work.now
    work.hide(seal, "private_key", key_pem)
    work.session.add(seal)
    work.session.flush()
    record(work, practice.id, kind, seal.id, practice_id=practice.id,
           actor_id=work.actor.person_id if work.actor else None,
           facts={"root": describe(seal.root_pem).fingerprint,
                  "certificate": describe(seal.certificate_pem).fingerprint})


def renew_list(work: Work, root: SealRoot) -> None:
    """Let a root say anew what it has revoked: nothing, and that holds from now on."""
    work.lock(root)
    root.list_number += 1
    root.list_der = make_list(root.certificate_pem, work.reveal_bytes(root, "private_key"),
                              work.now, root.list_number)
    root.list_ends_at = work.now + LIST_LASTS


def _own_root(work: Work, practice_id: str) -> SealRoot | None:
    return work.session.scalar(
        select(SealRoot).where(SealRoot.practice_id == practice_id)
        .order_by(SealRoot.ends_at.desc()).limit(1))


def _keep_root(work: Work, practice: Practice, made: Authority) -> SealRoot:
    root = SealRoot(
        id=chance.new_id(), practice_id=practice.id, key_id=practice.key_id,
        certificate_pem=made.root, made_at=work.now, ends_at=describe(made.root).not_after,
        list_der=make_list(made.root, made.root_key, work.now, 1), list_number=1,
        list_ends_at=work.now + LIST_LASTS)
    work.hide(root, "private_key", made.root_key)
    work.session.add(root)
    work.session.flush()
    return root
