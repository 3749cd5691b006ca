"""The certificates behind the portal's seal: a root of the practice's own, and a seal under it.

P-256 throughout, because others must be able to verify (Z20). This module stays away from the
PDF libraries, so that setting up and examining a portal costs nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT_YEARS = 20
SEAL_YEARS = 5
NAME_LIMIT = 64  # bytes; X.520 allows no longer common name


@dataclass(frozen=True, slots=True)
class Authority:
    """Hold a new authority as PEM; the caller keeps `seal_key` encrypted.

    The root's own key is thrown away: nothing else can ever be issued under this root, so a
    renewed seal comes with a new root.
    """

    root: bytes
    seal: bytes
    seal_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Certificate:
    """Say what a certificate is, for a page, for `portal doctor` and for the sealed copy."""

    name: str
    fingerprint: str
    """SHA-256 over the DER, in hex."""
    not_before: datetime
    not_after: datetime


def make_authority(now: datetime, practice: str) -> Authority:
    """Return a new root (20 years) and seal (5 years) that name the portal and `practice`.

    `now` is an aware instant. Keys come from the operating system's randomness; serial numbers
    are made of the keys' hashes, so two certificates never share one.
    """
    if now.tzinfo is None:
        raise ValueError("a certificate needs an instant with a zone")
    root_key = ec.generate_private_key(ec.SECP256R1())
    seal_key = ec.generate_private_key(ec.SECP256R1())
    root_name = _name("Consent portal root", practice)
    root_id = x509.SubjectKeyIdentifier.from_public_key(root_key.public_key())
    above = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(root_id)
    root = (
        _builder(root_key.public_key(), root_name, root_name, now, ROOT_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(certificates=True), critical=True)
        .add_extension(above, critical=False)
        .sign(root_key, hashes.SHA256())
    )
    seal_name = _name("Consent portal seal", practice)
    seal = (
        _builder(seal_key.public_key(), seal_name, root_name, now, SEAL_YEARS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(certificates=False), critical=True)
        .add_extension(above, critical=False)
        .sign(root_key, hashes.SHA256())
    )
    return Authority(
        root=root.public_bytes(serialization.Encoding.PEM),
        seal=seal.public_bytes(serialization.Encoding.PEM),
        seal_key=seal_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )


def describe(pem: bytes) -> Certificate:
    """Return what a PEM certificate says of itself; `ValueError` when it is none."""
    certificate = x509.load_pem_x509_certificate(pem)
    (name,) = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Certificate(
        name=str(name.value),
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
    )


def der(pem: bytes) -> bytes:
    """Return the DER of a PEM certificate; `ValueError` when it is none."""
    return x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER)


def _name(what: str, practice: str) -> x509.Name:
    text = f"{what}, {practice}"
    if len(text.encode()) > NAME_LIMIT:
        kept = text.encode()[: NAME_LIMIT - len("…".encode())].decode(errors="ignore")
        text = kept.rstrip() + "…"
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    key: ec.EllipticCurvePublicKey, subject: x509.Name, issuer: x509.Name, now: datetime, years: int
) -> x509.CertificateBuilder:
    spki = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    serial = int.from_bytes(hashlib.sha256(spki).digest()[:16]) | 1
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(serial)
        .not_valid_before(now - timedelta(hours=1))  # readers whose clocks are a little behind
        .not_valid_after(now + timedelta(days=365 * years + years // 4))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=not certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )
