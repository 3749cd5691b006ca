"""The pages of handing over: the coach proposes, the coachee answers, the owner lets go."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("handing", __name__)

from portal.handing.views import answering, incident, members, proposing  # noqa: E402, F401 - they register
