"""Ana's page about time, what sleeps and what runs, in light and dark, wide and narrow."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import Visit
from tests.browser.eye import Eye
from tests.builders import add_engagement, conclude, issue, opened, read_all, sign, vouch_for
from tests.reviewing import first_review, go_to, says

if TYPE_CHECKING:
    from tests.browser.house import House

pytestmark = pytest.mark.needs("chromium")


def test_shows_what_sleeps_and_what_runs_until_when(house: House, visit: Visit) -> None:
    world = house.world
    conclude(world)
    review = first_review(world, world.ids["version"])
    go_to(world, review.opens_at + timedelta(days=1))
    says(world, "COACH")
    add_engagement(world)
    issue(world)
    opened(world)
    read_all(world)
    sign(world)
    vouch_for(world)
    go_to(world, review.grace_until)
    ana, eye = visit(has_touch=True, viewport={"width": 1280, "height": 900}), Eye()
    steps.sign_in(ana)
    ana.follow("Times")
    ana.sees("One agreement sleeps")
    eye.look(ana, "times, asleep")
    ana.page.get_by_role("button", name="Ask again").click()
    expect(ana.page.locator("body")).to_contain_text("The letter of the day asks again.")
    ana.page.emulate_media(media="print")
    expect(ana.page.locator(".gantt rect")).to_have_count(3)
    assert eye.barriers + eye.sideways == []
