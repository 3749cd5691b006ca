"""Ana at her desk and Ben with his phone, from an empty practice to terms in force."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import DESKTOP, Visit
from tests.browser.sealed import check_as_a_stranger, fetch_all
from tests.builders import add_practice
from tests.cast import BEN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.house import House
    from tests.browser.steps import Visitor

pytestmark = pytest.mark.needs("chromium", "oathtool", "pdfsig", "qpdf")


def sign_in_first(ana: Visitor) -> None:
    """Let Ana in for the first time; the key of her app is not shown again."""
    assert len(set(steps.sign_in_first(ana))) == 8
    ana.page.goto("/sign-in/app")
    ana.sees("Begin with the first person you coach")


def invite_from_nothing(ana: Visitor) -> tuple[str, list[str]]:
    """Go from the desk to a sent invitation; returns the engagement and the screens between."""
    screens: list[str] = []
    ana.page.on("framenavigated", lambda frame: screens.append(frame.url))
    ana.follow("New engagement")
    steps.name(ana)
    steps.answer_all(ana)
    ana.press("Continue to look and send")
    steps.sign_and_send(ana, ana.fresh_code())
    return ana.path, screens[:-1]


def last_day(who: Visitor, words: str, form: str) -> date:
    """Return the last day on which the terms hold, as this person's page says it."""
    found = re.search(words, who.main)
    assert found, who.main
    return datetime.strptime(found[1], form).replace(tzinfo=UTC).date()


def leave_and_come_back(ben: Visitor, page: int) -> None:
    """Close the browser's session in the middle, and open the same link again."""
    ben.follow("Finish later")
    ben.sees("Everything is saved")
    ben.press("Sign out on this device")
    ben.sees("You are signed out")
    steps.come_in(ben)
    ben.follow(f"Go on with page {page}")
    ben.page.wait_for_url(f"**/p/read/{page}")


@pytest.mark.parametrize("mark", ["typed", "drawn"])
def test_concludes_terms_from_an_empty_practice(
    house: House, visit: Visit, phone: dict[str, Any], tmp_path: Path, mark: str
) -> None:
    add_practice(house.world, answers=None, enrolled=False)
    ana, ben = visit(**DESKTOP), visit(**phone)
    sign_in_first(ana)
    engagement, screens = invite_from_nothing(ana)
    assert len(screens) <= 3

    steps.begin(ben)
    steps.answer_page(ben)
    steps.answer_page(ben)
    leave_and_come_back(ben, 3)
    pages = 2 + steps.read_on(ben, "Yes, I agree", "No, I do not agree")
    assert pages <= 9
    expect(ben.page.locator(".sum .is-no")).to_have_text("Not agreed")

    steps.fill_sheet(ben)
    if mark == "drawn":
        ben.choose("Draw with a finger or mouse")
        steps.draw(ben)
        drawn = json.loads(ben.page.locator("[name=strokes]").input_value())
        assert len(drawn) == len(steps.SCRAWL)
    steps.press_sign(ben, ben.keep_app().fresh())
    ben.sees("You have signed")
    receipt = ben.path
    assert "Your PDF is being sealed" in ben.main
    digits = steps.digits_on(ben)
    assert re.fullmatch(r"\d{4} \d{4}", digits)

    steps.vouch(ana, engagement, digits)
    house.run("seal", "mail")
    ben.page.goto(receipt)
    assert last_day(ben, r"until (\d+ \w+ \d{4})", "%d %B %Y") == last_day(
        ana, r"In force until (\d+ \w+ \d{4})", "%d %b %Y"
    )

    ana.page.reload()
    papers = [*fetch_all(ana, tmp_path / "ana"), *fetch_all(ben, tmp_path / "ben")]
    for paper in papers:
        check_as_a_stranger(paper)
    common, own, bens = (paper.read_bytes() for paper in papers)
    assert common != own
    assert bens == own

    house.clock.move(hours=3)
    ben.page.goto(receipt)
    ben.sees("Send me my link")
    ben.write("Your mail address", BEN.email)
    ben.press("Send me my link")
    house.run("door")
    steps.come_in(ben)
    ben.write("6-digit code", ben.fresh_code())
    ben.press("Continue")
    ben.sees("You have signed")
    assert ben.path == receipt
