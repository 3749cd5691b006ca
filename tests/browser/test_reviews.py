"""Agreements are looked at again on a phone: one link, one code, keep, change or end."""

from __future__ import annotations

import re
import subprocess
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import DESKTOP, Visit
from tests.browser.eye import Eye
from tests.cast import BEN, CARLA
from tests.plugins.needs import tool
from tests.reviewing import first_review
from tests.sharing.table import seat_everyone
from tests.signing.table import states

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.house import House
    from tests.browser.steps import Visitor

pytestmark = pytest.mark.needs("chromium", "java", "vnu")


def answers(someone: Visitor, *words: str) -> None:
    """Choose an answer to each text in order, and send them."""
    for number, word in enumerate(words):
        someone.page.get_by_label(word, exact=True).nth(number).check()
    someone.press("Send my answer")


def comes(someone: Visitor, who: Any, key: str) -> None:
    """Come in by the newest link, with one code."""
    steps.come_in(someone, who)
    someone.write("6-digit code", someone.house.world.fresh_code(key))
    someone.press("Continue")
    someone.sees("Look at it again")


def test_keeps_changes_and_ends_on_a_phone(
    house: House, visit: Visit, phone: dict[str, Any], tmp_path: Path
) -> None:
    world = house.world
    seat_everyone(world)
    eye, ana = Eye(), visit(**DESKTOP)
    ben, carla = visit(**phone), visit(**phone)
    # At noon: letters go out by day.
    noon = first_review(world, world.ids["T2"]).due_at - timedelta(days=6, hours=12)
    house.clock.move(seconds=(noon - house.clock.now()).total_seconds())
    house.run("reviews")
    house.run("mail")
    comes(ben, BEN, "ben")
    eye.look(ben, "asked")
    # The code of the sign-in is the one code of this sitting: three taps and a press.
    expect(ben.page.get_by_label("6-digit code")).to_have_count(0)
    answers(ben, "Keep it as it is", "Keep it as it is", "Keep it as it is")
    expect(ben.page.locator("main")).to_contain_text("What you said is written down.")
    eye.look(ben, "kept")
    comes(carla, CARLA, "carla")
    carla.page.get_by_label("Change it", exact=True).check()
    carla.press("Send my answer")
    expect(carla.page.locator("main")).to_contain_text("Write what you would like changed.")
    eye.look(carla, "blamed")
    carla.write("What would you like changed?", "Every second month is enough.")
    carla.press("Send my answer")
    expect(carla.page.locator("main")).to_contain_text("You answered on")
    steps.sign_in(ana)
    ana.page.goto(f"/engagements/{world.ids['engagement']}")
    eye.look(ana, "engagement")
    ana.page.get_by_role("link", name="Look at it again").first.click()
    ana.sees("Look at it again")
    expect(ana.page.locator("main")).to_contain_text("Somebody would like a change.")
    eye.look(ana, "desk")
    ana.page.get_by_label("End it", exact=True).last.check()
    ana.press("Send my answer")
    expect(ana.page.locator("main")).to_contain_text("Written down.")
    ana.follow("Ask for a look beside these days")
    eye.look(ana, "calling")
    assert sorted(states(world).values()) == ["IN_FORCE", "IN_FORCE", "IN_FORCE", "WITHDRAWN"]
    is_valid(house, tmp_path / "pages")
    assert eye.barriers + eye.sideways == []


def is_valid(house: House, folder: Path) -> None:
    """Let the validator read every page of looking again, as it was sent."""
    folder.mkdir()
    pages = [answer for answer in house.answers if answer.endpoint.startswith("reviews.")]
    assert pages
    for number, answer in enumerate(pages):
        (folder / f"{number:02d}-{answer.endpoint}.html").write_text(answer.html)
    said = subprocess.run([tool("java"), "-jar", tool("vnu"), folder], capture_output=True,
                          text=True, check=False)
    assert re.sub(f"file:{re.escape(str(folder))}/", "", said.stderr) == ""
