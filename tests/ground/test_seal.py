"""The seal holds: strangers' programs accept it, and no changed byte passes."""

from __future__ import annotations

import asyncio
import io
import logging
import subprocess
import threading
from collections.abc import Iterator
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
from portal.ground.authority import (
    LIST_LASTS,
    Authority,
    der,
    describe,
    make_authority,
    make_list,
    renew_seal,
)
from portal.ground.clock import SystemClock
from portal.ground.seal import SealCheck, Sealer, check
from portal.ground.stamp import Proof, StampFailed, StampService
from tests.brought import bring
from tests.evidence.sample import coachee, common
from tests.plugins.needs import tool
from tests.stamping import Service, stamping
from tests.strangers import TOOLS, all_here, examine, hole

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
    # What other threads still say, left over by an earlier test, is theirs.
    own = [entry for entry in caplog.records if entry.thread == threading.get_ident()]
    assert [entry for entry in own if entry.name != "asyncio"] == []


@pytest.mark.needs(*TOOLS)
@pytest.mark.parametrize("edition", ["common", "coachee"])
def test_is_accepted_by_strangers_programs(edition: str, tmp_path: Path) -> None:
    """poppler judges certificates by the machine's own clock, so this seal is of today."""
    now = SystemClock().now()
    made = make_authority(now, "Kovač Coaching", revocations="https://portal.example/list.crl")
    printed = render({"common": common, "coachee": coachee}[edition]())
    examine(Sealer(made.seal, made.seal_key).seal(printed, now), made.root, tmp_path)


@pytest.mark.needs("pdfsig")
def test_is_seen_by_poppler_when_a_signed_byte_changes(sealed: bytes, tmp_path: Path) -> None:
    start, _end = hole(sealed)
    (tmp_path / "changed.pdf").write_bytes(flipped(sealed, start // 2))
    said = subprocess.run([tool("pdfsig"), "-nocert", tmp_path / "changed.pdf"],
                          capture_output=True, text=True, check=False)
    assert "Signature is Valid." not in said.stdout


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with stamping(tmp_path_factory.mktemp("stamps")) as running:
        yield running


def stamped_sealer(service: Service, now: datetime) -> tuple[Authority, Sealer]:
    """Return a new authority, and a sealer under it with a list and time stamps."""
    made = make_authority(now, "Kovač Coaching")
    proof = Proof(lists=(make_list(made.root, made.root_key, now, 1),))
    asked = StampService(service.url)
    return made, Sealer(made.seal, made.seal_key, proof=proof, service=asked)


@pytest.mark.needs(*TOOLS)
def test_carries_its_own_proof_in_one_revision_with_a_stamp(
    service: Service, paper: bytes, tmp_path: Path
) -> None:
    """PAdES B-LT: the file can be checked when neither portal nor service is left."""
    now = SystemClock().now()
    made, stamping_sealer = stamped_sealer(service, now)
    assert stamping_sealer.level == "B-LT"
    whole = stamping_sealer.seal(paper, now)
    assert whole.startswith(paper)
    assert whole.count(b"%%EOF") == paper.count(b"%%EOF") + 1
    examine(whole, made.root, tmp_path, service.root.read_bytes())
    found = check(whole, made.root)
    assert found.good
    assert found.stamped_at is not None
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        assert len(pdf.Root.DSS.Certs) == 3  # the seal's, and two of the stamps
        assert len(pdf.Root.DSS.CRLs) == 2
        assert "/VRI" not in pdf.Root.DSS


@pytest.mark.needs("openssl")
def test_does_not_call_it_b_lt_without_every_list(service: Service, paper: bytes) -> None:
    made = make_authority(NOW, "Kovač Coaching")
    asked, none = StampService(service.url), Proof(complete=False)
    assert Sealer(made.seal, made.seal_key, proof=none, service=asked).level == "B-T"
    assert Sealer(made.seal, made.seal_key, proof=none).level == "B-B"


@pytest.mark.needs("openssl")
def test_makes_no_seal_where_the_stamp_does_not_come(service: Service, paper: bytes) -> None:
    made = make_authority(NOW, "Kovač Coaching")
    with pytest.raises(StampFailed, match="stamp_down"):
        Sealer(made.seal, made.seal_key,
               service=StampService("http://127.0.0.1:1/")).seal(paper, NOW)


@pytest.mark.needs("openssl")
def test_misses_no_flipped_bit_of_a_stamped_seal(
    service: Service, paper: bytes, tmp_path: Path
) -> None:
    now = SystemClock().now()
    made, stamping_sealer = stamped_sealer(service, now)
    whole = stamping_sealer.seal(paper, now)
    if all_here():
        examine(whole, made.root, tmp_path, service.root.read_bytes())
    start, end = hole(whole)
    places = [*range(len(paper), start, 97), *range(end, len(whole), 31)]
    assert [at for at in places if check(flipped(whole, at), made.root).good] == []


@pytest.mark.needs(*TOOLS)
@pytest.mark.parametrize("kind", ["p384", "rsa"])
def test_seals_with_the_other_kinds_of_keys_below_another_certificate(
    kind: str, paper: bytes, tmp_path: Path
) -> None:
    now = SystemClock().now()
    brought = bring(kind, now)
    sealer = Sealer(brought.own, brought.key, above=brought.between)
    examine(sealer.seal(paper, now), brought.root, tmp_path)


def test_lists_what_a_root_has_revoked_and_until_when_that_holds(authority: Authority) -> None:
    listed = x509.load_der_x509_crl(make_list(authority.root, authority.root_key, NOW, 7))
    root = x509.load_pem_x509_certificate(authority.root)
    assert listed.is_signature_valid(root.public_key())  # type: ignore[arg-type]
    assert listed.issuer == root.subject
    assert listed.next_update_utc == NOW + LIST_LASTS
    assert listed.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 7
    assert list(listed) == []


@pytest.mark.needs(*TOOLS)
def test_renews_a_seal_under_the_root_that_is_known_already(
    authority: Authority, paper: bytes, tmp_path: Path
) -> None:
    late = NOW + timedelta(days=365 * 4)
    renewed = renew_seal(authority.root, authority.root_key, late, "Kovač Coaching")
    assert renewed.root == authority.root
    assert renewed.seal != authority.seal
    whole = Sealer(renewed.seal, renewed.seal_key).seal(paper, late)
    assert check(whole, authority.root).good
    examine(whole, authority.root, tmp_path)
    last = renew_seal(authority.root, authority.root_key, late + timedelta(days=365 * 14), "K")
    assert describe(last.seal).not_after == describe(authority.root).not_after


def test_renews_nothing_with_the_key_of_another_root(authority: Authority) -> None:
    other = make_authority(NOW, "Kovač Coaching")
    with pytest.raises(ValueError, match="does not belong"):
        renew_seal(authority.root, other.root_key, NOW, "Kovač Coaching")
    with pytest.raises(ValueError, match="does not belong"):
        make_list(authority.root, other.root_key, NOW, 1)


def test_names_the_address_of_its_list_where_there_is_one() -> None:
    url = "https://portal.example/seal/1/revocations.crl"
    seal = x509.load_pem_x509_certificate(make_authority(NOW, "K", revocations=url).seal)
    (place,) = seal.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert place.full_name is not None
    assert place.full_name[0].value == url
