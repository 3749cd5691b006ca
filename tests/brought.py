"""A seal as somebody buys it: a root, a certificate between, one's own, and a file with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from datetime import datetime

PASSPHRASE = "horse battery"
NAME = "Kovač Coaching, seal of a trust service"


@dataclass(frozen=True, slots=True)
class Brought:
    """Hold three certificates, the key and the PKCS#12 file."""

    root: bytes
    between: bytes
    own: bytes
    key: bytes
    file: bytes


def new_key(kind: str) -> Any:
    """Return a new key of a kind."""
    if kind.startswith("rsa"):
        return rsa.generate_private_key(65537, int(kind[3:] or 2048))
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key({"p256": ec.SECP256R1, "p384": ec.SECP384R1,
                                    "p521": ec.SECP521R1}[kind]())


def bring(
    kind: str, now: datetime, *, signs: bool = True, days: int = 700, begins: int = -30,
    with_chain: bool = True, self_signed: bool = False, passphrase: str = PASSPHRASE,
) -> Brought:
    """Return a seal of a kind of key; what is left out or wrong is said by name."""
    root_key, between_key, key = new_key("p256"), new_key("p256"), new_key(kind)
    root_name, between_name = _name("A trust service root"), _name("A trust service, seals")
    root = _made(root_key, root_key, root_name, root_name, now, issues=True)
    between = _made(between_key, root_key, between_name, root_name, now, issues=True)
    name = _name(NAME)
    own = _made(key, key if self_signed else between_key, name,
                name if self_signed else between_name, now, issues=False, signs=signs,
                days=days, begins=begins)
    way = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    file = pkcs12.serialize_key_and_certificates(
        b"seal", key, own, [between, root] if with_chain else None, way)
    pem = Encoding.PEM
    return Brought(root.public_bytes(pem), between.public_bytes(pem), own.public_bytes(pem),
                   key.private_bytes(pem, PrivateFormat.PKCS8, NoEncryption()), file)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _made(
    key: Any, by: Any, subject: x509.Name, issuer: x509.Name, now: datetime, *, issues: bool,
    signs: bool = True, days: int = 3000, begins: int = -30,
) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=not issues, content_commitment=signs and not issues,
        key_encipherment=not issues, data_encipherment=False, key_agreement=False,
        key_cert_sign=issues, crl_sign=issues, encipher_only=False, decipher_only=False)
    return (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=begins)).not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=issues, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(by, None if isinstance(by, ed25519.Ed25519PrivateKey) else hashes.SHA256())
    )
