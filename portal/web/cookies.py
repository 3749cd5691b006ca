"""The cookie of a session: signed as Flask does it, and encrypted besides.

It names the tokens of sessions, and what the next page will say, which may be somebody's name. A
browser keeps it on a disk; all that can be read there is when it was written.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadData, BadSignature, TimedSerializer
from itsdangerous.encoding import base64_decode, base64_encode

from portal.ground.vault import Box, CannotOpen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Flask


class _Encrypting(TimedSerializer[str]):
    """Sign what was encrypted before; whatever does not open is a bad signature to the caller."""

    def __init__(self, box: Box, keys: Iterable[str], **more: Any) -> None:
        super().__init__(list(keys), **more)
        self._box = box

    def dump_payload(self, obj: Any) -> bytes:
        return base64_encode(self._box.lock(self.serializer.dumps(obj).encode()))

    def load_payload(self, payload: bytes, serializer: Any = None) -> Any:
        try:
            return self.serializer.loads(self._box.open(base64_decode(payload)).decode())
        except (BadData, CannotOpen, ValueError) as wrong:
            # Flask catches this one and no other.
            raise BadSignature("it does not open") from wrong


class EncryptedSessions(SecureCookieSessionInterface):
    """Keep sessions in a cookie that tells nothing; the newest key makes it, earlier ones read it.

    How long a cookie is read is `PERMANENT_SESSION_LIFETIME`, by the machine's clock.
    """

    digest_method = staticmethod(hashlib.sha256)

    def __init__(self, keys: tuple[str, ...]) -> None:
        """Take the session keys, newest first."""
        self._sealed = _Encrypting(
            Box(keys, "session cookie"), reversed(keys), salt=self.salt,
            serializer=self.serializer, signer_kwargs={
                "key_derivation": self.key_derivation, "digest_method": self.digest_method})

    def get_signing_serializer(self, app: Flask) -> Any:
        """Return what turns a session into a cookie and back."""
        return self._sealed
