"""Pages at the edge of the journey: public ones, those that say no, and the demo's helps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Response, abort
from sqlalchemy import select

from portal.demo.views import bp as demo_pages
from portal.engagements.models import Party
from portal.web.guards import Door, guard
from tests.cast import ANA, PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Route

    from portal.ground.work import Work
    from tests.browser.steps import Visitor
    from tests.browser.walk import Walk


class Broken(Exception):
    """Stand for whatever may fail on our side."""


@guard(Door.ANYONE)
def _fail(work: Work, status: int) -> Response:
    if status == 500:
        raise Broken
    abort(status)


def furnish(app: Flask, folder: Path) -> None:
    """Add the demo's pages, and addresses that answer with every kind of no."""
    app.register_blueprint(demo_pages)
    app.config["DEMO_MAIL"] = folder
    app.add_url_rule("/fail/<int:status>", "fail", _fail)


def without_the_app(walk: Walk, ana: Visitor) -> None:
    ana.page.goto("/sign-in")
    ana.write("Mail address", ANA.email)
    ana.write("Password", PASSWORD)
    ana.press("Continue")
    walk.look(ana, "sign in, code", "/sign-in/code")
    walk.fail(ana, "sign in, no code", "Sign in")
    ana.follow("Use a recovery code")
    walk.look(ana, "recovery", "/sign-in/recovery")
    walk.fail(ana, "recovery, empty", "Continue")


def public(walk: Walk, guest: Visitor) -> None:
    for path in ("/privacy", "/accessibility", "/guide", "/guide/coachee?next=/p/start"):
        guest.page.goto(path)
        walk.look(guest, path)
    guest.page.goto("/lost")
    guest.page.context.clear_cookies()
    guest.press("Send me my link")
    walk.look(guest, "form too old")
    guest.page.goto(f"/stop/{walk.house.world.ground.stops.make(_a_party(walk))}")
    walk.look(guest, "reminders")
    walk.fail(guest, "reminders, no answer", "Save my choice")
    guest.choose("Send me no more reminders")
    guest.press("Save my choice")
    guest.sees("No more reminders are sent")
    walk.look(guest, "no more reminders")
    for status in (400, 403, 409, 422, 429, 500):
        guest.page.goto(f"/fail/{status}")
        walk.look(guest, f"answer {status}")
    guest.faults = [f for f in guest.faults if "500" not in f]


def _a_party(walk: Walk) -> bytes:
    with walk.house.world.ground.work(writes=False) as work:
        return work.session.scalars(
            select(Party.id).where(Party.role == "COACHEE").limit(1)).one().encode()


def demo(walk: Walk, guest: Visitor) -> None:
    """Show the demo's helps as `portal demo` does, with the mails that went out so far."""
    drawing = walk.house.app.jinja_env
    drawing.globals["demo"] = True
    if drawing.cache is not None:
        drawing.cache.clear()  # A template keeps what it was loaded with.
    guest.page.route("**/demo/authenticator", _without_refresh)
    guest.page.goto("/demo/mail")
    walk.look(guest, "demo: mailbox, empty")
    for number, mail in enumerate(walk.house.mailroom.mails):
        (walk.folder / f"{number:05d}.eml").write_bytes(mail.as_bytes())
    for path in ("/demo", "/demo/mail", "/demo/mail/00000", "/demo/authenticator"):
        guest.page.goto(path)
        walk.look(guest, f"demo: {path}")
    guest.page.goto("/demo")
    guest.page.locator("a[href^='/demo/people/']").first.click()
    walk.look(guest, "demo: mail to one person")
    guest.page.goto("/demo")
    guest.press("Be Ana")
    guest.page.wait_for_url("**/today")
    walk.look(guest, "demo: today")


def _without_refresh(route: Route) -> None:
    """Let the page stand still while it is looked at."""
    answer = route.fetch()
    left = {name: value for name, value in answer.headers.items() if name != "refresh"}
    route.fulfill(response=answer, headers=left)
