"""The pages of asking before sharing, for the engagement's own coach."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("sharing", __name__)

from portal.sharing.views import answering, asking, rules  # noqa: E402, F401 - they register
