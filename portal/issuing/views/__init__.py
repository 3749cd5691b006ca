"""The coach's pages from a name to an agreement in force."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("issuing", __name__)

from portal.issuing.views import care, people, screens, terms  # noqa: E402, F401 - they register
