"""The seal of a finished file of three pages, beside pyHanko's own fast way in the same run.

What is compared: PAdES B-LT in one revision, P-256, with a stamp whose service answers from memory.
pyHanko's fast way is the one measured before this was built: a signer that keeps its parsed key,
and reserved bytes, so that nothing is signed twice.
"""

from __future__ import annotations

import asyncio
import io
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from asn1crypto import cms, keys
from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import SimpleSigner
from pyhanko.sign.signers.pdf_signer import (
    DSSContentSettings,
    PdfSignatureMetadata,
    PdfSigner,
    SigDSSPlacementPreference,
)
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from bench.completion import short
from portal.evidence.paper import page_count, render
from portal.ground.authority import der, make_authority, make_list
from portal.ground.seal import Sealer
from portal.ground.stamp import Proof, StampService
from tests.stamping import stamping

if TYPE_CHECKING:
    from portal.ground.authority import Authority

ROUNDS = 25
MILLISECONDS = 30.0
"""Of CPU that the portal promises for a seal, the wait for the stamp left out."""


class _Remembered(StampService):
    """Answer each question with one token: the service, without its work and its wait."""

    def stamp(self, digest: bytes) -> bytes:
        """Return the token; it is over something else, which is not looked at here."""
        return self._kept if hasattr(self, "_kept") else super().stamp(digest)

    def keep(self) -> bytes:
        """Ask once, for good."""
        _ = self.proof, self.room
        self._kept = self._sample
        return self._kept


class _Kept(SimpleSigner):
    """pyHanko's signer with the private key parsed once."""

    _ec: ec.EllipticCurvePrivateKey

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False
                             ) -> bytes:
        """Sign without parsing the key again."""
        return self._ec.sign(data, ec.ECDSA(hashes.SHA256()))


class _Stamper(TimeStamper):
    """pyHanko's side of the same token."""

    def __init__(self, token: bytes) -> None:
        super().__init__()
        self._token = cms.ContentInfo.load(token)

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Return the token."""
        return self._token

    async def async_dummy_response(self, md_algorithm: str) -> cms.ContentInfo:
        """Return the token."""
        return self._token


def measure(rounds: int = ROUNDS) -> dict[str, float]:
    """Return the milliseconds of CPU of both ways (medians), and how many times theirs ours is."""
    now = datetime.now(UTC)
    authority = make_authority(now, "Kovač Coaching")
    listed = make_list(authority.root, authority.root_key, now, 1)
    paper = render(short())
    if page_count(paper) != 3:
        raise AssertionError("the file has not the three pages that are measured")
    with tempfile.TemporaryDirectory() as folder, stamping(Path(folder)) as running:
        service = _Remembered(running.url)
        token, root = service.keep(), running.root.read_bytes()
    sealer = Sealer(authority.seal, authority.seal_key, proof=Proof(lists=(listed,)),
                    service=service)
    theirs = _fast_way(authority, listed, service.proof, token, root)
    spent: dict[str, list[float]] = {"ours": [], "theirs": []}
    for number in range(rounds + 2):
        begun = time.process_time()
        sealer.seal(paper, now)
        middle = time.process_time()
        theirs(paper)
        if number >= 2:
            spent["ours"].append(middle - begun)
            spent["theirs"].append(time.process_time() - middle)
    ours, fast = (1000 * median(spent[key]) for key in ("ours", "theirs"))
    return {"seal_ms": ours, "pyhanko_ms": fast, "times": ours / fast}


def _fast_way(
    authority: Authority, listed: bytes, stamps: Proof, token: bytes, stamp_root: bytes
) -> Any:
    signer = _signer(authority)
    lists = [asn1_crl.CertificateList.load(one) for one in (listed, *stamps.lists)]
    roots = [asn1.Certificate.load(der(one)) for one in (authority.root, stamp_root)]
    others = [asn1.Certificate.load(one) for one in stamps.certificates]

    def seal(paper: bytes) -> bytes:
        trust = ValidationContext(trust_roots=roots, other_certs=others, crls=lists,
                                  allow_fetching=False, revocation_mode="require")
        meta = PdfSignatureMetadata(
            field_name="Seal", md_algorithm="sha256", certify=True, embed_validation_info=True,
            docmdp_permissions=MDPPerm.NO_CHANGES, subfilter=SigSeedSubFilter.PADES,
            validation_context=trust, dss_settings=DSSContentSettings(
                placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE, include_vri=False))
        writer = IncrementalPdfFileWriter(io.BytesIO(paper))
        out = asyncio.run(PdfSigner(meta, signer=signer, timestamper=_Stamper(token))
                          .async_sign_pdf(writer, bytes_reserved=16384))
        return bytes(out.getbuffer())

    return seal


def _signer(authority: Authority) -> _Kept:
    key = serialization.load_pem_private_key(authority.seal_key, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("a seal of another kind")
    store = SimpleCertificateStore()
    store.register(asn1.Certificate.load(der(authority.root)))
    signer = _Kept(
        signing_cert=asn1.Certificate.load(der(authority.seal)), cert_registry=store,
        signing_key=keys.PrivateKeyInfo.load(key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption())))
    signer._ec = key
    return signer


if __name__ == "__main__":
    for figure, value in measure().items():
        print(f"{figure:24}{value:8.1f}")
    print(f"{'needed, at the most':24}{MILLISECONDS:8.1f}")
