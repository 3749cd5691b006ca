"""What strangers' programs say of a sealed file: poppler, qpdf, openssl, pyHanko, and the kit.

Each of them knows nothing but the file and the root certificates. The rules of PDF/A are looked up
on the way.
"""

from __future__ import annotations

import asyncio
import io
import json
import re
import subprocess
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING

from asn1crypto import cms, crl
from asn1crypto import x509 as asn1
from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.ades import AdESPassed, ades_lta_validation
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer
from sqlalchemy import select

from portal.evidence.models import RenewedFile, Seal, SealedFile
from portal.ground.authority import der, describe
from portal.ground.clock import SystemClock
from portal.ground.vault import CannotOpen
from portal.ledger.models import Entry
from tests import archive, stamping
from tests.kit import verdict
from tests.plugins.needs import find, tool

if TYPE_CHECKING:
    from pathlib import Path

    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

    from portal.ground.work import Ground

TOOLS = ("pdfsig", "certutil", "qpdf", "openssl")


def all_here() -> bool:
    """Tell whether this machine has every program that is asked."""
    return all(find(name) for name in TOOLS)


def look(pdf: bytes, folder: Path) -> None:
    """Let qpdf and the rules of PDF/A look at a print that is not sealed."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sealed.pdf").write_bytes(pdf)
    _qpdf(folder)
    assert archive.faults(pdf) == []


def examine(
    pdf: bytes, root: bytes, folder: Path, stamp_root: bytes | None = None, *, lists: bool = True
) -> None:
    """Let every program look at a sealed file; raises `AssertionError` at the first doubt.

    With `stamp_root` the seal has to be stamped, and to carry everything that proves it; without
    `lists` that is all but revocation lists, where an issuer publishes none (PAdES B-T).
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sealed.pdf").write_bytes(pdf)
    (folder / "root.pem").write_bytes(root)
    _poppler(folder, in_time=_is_in_time(pdf))
    _qpdf(folder)
    assert archive.faults(pdf) == []
    signature = _openssl(pdf, folder)
    _pyhanko(pdf, [root], [stamp_root] if stamp_root else [], lists=lists)
    if stamp_root is not None:
        _openssl_stamp(signature, stamp_root, folder)
    assert verdict(pdf, root) == ""


