"""The seal holds: strangers' programs accept it, and no changed byte passes."""

from __future__ import annotations

import asyncio
import io
import logging
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.sign.general import SigningError

from portal.evidence.paper import render
from portal.ground.authority import Authority, der, describe, make_authority
from portal.ground.clock import SystemClock
from portal.ground.seal import SealCheck, Sealer, check
from tests.evidence.sample import coachee, common
from tests.plugins.needs import tool

NOW = datetime(2027, 9, 14, 22, 45, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return make_authority(NOW, "Kovač Coaching")


@pytest.fixture(scope="module")
def sealer(authority: Authority) -> Sealer:
    return Sealer(authority.seal, authority.seal_key)


@pytest.fixture(scope="module")
def paper() -> bytes:
    return render(coachee())


@pytest.fixture(scope="module")
def sealed(sealer: Sealer, paper: bytes) -> bytes:
    return sealer.seal(paper, NOW)


def hole(pdf: bytes) -> tuple[int, int]:
    """Return where the signature's own bytes begin and end: what it cannot sign."""
    ranges = re.search(rb"/ByteRange \[\s*0 (\d+) (\d+) \d+", pdf)
    assert ranges is not None
    return int(ranges[1]), int(ranges[2])


def flipped(pdf: bytes, at: int, bit: int = 1) -> bytes:
    return pdf[:at] + bytes([pdf[at] ^ bit]) + pdf[at + 1 :]


def test_makes_p256_certificates_for_content_commitment_under_a_root(authority: Authority) -> None:
    root = x509.load_pem_x509_certificate(authority.root)
    seal = x509.load_pem_x509_certificate(authority.seal)
    for certificate in (root, seal):
        key = certificate.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        assert key.curve.name == "secp256r1"
        assert certificate.not_valid_before_utc <= NOW
    usage = seal.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert usage.value.content_commitment
    assert not usage.value.key_cert_sign
    assert not seal.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    basic = root.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (basic.critical, basic.value.ca, basic.value.path_length) == (True, True, 0)
    assert root.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    above = seal.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    own = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    assert above.key_identifier == own.digest
    seal.verify_directly_issued_by(root)


def test_lets_the_root_stand_twenty_years_and_the_seal_five(authority: Authority) -> None:
    root, seal = describe(authority.root), describe(authority.seal)
    assert (root.not_after - NOW).days // 365 == 20
    assert (seal.not_after - NOW).days // 365 == 5
    assert seal.name == "Consent portal seal, Kovač Coaching"
    assert root.fingerprint == sha256(der(authority.root)).hexdigest()


@pytest.mark.parametrize("practice", ["A practice with a long name " * 4, "教练有限公司" * 9])
def test_shortens_a_practice_name_that_no_certificate_could_hold(practice: str) -> None:
    name = describe(make_authority(NOW, practice).seal).name
    assert len(name.encode()) <= 64
    assert name.startswith(f"Consent portal seal, {practice[:6]}")
    assert name.endswith("…")


def test_keeps_the_key_out_of_its_repr(authority: Authority) -> None:
    assert "PRIVATE" not in repr(authority)


def test_gives_no_two_certificates_the_same_serial(authority: Authority) -> None:
    other = make_authority(NOW, "Kovač Coaching")
    pems = (authority.root, authority.seal, other.root, other.seal)
    assert len({x509.load_pem_x509_certificate(pem).serial_number for pem in pems}) == 4


def test_proves_a_file_that_it_sealed(
    sealer: Sealer, sealed: bytes, authority: Authority
) -> None:
    found = check(sealed, authority.root)
    assert found == SealCheck(True, True, sealer.certificate, NOW)
    assert found.good
    assert found.certificate == describe(authority.seal).fingerprint


def test_still_proves_it_when_the_certificate_has_run_out(
    sealer: Sealer, paper: bytes, authority: Authority
) -> None:
    """Judged at the instant of sealing; sealing with a certificate that has run out is no seal."""
    late = sealer.seal(paper, NOW + timedelta(days=6 * 365))
    assert check(sealer.seal(paper, NOW + timedelta(days=4 * 365)), authority.root).good
    assert not check(late, authority.root).good


def test_adds_one_certifying_signature_that_forbids_changes(sealed: bytes, paper: bytes) -> None:
    assert sealed.startswith(paper)  # nothing before the seal was touched
    assert sealed.count(b"%%EOF") == paper.count(b"%%EOF") + 1
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        (field,) = pdf.Root.AcroForm.Fields
        assert [float(x) for x in field.Rect] == [0, 0, 0, 0]
        assert str(field.V.SubFilter) == "/ETSI.CAdES.detached"
        assert str(field.V.M).startswith("D:20270914224530")
        assert str(field.V.Reason) == "Sealed copy"
        assert "/Name" not in field.V
        assert pdf.Root.Perms.DocMDP.objgen == field.V.objgen
        assert int(field.V.Reference[0].TransformParams.P) == 1


def test_knows_no_file_of_another_root(sealed: bytes) -> None:
    stranger = make_authority(NOW, "Kovač Coaching")
    assert check(sealed, stranger.root) == SealCheck()


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7\n", b"nothing of ours\n" * 100], ids=["empty", "head", "text"]
)
def test_proves_nothing_of_what_is_no_sealed_pdf(data: bytes, authority: Authority) -> None:
    assert check(data, authority.root) == SealCheck()


