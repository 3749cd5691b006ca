"""What may stand between two slashes of an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.routing import BaseConverter

if TYPE_CHECKING:
    from flask import Flask


class Segment(BaseConverter):
    """Take one part of an address: an id, a token, a key. None of ours has a zero byte, which
    PostgreSQL takes in no text."""

    regex = r"[^/\x00]+"
    part_isolating = True


def register(app: Flask) -> None:
    """Let every rule that is added from now on take such parts."""
    app.url_map.converters["default"] = Segment
