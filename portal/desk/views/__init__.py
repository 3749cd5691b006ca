"""The coach's desk and the party's own pages."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("desk", __name__)

from portal.desk.views import coach, guide, health, party, people, practice  # noqa: E402, F401
