"""Serving with gunicorn: threads, graceful stop, and the clockwork beside them."""

from __future__ import annotations

import ctypes
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import ThreadWorker

from portal.app import make_app
from portal.ground.db import why_not_wal
from portal.web.limits import threads
from portal.worker import beside, log_to

if TYPE_CHECKING:
    from flask import Flask

    from portal.ground.settings import Settings


log = logging.getLogger("portal.server")
#: The name of that setting in glibc's malloc.h.
_ARENA_MAX = -8


class Worker(ThreadWorker):  # type: ignore[misc]
    """Answer with threads. Told to stop, take in whoever has come, and shut the door at once.

    Otherwise the system would let others come in as long as requests in hand are finished, and
    turn them out at the end without an answer.
    """

    def set_accept_enabled(self, enabled: bool) -> None:
        """Open or shut the door; for good when this process was told to stop."""
        super().set_accept_enabled(enabled)
        if enabled or self.alive:
            return
        for listener in self.sockets:
            # Nobody else is let in to wait while those who do are taken in.
            listener.listen(0)
            before = -1
            while self.nr_conns > before:
                before = self.nr_conns
                self.accept(listener)
            listener.close()


class Server(BaseApplication):  # type: ignore[misc]
    """Run one process of several threads: on SQLite its writers queue fairly behind each other."""

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        """Take the finished application and gunicorn's options."""
        self._app, self._options = app, options
        super().__init__()

    def load_config(self) -> None:
        """Hand the options over."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application."""
        return self._app


def options(settings: Settings) -> dict[str, Any]:
    """Return gunicorn's options. There is no access log: addresses of links stay out of it."""
    return {
        "bind": f"{settings.host}:{settings.port}", "worker_class": Worker, "workers": 1,
        "threads": threads(settings), "graceful_timeout": settings.stop_seconds, "timeout": 60,
        "keepalive": 5,
        "accesslog": None, "loglevel": settings.log_level, "preload_app": False,
        "control_socket_disable": True,
    }


def share_heaps() -> None:
    """Let all threads take memory from two heaps, where the C library is glibc: by itself it gives
    each thread one of its own, and what one frees lies there unused by the others."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 2)


def run(settings: Settings, *, worker: bool, app: Flask | None = None) -> None:
    """Serve until told to stop. The clockwork runs in the server's process unless left out."""
    share_heaps()
    log_to(settings.log_level)
    made = app or make_app(settings)
    if made.extensions["portal"].engine.dialect.name == "sqlite" and (why := why_not_wal()):
        log.warning("SQLite: %s", why)
    chosen = options(settings)
    if worker:
        chosen |= beside(made.extensions["portal"])
    Server(made, chosen).run()
