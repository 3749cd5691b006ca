"""Which browsers signed in before: a signed cookie of their own, which lets nobody in.

It only says that guesses of strangers elsewhere do not concern this browser (a device cookie, as
OWASP describes it). It survives signing out, and names nobody: an account stands in it as a mark,
which is a keyed digest.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha1, sha256
from typing import TYPE_CHECKING, Any

from flask import after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from portal.ground import chance

if TYPE_CHECKING:
    from flask import Response

#: So long (seconds) a browser is known after it last signed in, and to so many accounts.
LASTS, _MOST = 180 * 86_400, 4


@dataclass(frozen=True, slots=True)
class Device:
    """Hold what a browser shows: its own random id, and the marks of accounts it signed in to."""

    id: str = ""
    marks: tuple[str, ...] = ()


def _signer() -> URLSafeSerializer:
    config = current_app.config
    # The newest key stands last and signs; the others still verify (rotation), and so do marks of
    # before, which were signed with the digest that comes by itself.
    return URLSafeSerializer([*config["SECRET_KEY_FALLBACKS"], config["SECRET_KEY"]],
                             salt="portal/device", signer_kwargs={"digest_method": sha256},
                             fallback_signers=[{"digest_method": sha1}])


def _name() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-device"


def this_device() -> Device:
    """Return what this browser shows; nothing where we did not sign it."""
    try:
        found: Any = _signer().loads(request.cookies.get(_name(), ""))
    except BadSignature:
        return Device()
    return Device(found["id"], tuple(found["marks"]))


def remember_device(mark: str) -> None:
    """Let this browser be known from now on to the account with this mark, which it has just
    signed in to with password and factor."""
    before = this_device()
    marks = [mark, *(one for one in before.marks if one != mark)][:_MOST]
    value = _signer().dumps({"id": before.id or chance.new_id(), "marks": marks})
    secure = current_app.config["SESSION_COOKIE_SECURE"]

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(_name(), value, max_age=LASTS, path="/", secure=secure,
                            httponly=True, samesite="Lax")
        return response
