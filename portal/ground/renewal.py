"""Renewing the proof in a sealed PDF before it runs out: PAdES B-LTA, as a later second file.

A renewed file is the file before it, byte for byte, and one revision more: fresh revocation lists,
and a document time stamp over everything so far. As long as the newest stamp holds, it shows that
all before it, whose certificates may have ended, was there in time (ETSI EN 319 142-1 5.5). Like
the seal, only a process of its own imports this module.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from asn1crypto import cms
from asn1crypto import x509 as asn1
from cryptography import x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, async_validate_pdf_timestamp
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from portal.ground.seal import Revision, finish
from portal.ground.stamp import Proof, StampService
from portal.plain.errors import PortalError

#: The fields of the stamps, with their number behind.
FIELD = "Archive"


class CannotRenew(PortalError):
    """Say in a short code why a file's proof cannot be renewed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Say what the proof in a file hangs on."""

    seal: str
    """SHA-256 (hex) over the DER of the certificate that sealed."""
    seal_ends: datetime
    chain: tuple[x509.Certificate, ...]
    """The certificates of its newest stamp; none where it has no stamp."""
    holds_until: datetime
    """When the first of those certificates ends on which the proof hangs now."""
    renewed: int
    """How often it was renewed."""


@dataclass(frozen=True, slots=True)
class Renewed:
    """Hold a renewed file."""

    pdf: bytes = field(repr=False)
    holds_until: datetime
    """When the first certificate behind its newest stamp ends."""
    complete: bool
    """Whether there was a list for each certificate below a root (PAdES B-LTA)."""


class _Asked(TimeStamper):
    """Let the library have its stamps from our service, examined as ours are."""

    def __init__(self, service: StampService) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._service = service

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        return cms.ContentInfo.load(self._service.stamp(message_digest))

    async def async_request_tsa_response(self, req: Any) -> Any:
        # The library's own way of asking, which the method above stands in for.
        raise CannotRenew("not asked this way")


def standing_of(pdf: bytes) -> Standing:
    """Return what the proof in a sealed file hangs on: the newest document time stamp if there is
    one, else the seal and its stamp. Raises `CannotRenew` where it is no file of ours."""
    seal, stamps = _signatures(pdf)
    newest = stamps[-1].signed_data if stamps else _stamp_in(seal)
    chain = _certificates(newest) if newest is not None else ()
    hangs_on = chain if stamps else (*_certificates(seal.signed_data), *chain)
    return Standing(sha256(seal.signer_cert.dump()).hexdigest(),
                    seal.signer_cert.not_valid_after, chain,
                    min(one.not_valid_after_utc for one in hangs_on), len(stamps))


def renew(pdf: bytes, proof: Proof, service: StampService, now: datetime) -> Renewed:
    """Renew a file: one revision more, with `proof`, which is about the seal, with what proves the
    newest stamp so far today and the one that comes, and with that, over the whole.

    A list from after the end of a certificate says nothing of it any more, and makes readers
    judge the certificate too late: what has ended, or is covered already, gets none.

    Raises `CannotRenew` for a file that is none of ours, `StampFailed` where no good stamp comes.
    """
    before = standing_of(pdf)
    proofs = [service.proof]
    if before.chain and all(one.not_valid_after_utc > now for one in before.chain):
        proofs.insert(0, service.proof_of(before.chain))
    if not before.renewed and before.seal_ends > now:
        proofs.insert(0, proof)
    writer = Revision(io.BytesIO(pdf))
    _add(writer, "/Certs", [one for each in proofs for one in each.certificates])
    _add(writer, "/CRLs", [one for each in proofs for one in each.lists])
    out = io.BytesIO()
    stamper = PdfTimeStamper(_Asked(service), field_name=f"{FIELD}-{before.renewed + 1}")
    finish(stamper.async_timestamp_pdf(
        writer, "sha256", bytes_reserved=2 * service.room, output=out))
    made = out.getvalue()
    if not (made.startswith(pdf) and is_stamped_whole(made)):
        raise CannotRenew("self_check")
    return Renewed(made, standing_of(made).holds_until, all(each.complete for each in proofs))


def is_stamped_whole(pdf: bytes) -> bool:
    """Tell whether each document time stamp of a file is sound, and the newest is over every byte
    before it to the end. Whether its service is to be believed is not judged."""
    _seal, stamps = _signatures(pdf)
    return bool(stamps) and all(
        finish(_is_sound(one, whole=one is stamps[-1])) for one in stamps)


async def _is_sound(stamp: EmbeddedPdfSignature, *, whole: bool) -> bool:
    own = [asn1.Certificate.load(one.chosen.dump()) for one in stamp.signed_data["certificates"]]
    token = stamp.signed_data["encap_content_info"]["content"].parsed
    trust = ValidationContext(trust_roots=own, moment=token["gen_time"].native,
                              allow_fetching=False)
    status = await async_validate_pdf_timestamp(stamp, trust, skip_diff=True)
    return status.intact and status.valid and (
        not whole or status.coverage == SignatureCoverageLevel.ENTIRE_FILE)


def _signatures(pdf: bytes) -> tuple[EmbeddedPdfSignature, list[EmbeddedPdfSignature]]:
    """Return the seal of a file and its document time stamps, in their order."""
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        (seal,) = reader.embedded_regular_signatures
        return seal, list(reader.embedded_timestamp_signatures)
    except Exception as broken:  # a broken file can break the parser in any way
        raise CannotRenew("not_sealed") from broken


def _stamp_in(seal: EmbeddedPdfSignature) -> Any | None:
    found = seal.signer_info["unsigned_attrs"]
    return found[0]["values"][0]["content"] if found.native else None


def _certificates(signed: Any) -> tuple[x509.Certificate, ...]:
    return tuple(x509.load_der_x509_certificate(one.chosen.dump())
                 for one in signed["certificates"] if one.name == "certificate")


def _add(writer: IncrementalPdfFileWriter, key: str, bodies: list[bytes]) -> None:
    """Put into the document security store what is not there yet (ETSI EN 319 142-1 5.4.2)."""
    root = writer.root
    if "/DSS" not in root:
        root[pdf_name("/DSS")] = writer.add_object(
            generic.DictionaryObject())  # type: ignore[no-untyped-call]
        writer.update_root()  # type: ignore[no-untyped-call]
    store = root["/DSS"]
    held = store[key] if key in store else generic.ArrayObject()
    there = {one.get_object().data for one in held}
    fresh = [body for body in dict.fromkeys(bodies) if body not in there]
    if fresh:
        store[pdf_name(key)] = generic.ArrayObject([*held, *(
            writer.add_object(generic.StreamObject(stream_data=body)) for body in fresh)])
        writer.update_container(store)
