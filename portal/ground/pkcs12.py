"""Reading a seal that a trust service made: certificate, key and chain in one file (PKCS#12).

What is in it is told apart here; whether it can be used is a rule (`evidence.policy`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from portal.plain.errors import PortalError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: The passphrase of a sound file is hashed some thousand times; a file that asks for more than
#: this would hold up the server.
MOST_ROUNDS = 2_000_000
_INTEGER = 2
#: PBKDF2 (RFC 8018), and the ways of PKCS#12 itself (RFC 7292 appendix C), as DER has them.
_HASHING = (bytes.fromhex("06092a864886f70d01050c"), bytes.fromhex("060a2a864886f70d010c01"))
_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384"}


class NotPkcs12(PortalError):
    """Say that a file is no PKCS#12 file, or one that nothing here can read."""


class WrongPassphrase(PortalError):
    """Say that a file does not open with this passphrase."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Hold what a file has in it; `key` is "" where there is no key, or none for the certificate.

    `above` and `root` (PEM) are empty where the file does not show the way to a root.
    """

    name: str
    key: str
    """Its kind, as "P-256", "RSA 3072" or "ed25519"."""
    signs: bool
    """Whether the certificate says that its key may sign what is to last (nonRepudiation)."""
    not_before: datetime
    not_after: datetime
    self_signed: bool
    weak: bool
    """Whether a certificate below the root hangs on SHA-1 or MD5, which no reader trusts."""
    certificate: bytes
    above: bytes
    root: bytes
    private_key: bytes = field(repr=False)


def open_file(raw: bytes, passphrase: str) -> Opened:
    """Return what is in a PKCS#12 file. Raises `NotPkcs12` or `WrongPassphrase`."""
    _look_at(raw)
    if "\0" in passphrase:
        # The library below would not say no to it, but break off with the whole request.
        raise WrongPassphrase
    try:
        key, own, others = pkcs12.load_key_and_certificates(
            raw, passphrase.encode() if passphrase else None)
    except UnsupportedAlgorithm as old:
        raise NotPkcs12("old") from old
    except ValueError as wrong:
        raise WrongPassphrase from wrong
    if own is None:
        raise NotPkcs12("empty")
    chain = _chain(own, others)
    complete = chain[-1].subject == chain[-1].issuer and len(chain) > 1
    return Opened(
        name=_name(own), key=_kind(key, own), signs=_signs(own),
        not_before=own.not_valid_before_utc, not_after=own.not_valid_after_utc,
        self_signed=own.subject == own.issuer, weak=any(map(_is_weak, chain[:-1])),
        certificate=_pem(own), above=b"".join(map(_pem, chain[1:-1])) if complete else b"",
        root=_pem(chain[-1]) if complete else b"",
        private_key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        if key is not None else b"",
    )


def _look_at(raw: bytes) -> None:
    """Refuse what is no PKCS#12 file before any passphrase is tried."""
    from asn1crypto import pkcs12 as shape

    try:
        file = shape.Pfx.load(raw, strict=True)
        version, rounds = file["version"].native, list(_rounds(raw))
        rounds.append(file["mac_data"]["iterations"].native if file["mac_data"].native else 0)
    except (ValueError, TypeError, KeyError, IndexError) as wrong:
        raise NotPkcs12("shape") from wrong
    if version != "v3" or max(rounds) > MOST_ROUNDS:
        raise NotPkcs12("version or rounds")


def _rounds(raw: bytes) -> Iterator[int]:
    """Yield how often the passphrase is hashed for each part, read before anything is hashed."""
    for kind in _HASHING:
        at = raw.find(kind)
        while at >= 0:
            salt = raw.find(b"\x04", at + len(kind), at + len(kind) + 8)
            number = salt + 2 + raw[salt + 1]
            if salt >= 0 and raw[number] == _INTEGER:
                yield int.from_bytes(raw[number + 2 : number + 2 + raw[number + 1]])
            at = raw.find(kind, at + 1)


def _chain(own: x509.Certificate, others: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """Return the way from a certificate up to its root, as far as the file shows it."""
    chain = [own]
    while chain[-1].subject != chain[-1].issuer and len(chain) <= len(others):
        above = next((one for one in others if _issued(chain[-1], one)), None)
        if above is None:
            break
        chain.append(above)
    return chain


def _issued(one: x509.Certificate, above: x509.Certificate) -> bool:
    try:
        one.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature):
        return False
    try:
        basic = above.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return False
    return basic.ca


def _kind(key: Any, own: x509.Certificate) -> str:
    if key is None or key.public_key() != own.public_key():
        return ""
    if isinstance(key, rsa.RSAPrivateKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return _CURVES.get(key.curve.name, key.curve.name)
    return type(key).__name__.strip("_").removesuffix("PrivateKey").lower()


def _signs(own: x509.Certificate) -> bool:
    try:
        usage = own.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return usage.content_commitment


def _is_weak(one: x509.Certificate) -> bool:
    made = one.signature_hash_algorithm
    return made is not None and made.name in ("md5", "sha1")


def _name(own: x509.Certificate) -> str:
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for one in own.subject.get_attributes_for_oid(oid):
            return str(one.value)
    return own.subject.rfc4514_string()


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)
