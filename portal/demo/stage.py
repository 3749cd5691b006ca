"""Serving the demo: the portal, the mail sink and the clockwork in one process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal import schema
from portal.app import create_app, finish
from portal.demo.sink import MAIL, start_sink
from portal.demo.views import bp, first_page
from portal.ground.mail import Server as MailServer
from portal.server import Server, options
from portal.worker import beside

if TYPE_CHECKING:
    from pathlib import Path

    from portal.ground.settings import Settings


def serve(settings: Settings, home: Path) -> None:
    """Serve the demo in a folder; papers that wait are sealed while one looks around."""
    app = create_app(settings)
    ground = app.extensions["portal"]
    schema.upgrade(ground.engine)
    ground.engine.dispose()
    app.register_blueprint(bp)
    app.config["DEMO_MAIL"] = home / MAIL
    app.jinja_env.globals["demo"] = True
    finish(app)
    first_page(app)

    hooks = beside(ground)

    def begin(worker: object) -> None:
        start_sink(home / MAIL, MailServer.read(settings.smtp_url).port)
        hooks["post_worker_init"](worker)

    chosen = options(settings) | hooks | {"post_worker_init": begin}
    print(f"The demo is at {settings.base_url}  (stop it with Ctrl+C)", flush=True)  # noqa: T201
    Server(app, chosen).run()
