"""The screen of terms in a browser: rows without a script, folds, and the Enter key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import DESKTOP, Visit
from tests.browser.eye import Eye
from tests.builders import add_engagement, add_party, add_practice
from tests.cast import CARLA, ELI

if TYPE_CHECKING:
    from tests.browser.house import House

pytestmark = pytest.mark.needs("chromium")


@pytest.fixture
def terms(house: House) -> str:
    """Give the address of the terms of an engagement with three texts."""
    add_practice(house.world)
    engagement_id = add_engagement(house.world)
    add_party(house.world, "SPONSOR", CARLA)
    add_party(house.world, "ASSISTANT", ELI)
    return f"/engagements/{engagement_id}/terms"


def test_adds_rows_leads_into_folds_and_goes_on_with_enter(terms: str, visit: Visit) -> None:
    ana = visit(**DESKTOP, java_script_enabled=False)
    steps.sign_in(ana)
    ana.page.goto(terms)
    ana.write("What does the sponsor hope to hear?", "whether the goals are reached")
    ana.press("Add a rule")
    title = ana.page.get_by_label("What is the rule called?")
    expect(title).to_be_focused()
    title.fill("Code of conduct")
    title.press("Enter")
    ana.page.locator(".errsum").wait_for()
    assert ana.path == terms
    expect(title).to_have_value("Code of conduct")
    ana.page.get_by_role("link", name="Rule 1: Answer “What does it say?”").click()
    expect(ana.page.get_by_label("What does it say?")).to_be_in_viewport()
    ana.press("Take out Rule 1")
    expect(title).to_have_count(0)
    ana.press("Continue to look and send")
    expect(ana.page.locator("main")).to_contain_text("“whether the goals are reached”")


def test_shows_nobody_a_barrier_with_rows_and_with_mistakes_in_them(
    terms: str, visit: Visit
) -> None:
    ana, eye = visit(**DESKTOP), Eye()
    steps.sign_in(ana)
    ana.page.goto(terms)
    ana.press("Add a rule")
    ana.page.get_by_text("Your practice’s answers").click()
    ana.press("Change these rows")
    ana.press("Add a row")
    ana.write("Which version?", "3")
    ana.page.locator("[name=kept-4-what]").fill("Drawings")
    ana.press("Continue to look and send")
    ana.page.locator(".errsum").wait_for()
    eye.look(ana, "terms")
    assert eye.barriers + eye.sideways == []
