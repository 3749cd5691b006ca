"""A walk past every page of the first journey, with an eye on each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, abort

from portal.demo.views import bp as demo
from portal.web.guards import Door, guard
from tests.browser import steps
from tests.browser.eye import Eye
from tests.browser.steps import Visitor
from tests.builders import add_practice
from tests.cast import ANA, BEN, PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from portal.ground.work import Work
    from tests.browser.house import House


class Broken(Exception):
    """Stand for whatever may fail on our side."""


@guard(Door.ANYONE)
def _fail(work: Work, status: int) -> Response:
    if status == 500:
        raise Broken
    abort(status)


def furnish(app: Flask, folder: Path) -> None:
    """Add the demo's pages, and addresses that answer with every kind of no."""
    app.register_blueprint(demo)
    app.config["DEMO_MAIL"] = folder
    app.add_url_rule("/fail/<int:status>", "fail", _fail)


@dataclass
class Walk:
    """Go past the pages one after the other; `faults` are what browsers complained about."""

    house: House
    chromium: Browser
    folder: Path
    eye: Eye = field(default_factory=Eye)
    faults: list[str] = field(default_factory=list)

    @contextmanager
    def visitor(self) -> Iterator[Visitor]:
        """Send somebody in, with a browser of their own that is closed afterwards."""
        context = self.chromium.new_context(
            base_url=self.house.url, locale="en-GB", reduced_motion="reduce", has_touch=True,
            viewport={"width": 1280, "height": 900})
        someone = Visitor(context.new_page(), self.house)
        yield someone
        context.close()
        self.faults += someone.faults

    def all(self) -> None:
        """Walk past everything once."""
        add_practice(self.house.world, answers=None, enrolled=False)
        with self.visitor() as ana, self.visitor() as ben:
            self.first_sign_in(ana)
            engagement = self.three_screens(ana)
            self.around_the_request(ana, engagement)
            self.link(ben)
            self.reading(ben)
            self.sheet(ben)
            self.voice(ana, ben, engagement)
            self.papers(ana, ben, engagement)
            self.back_again(ben)
            self.second_text(ana, ben, engagement)
            self.everywhere(ana)
        with self.visitor() as nobody:
            self.failures(nobody)
        with self.visitor() as guest:
            self.demo(guest)
        with self.visitor() as ana:
            self.lost_app(ana)

    def look(self, visitor: Visitor, name: str, heading: str | None = None) -> None:
        """Wait for a heading, then look."""
        if heading is not None:
            visitor.sees(heading)
        self.eye.look(visitor, name)

    def fail(self, visitor: Visitor, name: str, button: str) -> None:
        """Send a form as it stands, and look at what it says about that."""
        visitor.press(button)
        visitor.page.locator(".errsum").wait_for()
        self.look(visitor, name)

    # ---- Ana ----

    def first_sign_in(self, ana: Visitor) -> None:
        ana.page.goto("/")
        self.look(ana, "sign in", "Sign in as coach")
        self.fail(ana, "sign in, empty", "Continue")
        ana.write("Mail address", ANA.email)
        ana.write("Password", PASSWORD)
        ana.press("Continue")
        self.look(ana, "join an app", "Set up your authenticator app")
        self.fail(ana, "join an app, no code", "Confirm and sign in")
        ana.write("6-digit code", ana.keep_app().fresh())
        ana.press("Confirm and sign in")
        self.look(ana, "recovery codes", "Put these codes away now")
        ana.follow("I have put them away, continue")
        self.look(ana, "today, empty", "Begin with the first person you coach")

    def three_screens(self, ana: Visitor) -> str:
        ana.follow("New engagement")
        self.look(ana, "who", "Whom do you coach?")
        self.fail(ana, "who, empty", "Continue to the terms")
        steps.name_ben(ana)
        self.look(ana, "terms", f"What do you agree with {BEN.name}?")
        self.fail(ana, "terms, empty", "Continue to look and send")
        steps.answer_all(ana)
        ana.press("Continue to look and send")
        self.look(ana, "look and send", f"This is what {BEN.name} will read")
        self.fail(ana, "look and send, no code", "Sign and send")
        ana.write("Your full name", ANA.name)
        steps.sign_and_send(ana, ana.fresh_code())
        self.look(ana, "engagement, open")
        return ana.path

    def around_the_request(self, ana: Visitor, engagement: str) -> None:
        ana.page.goto("/today")
        self.look(ana, "today, waiting")
        ana.page.goto(f"{engagement}/text")
        self.look(ana, "text")
        ana.page.goto("/practice")
        self.look(ana, "practice")
        ana.page.locator("[name=q_breach_hours]").fill("many")
        self.fail(ana, "practice, wrong", "Keep these answers")
        ana.page.goto(engagement)
        ana.page.get_by_role("link", name="Correct the address").first.click()
        self.look(ana, "address", f"Where does mail reach {BEN.name}?")
        self.fail(ana, "address, empty", "Use this address")

    # ---- Ben ----

    def link(self, ben: Visitor) -> None:
        ben.page.goto(self.house.link_for(BEN.email))
        self.look(ben, "behind the link")
        ben.press("Continue")
        self.look(ben, "who are you", "Who are you?")
        self.fail(ben, "who are you, no answer", "Continue")
        ben.choose(f"I am {BEN.name}")
        ben.press("Continue")
        self.look(ben, "start", f"{ANA.name} asks you to read and sign")

    def reading(self, ben: Visitor) -> None:
        ben.page.goto("/p/sign")
        self.look(ben, "sheet, nothing read")
        ben.page.goto("/p/read/1")
        self.fail(ben, "page 1, no answer", "Continue")
        number = 1
        while ben.path == f"/p/read/{number}":
            self.look(ben, f"page {number}")
            steps.answer_page(ben, "Yes, I agree" if number % 2 else "No, I do not agree")
            number += 1

    def sheet(self, ben: Visitor) -> None:
        self.look(ben, "sheet", "Check your answers, then sign")
        ben.write("Your full name", "")
        self.fail(ben, "sheet, empty", "Sign the agreement")
        ben.choose("Draw with a finger or mouse")
        self.fail(ben, "sheet, not drawn", "Sign the agreement")
        ben.follow("Decline to sign")
        self.look(ben, "decline", "Decline to sign")
        self.fail(ben, "decline, no answer", "Continue")
        ben.follow("Finish later")
        self.look(ben, "later", "Everything is saved")
        ben.press("Sign out on this device")
        self.look(ben, "signed out", "You are signed out")
        steps.come_in(ben)
        ben.follow("Check your answers and sign")
        steps.fill_sheet(ben)
        steps.draw(ben)
        self.look(ben, "sheet, drawn")
        steps.press_sign(ben, ben.keep_app().fresh())
        self.look(ben, "receipt, voice open", "You have signed")

    # ---- both ----

    def voice(self, ana: Visitor, ben: Visitor, engagement: str) -> None:
        digits = steps.digits_on(ben)
        ben.page.goto("/p/consents")
        self.look(ben, "consents, voice open", "My consents")
        ben.page.goto("/p/digits")
        self.look(ben, "digits")
        ana.page.goto("/today")
        self.look(ana, "today, voice")
        ana.page.goto(engagement)
        self.look(ana, "engagement, voice", "Waiting for your voice check")
        ana.follow("Type the eight digits")
        self.look(ana, "vouch")
        self.fail(ana, "vouch, empty", f"Vouch for {BEN.name}")
        steps.vouch(ana, engagement, digits)
        self.look(ana, "engagement, sealing")
        ben.page.reload()
        self.look(ben, "digits, vouched", "Checked by voice")

    def papers(self, ana: Visitor, ben: Visitor, engagement: str) -> None:
        ben.page.goto("/p/consents")
        self.look(ben, "consents, sealing")
        self.house.run("seal")
        ben.page.reload()
        self.look(ben, "consents", "My consents")
        ben.follow("Receipt") if ben.page.get_by_role("link", name="Receipt").count() else None
        ben.page.goto(self.receipt())
        self.look(ben, "receipt", "You have signed")
        ben.follow("The text you signed, as a page")
        self.look(ben, "signed text")
        ben.page.goto("/p/start")
        ana.page.goto(engagement)
        self.look(ana, "engagement, in force")
        ana.page.goto("/today")
        self.look(ana, "today, settled")

    def receipt(self) -> str:
        return f"/p/agreements/{self.version()}"
