"""The electronic seal on a PDF: one certifying signature in one revision, PAdES B-LT with a time
stamp and B-B without one.

The self-made root proves integrity and "this portal", never a person's identity. Only the
sealing process imports this module: it costs memory that the web process must not pay.
"""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar

from asn1crypto import pem, x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.extensions import DeveloperExtension
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import ExternalSigner
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, async_validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from portal.ground.authority import Authority, der, make_authority
from portal.ground.cms import DetachedSigner
from portal.ground.stamp import Proof, StampService

__all__ = ["Authority", "Proof", "SealCheck", "Sealer", "StampService", "check", "make_authority"]

REASON = "Sealed copy"
FIELD = "Seal"
NO_PROOF = Proof()

# pyHanko's log lines quote names out of documents and certificates; ours hold nothing personal.
for _library in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_library).setLevel(logging.CRITICAL)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SealCheck:
    """Say what a file's seal proves; False or None where nothing is proven."""

    valid: bool = False
    """One seal; its bytes are unchanged; its certificate stands under the given root."""
    whole_file: bool = False
    """The seal covers the file from the first byte to the last, and forbids every change."""
    certificate: str | None = None
    """SHA-256 (hex) over the DER of the certificate that sealed, where `valid`."""
    sealed_at: datetime | None = None
    """The instant in the signed bytes, where `valid`: the word of the sealer's own clock."""
    stamped_at: datetime | None = None
    """The instant of a time stamp over the seal, where `valid` and the stamp is sound; whether
    its service is to be believed is not judged."""

    @property
    def good(self) -> bool:
        """Tell whether the file is sealed under this root, whole and unchanged.

        The padding in the signature's own hole is not signed by anyone: only comparing the
        file's SHA-256 with the recorded one covers every byte.
        """
        return self.valid and self.whole_file


class Revision(IncrementalPdfFileWriter):
    """Add nothing but the seal: the file stays a PDF 1.7 (PDF/A-3 is one) and its metadata as they
    are. The library would write the machine's time into them, and call the file PDF 2.0."""

    def _update_meta(self) -> None:
        pass

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        """Keep the version."""

    def register_extension(self, ext: DeveloperExtension) -> None:
        """Name only what extends this version: that of PAdES."""
        if ext.base_version == "/1.7":
            super().register_extension(ext)


class Sealer:
    """Seal PDF files with one certificate and key; safe to share between threads."""

    def __init__(
        self, certificate_pem: bytes, key_pem: bytes, *, above: bytes = b"",
        proof: Proof = NO_PROOF, service: StampService | None = None,
    ) -> None:
        """Parse everything once; `ValueError` when the key is not the certificate's, or is none
        of P-256, P-384 and RSA of 2,048 bits or more.

        `above` are the certificates over it (PEM, one after the other). With a time stamping
        `service` the file also carries `proof`, which is about the seal, and the service's own.
        """
        key = serialization.load_pem_private_key(key_pem, password=None)
        if not is_key_for_seals(key):
            raise ValueError("the seal needs a key of P-256, P-384 or RSA")
        certificate = x509.Certificate.load(der(certificate_pem))
        spki = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        if certificate.public_key.dump() != spki:
            raise ValueError("the key does not belong to the sealing certificate")
        over = [body for _kind, _headers, body in pem.unarmor(above, multiple=True)
                ] if above else []
        self._certificate = certificate
        self._signer = DetachedSigner(certificate, key, over)  # type: ignore[arg-type]
        self._certificates = (certificate.dump(), *over, *proof.certificates)
        self._proof = proof
        self._service = service

    @property
    def certificate(self) -> str:
        """Return the SHA-256 of the sealing certificate (DER, hex)."""
        return sha256(self._certificate.dump()).hexdigest()

    @property
    def level(self) -> str:
        """Return what its seals are by ETSI EN 319 142: "B-LT" where all that is needed to check
        them goes into the file, "B-T" with a stamp alone, else "B-B"."""
        if self._service is None:
            return "B-B"
        return "B-LT" if self._proof.complete and self._service.proof.complete else "B-T"

    def seal(self, pdf: bytes, now: datetime) -> bytes:
        """Return `pdf` with one invisible certifying signature that forbids every change.

        `now` (aware) is written into the signed bytes. The file must end in a newline, or the
        appended revision would begin inside its last line: `ValueError`. Raises `StampFailed`
        when there is a time stamping service and it does not give a good stamp.
        """
        if now.tzinfo is None:
            raise ValueError("a seal needs an instant with a zone")
        if not pdf.endswith(b"\n"):
            raise ValueError("a file to be sealed ends in a newline")
        meta = PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            reason=REASON,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            subfilter=SigSeedSubFilter.PADES,
        )
        # pyHanko's sign_pdf() would read the clock and build the CMS slowly; these are the steps
        # it offers to those who sign elsewhere.
        outside = PdfSigner(meta, signer=ExternalSigner(self._certificate, None))
        writer = Revision(io.BytesIO(pdf))
        session = outside.init_signing_session(writer)
        session.system_time = now
        room, stamp = self._signer.room, None
        if self._service is not None:
            self._add_proof(writer, self._service.proof)
            room, stamp = room + 2 * self._service.room, self._service.stamp
        prepared = session.prepare_tbs_document(None, bytes_reserved=room)
        output = io.BytesIO()
        digest, _ = prepared.digest_tbs_document(output=output)
        digest.fill_with_cms(output, self._signer.sign(digest.document_digest, stamp))
        return output.getvalue()

    def _add_proof(self, writer: IncrementalPdfFileWriter, stamps: Proof) -> None:
        """Put the document security store (ETSI EN 319 142-1 5.4.2) into the sealed revision."""
        wanted = {"/Certs": (*self._certificates, *stamps.certificates),
                  "/CRLs": (*self._proof.lists, *stamps.lists)}
        store = generic.DictionaryObject({  # type: ignore[no-untyped-call]
            pdf_name(key): generic.ArrayObject(
                writer.add_object(generic.StreamObject(stream_data=body))
                for body in dict.fromkeys(bodies))
            for key, bodies in wanted.items() if bodies})
        writer.root[pdf_name("/DSS")] = writer.add_object(store)
        writer.update_root()  # type: ignore[no-untyped-call]


