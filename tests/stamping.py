"""A time stamping service on this machine (RFC 3161): `openssl ts` behind a small web server.

It can be told to be down, slow, or to talk nonsense, and to be good again.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from portal.ground.clock import SystemClock
from tests.plugins.needs import tool

if TYPE_CHECKING:
    from pathlib import Path

#: Before the clocks of the tests, which stand in another year than the machine's own.
_BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
_CONFIG = """[tsa]
default_tsa = one
[one]
dir = {folder}
serial = $dir/serial
crypto_device = builtin
signer_cert = $dir/stamps.pem
certs = $dir/root.pem
signer_key = $dir/stamps.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""

#: The roots (PEM) of all services that this process has run.
ROOTS: list[bytes] = []

#: Given a good answer, return status and body of the one that is given.
Mood = Callable[[bytes], tuple[int, bytes]]


@dataclass
class Service:
    """Hold a running service: its address, its root, and how it answers."""

    folder: Path
    url: str = ""
    asked: int = 0
    mood: Mood = lambda good: (200, good)
    dripping: bool = False
    lists_sent: bool = True
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def root(self) -> Path:
        """Return the file of its root certificate."""
        return self.folder / "root.pem"

    def reply(self, query: bytes) -> bytes:
        """Return what openssl says to a query, well or badly formed."""
        (self.folder / "query").write_bytes(query)
        subprocess.run(
            [tool("openssl"), "ts", "-reply", "-config", self.folder / "tsa.cnf",
             "-queryfile", self.folder / "query", "-out", self.folder / "reply"],
            capture_output=True, check=True)
        return (self.folder / "reply").read_bytes()


@contextmanager
def stamping(folder: Path) -> Iterator[Service]:
    """Run a service with a fresh root, until the block ends."""
    service = Service(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(service))
    server.daemon_threads = True
    service.url = f"http://127.0.0.1:{server.server_port}/stamp"
    _found(service)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(service: Service) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            service.asked += 1
            query = self.rfile.read(int(self.headers["Content-Length"]))
            if service.dripping:
                self._drip()
                return
            self._answer(*service.mood(service.reply(query)))

        def do_GET(self) -> None:
            listed = (service.folder / "root.crl").read_bytes()
            self._answer(*((200, listed) if service.lists_sent else (404, b"")))

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _drip(self) -> None:
            """Send a header that never ends, letter by letter, until the other side has gone."""
            try:
                self.wfile.write(b"HTTP/1.0 200 OK\r\nX-Long: ")
                while not service.over.wait(0.01):
                    self.wfile.write(b"a")
            except OSError:
                self.close_connection = True

        def log_message(self, *_words: object) -> None:
            pass

    return Handler


def _found(service: Service) -> None:
    """Make the service's root, its stamping certificate under it, and its revocation list."""
    now, folder = SystemClock().now(), service.folder
    folder.mkdir(parents=True, exist_ok=True)
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _again in range(2))
    root_name = _name("A time stamping root")
    root = _certificate(root_key, root_name, root_name, now).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True).add_extension(
        _usage(issues=True), critical=True).sign(root_key, hashes.SHA256())
    place = x509.UniformResourceIdentifier(service.url.replace("/stamp", "/root.crl"))
    own = _certificate(key, _name("A time stamping service"), root_name, now).add_extension(
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True).add_extension(
        _usage(issues=False), critical=True).add_extension(x509.CRLDistributionPoints(
            [x509.DistributionPoint([place], None, None, None)]), critical=False,
        ).sign(root_key, hashes.SHA256())
    revoked = x509.CertificateRevocationListBuilder().issuer_name(root_name).last_update(
        _BEGAN).next_update(now + timedelta(days=4000)).sign(root_key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    ROOTS.append(root.public_bytes(pem))
    (folder / "root.pem").write_bytes(ROOTS[-1])
    (folder / "stamps.pem").write_bytes(own.public_bytes(pem))
    (folder / "root.crl").write_bytes(revoked.public_bytes(serialization.Encoding.DER))
    (folder / "stamps.key").write_bytes(key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder))


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    key: ec.EllipticCurvePrivateKey, subject: x509.Name, issuer: x509.Name, now: datetime
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(
        key.public_key()).serial_number(x509.random_serial_number()).not_valid_before(
        _BEGAN).not_valid_after(now + timedelta(days=4000))


def _usage(*, issues: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not issues, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=issues, crl_sign=issues,
        encipher_only=False, decipher_only=False)
