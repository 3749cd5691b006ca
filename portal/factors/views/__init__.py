"""Joining and signing in: password, code, the first authenticator, recovery codes."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("factors", __name__)

from portal.factors.views import again, enrol, join, lock, own, sign_in  # noqa: E402, F401 - they register
