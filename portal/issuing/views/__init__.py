"""The coach's pages from a name to an agreement in force."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("issuing", __name__)

from portal.issuing.views import (  # noqa: E402 - they register
    care,  # noqa: F401
    incident,  # noqa: F401
    lines,  # noqa: F401
    people,  # noqa: F401
    preview,  # noqa: F401
    screens,  # noqa: F401
    terms,  # noqa: F401
)
