"""Proposing a change, answering it, and beginning the next version."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("amending", __name__)

from portal.amending.views import answering, proposing  # noqa: E402, F401 - they register
