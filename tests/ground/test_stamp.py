"""A time stamp is asked for with patience that ends, and nothing but a good one is taken."""

from __future__ import annotations

import ssl
import subprocess
import time
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from portal.ground.fetch import NoAnswer, fetch, why_not_url
from portal.ground.stamp import StampFailed, StampService, token_time
from tests.ground.test_mail import certify
from tests.plugins.needs import tool
from tests.stamping import Mood, Service, stamping

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.needs("openssl")
DIGEST = sha256(b"a signature").digest()
OTHER = sha256(b"another").digest()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with stamping(tmp_path_factory.mktemp("stamps")) as service:
        yield service


@pytest.fixture
def service(running: Service) -> Service:
    running.mood, running.dripping, running.lists_sent = (lambda good: (200, good)), False, True
    return running


def _why(service: Service, seconds: float = 20.0) -> str:
    with pytest.raises(StampFailed) as raised:
        StampService(service.url, seconds=seconds).stamp(DIGEST)
    return str(raised.value)


def test_takes_a_token_that_openssl_verifies_over_the_digest(
    service: Service, tmp_path: Path
) -> None:
    token = StampService(service.url).stamp(DIGEST)
    (tmp_path / "token").write_bytes(token)
    said = subprocess.run(
        [tool("openssl"), "ts", "-verify", "-digest", DIGEST.hex(), "-in", tmp_path / "token",
         "-token_in", "-CAfile", service.root], capture_output=True, text=True, check=False)
    assert said.stdout.strip() == "Verification: OK", said.stderr
    assert token_time(token).tzinfo is not None


def test_asks_for_the_certificates_and_their_list(service: Service) -> None:
    proof = StampService(service.url).proof
    assert len(proof.certificates) == 2
    assert proof.lists == ((service.folder / "root.crl").read_bytes(),)
    assert proof.complete


def test_goes_on_without_a_list_that_is_not_there(service: Service) -> None:
    service.lists_sent = False
    proof = StampService(service.url).proof
    assert (len(proof.certificates), proof.lists, proof.complete) == (2, (), False)


def _changed(good: bytes) -> tuple[int, bytes]:
    """Change the last byte, which belongs to the token's own signature."""
    return 200, good[:-1] + bytes([good[-1] ^ 1])


@pytest.mark.parametrize(("mood", "why"), [
    (lambda _good: (200, b"<html>Welcome to the hotel</html>"), "stamp_nonsense"),
    (lambda _good: (200, b""), "stamp_nonsense"),
    (lambda good: (200, good[:-20]), "stamp_nonsense"),
    (lambda good: (200, good + b"\0"), "stamp_nonsense"),
    (_changed, "stamp_nonsense"),
    (lambda _good: (200, bytes.fromhex("30053003020102")), "stamp_refused"),
    (lambda _good: (503, b"later"), "stamp_status_503"),
    (lambda _good: (302, b""), "stamp_status_302"),
    (lambda _good: (200, bytes(100_000)), "stamp_too_long"),
], ids=["page", "nothing", "cut", "longer", "flipped", "refused", "busy", "moved", "endless"])
def test_takes_nothing_but_a_good_token(service: Service, mood: Mood, why: str) -> None:
    service.mood, service.asked = mood, 0
    assert _why(service) == why
    assert service.asked == 1  # and nothing follows it to where it says that it moved


def test_takes_no_token_that_was_made_for_something_else(service: Service) -> None:
    kept: list[bytes] = []

    def keep(good: bytes) -> tuple[int, bytes]:
        kept.append(good)
        return 200, kept[0]

    service.mood = keep
    StampService(service.url).stamp(OTHER)
    assert _why(service) == "stamp_nonsense"
    with pytest.raises(StampFailed, match="nonsense"):  # the same digest, and yet an old answer
        StampService(service.url).stamp(OTHER)


def test_takes_no_token_by_a_certificate_that_may_not_stamp(
    service: Service, tmp_path: Path
) -> None:
    """openssl refuses to make one, so the purpose is taken out of a good one: its hash stays in
    the certificate, yet nothing looks at that before the purpose."""
    stamping_purpose = bytes.fromhex("06082b06010505070308")
    mail_purpose = bytes.fromhex("06082b06010505070304")
    service.mood = lambda good: (200, good.replace(stamping_purpose, mail_purpose))
    assert _why(service) == "stamp_nonsense"


def test_waits_for_a_slow_service_no_longer_than_it_was_told(service: Service) -> None:
    """One letter comes every hundredth of a second, so that no single read is ever late."""
    service.dripping = True
    begun = time.process_time()
    assert _why(service, seconds=0.3) == "stamp_slow"
    assert time.process_time() - begun < 5


def test_says_that_a_service_is_down(service: Service) -> None:
    with pytest.raises(StampFailed, match="stamp_down"):
        StampService("http://127.0.0.1:1/stamp").stamp(DIGEST)


@pytest.mark.parametrize("url", ["", "ftp://x/", "http://", "file:///etc/passwd", "http://[", "x"])
def test_asks_nothing_but_web_addresses(url: str) -> None:
    assert why_not_url(url) is not None
    with pytest.raises(NoAnswer, match="bad_url"):
        fetch(url, seconds=1, largest=1)


class _Yes(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"yes")

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize("host", ["localhost", "stamps.example"])
def test_asks_no_web_address_that_nobody_vouches_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """Nor one whose certificate is for another name."""
    certificate, key = certify(tmp_path, host)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    with HTTPServer(("127.0.0.1", 0), _Yes) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"https://localhost:{server.server_port}/"
        try:
            with pytest.raises(NoAnswer):
                fetch(url, seconds=5, largest=100)
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
            if host == "localhost":
                assert fetch(url, seconds=5, largest=100) == b"yes"
            else:
                with pytest.raises(NoAnswer):
                    fetch(url, seconds=5, largest=100)
        finally:
            server.shutdown()


def test_gives_name_and_password_of_the_address(service: Service) -> None:
    named = service.url.replace("http://", "http://ana:p%40ss@")
    assert StampService(named).stamp(DIGEST)


def test_sends_nothing_into_a_private_network_where_somebody_else_chose_the_address(
    service: Service
) -> None:
    url = service.url.replace("/stamp", "/root.crl")
    assert fetch(url, seconds=5, largest=9999)
    with pytest.raises(NoAnswer, match="not_public"):
        fetch(url, seconds=5, largest=9999, public_only=True)
