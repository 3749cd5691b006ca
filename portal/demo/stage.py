"""Setting the stage of the demo: database, practice, mail sink, server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from portal import schema
from portal.app import create_app, finish
from portal.demo.sink import start_sink
from portal.demo.views import bp, first_page
from portal.factors.actions import begin_enrolment, make_recovery_codes, use_code
from portal.founding import Founding, found
from portal.ground.mail import Server as MailServer
from portal.ground.onetime import code_at
from portal.people.actions import keep_answers
from portal.people.models import Person, Practice
from portal.server import Server, options
from portal.wording.policy import example_answers
from portal.wording.queries import template
from portal.worker import start

if TYPE_CHECKING:
    from pathlib import Path

    from portal.ground.settings import Settings
    from portal.ground.work import Ground

ANA = "ana@berg.example"


def serve(settings: Settings, home: Path) -> None:
    """Prepare what is missing and serve; the clockwork and the mail sink run beside."""
    app = create_app(settings)
    ground = app.extensions["portal"]
    schema.upgrade(ground.engine)
    _found_practice(ground)
    ground.engine.dispose()
    app.register_blueprint(bp)
    app.config["DEMO_MAIL"] = home / "mail"
    app.jinja_env.globals["demo"] = True
    finish(app)
    first_page(app)

    def beside(_worker: object) -> None:
        start_sink(home / "mail", MailServer.read(settings.smtp_url).port)
        start(ground)

    chosen = options(settings) | {"post_worker_init": beside}
    print(f"The demo is at {settings.base_url}  (stop it with Ctrl+C)", flush=True)  # noqa: T201
    Server(app, chosen).run()


def _found_practice(ground: Ground) -> None:
    with ground.work(writes=True) as work:
        if work.session.scalar(select(Practice.id).limit(1)) is not None:
            return
        account = found(work, Founding(
            "Ana Berg", ANA, "Berg Coaching", "AT", "Europe/Vienna",
            "Berg Coaching, Lindengasse 1, 1070 Vienna", "a password that the demo never asks"))
        practice = work.session.get_one(Practice, account.practice_id)
        keep_answers(work, practice, example_answers(template("T1")) | {
            "recording.tool": "", "recording.place": "", "reference.use": ""})
        ana = work.session.get_one(Person, account.person_id)
        factor = begin_enrolment(work, ana)
        work.session.flush()
        use_code(work, ana, code_at(work.reveal(factor, "secret"), work.now))
        make_recovery_codes(work, ana)
