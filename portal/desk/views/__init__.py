"""The coach's desk and the party's own pages."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("desk", __name__)

from portal.desk.views import (  # noqa: E402 - they register
    asked,  # noqa: F401
    calendars,  # noqa: F401
    coach,  # noqa: F401
    events,  # noqa: F401
    eyes,  # noqa: F401
    guide,  # noqa: F401
    health,  # noqa: F401
    mails,  # noqa: F401
    own_sessions,  # noqa: F401
    party,  # noqa: F401
    people,  # noqa: F401
    practice,  # noqa: F401
    scope,  # noqa: F401
    sessions,  # noqa: F401
    story,  # noqa: F401
    times,  # noqa: F401
    today,  # noqa: F401
)
