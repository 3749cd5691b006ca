"""The pages of taking back: one's own, the bare one behind a link alone, and the coach's."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("taking", __name__)

from portal.taking.views import bare, desk, own, stepping  # noqa: E402, F401 - they register
