"""Rows on the screen of terms: what is kept, and the rules of an organisation (S1-1, S3-13)."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from portal.agreements.queries import standing_of_one, version_row
from portal.people.queries import answers_of, practice_or_missing
from portal.wording.policy import MOST_ROWS, MOST_RULES, Row, own_rows
from portal.wording.policy.schedule import PARTS
from tests.builders import World, add_engagement, add_party, add_practice
from tests.cast import ACME, ANA, ANSWERS, BEN, CARLA, OWN_ANSWERS
from tests.pages import Browser

if TYPE_CHECKING:
    from flask import Flask

    from tests.pages import Page

ROW = Row("Test results", "from the test's own site", "Ana's encrypted laptop",
          "an encrypted disk under lock", "12 months", "delete")
RULE = {"title": "Code of conduct", "version": "March 2026",
        "text": "Who learns of fraud tells the compliance office", "sha256": ""}
WISHES = {"own_1_sponsor_wishes": OWN_ANSWERS["T2"]["sponsor.wishes"]}


@pytest.fixture
def ana(world: World, app: Flask) -> Browser:
    """Give Ana, who has named Carla and said nothing of the terms yet."""
    add_practice(world)
    add_engagement(world)
    add_party(world, "SPONSOR", CARLA)
    return Browser(app).be(world, "ana", "coach")


@pytest.fixture
def path(ana: Browser, world: World) -> str:
    """Give the path of the screen of terms."""
    return f"/engagements/{world.ids['engagement']}/terms"


def kept(number: int, row: Row = ROW) -> dict[str, str]:
    return {f"kept-{number}-{part}": getattr(row, part) for part in PARTS}


def rule(number: int, **change: str) -> dict[str, str]:
    return {f"rules_1-{number}-{part}": text for part, text in (RULE | change).items()}


def press(ana: Browser, path: str, page: Page, button: str, **values: str) -> Page:
    return ana.post(path, {**values, "change": button}, page=page)


def opened(page: Page, name: str) -> bool:
    """Tell whether a field is seen without unfolding anything."""
    field = page.soup.find(attrs={"name": name})
    assert field is not None
    return all(fold.has_attr("open") for fold in field.find_parents("details"))


def rows_kept(world: World) -> tuple[Row, ...]:
    with world.ground.work(writes=False) as work:
        return own_rows(answers_of(work, practice_or_missing(work, world.ids["ana.practice"])))


def test_begins_with_the_rows_that_the_answers_make(ana: Browser, path: str) -> None:
    page = ana.get(path)
    assert "The coach's notes" in page.text
    assert not page.soup.select("[name^=kept-]")
    begun = press(ana, path, page, "kept.begin", q_notes_where="in a blue notebook")
    assert begun.status == 200
    assert begun.fields(path)["kept-0-what"] == "The coach's notes"
    assert begun.fields(path)["kept-0-now"] == "in a blue notebook"
    assert opened(begun, "kept-0-now")


def test_adds_and_takes_out_a_row_and_keeps_all_else_that_was_typed(
    ana: Browser, path: str, world: World
) -> None:
    page = ana.get(path)
    typed = {"q_breach_hours": "24", "q_code_version": "2030", **kept(0),
             **kept(1, Row("x", "", "", "", "", ""))}
    more = press(ana, path, page, "kept.add", **typed)
    assert typed.items() <= more.fields(path).items()
    new = more.soup.find(autofocus=True)
    assert new is not None
    assert new["name"] == "kept-2-what"
    less = press(ana, path, more, "kept.drop.0")
    assert [less.fields(path)[f"kept-{number}-what"] for number in (1, 2)] == ["x", ""]
    assert "kept-0-what" not in less.fields(path)
    assert less.fields(path)["q_breach_hours"] == "24"
    assert rows_kept(world) == ()


@pytest.mark.parametrize("button", ["kept.drop.7", "kept.drop.x", "kept.drop.", "kept.burn",
                                    f"kept.drop.{'9' * 5000}"])
def test_passes_over_what_no_button_asks_for(ana: Browser, path: str, button: str) -> None:
    again = press(ana, path, ana.get(path), button, **kept(0), **{"kept-²-what": "y"})
    assert again.status == 200
    assert again.fields(path)["kept-0-what"] == ROW.what


def test_keeps_the_rows_with_the_practice_and_prints_them(
    ana: Browser, path: str, world: World
) -> None:
    look = ana.post(path, {**WISHES, **kept(0), **kept(1, Row("", " ", "", "", "", ""))},
                    page=ana.get(path))
    assert look.response.request.path.endswith("/issue")
    assert "Test results. How it comes about: from the test's own site." in look.text
    assert rows_kept(world) == (ROW,)
    assert ana.get(path).fields(path)["kept-0-now"] == ROW.now


def test_prints_the_ready_rows_again_once_every_row_is_taken_out(
    ana: Browser, path: str, world: World
) -> None:
    ana.post(path, {**WISHES, **kept(0), **kept(1)}, page=ana.get(path))
    ana.post(path, {"change": "kept.drop.0"}, page=ana.get(path))
    assert len(rows_kept(world)) == 2
    one = press(ana, path, ana.get(path), "kept.drop.0")
    look = ana.post(path, page=one)
    assert rows_kept(world) == (ROW,)
    none = press(ana, path, ana.get(path), "kept.drop.0")
    look = ana.post(path, page=none)
    assert rows_kept(world) == ()
    assert "Test results" not in look.text
    assert "The coach's notes. How it comes about" in look.text


@pytest.mark.parametrize(("change", "words"), [
    ({"later": ""}, "Answer “Where does it go when the coaching ends?”"),
    ({"ending": ""}, "Answer “What happens to it then?”"),
    ({"ending": "burn"}, "Choose one: “What happens to it then?”"),
    ({"now": "100 % safe"}, "“100 %” promises more"),
    ({"how": "x" * 201}, "use 200 characters at the most"),
    ({"what": "<b>{{x}}</b>"}, "This cannot be printed"),
])
def test_says_what_a_row_lacks_and_leads_there(
    ana: Browser, path: str, world: World, change: dict[str, str], words: str
) -> None:
    (part, text), = change.items()
    row = Row(**{name: change.get(name, getattr(ROW, name)) for name in PARTS})
    again = ana.post(path, {**WISHES, **kept(0), **kept(3, row)}, page=ana.get(path))
    assert again.status == 422
    link = again.soup.select_one(f".errsum a[href='#kept-1-{part}']")
    assert link is not None
    assert words in link.get_text()
    assert len(text) > 200 or link.get_text().startswith("Row 2: ")
    assert opened(again, f"kept-1-{part}")
    assert part == "ending" or again.fields(path)[f"kept-1-{part}"] == text
    assert "<b>" not in again.html
    assert rows_kept(world) == ()


def test_lists_a_rule_that_the_coachee_has_to_see(
    ana: Browser, path: str, world: World
) -> None:
    page = press(ana, path, ana.get(path), "rules_1.add", **WISHES)
    assert opened(page, "rules_1-0-title")
    assert f"Rules of {ACME}" in page.text
    look = ana.post(path, {**rule(0), **rule(1, sha256="ab" * 32, title="Speaking up")}, page=page)
    assert look.response.request.path.endswith("/issue")
    assert "“Code of conduct”, version March 2026" in look.text
    assert "Have you seen this rule?" in look.text
    ana.post(look.response.request.path, {"name": ANA.name, "code": world.fresh_code("ana")},
             page=look)
    with world.ground.work(writes=False) as work:
        standing = standing_of_one(work, world.ids["engagement"])
        facts = next(v for v in standing.versions
                     if standing.agreements[v.agreement_id].template_code == "T2")
        record = json.loads(work.reveal(version_row(work, facts.version_id), "record"))
    words = hashlib.sha256(RULE["text"].encode()).hexdigest()
    assert [one["sha256"] for one in record["rules"]] == [words, "ab" * 32]


def test_takes_a_rule_out_of_the_draft(ana: Browser, path: str) -> None:
    ana.post(path, {**WISHES, **rule(0), **rule(1, title="Speaking up")}, page=ana.get(path))
    less = press(ana, path, ana.get(path), "rules_1.drop.0")
    look = ana.post(path, page=less)
    assert "Speaking up" in look.text
    assert "Code of conduct" not in look.text
    assert "rules_1-1-title" not in ana.get(path).fields(path)


@pytest.mark.parametrize(("change", "words"), [
    ({"title": ""}, "Answer “What is the rule called?”"),
    ({"version": " "}, "Answer “Which version?”"),
    ({"text": "x" * 2001}, "use 2000 characters at the most"),
    ({"text": "<script>totally</script>"}, "promises more"),
    ({"sha256": "AB"}, "Enter the 64 digits and letters"),
])
def test_says_what_a_rule_lacks_and_opens_its_text(
    ana: Browser, path: str, change: dict[str, str], words: str
) -> None:
    (part, text), = change.items()
    again = ana.post(path, {**WISHES, **rule(0, **change)}, page=ana.get(path))
    assert again.status == 422
    link = again.soup.select_one(f".errsum a[href='#rules_1-0-{part}']")
    assert link is not None
    assert words in link.get_text().replace("\xa0", " ")
    assert opened(again, f"rules_1-0-{part}")
    assert again.fields(path)[f"rules_1-0-{part}"].strip() == text.strip()
    assert "<script>ask" not in again.html


def test_asks_nothing_of_the_rules_of_a_text_that_waits(ana: Browser, path: str) -> None:
    look = ana.post(path, {**rule(0, title=""), "later_1": "y"}, page=ana.get(path))
    assert look.response.request.path.endswith("/issue")
    assert ana.get(path).fields(path)["rules_1-0-text"].strip() == RULE["text"]


@pytest.mark.parametrize(("kind", "most"), [("kept", MOST_ROWS), ("rules_1", MOST_RULES)])
def test_has_room_for_nine_and_no_more(
    ana: Browser, path: str, kind: str, most: int
) -> None:
    one = kept if kind == "kept" else rule
    many = {name: text for number in range(most + 2) for name, text in one(number).items()}
    page = press(ana, path, ana.get(path), f"{kind}.add", **many)
    first = "what" if kind == "kept" else "title"
    assert len(page.soup.select(f"[name^={kind}-][name$=-{first}]")) == most == 9
    assert not page.soup.select(f"[value='{kind}.add']")


def test_folds_a_text_where_nothing_is_missing(ana: Browser, path: str) -> None:
    page = ana.get(path)
    first, second = page.soup.select("details.fold")
    assert not first.has_attr("open")
    assert second.has_attr("open")
    assert "1 answer is missing" in second.summary.get_text()  # type: ignore[union-attr]
    ana.post(path, WISHES, page=page)
    assert not ana.get(path).soup.select("details.fold[open]")


def test_shows_a_text_that_is_alone(world: World, app: Flask) -> None:
    add_practice(world)
    add_engagement(world)
    page = Browser(app).be(world, "ana", "coach").get(
        f"/engagements/{world.ids['engagement']}/terms")
    assert len(page.soup.select("details.fold[open]")) == 1
    assert BEN.name in page.heading
    assert ANSWERS["notes.where"] in page.text
