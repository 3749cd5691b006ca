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
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.keys import load_cert_from_pemder, load_private_key_from_pemder
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from portal.ground.clock import SystemClock
from portal.ground.stamp import Proof, StampService
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
    """Hold a running service: its address, its root, and how it answers.

    openssl stamps with the time of this machine. With a `clock` the service lives by that: it
    stamps by another program, publishes a new list each time, and can be `founded_anew`.
    """

    folder: Path
    url: str = ""
    asked: int = 0
    mood: Mood = lambda good: (200, good)
    dripping: bool = False
    lists_sent: bool = True
    clock: Callable[[], datetime] | None = None
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def root(self) -> Path:
        """Return the file of its root certificate."""
        return self.folder / "root.pem"

    def reply(self, query: bytes) -> bytes:
        """Return what openssl says to a query, well or badly formed; by a clock, pyHanko."""
        if self.clock is not None:
            return self._stamped_at(self.clock(), query)
        (self.folder / "query").write_bytes(query)
        subprocess.run(
            [tool("openssl"), "ts", "-reply", "-config", self.folder / "tsa.cnf",
             "-queryfile", self.folder / "query", "-out", self.folder / "reply"],
            capture_output=True, check=True)
        return (self.folder / "reply").read_bytes()

    def _stamped_at(self, now: datetime, query: bytes) -> bytes:
        kept = SimpleCertificateStore()
        kept.register(load_cert_from_pemder(self.root))
        stamper = DummyTimeStamper(
            load_cert_from_pemder(self.folder / "stamps.pem"),
            load_private_key_from_pemder(self.folder / "stamps.key", None), kept, fixed_dt=now)
        return bytes(stamper.request_tsa_response(tsp.TimeStampReq.load(query)).dump())

    def listed(self, name: str = "root") -> bytes:
        """Return the list of what a root has revoked: nothing."""
        if self.clock is None:
            return (self.folder / f"{name}.crl").read_bytes()
        now = self.clock()
        return _list(self.folder, name, now, now + timedelta(days=60))

    def founded_anew(self, days: int = 4000) -> None:
        """Go on with another root and another certificate, which lasts so long from now; the one
        before goes on to publish its lists."""
        assert self.clock is not None
        _found(self, self.clock(), days)


class AtHand(StampService):
    """Ask a service by its clock without any web server; it publishes no lists."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        super().__init__("")
        self._asked = Service(folder, "http://127.0.0.1/stamp", clock=clock)
        self._asked.founded_anew()

    def stamp(self, digest: bytes) -> bytes:
        """Return a token over a digest."""
        query = tsp.TimeStampReq({
            "version": 1, "cert_req": True, "message_imprint": {
                "hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest}})
        answer = tsp.TimeStampResp.load(self._asked.reply(query.dump()))
        return bytes(answer["time_stamp_token"].dump())

    @cached_property
    def proof(self) -> Proof:
        """Return nothing."""
        return Proof(complete=False)


@contextmanager
def stamping(folder: Path) -> Iterator[Service]:
    """Run a service with a fresh root, until the block ends."""
    service = Service(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(service))
    server.daemon_threads = True
    service.url = f"http://127.0.0.1:{server.server_port}/stamp"
    _found(service, SystemClock().now())
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
            service.asked += 1
            name = self.path.strip("/").removesuffix(".crl")
            self._answer(*((200, service.listed(name)) if service.lists_sent else (404, b"")))

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if status == 302:
                self.send_header("Location", service.url.replace("/stamp", "/root.crl"))
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


def _found(service: Service, now: datetime, days: int = 4000) -> None:
    """Make the service's root, its stamping certificate under it, and its revocation list."""
    folder, ends = service.folder, now + timedelta(days=days)
    begins = now - timedelta(days=1) if service.clock else _BEGAN
    folder.mkdir(parents=True, exist_ok=True)
    root_key = ec.generate_private_key(ec.SECP256R1())
    key = rsa.generate_private_key(65537, 2048) if service.clock else ec.generate_private_key(
        ec.SECP256R1())  # pyHanko's own service has RSA alone
    root_name = _name(f"A time stamping root, number {len(ROOTS) + 1}")
    name = f"root-{len(ROOTS) + 1}"
    root = _certificate(root_key, root_name, root_name, begins, ends).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True).add_extension(
        _usage(issues=True), critical=True).sign(root_key, hashes.SHA256())
    place = x509.UniformResourceIdentifier(service.url.replace("/stamp", f"/{name}.crl"))
    own = _certificate(key, _name("A time stamping service"), root_name, begins,
                       ends).add_extension(
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True).add_extension(
        _usage(issues=False), critical=True).add_extension(x509.CRLDistributionPoints(
            [x509.DistributionPoint([place], None, None, None)]), critical=False,
        ).sign(root_key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    ROOTS.append(root.public_bytes(pem))
    for file in ("root", name):
        (folder / f"{file}.pem").write_bytes(ROOTS[-1])
    (folder / "stamps.pem").write_bytes(own.public_bytes(pem))
    for file, one in (("stamps", key), ("root", root_key), (name, root_key)):
        (folder / f"{file}.key").write_bytes(one.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    (folder / f"{name}.crl").write_bytes(_list(folder, name, begins, ends))
    (folder / "root.crl").write_bytes((folder / f"{name}.crl").read_bytes())
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder))


def _list(folder: Path, name: str, since: datetime, until: datetime) -> bytes:
    root = x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes())
    key = serialization.load_pem_private_key((folder / f"{name}.key").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    made = x509.CertificateRevocationListBuilder().issuer_name(root.subject).last_update(
        since).next_update(until).sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.DER)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, subject: x509.Name, issuer: x509.Name,
    begins: datetime, ends: datetime,
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(
        key.public_key()).serial_number(x509.random_serial_number()).not_valid_before(
        begins).not_valid_after(ends)


def _usage(*, issues: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not issues, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=issues, crl_sign=issues,
        encipher_only=False, decipher_only=False)
