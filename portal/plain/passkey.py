"""What a passkey signs, and whether it has signed that: with nothing but what is kept of it.

A passkey signs no text. It signs a challenge, so the challenge is made of what is done: the act,
the person, and the hashes of all texts that it is about (WebAuthn level 3, section 6.3.3).
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from portal.plain.canonical import canonical_bytes

#: What the challenge begins with: no other hash of the portal can be one.
FORM = "ccp/passkey/v1"

#: Bits of the authenticator's flags: somebody was there, and it made sure who.
_PRESENT, _VERIFIED = 0x01, 0x04
_FLAGS_AT = 32


@dataclass(frozen=True, slots=True)
class Challenge:
    """Hold what a passkey is asked to sign; `nonce` are 16 random bytes in hex, `texts` hashes of
    the texts, in any order."""

    nonce: str
    act: str
    person: str
    texts: tuple[str, ...] = ()

    @property
    def parts(self) -> dict[str, Any]:
        """Return what it is made of; each hash once, in order."""
        return {"act": self.act, "nonce": self.nonce, "person": self.person,
                "texts": sorted(set(self.texts))}

    @property
    def value(self) -> bytes:
        """Return the 32 bytes that are signed: SHA-256 over the mark and the canonical parts."""
        return hashlib.sha256(f"{FORM}\n".encode() + canonical_bytes(self.parts)).digest()


@dataclass(frozen=True, slots=True)
class Proof:
    """Hold what a passkey has signed, as it is kept: bytes as base64 for addresses (RFC 4648,
    section 5), without padding."""

    challenge: Challenge
    told: str
    """What the browser told the authenticator, as JSON: type, challenge, origin."""
    authenticator: str
    """What the authenticator says of itself: for whom, with which flags, how often."""
    signature: str
    public_key: str
    """In PEM, as openssl reads it."""

    def as_values(self) -> dict[str, Any]:
        """Return it as data."""
        return {"challenge": self.challenge.parts, "browser_told": self.told,
                "authenticator_told": self.authenticator, "signature": self.signature,
                "public_key": self.public_key}


def proof_from(values: Mapping[str, Any]) -> Proof:
    """Return the proof that was kept as data; raises `KeyError` or `TypeError` for another."""
    parts = values["challenge"]
    return Proof(
        Challenge(parts["nonce"], parts["act"], parts["person"], tuple(parts["texts"])),
        values["browser_told"], values["authenticator_told"], values["signature"],
        values["public_key"])


def encoded(raw: bytes) -> str:
    """Return bytes in the one spelling that WebAuthn uses."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decoded(text: str) -> bytes:
    """Return the bytes of that spelling; raises `ValueError` for another."""
    if not text.isascii():
        raise ValueError("not base64")
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encoded(raw) != text:
        raise ValueError("not the one spelling")
    return raw


def holds(proof: Proof, act: str, texts: Iterable[str]) -> bool:
    """Tell whether the key has signed this act over all of these texts, on a page of the address
    that the browser told, by somebody whom the device knew.

    Nothing but the proof is looked at, so a stranger can do the same with openssl.
    """
    challenge = proof.challenge
    if challenge.act != act or not set(texts) <= set(challenge.texts):
        return False
    try:
        told, authenticator = decoded(proof.told), decoded(proof.authenticator)
        said = json.loads(told)
        host = urlsplit(said["origin"]).hostname or ""
        return (said["type"] == "webauthn.get" and said["challenge"] == encoded(challenge.value)
                and authenticator[:_FLAGS_AT] == hashlib.sha256(host.encode()).digest()
                and authenticator[_FLAGS_AT] & _PRESENT > 0
                and authenticator[_FLAGS_AT] & _VERIFIED > 0
                and _signed(proof.public_key, authenticator + hashlib.sha256(told).digest(),
                            decoded(proof.signature)))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        return False


def _signed(public_key: str, covered: bytes, signature: bytes) -> bool:
    # Imported late: most of the portal never looks at a passkey.
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(public_key.encode())
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, covered, ec.ECDSA(SHA256()))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, covered, padding.PKCS1v15(), SHA256())
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
