"""Serving with gunicorn: threads, graceful stop, and the clockwork beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication

from portal.app import make_app
from portal.web.limits import threads
from portal.worker import beside, log_to

if TYPE_CHECKING:
    from flask import Flask

    from portal.ground.settings import Settings


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
        "bind": f"{settings.host}:{settings.port}", "worker_class": "gthread", "workers": 1,
        "threads": threads(settings), "graceful_timeout": settings.stop_seconds, "timeout": 60,
        "keepalive": 5,
        "accesslog": None, "loglevel": settings.log_level, "preload_app": False,
        "control_socket_disable": True,
    }


def run(settings: Settings, *, worker: bool, app: Flask | None = None) -> None:
    """Serve until told to stop. The clockwork runs in the server's process unless left out."""
    log_to(settings.log_level)
    made = app or make_app(settings)
    chosen = options(settings)
    if worker:
        chosen |= beside(made.extensions["portal"])
    Server(made, chosen).run()
