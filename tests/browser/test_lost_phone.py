"""Ben has lost his phone: on the next one he sets up a new app, and Ana hears him."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import DESKTOP, Visit
from tests.browser.eye import Eye
from tests.browser.steps import Visitor, sign_in
from tests.browser.test_taking import knock
from tests.builders import conclude
from tests.cast import BEN

if TYPE_CHECKING:
    from tests.browser.house import House

pytestmark = pytest.mark.needs("chromium")


def picture(who: Visitor, name: str) -> None:
    """Keep a picture of a page where somebody asked for pictures."""
    folder = os.environ.get("PORTAL_TEST_PICTURES")
    if folder:
        who.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_comes_back_on_a_new_phone_a_day_after_the_coach_heard_him(
    house: House, visit: Visit, phone: dict[str, Any]
) -> None:
    conclude(house.world)
    eye = Eye(also=picture)
    ben = visit(**phone)
    knock(ben, BEN.email)
    ben.choose(f"I am {BEN.name}")
    ben.press("Continue")
    eye.look(ben, "code, with the way back")
    ben.follow("My phone is gone")
    ben.press("Continue")
    ben.page.locator(".errsum").wait_for()
    eye.look(ben, "phone gone, nothing chosen")
    ben.choose("None of them: Ana Berg knows my voice")
    ben.press("Continue")
    ben.sees("Set up a new app")
    eye.look(ben, "new app")
    ben.write("6-digit code", ben.keep_app().fresh())
    ben.press("Continue")
    ben.sees("Call Ana Berg and read eight digits")
    ben.press("Show the digits")
    eye.look(ben, "digits beside the new app")
    hears(house, visit, ben, eye)
    ben.page.reload()
    ben.sees("Your new app counts from tomorrow on")
    eye.look(ben, "the day between")
    house.clock.move(hours=24)
    knock(ben, BEN.email)
    ben.choose(f"I am {BEN.name}")
    ben.press("Continue")
    ben.write("6-digit code", ben.fresh_code())
    ben.press("Continue")
    ben.page.wait_for_url("**/p/consents")
    own(ben, eye)
    assert (eye.barriers, eye.sideways) == ([], [])


def hears(house: House, visit: Visit, ben: Visitor, eye: Eye) -> None:
    """Let Ana see the task, and type what she hears."""
    digits = ben.page.locator(".digits .vh").inner_text().replace(" ", "")
    ana = visit(**DESKTOP)
    sign_in(ana)
    eye.look(ana, "today, somebody asks to be heard")
    ana.page.get_by_role("link", name="Hear the eight digits of Ben Adler").click()
    eye.look(ana, "voice check beside a new app")
    ana.page.locator("#digits").fill(digits)
    ana.choose("By phone, and I know the voice")
    ana.press("Vouch for Ben Adler")
    assert "The new app counts from" in ana.main


def own(ben: Visitor, eye: Eye) -> None:
    """Let Ben put recovery codes away and look at what counts."""
    ben.follow("How I come in")
    eye.look(ben, "how I come in")
    ben.follow("Add another app")
    eye.look(ben, "another app")
    ben.page.goto("/p/account/codes")
    ben.choose("I can print or write them down now")
    ben.press("Show my codes")
    ben.sees("Put these codes away now")
    eye.look(ben, "recovery codes")
