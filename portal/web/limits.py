"""No more at once than can be answered: the others wait a little, or hear at once to come again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import BoundedSemaphore, Semaphore
from typing import TYPE_CHECKING, Any, Final

from flask import request

from portal.ground.trouble import Part
from portal.plain.errors import Unavailable
from portal.web.context import ground

if TYPE_CHECKING:
    from flask import Flask

    from portal.ground.settings import Settings

#: Whoever watches is answered whatever else goes on.
_ALWAYS: Final = frozenset({"/healthz", "/readyz"})
#: How many are told at one moment to come again, or are answered though all turns are taken.
SPARE: Final = 4
_TOO_MANY: Final = "portal.too_many"

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Turns:
    """Let so many requests into the application at a time, and so many wait for a few seconds.

    The server runs a thread for each of them and some more, so that none queues where nobody
    counts. One that finds no turn goes in marked, and gets no further than the error page.
    """

    def __init__(self, app: WSGI, settings: Settings) -> None:
        """Stand in front of an application."""
        self._app, self._seconds = app, settings.queue_seconds
        self._turns = Semaphore(settings.threads)
        self._places = BoundedSemaphore(settings.threads + settings.queue)

    def __call__(self, environ: dict[str, Any], answer: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request when it is its turn."""
        if environ.get("PATH_INFO") in _ALWAYS:
            return self._app(environ, answer)
        if not self._places.acquire(blocking=False):
            return self._too_many(environ, answer)
        try:
            if not self._turns.acquire(timeout=self._seconds):
                return self._too_many(environ, answer)
            try:
                return self._app(environ, answer)
            finally:
                self._turns.release()
        finally:
            self._places.release()

    def _too_many(self, environ: dict[str, Any], answer: Callable[..., Any]) -> Iterable[bytes]:
        return self._app({**environ, _TOO_MANY: True}, answer)


def threads(settings: Settings) -> int:
    """Return how many threads the server needs so that every request is counted."""
    return settings.threads + settings.queue + SPARE


def _turn_away() -> None:
    if request.environ.get(_TOO_MANY):
        ground().meet(Part.OVERLOAD)
        raise Unavailable(Part.OVERLOAD)


def register(app: Flask, settings: Settings) -> None:
    """Put the turns in front of an application, before anything else looks at a request."""
    app.wsgi_app = Turns(app.wsgi_app, settings)  # type: ignore[method-assign,assignment]
    app.before_request(_turn_away)
