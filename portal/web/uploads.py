"""How much a view takes: most take little, one that is sent a file says how much more.

A file is held in memory and never touches a disk in the clear.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import IO, Any, TypeVar

from flask import Flask, Request, current_app, request

View = TypeVar("View", bound=Callable[..., Any])


class InMemory(Request):
    """Read a request whose files stay in memory; the limit of the view keeps them small."""

    def _get_file_stream(
        self, total_content_length: int | None, content_type: str | None,
        filename: str | None = None, content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()


def takes(limit: int) -> Callable[[View], View]:
    """Mark a view that is sent a file with the bytes that a whole request to it may have."""

    def mark(view: View) -> View:
        view.takes = limit  # type: ignore[attr-defined]
        return view

    return mark


def _widen() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    limit = getattr(view, "takes", None)
    if limit is not None:
        request.max_content_length = limit


def register(app: Flask) -> None:
    """Let views say how much they take, before anything reads the form."""
    app.request_class = InMemory
    app.before_request(_widen)