def is_key_for_seals(key: object) -> bool:
    """Tell whether strangers' programs can check what this key signs: P-256, P-384, or RSA of
    2,048 bits or more (Z20: no Ed25519)."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.key_size >= 2048
    return isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in (
        "secp256r1", "secp384r1")


def check(pdf: bytes, root_pem: bytes) -> SealCheck:
    """Examine a file's seal against the portal's root; never raises, whatever the file is.

    Certificates are judged at the instant named in the signed bytes: a seal stays good when its
    certificate has run out, as paper does. A root that is no certificate raises `ValueError`.
    """
    root = x509.Certificate.load(der(root_pem))
    try:
        return finish(_check(pdf, root))
    except Exception:  # noqa: BLE001 - a broken file can break the parser in any way: nothing is proven then
        return SealCheck()


def has_only_proof_behind(pdf: bytes, root_pem: bytes) -> bool:
    """Tell whether all that stands behind the seal of a file are time stamps and what proves them:
    what a reader sees is what was sealed. Never raises, whatever the file is."""
    root = x509.Certificate.load(der(root_pem))
    try:
        return finish(_has_only_proof_behind(pdf, root))
    except Exception:  # noqa: BLE001 - as above
        return False


async def _has_only_proof_behind(pdf: bytes, root: x509.Certificate) -> bool:
    (seal,) = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
    trust = ValidationContext(trust_roots=[root], moment=seal.self_reported_timestamp,
                              allow_fetching=False)
    status = await async_validate_pdf_signature(seal, trust)
    level = status.modification_level
    return level is not None and level <= ModificationLevel.LTA_UPDATES and bool(
        status.intact and status.valid and status.trusted)


async def _check(pdf: bytes, root: x509.Certificate) -> SealCheck:
    seals = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    if len(seals) != 1:
        return SealCheck()
    (seal,) = seals
    moment = seal.self_reported_timestamp
    if moment is None:
        return SealCheck()
    # The context keeps what it has seen: one per file.
    trust = ValidationContext(trust_roots=[root], moment=moment, allow_fetching=False)
    # With the whole file covered there is no later revision whose differences could matter.
    status = await async_validate_pdf_signature(seal, trust, skip_diff=True)
    if not (status.intact and status.valid and status.trusted):
        return SealCheck()
    stamp = status.timestamp_validity
    return SealCheck(
        valid=True,
        whole_file=status.coverage == SignatureCoverageLevel.ENTIRE_FILE and _forbids_changes(seal),
        certificate=sha256(seal.signer_cert.dump()).hexdigest(),
        sealed_at=moment,
        stamped_at=stamp.timestamp if stamp and stamp.intact and stamp.valid else None,
    )


def _forbids_changes(seal: EmbeddedPdfSignature) -> bool:
    return seal.docmdp_level == MDPPerm.NO_CHANGES


def finish(work: Coroutine[Any, Any, T]) -> T:
    """Run pyHanko's coroutine to its end, also where this thread already runs a loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, work).result()
