"""Joining and signing in: password, code, the first authenticator, recovery codes."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("factors", __name__)

from portal.factors.views import (  # noqa: E402 - they register
    address,  # noqa: F401
    again,  # noqa: F401
    enrol,  # noqa: F401
    forgotten,  # noqa: F401
    join,  # noqa: F401
    lock,  # noqa: F401
    own,  # noqa: F401
    password,  # noqa: F401
    sign_in,  # noqa: F401
)
