"""Ben looks through Carla's eyes before he answers: on a phone, by keyboard, without a script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import Visit
from tests.builders import add_practice, add_table, issue
from tests.cast import CARLA
from tests.web.stage import rows

if TYPE_CHECKING:
    from tests.browser.house import House
    from tests.browser.steps import Visitor

pytestmark = pytest.mark.needs("chromium")

GOALS = "the agreed goals"


@pytest.fixture
def ben(house: House, visit: Visit, phone: dict[str, Any]) -> Visitor:
    """Send Ben in by his link, on a phone that runs no script; four texts wait for him."""
    add_practice(house.world)
    add_table(house.world)
    issue(house.world)
    someone = visit(**phone, java_script_enabled=False)
    steps.come_in(someone)
    return someone


def heard(ben: Visitor) -> list[str]:
    """Return the kinds of information in the sample."""
    ben.arrive()
    heads = ben.page.locator(".as-seen").first.get_by_role("heading", level=3)
    return [text.strip() for text in heads.all_inner_texts()]


def test_shows_what_an_answer_opens_and_answers_nothing(house: House, ben: Visitor) -> None:
    ben.follow("See what the others would get, through their eyes")
    ben.sees("Through whose eyes do you want to look?")
    before = rows(house.world.ground.engine)
    ben.page.get_by_role("link", name=f"Look through the eyes of {CARLA.name}").click()
    ben.sees(f"Through the eyes of {CARLA.name}")
    assert "Agreed goals" not in heard(ben)
    goals = ben.page.get_by_role("checkbox", name=GOALS)
    expect(goals).not_to_be_checked()
    goals.focus()
    ben.page.keyboard.press("Space")
    ben.page.get_by_role("button", name="Look again").focus()
    ben.page.keyboard.press("Enter")
    expect(ben.page.locator("main .said")).to_contain_text("would also hear: Agreed goals")
    assert "Agreed goals" in heard(ben)
    expect(ben.page.get_by_role("checkbox", name=GOALS)).to_be_checked()
    assert rows(house.world.ground.engine) == before
    ben.page.goto("/p/sign")
    expect(ben.page.locator("main")).to_contain_text("Page 1 is still open")
