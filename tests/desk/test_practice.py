"""What a practice says once, for every text to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from portal.ledger.models import Entry
from portal.people.queries import answers_of, practice_or_missing
from portal.wording.policy import Row, own_rows
from portal.wording.policy.schedule import PARTS
from tests.builders import World, add_engagement, add_party, add_practice
from tests.cast import ANSWERS, CARLA, OWN_ANSWERS
from tests.pages import Browser

if TYPE_CHECKING:
    from flask import Flask

PATH = "/practice"
ROW = Row("Test results", "from the test's own site", "Ana's encrypted laptop",
          "an encrypted disk under lock", "12 months", "delete")


@pytest.fixture
def ana(world: World, app: Flask) -> Browser:
    """Give Ana, whose practice has answered what a coachee's own terms ask."""
    add_practice(world, answers={k: v for k, v in ANSWERS.items() if not k.startswith("plan.")})
    return Browser(app).be(world, "ana", "coach")


def kept(world: World) -> dict[str, str]:
    with world.ground.work(writes=False) as work:
        return answers_of(work, practice_or_missing(work, world.ids["ana.practice"]))


def test_asks_under_each_text_what_it_is_the_first_to_ask(ana: Browser) -> None:
    page = ana.get(PATH)
    asked = {section["aria-labelledby"]: [field["name"] for field in section.select("[name^=q_]")]
             for section in page.soup.select("section[aria-labelledby^=text-]")}
    assert asked["text-T2"] == ["q_plan_coachee", "q_plan_sponsor"]
    assert asked["text-T1"] == [f"q_{key.replace('.', '_')}" for key in ANSWERS
                                if not key.startswith("plan.")]
    assert len(asked) == 2


def test_keeps_what_the_sponsors_text_says_and_fills_it_in_on_the_terms(
    ana: Browser, world: World
) -> None:
    add_engagement(world)
    add_party(world, "SPONSOR", CARLA)
    says = "by letter alone"
    ana.post(PATH, {"q_plan_sponsor": says}, page=ana.get(PATH))
    assert kept(world)["plan.sponsor"] == says
    terms = f"/engagements/{world.ids['engagement']}/terms"
    page = ana.get(terms)
    assert page.fields(terms)["q_plan_sponsor"].strip() == says
    look = ana.post(terms, {"own_1_sponsor_wishes": OWN_ANSWERS["T2"]["sponsor.wishes"]}, page=page)
    assert f"The coach and the sponsor do so like this: {says}." in look.text


@pytest.mark.parametrize(("field", "text", "words"), [
    ("q_plan_coachee", "", "Answer “How do you and the coachee talk and write between meetings?”"),
    ("q_plan_sponsor", "100 % private", "promises more"),
    ("q_notes_how", "", "Answer “How do you take notes?”"),
])
def test_says_once_what_an_answer_lacks_whichever_texts_ask_for_it(
    ana: Browser, world: World, field: str, text: str, words: str
) -> None:
    before = kept(world)
    again = ana.post(PATH, {field: text, "q_breach_hours": "24"}, page=ana.get(PATH))
    assert again.status == 422
    links = again.soup.select(".errsum a")
    assert [link["href"] for link in links] == [f"#{field}"]
    assert words in links[0].get_text()
    assert again.fields(PATH)["q_breach_hours"] == "24"
    assert kept(world) == before


def test_keeps_rows_of_what_is_kept_and_adds_one_without_losing_a_word(
    ana: Browser, world: World
) -> None:
    begun = ana.post(PATH, {"change": "kept.begin", "q_tools": "telephone", "q_code_name": "x"},
                     page=ana.get(PATH))
    assert begun.fields(PATH)["q_code_name"] == "x"
    assert "in the portal and in these tools: telephone" in begun.fields(PATH).values()
    more = ana.post(PATH, {"change": "kept.add"}, page=begun)
    assert len(more.soup.select("[name$=-what]")) == len(begun.soup.select("[name$=-what]")) + 1
    assert own_rows(kept(world)) == ()
    last = len(begun.soup.select("[name$=-what]"))
    page = ana.post(PATH, {f"kept-{last}-{part}": getattr(ROW, part) for part in PARTS},
                    page=more)
    assert "Kept." in page.text
    assert own_rows(kept(world))[-1] == ROW
    assert len(own_rows(kept(world))) == last + 1


def test_says_which_row_lacks_what_and_keeps_nothing(ana: Browser, world: World) -> None:
    before = kept(world)
    again = ana.post(PATH, {"kept-0-what": "<i>Drawings</i>", "q_tools": "telephone"},
                     page=ana.get(PATH))
    assert again.status == 422
    assert len(again.soup.select(".errsum a[href^='#kept-0-']")) == len(PARTS) - 1
    assert again.fields(PATH)["kept-0-what"] == "<i>Drawings</i>"
    assert "<i>" not in again.html
    assert kept(world) == before


def test_writes_nothing_down_where_nothing_is_new(ana: Browser, world: World) -> None:
    def entries() -> int:
        with world.ground.work(writes=False) as work:
            return work.session.scalar(select(func.count()).select_from(Entry).where(
                Entry.kind == "practice.answers_kept")) or 0

    ana.post(PATH, page=ana.get(PATH))
    once = entries()
    ana.post(PATH, page=ana.get(PATH))
    assert entries() == once
