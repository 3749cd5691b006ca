"""A software authenticator: what a phone does with a passkey, written from WebAuthn alone."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from portal.plain.passkey import encoded

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def key_of(number: int) -> ec.EllipticCurvePrivateKey:
    """Return a key on P-256 that is the same each time."""
    return ec.derive_private_key(int.from_bytes(hashlib.sha256(bytes([number])).digest()) >> 1,
                                 ec.SECP256R1())


@dataclass
class Phone:
    """Hold one passkey. What it is told to do wrong, it does wrong, and signs that."""

    number: int = 1
    count: int = 0
    origin: str = ""
    host: str = ""
    flags: int = PRESENT | VERIFIED
    extra: dict[str, Any] = field(default_factory=dict)
    step: int = 1

    @property
    def id(self) -> bytes:
        """Return the id of the passkey."""
        return hashlib.sha256(b"passkey %d" % self.number).digest()[:16]

    @property
    def cose(self) -> bytes:
        """Return the public key (COSE, RFC 9052)."""
        numbers = key_of(self.number).public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32),
                            -3: numbers.y.to_bytes(32)})

    def make(self, wishes: dict[str, Any]) -> dict[str, str]:
        """Do what `navigator.credentials.create` does, and return it as the script sends it."""
        asked = wishes["create"]
        about = self._about(asked["rp"]["id"], ATTESTED) + bytes(16) + len(self.id).to_bytes(2) \
            + self.id + self.cose
        return {"id": encoded(self.id), "told": encoded(self._told("create", asked["challenge"])),
                "attestation": encoded(cbor2.dumps(
                    {"fmt": "none", "attStmt": {}, "authData": about}))}

    def use(self, wishes: dict[str, Any]) -> dict[str, str]:
        """Do what `navigator.credentials.get` does, and return it as the script sends it."""
        asked = wishes["get"]
        self.count += self.step
        told = self._told("get", asked["challenge"])
        about = self._about(asked["rpId"])
        signature = key_of(self.number).sign(about + hashlib.sha256(told).digest(),
                                             ec.ECDSA(SHA256()))
        return {"id": encoded(self.id), "told": encoded(told), "authenticator": encoded(about),
                "signature": encoded(signature)}

    def answer(self, wishes: dict[str, Any]) -> str:
        """Return what the page's script sends: a new passkey where one is asked for, and its
        first signature."""
        made = {"made": self.make(wishes)} if "create" in wishes else {}
        return json.dumps({**made, "used": self.use(wishes)})

    def _about(self, host: str, more: int = 0) -> bytes:
        return hashlib.sha256((self.host or host).encode()).digest() + bytes([self.flags | more]) \
            + self.count.to_bytes(4)

    def _told(self, what: str, challenge: str) -> bytes:
        return json.dumps({"type": f"webauthn.{what}", "challenge": challenge,
                           "origin": self.origin, "crossOrigin": False, **self.extra}).encode()
