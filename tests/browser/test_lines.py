"""The line editor in a browser: the sentence follows what is chosen, with and without a script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from portal.agreements.queries import agreement_by_template
from tests.browser import steps
from tests.browser.conftest import DESKTOP, Visit
from tests.builders import add_practice, add_table

if TYPE_CHECKING:
    from tests.browser.house import House
    from tests.browser.steps import Visitor

pytestmark = pytest.mark.needs("chromium")


@pytest.fixture
def line(house: House) -> str:
    """Give the address of a line that Ana may change."""
    add_practice(house.world)
    engagement_id = add_table(house.world)
    with house.world.ground.work(writes=False) as work:
        agreement = agreement_by_template(work, engagement_id, "T2")
    return f"/engagements/{engagement_id}/agreements/{agreement.id}/lines/progress"


def go_to(ana: Visitor, line: str) -> None:
    """Sign Ana in and lead her to the line."""
    steps.sign_in(ana)
    ana.page.goto(line)
    expect(ana.page.locator("[data-live-sentence]")).to_contain_text("in the portal or in person")


def test_changes_the_sentence_while_one_edits(line: str, visit: Visit) -> None:
    ana = visit(**DESKTOP)
    go_to(ana, line)
    sentence = ana.page.locator("[data-live-sentence]")
    trouble = ana.page.locator("[data-live-trouble]")
    ana.page.get_by_label("View in the portal").uncheck()
    expect(sentence).not_to_contain_text("in the portal")
    expect(sentence).to_contain_text("in person")
    ana.page.get_by_label("Meeting in person").uncheck()
    expect(trouble).to_have_text("Choose at least one way.")
    expect(sentence).to_have_text("…")
    ana.page.get_by_label("Letter").check()
    expect(sentence).to_contain_text("by letter")
    expect(trouble).to_be_hidden()
    assert ana.path.endswith("/progress")
    shown = sentence.inner_text()
    ana.press("Keep the line")
    ana.sees("What is shared, line by line")
    assert shown in ana.main


def test_shows_the_sentence_by_a_button_where_no_script_runs(line: str, visit: Visit) -> None:
    ana = visit(**DESKTOP, java_script_enabled=False)
    go_to(ana, line)
    ana.page.get_by_label("View in the portal").uncheck()
    ana.press("Show the sentence")
    expect(ana.page.locator("[data-live-sentence]")).not_to_contain_text("in the portal")
    expect(ana.page.get_by_label("View in the portal")).not_to_be_checked()
    expect(ana.page.get_by_label("Meeting in person")).to_be_checked()
