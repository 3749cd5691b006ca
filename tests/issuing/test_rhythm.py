"""How often a text is looked at again: as its agreement says, or its practice, never less often
than its template."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from portal.agreements.policy import reviews
from portal.agreements.queries import standing_of_one
from portal.wording.policy import rhythm_key, with_rhythm
from portal.wording.queries import template
from tests.builders import (
    World,
    add_engagement,
    add_practice,
    issue,
    opened,
    read_all,
    sign,
    vouch_for,
)
from tests.cast import DORA
from tests.pages import Browser

if TYPE_CHECKING:
    from flask import Flask


@pytest.mark.parametrize(("answers", "months", "expected"), [
    ({}, 0, 6), ({}, 3, 3), ({}, 1, 1), ({}, 6, 6), ({}, 12, 6), ({}, -1, 6),
    ({"review.T1": "2"}, 0, 2), ({"review.T1": "2"}, 3, 3), ({"review.T1": "24"}, 0, 6),
    ({"review.T1": "often"}, 0, 6), ({"review.T2": "1"}, 0, 6),
])
def test_inv_18_is_never_looked_at_less_often_than_the_template_says(
    answers: dict[str, str], months: int, expected: int
) -> None:
    assert with_rhythm(template("T1"), answers, months).review_months == expected
    assert rhythm_key("T1") == "review.T1"


def test_what_the_coach_chooses_stands_in_the_text_and_decides(world: World, app: Flask) -> None:
    add_practice(world)
    add_engagement(world)
    ana, path = Browser(app).be(world, "ana", "coach"), f"/engagements/{world.ids['engagement']}"
    page = ana.get(f"{path}/terms")
    assert "How often do you look at it again?" in page.text
    looked = ana.post(f"{path}/terms", {"looks_0": "2"}, page=page)
    assert looked.status == 200, looked.text
    issue(world)
    opened(world)
    read_all(world)
    sign(world)
    vouch_for(world)
    with world.ground.work(writes=False) as work:
        facts = standing_of_one(work, world.ids["engagement"]).version(world.ids["version"])
    days = [review.day for review in reviews(facts)]
    assert len(days) == 5
    assert days[0] - facts.effective_from.date() < timedelta(days=63)
    text = ana.get(f"{path}/versions/{world.ids['version']}/text").text
    assert "every 2 months" in text or "every two months" in text


def test_the_practices_next_text_begins_with_it(world: World, app: Flask) -> None:
    add_practice(world)
    add_engagement(world)
    ana = Browser(app).be(world, "ana", "coach")
    path = f"/engagements/{world.ids['engagement']}/terms"
    ana.post(path, {"looks_0": "3"}, page=ana.get(path))
    add_engagement(world, DORA, "dora")
    page = ana.get(f"/engagements/{world.ids['engagement']}/terms")
    assert page.fields()["looks_0"] == "3"
