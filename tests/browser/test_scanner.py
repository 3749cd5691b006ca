"""A mail scanner opens every link and presses every button, and nothing comes of it (Z9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from portal.ledger.models import Entry
from tests.browser import steps
from tests.browser.conftest import DESKTOP, Visit
from tests.cast import BEN
from tests.web.stage import rows

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.house import House
    from tests.browser.steps import Visitor

pytestmark = pytest.mark.needs("chromium", "oathtool")

#: Whatever a machine can press on a page.
PRESSABLE = "a[href]:not([href^='#']), button, input[type=submit], summary"
#: What may be written without anybody having said who they are.
HARMLESS = {"access_log", "door_request", "sign_in"}
#: Two controls are the same when they lead to the same place under the same words.
SAME = """e => [e.tagName, e.href ?? "", e.form?.action ?? "", e.name ?? "",
                e.textContent.trim()].join(" ")"""


def press_everything(scanner: Visitor, link: str) -> list[str]:
    """Press each control of each page of ours once, depth first; returns what was pressed."""
    pressed: list[str] = []
    scanner.page.goto(link)
    _press_from(scanner, link, pressed)
    return pressed


def _press_from(scanner: Visitor, url: str, pressed: list[str]) -> None:
    fresh = True
    while (found := _next(scanner, pressed)) is not None or not fresh:
        if found is None:  # what a form answered is exhausted: look at the page itself again
            scanner.page.goto(url)
            fresh = True
            continue
        control, key = found
        pressed.append(key)
        control.click()
        scanner.page.wait_for_load_state()
        fresh = False
        if scanner.page.url.partition("#")[0] != url:
            _press_from(scanner, scanner.page.url, pressed)
            scanner.page.goto(url)
            fresh = True


def _next(scanner: Visitor, pressed: list[str]) -> tuple[Locator, str] | None:
    for control in scanner.page.locator(PRESSABLE).all():
        key = str(control.evaluate(SAME))
        away = control.get_attribute("href") or ""
        ours = not away or str(control.evaluate("e => e.href")).startswith(scanner.house.url)
        if ours and key not in pressed and control.is_visible():
            return control, key
    return None


#: What leads around among the pages that tell each reader how it works.
GUIDES = {"How it works", "For the coach", "For the coachee", "For the sponsor",
          "For the assistant", "For the person who gives support", "Back to where you were",
          "Pages for the others who take part"}


def kinds(house: House) -> list[str]:
    """Return the kinds of everything on record, in order."""
    with house.world.ground.work(writes=False) as work:
        return list(work.session.scalars(select(Entry.kind).order_by(Entry.at)))


def test_a_scanner_that_presses_everything_changes_nothing(
    invited: House, visit: Visit, phone: dict[str, Any]
) -> None:
    house = invited
    link = house.link_for(BEN.email)
    before = rows(house.world.ground.engine, ())

    scanner = visit(**DESKTOP)
    pressed = press_everything(scanner, link)
    seen = {answer.endpoint for answer in house.answers}
    assert {"signing.door", "signing.who", "signing.identify", "reaching.send"} <= seen
    words = {key.rpartition("  ")[2] for key in pressed}
    assert words == {"Continue", "Send me my link", "Privacy notice", "Accessibility",
                     "Check a paper", "Check", "check_paper.py, 250 lines to read and run",
                     "Take back without a code", "Do it now", "Back", *GUIDES}
    changed = {table for table, _row in before ^ rows(house.world.ground.engine, ())}
    assert changed <= HARMLESS
    assert "invitation.opened" not in kinds(house)

    ben = visit(**phone)
    steps.begin(ben)
    assert "invitation.opened" in kinds(house)
    steps.read_on(ben)
    steps.sign_typed(ben)