def examine_all(ground: Ground, folder: Path) -> None:
    """Let every program look at each paper that a test has sealed and that can still be read."""
    if not all_here():
        return
    with ground.work(writes=False) as work:
        roots = {describe(seal.certificate_pem).fingerprint: seal.root_pem
                 for seal in work.session.scalars(select(Seal))}
        levels = {entry.subject_id: json.loads(entry.body)["facts"].get("level") for entry in
                  work.session.scalars(select(Entry).where(Entry.kind == "paper.sealed"))}
        papers, files = [], {}
        for row in work.session.scalars(select(SealedFile)):
            with suppress(CannotOpen):
                files[row.id] = work.reveal_bytes(row, "file")
                papers.append((files[row.id], levels.get(row.id)))
        renewed = [(work.reveal_bytes(row, "file"), files[row.paper_id]) for row in
                   work.session.scalars(select(RenewedFile)) if row.paper_id in files]
    for number, (pdf, first) in enumerate(renewed):
        assert pdf.startswith(first)
        look(pdf, folder / str(number))
        _stamps(pdf, folder / str(number))
    for pdf, level in papers:
        (seal,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        own = sha256(seal.signer_cert.dump()).hexdigest()
        stamps = _stamp_root(seal)
        # A test may have taken the entry away that says what the seal is.
        assert level is None or (stamps is None) == (level == "B-B")
        examine(pdf, roots[own], folder / own, stamps, lists=level != "B-T")


def _stamp_root(seal: EmbeddedPdfSignature) -> bytes | None:
    """Return the root of the service that stamped a seal, out of those that tests have run."""
    unsigned = seal.signer_info["unsigned_attrs"]
    if not unsigned.native:
        return None
    return _root_of(unsigned[0]["values"][0]["content"])


def _root_of(token: cms.SignedData) -> bytes:
    chain = [x509.load_der_x509_certificate(one.chosen.dump()) for one in token["certificates"]]
    return next(pem for pem in stamping.ROOTS if x509.load_pem_x509_certificate(pem) in chain)


def hole(pdf: bytes) -> tuple[int, int]:
    """Return where the signature's own bytes begin and end: what it cannot sign."""
    ranges = re.search(rb"/ByteRange \[\s*0 (\d+) (\d+) (\d+)", pdf)
    assert ranges is not None
    assert int(ranges[2]) + int(ranges[3]) == len(pdf)
    return int(ranges[1]), int(ranges[2])


def signature_of(pdf: bytes) -> bytes:
    """Return the DER of the signature in a file; behind it there is nothing but zeros."""
    start, end = hole(pdf)
    raw = bytes.fromhex(pdf[start + 1 : end - 1].decode("ascii"))
    assert raw[:2] == b"\x30\x82"  # a sequence of 256 to 65,535 bytes
    length = int.from_bytes(raw[2:4]) + 4
    assert not any(raw[length:])
    return raw[:length]


def _run(*words: object) -> tuple[int, str]:
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def _is_in_time(pdf: bytes) -> bool:
    """Tell whether the sealing certificate holds by this machine's own clock, by which poppler
    judges it."""
    reader = PdfFileReader(io.BytesIO(pdf))
    own = x509.load_der_x509_certificate(reader.embedded_signatures[0].signer_cert.dump())
    return own.not_valid_before_utc <= SystemClock().now() <= own.not_valid_after_utc


def _poppler(folder: Path, *, in_time: bool) -> None:
    store = f"sql:{folder}"
    if not (folder / "cert9.db").exists():
        code, said = _run(tool("certutil"), "-d", store, "-N", "--empty-password")
        assert code == 0, said
        code, said = _run(tool("certutil"), "-d", store, "-A", "-n", "root", "-t", "CT,C,C",
                          "-i", folder / "root.pem")
        assert code == 0, said
    _code, said = _run(tool("pdfsig"), "-nssdir", store, folder / "sealed.pdf")
    for words in ("Signature is Valid.", "Total document signed", "ETSI.CAdES.detached"):
        assert words in said, said
    assert said.count("Signature #") == 1
    assert not in_time or "Certificate is Trusted." in said, said


def _qpdf(folder: Path) -> None:
    code, said = _run(tool("qpdf"), "--check", folder / "sealed.pdf")
    assert (code, "WARNING" in said) == (0, False), said
    assert "No syntax or stream encoding errors found" in said


def _openssl(pdf: bytes, folder: Path) -> bytes:
    start, end = hole(pdf)
    signature = signature_of(pdf)
    (folder / "signature.der").write_bytes(signature)
    (folder / "signed").write_bytes(pdf[:start] + pdf[end:])
    reader = PdfFileReader(io.BytesIO(pdf))
    moment = reader.embedded_signatures[0].self_reported_timestamp
    assert moment is not None
    code, said = _run(
        tool("openssl"), "cms", "-verify", "-cades", "-binary", "-inform", "DER",
        "-in", folder / "signature.der", "-content", folder / "signed",
        "-CAfile", folder / "root.pem", "-no-CApath", "-no-CAstore", "-purpose", "any",
        "-attime", int(moment.timestamp()), "-out", folder / "out")
    assert code == 0, said
    return signature


def _openssl_stamp(signature: bytes, stamp_root: bytes, folder: Path) -> None:
    """Check the token in the seal over the seal's own value, at the instant in the token."""
    (signer,) = cms.ContentInfo.load(signature)["content"]["signer_infos"]
    (attribute,) = signer["unsigned_attrs"]
    token = attribute["values"][0]
    assert attribute["type"].native == "signature_time_stamp_token"
    (folder / "token").write_bytes(token.dump())
    (folder / "stamps.pem").write_bytes(stamp_root)
    moment = token["content"]["encap_content_info"]["content"].parsed["gen_time"].native
    code, said = _run(
        tool("openssl"), "ts", "-verify", "-digest",
        sha256(signer["signature"].native).hexdigest(), "-in", folder / "token", "-token_in",
        "-CAfile", folder / "stamps.pem", "-attime", int(moment.timestamp()))
    assert (code, "Verification: OK" in said) == (0, True), said


def _pyhanko(
    pdf: bytes, roots: list[bytes], stamp_roots: list[bytes], *, lists: bool
) -> None:
    """Validate; a stamped seal from what the file itself carries, with every list required."""
    reader = PdfFileReader(io.BytesIO(pdf))
    (seal,) = reader.embedded_signatures
    anchors = [asn1.Certificate.load(der(root)) for root in (*roots, *stamp_roots)]
    common = {"trust_roots": anchors, "allow_fetching": False,
              "moment": seal.self_reported_timestamp}
    if stamp_roots and lists:
        store = DocumentSecurityStore.read_dss(reader)
        trust = [store.as_validation_context({**common, "revocation_mode": "require"})
                 for _again in range(2)]
    else:
        trust = [ValidationContext(**common) for _again in range(2)]
    status = validate_pdf_signature(seal, *trust)
    assert status.bottom_line, status.summary()
    assert status.docmdp_ok
    stamp = status.timestamp_validity
    assert (stamp is not None) == bool(stamp_roots)
    assert stamp is None or (stamp.intact and stamp.valid and stamp.trusted)


def examine_renewed(
    pdf: bytes, root: bytes, stamp_roots: list[bytes], listed: bytes, folder: Path
) -> None:
    """Let every program look at a file whose proof was renewed, as somebody does today who has
    fetched the newest revocation list; raises `AssertionError` at the first doubt.

    Only pyHanko judges the whole; poppler checks no document time stamps, so openssl does.
    """
    folder.mkdir(parents=True, exist_ok=True)
    look(pdf, folder)
    _code, said = _run(tool("pdfsig"), "-nocert", folder / "sealed.pdf")
    seal = said.partition("Signature #2")[0]
    assert "Signature is Valid." in seal
    assert "Not total document signed" in seal
    assert is_proven(pdf, root, stamp_roots, listed)
    _stamps(pdf, folder)


def _stamps(pdf: bytes, folder: Path) -> None:
    """Check each document time stamp over what it covers; the last one covers everything."""
    for stamp in PdfFileReader(io.BytesIO(pdf)).embedded_timestamp_signatures:
        begins, upto, goes_on, size = (int(one) for one in stamp.byte_range)
        (folder / "token").write_bytes(stamp.pkcs7_content)
        (folder / "stamps.pem").write_bytes(_root_of(stamp.signed_data))
        (folder / "covered").write_bytes(pdf[begins:upto] + pdf[goes_on:goes_on + size])
        gen_time = stamp.signed_data["encap_content_info"]["content"].parsed["gen_time"].native
        code, said = _run(
            tool("openssl"), "ts", "-verify", "-data", folder / "covered", "-in",
            folder / "token", "-token_in", "-CAfile", folder / "stamps.pem",
            "-attime", int(gen_time.timestamp()))
        assert (code, "Verification: OK" in said) == (0, True), said
    assert goes_on + size == len(pdf)


def is_proven(pdf: bytes, root: bytes, stamp_roots: list[bytes], listed: bytes) -> bool:
    """Tell whether pyHanko takes the seal for proven today, by what the file carries and the
    newest list of whoever stamped it last, with every list required, the way ETSI EN 319 102-1
    5.6.3 judges archived files."""
    trust = SimpleTrustManager.build(
        [asn1.Certificate.load(der(one)) for one in (root, *stamp_roots)])
    policy = CertValidationPolicySpec(
        trust_manager=trust, revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO))
    (seal,) = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
    told = asyncio.run(ades_lta_validation(seal, PdfSignatureValidationSpec(
        SignatureValidationSpec(
            policy, RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
            local_knowledge=LocalKnowledge(
                known_crls=[CRLContainer(crl.CertificateList.load(listed))])))))
    return told.ades_subindic is AdESPassed.OK
