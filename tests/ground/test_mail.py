"""Mail goes to a server that somebody vouches for, or it does not go (OWASP ASVS 12.3.2)."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal.ground.clock import SystemClock
from portal.ground.mail import MailDown, Server
from portal.ground.weakness import ways_in_the_clear
from tests.mailroom import Mailroom, answering


def certify(folder: Path, host: str) -> tuple[Path, Path]:
    """Write a certificate that vouches for itself, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), SystemClock().now()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name)
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .sign(key, hashes.SHA256()))
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))
    return folder / "cert.pem", folder / "key.pem"


@contextmanager
def serving(folder: Path, security: str, host: str) -> Iterator[tuple[Mailroom, str, Path]]:
    """Run a mail server that speaks TLS; gives it, its address and its certificate."""
    cert, key = certify(folder, host)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    room = Mailroom()
    how = ({"tls_context": context, "require_starttls": True}
           if security == "smtp+starttls" else {"ssl_context": context})
    # aiosmtpd asks its own port, by the way it serves, whether it has begun.
    with answering(room, **how) as port:
        yield room, f"{security}://localhost:{port}", cert


@pytest.mark.parametrize("security", ["smtp+starttls", "smtps"])
@pytest.mark.parametrize("host", ["localhost", "mail.example"])
def test_sends_nothing_to_a_server_that_nobody_vouches_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str, host: str
) -> None:
    with serving(tmp_path, security, host) as (room, url, cert):
        with pytest.raises(MailDown, match="SSLCertVerificationError"):
            Server.read(url).connect()
        # The same server, once this machine trusts it and it bears its own name.
        monkeypatch.setenv("SSL_CERT_FILE", str(cert))
        if host == "localhost":
            with Server.read(url).connect() as smtp:
                assert smtp.noop()[0] == 250
        else:
            with pytest.raises(MailDown, match="SSLCertVerificationError"):
                Server.read(url).connect()
        assert room.mails == []


@pytest.mark.parametrize(("tsa", "says"), [
    ("", 0), ("http://127.0.0.1:318", 0), ("https://stamps.example", 0),
    ("http://stamps.example", 1)])
def test_says_where_hashes_go_to_be_stamped_in_the_clear(tsa: str, says: int) -> None:
    assert len(ways_in_the_clear(smtp_url="", database_url="sqlite:///x.db", tsa_url=tsa)) == says


@pytest.mark.parametrize("smtp, database, says", [
    ("smtp://mail.example:25", "sqlite:///x.db", ["mails go"]),
    ("smtp+starttls://mail.example", "sqlite:///x.db", []),
    ("smtps://mail.example", "postgresql://a@127.0.0.1/b", []),
    ("smtp://127.0.0.1:25", "postgresql://a@/b", []),
    ("", "postgresql://a@db.example/b", ["not checked"]),
    ("", "postgresql://a@db.example/b?sslmode=require", ["not checked"]),
    ("", "postgresql+psycopg://a@db.example/b?sslmode=verify-full", []),
    ("smtp://mail.example", "postgresql://a@db.example/b", ["mails go", "not checked"]),
])
def test_says_which_ways_out_are_in_the_clear(smtp: str, database: str, says: list[str]) -> None:
    found = ways_in_the_clear(smtp_url=smtp, database_url=database)
    assert len(found) == len(says)
    assert all(word in sentence for word, sentence in zip(says, found, strict=True))
