"""Five people around one engagement, each with a browser of their own.

Ana names everybody and signs all texts with one code; Ben reads them in one sitting and signs with
one code; then Carla, Eli and Gus get their links. Nothing is done behind the pages: mails come from
the mail server, digits from the screen, and papers from the worker.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.browser import steps
from tests.browser.steps import Visitor
from tests.builders import add_practice
from tests.cast import ACME, ANA, BEN, CARLA, ELI, GUS, Character

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.house import House

#: The sections of the second screen: what the section is called, and who is named in it.
OTHERS = (
    ("A sponsor, who pays", CARLA, "An employer’s address"),
    ("An assistant", ELI, "An employer’s address"),
    ("A supporter in the room", GUS, "Their own, private address"),
)
#: Who signs what beside coach and coachee, and by which button.
LATER = {CARLA: "Sign the agreement", ELI: "Accept these limited terms", GUS: "Sign the agreement"}
#: Called at stops with who is there and what the stop is called.
Stop = Callable[[Visitor, str], None]


def _nothing(_who: Visitor, _stop: str) -> None:
    """Stop for nothing."""


@dataclass
class Table:
    """Play the story once; `no_to` are words of the one optional line that Ben answers with no."""

    house: House
    chromium: Browser
    phone: dict[str, Any]
    no_to: str = ""
    stop: Stop = _nothing
    engagement: str = ""
    people: dict[Character, Visitor] = field(default_factory=dict)

    def sit_down(self) -> None:
        """Give Ana a desk and everybody else a telephone."""
        desk = {"viewport": {"width": 1280, "height": 900}}
        for who in (ANA, BEN, *LATER):
            context = self.chromium.new_context(
                base_url=self.house.url, locale="en-GB", reduced_motion="reduce",
                **(desk if who is ANA else self.phone))
            self.people[who] = Visitor(context.new_page(), self.house)

    def rise(self) -> list[str]:
        """Close every browser; returns what they complained about."""
        for person in self.people.values():
            person.page.context.close()
        return [fault for person in self.people.values() for fault in person.faults]

    def play(self) -> None:
        """Go from an empty practice to four texts in force and sealed papers."""
        add_practice(self.house.world, answers=None, enrolled=False)
        ana, ben = self.people[ANA], self.people[BEN]
        steps.sign_in_first(ana)
        ana.follow("New engagement")
        name_everybody(ana)
        self.stop(ana, "people")
        self.issue(ana)
        self.sign(BEN, no_to=self.no_to)
        vouch(ana, BEN, steps.digits_on(ben))
        for who, button in LATER.items():
            self.sign(who, button)
        vouch(ana, CARLA, steps.digits_on(self.people[CARLA]))
        self.house.run("seal", "mail")

    def issue(self, ana: Visitor) -> None:
        """Settle the terms of four texts and send them with one code."""
        ana.press("Continue to the terms")
        steps.answer_all(ana)
        self.stop(ana, "terms")
        ana.press("Continue to look and send")
        ana.sees(f"This is what {BEN.name} will read")
        self.stop(ana, "look and send")
        steps.sign_and_send(ana, ana.fresh_code())
        self.engagement = ana.path

    def sign(self, who: Character, button: str = "Sign the agreement", no_to: str = "") -> None:
        """Let somebody come in by the link, read everything, and sign with one code."""
        someone = self.people[who]
        steps.come_in(someone, who)
        self.stop(someone, f"{who.name}: start")
        someone.follow("Start reading")
        someone.page.wait_for_url("**/p/read/1")
        steps.read_on(someone, no_to=no_to)
        steps.fill_sheet(someone, who)
        self.stop(someone, f"{who.name}: sheet")
        steps.press_sign(someone, someone.keep_app().fresh(), button)
        someone.sees(re.compile("^You have (signed|accepted)$"))
        self.stop(someone, f"{who.name}: receipt")

    def come_back(self, who: Character) -> None:
        """Let somebody come in again, by the front door and with a code."""
        someone = self.people[who]
        someone.page.goto("/lost")
        someone.write("Your mail address", who.email)
        someone.press("Send me my link")
        someone.sees("Look into your mailbox")
        self.house.run("door")
        steps.come_in(someone, who)
        someone.write("6-digit code", someone.fresh_code())
        someone.press("Continue")
        someone.page.wait_for_url("**/p/consents")


def name_everybody(ana: Visitor) -> None:
    """Fill in the first two screens: Ben, and whoever else takes part."""
    steps.enter_coachee(ana, BEN)
    ana.press("Name who else takes part")
    ana.sees("Who else takes part?")
    for title, who, owner in OTHERS:
        name_one(ana, title, who, owner)
    ana.write("Organisation", ACME)


def name_one(ana: Visitor, title: str, who: Character, owner: str) -> None:
    """Open a section of the second screen, and name somebody there."""
    section = ana.page.locator("details", has=ana.page.locator("summary", has_text=title))
    section.locator("summary").click()
    section.get_by_label("Full name", exact=True).fill(who.name)
    section.get_by_label("Mail address", exact=True).fill(who.email)
    section.get_by_label(owner, exact=True).check()
    section.get_by_label("Nobody, as far as I know", exact=True).check()


def vouch(ana: Visitor, who: Character, digits: str) -> None:
    """Type, from the board, the digits that somebody reads out."""
    ana.page.goto("/today")
    ana.page.get_by_role("link", name=f"Type the eight digits of {who.name}").first.click()
    ana.write("The 8 digits that you hear", digits)
    ana.choose("By video, and I see the person")
    ana.press(f"Vouch for {who.name}")
    ana.page.wait_for_url(re.compile(r"/engagements/[0-9a-f]{32}$"))
