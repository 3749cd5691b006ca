"""The people of a practice: who is acting, who is in, what the practice says of itself."""

from __future__ import annotations

from flask import Blueprint

bp: Blueprint = Blueprint("people", __name__)

from portal.people.views import account, late, members, programs, settings  # noqa: E402, F401 - they register
from portal.people.views.bearer import counted  # noqa: E402
from portal.people.views.frame import change_token, keep_token, practice_frame, register  # noqa: E402
from portal.people.views.late import onward  # noqa: E402

__all__ = ["bp", "change_token", "counted", "keep_token", "onward", "practice_frame", "register"]