def test_proves_nothing_of_a_paper_without_a_seal(paper: bytes, authority: Authority) -> None:
    assert check(paper, authority.root) == SealCheck()


def test_misses_no_flipped_bit_in_what_is_signed(sealed: bytes, authority: Authority) -> None:
    start, end = hole(sealed)
    step = max(1, len(sealed) // 150)
    places = [at for at in range(0, len(sealed), step) if not start <= at < end]
    places += [0, start - 1, end, len(sealed) - 2]
    missed = [at for at in places if check(flipped(sealed, at, 1 << at % 8), authority.root).good]
    assert missed == []


def test_shows_every_flipped_bit_in_the_hash_of_the_file(sealed: bytes) -> None:
    """The padding of the signature is signed by no one: the recorded hash covers it."""
    start, end = hole(sealed)
    digest = sha256(sealed).hexdigest()
    assert all(sha256(flipped(sealed, at)).hexdigest() != digest for at in range(start, end, 97))


def test_misses_no_byte_that_was_added(sealed: bytes, authority: Authority) -> None:
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        rewritten = io.BytesIO()
        pdf.save(rewritten)
    for changed in (sealed + b"\n", sealed + b"% more\n%%EOF\n", rewritten.getvalue(), sealed[:-1]):
        assert not check(changed, authority.root).good


def test_does_not_take_a_second_seal_for_the_first(
    sealer: Sealer, sealed: bytes, authority: Authority
) -> None:
    with pytest.raises(SigningError):
        sealer.seal(sealed, NOW)
    assert check(sealed, authority.root).good


def test_seals_and_checks_from_several_threads(
    sealer: Sealer, paper: bytes, authority: Authority
) -> None:
    def once(second: int) -> bool:
        at = NOW + timedelta(seconds=second)
        found = check(sealer.seal(paper, at), authority.root)
        return found.good and found.sealed_at == at

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(once, range(8))) == [True] * 8


def test_seals_and_checks_inside_a_running_loop(
    sealer: Sealer, paper: bytes, authority: Authority
) -> None:
    async def once() -> bool:
        return check(sealer.seal(paper, NOW), authority.root).good

    assert asyncio.run(once())


def test_refuses_a_file_that_does_not_end_in_a_newline(sealer: Sealer, paper: bytes) -> None:
    with pytest.raises(ValueError, match="newline"):
        sealer.seal(paper.rstrip(), NOW)


def test_refuses_an_instant_without_a_zone(sealer: Sealer, paper: bytes) -> None:
    with pytest.raises(ValueError, match="zone"):
        sealer.seal(paper, NOW.replace(tzinfo=None))
    with pytest.raises(ValueError, match="zone"):
        make_authority(NOW.replace(tzinfo=None), "Kovač Coaching")


