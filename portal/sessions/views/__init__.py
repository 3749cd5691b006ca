"""The pages of coach and helper about sessions."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("sessions", __name__)

from portal.sessions.views import dates, people  # noqa: E402, F401 - they register
