"""The certificates behind the portal's seal: a root of the practice's own, a seal under it, and
the list of what the root has revoked.

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
#: How long a revocation list holds: nothing is trusted by one that has ended.
LIST_LASTS = timedelta(days=60)
_BEHIND = timedelta(hours=1)  # for readers whose clocks are a little behind
NAME_LIMIT = 64  # bytes; X.520 allows no longer common name


@dataclass(frozen=True, slots=True)
class Authority:
    """Hold a root and a seal under it as PEM; the caller keeps both keys encrypted."""

    root: bytes
    root_key: bytes = field(repr=False)
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


def make_authority(now: datetime, practice: str, *, revocations: str = "") -> Authority:
    """Return a new root (20 years) and seal (5 years) that name the portal and `practice`.

    `now` is an aware instant, `revocations` the URL at which the root's list can be fetched; it
    is named in the seal where there is one. Keys come from the operating system's randomness;
    serial numbers are made of the keys' hashes, so two certificates never share one.
    """
    _aware(now)
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Consent portal root", practice)
    root = (
        _builder(key.public_key(), name, name, now, _after(now, ROOT_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(certificates=True), critical=True)
        .add_extension(_issued_by(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return renew_seal(_pem(root), _key_pem(key), now, practice, revocations=revocations)


def renew_seal(
    root_pem: bytes, root_key_pem: bytes, now: datetime, practice: str, *, revocations: str = ""
) -> Authority:
    """Return a new seal with a new key under a root that is there; it ends with its root at the
    latest. Raises `ValueError` where root and key do not belong together."""
    _aware(now)
    root, root_key = _signing(root_pem, root_key_pem)
    key = ec.generate_private_key(ec.SECP256R1())
    ends = min(_after(now, SEAL_YEARS), root.not_valid_after_utc)
    seal = (
        _builder(key.public_key(), _name("Consent portal seal", practice), root.subject, now, ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(certificates=False), critical=True)
        .add_extension(_issued_by(root_key.public_key()), critical=False)
    )
    if revocations:
        place = x509.DistributionPoint(
            [x509.UniformResourceIdentifier(revocations)], None, None, None)
        seal = seal.add_extension(x509.CRLDistributionPoints([place]), critical=False)
    return Authority(root_pem, root_key_pem, _pem(seal.sign(root_key, hashes.SHA256())),
                     _key_pem(key))


def make_list(root_pem: bytes, root_key_pem: bytes, now: datetime, number: int) -> bytes:
    """Return the revocation list of a root (RFC 5280 5, DER), good from now for `LIST_LASTS`.

    It is empty: a seal that is put aside stays good for what it sealed. `number` grows from list
    to list. Raises `ValueError` where root and key do not belong together.
    """
    _aware(now)
    root, key = _signing(root_pem, root_key_pem)
    made = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(now - _BEHIND)
        .next_update(now + LIST_LASTS)
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(_issued_by(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.DER)


def describe(pem: bytes) -> Certificate:
    """Return what a PEM certificate says of itself; `ValueError` when it is none."""
    certificate = x509.load_pem_x509_certificate(pem)
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Certificate(
        name=str(names[0].value) if names else certificate.subject.rfc4514_string(),
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
    key: ec.EllipticCurvePublicKey, subject: x509.Name, issuer: x509.Name, now: datetime,
    ends: datetime,
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
        .not_valid_before(now - _BEHIND)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _after(now: datetime, years: int) -> datetime:
    return now + timedelta(days=365 * years + years // 4)


def _aware(now: datetime) -> None:
    if now.tzinfo is None:
        raise ValueError("a certificate needs an instant with a zone")


def _issued_by(key: ec.EllipticCurvePublicKey) -> x509.AuthorityKeyIdentifier:
    own = x509.SubjectKeyIdentifier.from_public_key(key)
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


def _signing(
    root_pem: bytes, root_key_pem: bytes
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    root = x509.load_pem_x509_certificate(root_pem)
    key = serialization.load_pem_private_key(root_key_pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != root.public_key():
        raise ValueError("the key does not belong to the root certificate")
    return root, key


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
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
