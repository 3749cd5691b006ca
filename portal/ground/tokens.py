"""Signed links: a random secret in an itsdangerous envelope.

The signature stops junk before the database is asked. The row behind the secret's SHA-256
gives revocation, expiry and purpose, so a stolen database holds no working link.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from itsdangerous import Signer

SECRET_BYTES = 32


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


class LinkSigner:
    """Make and read link tokens; the first key signs, all of them verify (rotation)."""

    def __init__(self, keys: tuple[str, ...], purpose: str = "invitation") -> None:
        """Take keys newest first; each purpose is its own salt, so tokens do not cross over."""
        self._signers = tuple(
            Signer(key, salt=f"portal/link/{purpose}", key_derivation="hmac",
                   digest_method=hashlib.sha256)
            for key in keys
        )

    def make(self, secret: bytes) -> str:
        """Return the one spelling of the token for this secret."""
        return self._signers[0].sign(_encode(secret)).decode("ascii")

    def read(self, token: str) -> bytes | None:
        """Return the secret, or None for anything that we did not write letter by letter.

        base64 has spare bits and itsdangerous forgives them; the token is therefore made anew
        and compared whole, and no second spelling of a link exists.
        """
        value, _, _ = token.rpartition(".")
        try:
            secret = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
        except ValueError:
            return None
        if len(secret) != SECRET_BYTES:
            return None
        spelled = _encode(secret)
        for signer in self._signers:
            if hmac.compare_digest(signer.sign(spelled), token.encode("utf-8", "replace")):
                return secret
        return None


def fingerprint(secret: bytes) -> str:
    """Return what the database keeps of a 256-bit secret: its SHA-256 in hex."""
    return hashlib.sha256(secret).hexdigest()
