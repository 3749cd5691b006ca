"""A walk past every page of the first journey, with an eye on each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser import edges, steps
from tests.browser.eye import Eye
from tests.browser.steps import Visitor
from tests.builders import add_practice
from tests.cast import ANA, BEN, PASSWORD
from tests.web.stage import NELE

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.house import House

#: What somebody is writing when their session runs out.
WORDS = "That I know by spring whether the new team works."


@dataclass
class Walk:
    """Go past the pages one after the other; `faults` are what browsers complained about."""

    house: House
    chromium: Browser
    folder: Path
    eye: Eye = field(default_factory=Eye)
    faults: list[str] = field(default_factory=list)
    receipt: str = ""

    @contextmanager
    def visitor(self) -> Iterator[Visitor]:
        """Send somebody in, with a browser of their own that is closed afterwards."""
        context = self.chromium.new_context(
            base_url=self.house.url,
            locale="en-GB",
            reduced_motion="reduce",
            has_touch=True,
            viewport={"width": 1280, "height": 900},
        )
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
            self.second_text(ana)
        with self.visitor() as guest:
            edges.without_the_app(self, guest)
            edges.public(self, guest)
            edges.demo(self, guest)

    def look(self, visitor: Visitor, name: str, path: str | None = None) -> None:
        """Wait until the visitor is at a path that ends so, then look."""
        if path is not None:
            visitor.page.wait_for_url(f"**{path}")
        self.eye.look(visitor, name)

    def fail(self, visitor: Visitor, name: str, button: str) -> None:
        """Send a form as it stands, and look at what it says about that."""
        visitor.press(button)
        visitor.page.locator(".errsum").wait_for()
        self.look(visitor, name)

    # ---- Ana ----

    def first_sign_in(self, ana: Visitor) -> None:
        ana.page.goto("/")
        self.look(ana, "sign in", "/sign-in")
        self.fail(ana, "sign in, empty", "Continue")
        ana.write("Mail address", ANA.email)
        ana.write("Password", PASSWORD)
        ana.press("Continue")
        self.look(ana, "join an app", "/sign-in/app")
        self.fail(ana, "join an app, no code", "Confirm and sign in")
        ana.write("6-digit code", ana.keep_app().fresh())
        ana.press("Confirm and sign in")
        self.look(ana, "recovery codes")
        ana.follow("I have put them away, continue")
        self.look(ana, "today, empty", "/today")
        ana.page.goto("/practice/record")
        self.look(ana, "record", "/practice/record")
        self.is_it_you(ana)
        ana.page.goto("/today")

    def is_it_you(self, ana: Visitor) -> None:
        """Ask for a key when the last code is long ago: what was typed goes on with the code."""
        self.house.clock.move(minutes=11)
        ana.page.goto("/sign-in/again")
        self.look(ana, "is it you, before a page", "/sign-in/again")
        ana.page.goto("/practice/programs")
        ana.write("What is the program called?", "Notes tool")
        ana.choose("30 days")
        ana.press("Make the key")
        self.look(ana, "is it you, before a form", "/sign-in/again**")
        self.fail(ana, "is it you, no code", "Go on")
        ana.write("6-digit code", ana.fresh_code())
        ana.press("Go on")
        self.look(ana, "the new key", "/practice/programs")

    def three_screens(self, ana: Visitor) -> str:
        ana.follow("New engagement")
        self.look(ana, "who", "/engagements/new")
        self.fail(ana, "who, empty", "Continue to the terms")
        steps.name(ana)
        self.look(ana, "terms", "/terms")
        self.fail(ana, "terms, empty", "Continue to look and send")
        steps.answer_all(ana)
        ana.press("Continue to look and send")
        self.look(ana, "look and send", "/issue")
        self.fail(ana, "look and send, no code", "Sign and send")
        ana.write("Your full name", ANA.name)
        steps.sign_and_send(ana, ana.fresh_code())
        self.look(ana, "engagement, open")
        return ana.path

    def around_the_request(self, ana: Visitor, engagement: str) -> None:
        ana.page.goto("/today")
        self.look(ana, "today, waiting")
        ana.page.goto(engagement)
        ana.page.get_by_role("link", name="Read the text").click()
        self.look(ana, "text", "/text")
        ana.page.goto("/practice")
        self.look(ana, "practice")
        ana.page.locator("[name=q_breach_hours]").fill("many")
        self.fail(ana, "practice, wrong", "Keep these answers")
        ana.page.goto(engagement)
        ana.page.get_by_role("link", name="Correct the address").first.click()
        self.look(ana, "address", "/address")
        self.fail(ana, "address, empty", "Use this address")

    # ---- Ben ----

    def link(self, ben: Visitor) -> None:
        ben.page.goto(self.house.link_for(BEN.email))
        self.look(ben, "behind the link")
        ben.press("Continue")
        self.look(ben, "who are you", "/p/who")
        self.fail(ben, "who are you, no answer", "Continue")
        ben.choose(f"I am {BEN.name}")
        ben.press("Continue")
        self.look(ben, "start", "/p/start")

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
        self.look(ben, "sheet", "/p/sign")
        ben.write("Your full name", "")
        self.fail(ben, "sheet, empty", "Sign the agreement")
        ben.choose("Draw with a finger or mouse")
        self.fail(ben, "sheet, not drawn", "Sign the agreement")
        ben.follow("Decline to sign")
        self.look(ben, "decline", "/p/decline/*")
        self.fail(ben, "decline, no answer", "Continue")
        ben.follow("Finish later")
        self.look(ben, "later", "/p/later")
        ben.follow("Mails to me")
        self.look(ben, "mails to me", "/p/mails")
        ben.page.goto("/p/later")
        ben.press("Sign out on this device")
        self.look(ben, "signed out", "/p/leave")
        steps.come_in(ben)
        ben.follow("Check your answers and sign")
        steps.agree_to_screen(ben)
        steps.draw(ben)
        self.look(ben, "sheet, drawn")
        steps.press_sign(ben, ben.keep_app().fresh())
        self.look(ben, "receipt, voice open", "/p/agreements/*")

        self.receipt = ben.path

    # ---- both ----

    def voice(self, ana: Visitor, ben: Visitor, engagement: str) -> None:
        digits = steps.digits_on(ben)
        ben.page.goto("/p/consents")
        self.look(ben, "consents, voice open")
        ben.follow("Days for my calendar")
        self.look(ben, "own calendar", "/p/calendar")
        ben.page.goto("/p/digits")
        self.look(ben, "digits")
        ana.page.goto("/today")
        self.look(ana, "today, voice")
        ana.page.goto(engagement)
        self.look(ana, "engagement, voice")
        ana.follow("Type the eight digits")
        self.look(ana, "vouch", "/vouching")
        self.fail(ana, "vouch, empty", f"Vouch for {BEN.name}")
        steps.vouch(ana, engagement, digits)
        self.look(ana, "engagement, sealing")
        ben.page.reload()
        self.look(ben, "digits, vouched")

    def papers(self, ana: Visitor, ben: Visitor, engagement: str) -> None:
        ben.page.goto(self.receipt)
        self.look(ben, "receipt, sealing")
        self.house.run("seal")
        ben.page.reload()
        self.look(ben, "receipt")
        ben.follow("The text you signed, as a page")
        self.look(ben, "signed text", "/text")
        ben.page.goto("/p/consents")
        self.look(ben, "consents")
        ben.follow("Mails to me")
        ben.choose("Send me no reminders")
        ben.press("Keep this")
        self.look(ben, "mails to me, kept")
        ana.page.goto(engagement)
        self.look(ana, "engagement, in force")

    def back_again(self, ben: Visitor) -> None:
        """Come in anew after three hours, in which words were typed that came too late."""
        ben.page.goto("/p/hopes")
        ben.write("What I hope to hear", WORDS)
        self.house.clock.move(hours=3)
        ben.press("Keep my words")
        self.look(ben, "front door, words are kept", "/lost")
        ben.page.goto("/p/consents")
        self.look(ben, "front door, sent here")
        self.fail(ben, "front door, empty", "Send me my link")
        ben.write("Your mail address", BEN.email)
        ben.press("Send me my link")
        self.look(ben, "link on its way")
        self.house.run("door")
        steps.come_in(ben)
        self.look(ben, "code", "/p/code")
        self.fail(ben, "code, none", "Continue")
        ben.write("6-digit code", ben.fresh_code())
        ben.press("Continue")
        self.look(ben, "typed too late", "/p/typed**")
        ben.press(f"Show it again {WORDS}")
        self.look(ben, "typed too late, shown again", "/p/hopes")
        assert ben.page.get_by_label("What I hope to hear").input_value() == WORDS
        ben.press("Keep my words")
        ben.page.get_by_text("Your words are kept.").wait_for()
        ben.page.goto("/p/typed")
        self.look(ben, "typed too late, nothing")
        ben.page.goto("/p/consents")
        ben.page.goto("/p/later")
        self.look(ben, "nothing waits")
        ben.page.goto("/nowhere")
        self.look(ben, "no such page")

    def second_text(self, ana: Visitor) -> None:
        """Let a second coachee decline, and the coach take the text back and try again."""
        engagement = self._invite_nele(ana)
        with self.visitor() as nele:
            steps.come_in(nele, NELE)
            nele.page.goto("/p/sign")
            nele.follow("Decline to sign")
            nele.choose("I decline to sign this agreement")
            nele.press("Continue")
            self.look(nele, "declined")
        ana.page.goto(engagement)
        ana.press("Take the text back")
        self.look(ana, "engagement, taken back")
        ana.follow("Prepare a new text")
        self.look(ana, "terms, answered before", "/terms")
        ana.press("Continue to look and send")
        steps.sign_and_send(ana, ana.fresh_code(), NELE)
        with self.visitor() as somebody:
            link = self.house.link_for(NELE.email)
            somebody.page.goto(link)
            somebody.press("Continue")
            somebody.choose("This is not me")
            somebody.press("Continue")
            self.look(somebody, "not me")
            somebody.page.goto(link)
            self.look(somebody, "dead link")
        ana.page.goto(engagement)
        self.look(ana, "engagement, not them")
        ana.page.goto("/today")
        self.look(ana, "today, mixed")
        ana.follow("Times")
        self.look(ana, "times", "/times")
        ana.page.goto("/practice/calendar")
        self.look(ana, "calendar")
        ana.press("Make an address")
        self.look(ana, "calendar, new address")

    def _invite_nele(self, ana: Visitor) -> str:
        steps.sign_in(ana)
        ana.follow("New engagement")
        steps.name(ana, NELE)
        ana.page.wait_for_url("**/terms")
        engagement = ana.path.removesuffix("/terms")
        ana.page.goto(engagement)
        self.look(ana, "engagement, draft")
        ana.page.goto(f"{engagement}/issue")
        ana.press("Continue to look and send")  # nothing was said of the terms yet
        steps.sign_and_send(ana, ana.fresh_code(), NELE)
        ana.press(f"End the link of {NELE.name}")
        self.look(ana, "engagement, link ended")
        self.house.clock.move(minutes=1)
        ana.press("Send a new link")
        ana.sees(f"Waiting for {NELE.name} to sign")
        return engagement