def test_refuses_a_key_of_another_certificate(authority: Authority) -> None:
    other = make_authority(NOW, "Kovač Coaching")
    with pytest.raises(ValueError, match="does not belong"):
        Sealer(authority.seal, other.seal_key)


def test_writes_nothing_to_the_log(
    sealer: Sealer, paper: bytes, authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        whole = sealer.seal(paper, NOW)
        check(whole, authority.root)
        check(flipped(whole, 3000), authority.root)
        check(whole[: len(whole) // 2], authority.root)
    assert [entry for entry in caplog.records if entry.name != "asyncio"] == []


@pytest.mark.needs("qpdf")
@pytest.mark.parametrize("edition", ["common", "coachee"])
def test_leaves_a_file_that_is_sound_to_qpdf(
    edition: str, sealer: Sealer, tmp_path: Path
) -> None:
    file = tmp_path / "sealed.pdf"
    file.write_bytes(sealer.seal(render({"common": common, "coachee": coachee}[edition]()), NOW))
    done = subprocess.run([tool("qpdf"), "--check", file], capture_output=True, text=True,
                          check=True)
    assert "No syntax or stream encoding errors found" in done.stdout
    assert "WARNING" not in done.stdout + done.stderr


@pytest.mark.needs("pdfsig", "certutil")
def test_is_valid_total_and_trusted_to_poppler(paper: bytes, tmp_path: Path) -> None:
    """poppler judges certificates by the machine's own clock, so this seal is of today."""
    now = SystemClock().now()
    made = make_authority(now, "Kovač Coaching")
    (tmp_path / "root.pem").write_bytes(made.root)
    (tmp_path / "sealed.pdf").write_bytes(Sealer(made.seal, made.seal_key).seal(paper, now))
    store = f"sql:{tmp_path}"
    certutil = [tool("certutil"), "-d", store]
    subprocess.run([*certutil, "-N", "--empty-password"], check=True)
    subprocess.run([*certutil, "-A", "-n", "root", "-t", "CT,C,C", "-i", tmp_path / "root.pem"],
                   check=True)
    said = subprocess.run(
        [tool("pdfsig"), "-nssdir", store, tmp_path / "sealed.pdf"],
        capture_output=True, text=True, check=True,
    ).stdout
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert "Certificate is Trusted." in said
    assert "ETSI.CAdES.detached" in said
    assert said.count("Signature #") == 1


@pytest.mark.needs("pdfsig")
def test_is_seen_by_poppler_when_a_signed_byte_changes(sealed: bytes, tmp_path: Path) -> None:
    start, _end = hole(sealed)
    (tmp_path / "changed.pdf").write_bytes(flipped(sealed, start // 2))
    said = subprocess.run([tool("pdfsig"), "-nocert", tmp_path / "changed.pdf"],
                          capture_output=True, text=True, check=False)
    assert "Signature is Valid." not in said.stdout


@pytest.mark.needs("openssl")
def test_is_a_cades_signature_to_openssl(
    sealed: bytes, authority: Authority, tmp_path: Path
) -> None:
    start, end = hole(sealed)
    digits = sealed[start + 1 : end - 1]
    raw = bytes.fromhex(digits.decode("ascii"))
    length = int.from_bytes(raw[2:4]) + 4  # a DER sequence of 256 to 65,535 bytes
    assert raw[:2] == b"\x30\x82"
    assert not any(raw[length:])
    (tmp_path / "root.pem").write_bytes(authority.root)
    (tmp_path / "signature.der").write_bytes(raw[:length])
    (tmp_path / "signed").write_bytes(sealed[:start] + sealed[end:])
    done = subprocess.run(
        [tool("openssl"), "cms", "-verify", "-cades", "-binary", "-inform", "DER",
         "-in", tmp_path / "signature.der", "-content", tmp_path / "signed",
         "-CAfile", tmp_path / "root.pem", "-purpose", "any",
         "-attime", str(int(NOW.timestamp())), "-out", tmp_path / "out"],
        capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Verification successful" in done.stderr
