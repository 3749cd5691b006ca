"""The pages of looking again: a party's own, and the coach's of an engagement."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("reviews", __name__)

from portal.reviews.views import desk, own  # noqa: E402, F401 - they register
