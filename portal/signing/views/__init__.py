"""The pages of the ceremony, one module a page or two."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("signing", __name__)

from portal.signing.views import back, blank, digits, hopes, link, reading, sign  # noqa: E402, F401 - they register
