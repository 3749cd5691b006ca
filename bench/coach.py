"""How far it is for a coach: from signing in to five people invited, in a real browser.

Five people sign four kinds of text: the coachee, a sponsor, an assistant and two supporters. The
coach signs in, names them, settles the terms, looks, and signs with one code. A screen is a page
that the coach works on; a field is one that is typed into or chosen. The seconds are those of a
machine that types at once and reads nothing: what the pages and the network around them cost.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from portal import schema
from portal.ground.db import make_engine
from tests.browser import steps
from tests.browser.conftest import ARGS, DESKTOP
from tests.browser.house import House, a_house
from tests.browser.steps import Visitor
from tests.browser.table import OTHERS, name_everybody, name_one
from tests.builders import add_practice, opened, read_all, sign
from tests.cast import ANSWERS, BEN, CARLA, ELI, GUS
from tests.journeys.steps import remember_ben
from tests.plugins.needs import find
from tests.web.stage import NELE

INVITED = (BEN, CARLA, ELI, GUS, NELE)
#: Counts each field once, on every page: what is typed or chosen tells the document so.
_COUNT = """document.addEventListener("input", () => {
    sessionStorage.fields = Number(sessionStorage.fields || 0) + 1;
}, true)"""


@dataclass(frozen=True)
class Way:
    """Hold what one way took, and how many invitations went out when."""

    screens: int
    fields: int
    seconds: float
    at_once: int
    after_the_yes: int


def measure(*, known: bool = True) -> Way | None:
    """Return what it takes where the practice has given its answers before (`known`), or has
    not; None where there is no browser."""
    program = find("chromium")
    if program is None:
        return None
    with _house() as house, sync_playwright() as playwright:
        add_practice(house.world, answers=ANSWERS if known else None)
        browser = playwright.chromium.launch(executable_path=program, args=ARGS)
        way = _go(house, browser, known)
        browser.close()
        return way


@contextmanager
def _house() -> Iterator[House]:
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as home:
        empty = f"sqlite:///{home}/empty.db"
        engine = make_engine(empty)
        schema.upgrade(engine)
        engine.dispose()
        with a_house(empty, Path(home)) as house:
            yield house


def _go(house: House, browser: Browser, known: bool) -> Way:
    context = browser.new_context(base_url=house.url, locale="en-GB", **DESKTOP)
    context.add_init_script(_COUNT)
    ana, screens = Visitor(context.new_page(), house), list[str]()
    ana.page.on("framenavigated", lambda frame: screens.append(frame.url))
    begun = time.monotonic()
    invite_five(ana, known)
    seconds = time.monotonic() - begun
    fields = int(ana.page.evaluate("sessionStorage.fields"))
    at_once = _invitations(house)
    remember_ben(house.world)
    house.world.ids["engagement"] = house.world.ids["ben.engagement"]
    opened(house.world)
    read_all(house.world)
    sign(house.world)
    return Way(len(screens) - 1, fields, seconds, at_once, _invitations(house) - at_once)


def invite_five(ana: Visitor, known: bool) -> None:
    """Go from the sign-in page to the page that says what waits for whom."""
    steps.sign_in(ana)
    ana.follow("New engagement")
    name_everybody(ana)
    ana.press("Keep these and add more")
    ana.page.get_by_text(GUS.email).wait_for()
    section, _gus, owner = OTHERS[-1]
    name_one(ana, section, NELE, owner)
    ana.press("Continue to the terms")
    (steps.answer_own if known else steps.answer_all)(ana)
    ana.press("Continue to look and send")
    steps.sign_and_send(ana, ana.house.world.fresh_code("ana"))


def _invitations(house: House) -> int:
    """Deliver what waits; returns how many mails with a link the five have got."""
    bodies = [mail.get_body(("plain",)) for who in INVITED for mail in house.mails_to(who.email)]
    return sum("/i/" in body.get_content() for body in bodies if body is not None)


if __name__ == "__main__":
    for practice in (True, False):
        print(measure(known=practice))
