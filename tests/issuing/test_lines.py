"""The line editor: narrowing, dropping and adding lines inside what the text describes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from portal.agreements.actions import save_draft
from portal.agreements.queries import agreement_by_template, draft_values, standing_of_one
from portal.engagements.queries import by_id
from portal.issuing.queries import composed, material_of, sheet_of
from portal.plain.errors import Refused
from portal.wording.policy import LineEdit, WhyNotLine, choices_values, why_not_issue
from tests.builders import World, add_engagement, add_party, add_practice, issue
from tests.cast import CARLA, DEV, YUL, ZOE
from tests.pages import Browser
from tests.web.stage import DORA, add_colleague

if TYPE_CHECKING:
    from flask import Flask

    from tests.pages import Page

PROGRESS = {"categories": ["PRG.PROGRESS"], "channels": ["portal", "in_person"],
            "max_form": "summary", "starts": "2026-11-23", "ends": "2027-05-22"}


@pytest.fixture
def table(world: World) -> World:
    """Give a world in which Ana has named Ben, Carla and Dev, and sent nothing."""
    add_practice(world)
    add_engagement(world)
    add_party(world, "SPONSOR", CARLA)
    add_party(world, "LINE_MANAGER", DEV)
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = by_id(work, world.ids["engagement"])
        drafts = {code: agreement_by_template(work, engagement.id, code) for code in ("T1", "T2")}
        world.ids |= {code: agreement.id for code, agreement in drafts.items()}
        save_draft(work, engagement, drafts["T2"], {
            "starts_on": "2026-11-23", "answers": {"sponsor.wishes": "whether goals are met"}})
    return world


@pytest.fixture
def ana(app: Flask, table: World) -> Browser:
    """Give Ana's browser."""
    return Browser(app).be(table, "ana", "coach")


def at(world: World, key: str = "", code: str = "T2") -> str:
    """Return the address of the lines of a draft, or of one of them."""
    found = f"/engagements/{world.ids['engagement']}/agreements/{world.ids[code]}/lines"
    return f"{found}/{key}" if key else found


def kept(world: World, code: str = "T2") -> dict[str, Any]:
    """Return what the draft keeps."""
    with world.ground.work(writes=False) as work:
        return draft_values(work, world.ids[code])


def sentence(page: Page) -> str:
    """Return the one sentence that a page of a line shows."""
    found = page.soup.find("p", attrs={"data-live-sentence": True})
    assert found is not None
    return found.get_text()


def sentences(world: World, code: str = "T2") -> dict[str, str]:
    """Return the sentences of the permits by key."""
    with world.ground.work(writes=False, actor=world.coach()) as work:
        sheet = sheet_of(work, world.ids["engagement"], world.ids[code])
        return {row.key: row.sentence for row in sheet.rows if row.asked}


def press(ana: Browser, world: World, key: str, act: str) -> Page:
    """Press one of the buttons beside a line in the list."""
    action = at(world, f"{key}/act")
    return ana.post(action, {"act": act}, page=ana.get(at(world)))


def test_lists_every_line_of_a_draft_as_one_sentence(table: World, ana: Browser) -> None:
    page = ana.get(at(table))
    with table.ground.work(writes=False) as work:
        material = material_of(work, by_id(work, table.ids["engagement"]), table.ids["T2"])
        record = composed(work, material, standing_of_one(work, table.ids["engagement"])).record
    assert len(record["lines"]) == 8
    for line in record["lines"]:
        assert line["sentence"] in page.text
    assert "What Ben Adler is asked" in page.text
    assert "They cannot be taken out or made weaker" in page.text


def test_offers_to_add_what_the_text_describes_and_nobody_hears_who_has_no_name(
    table: World, ana: Browser
) -> None:
    kinds = ana.get(at(table)).soup.select('a[href*="kind="]')
    assert [a.get_text() for a in kinds] == [
        "Dates, invoices and whether the coaching runs", "Goals and progress, for the sponsor",
        "The overall result, for the sponsor", "What the organisation could do to help"]
    page = ana.get(at(table, "new?kind=org_support"))
    assert [box["value"] for box in page.soup.select('[name="recipients"]')] == [
        "LINE_MANAGER", "SPONSOR"]
    assert ana.get(at(table, "new?kind=anything")).status == 404
    kinds = ana.get(at(table, code="T1")).soup.select('a[href*="kind="]')
    assert [a.get_text() for a in kinds] == [
        "A case without names, for supervision", "Name and hours, for a professional body"]


def test_narrows_a_line_and_keeps_no_more_than_what_differs(table: World, ana: Browser) -> None:
    before = sentences(table)["progress"]
    page = ana.get(at(table, "progress"))
    assert sentence(page) == before
    done = ana.post(at(table, "progress"), {**PROGRESS, "channels": ["in_person"]})
    assert done.status == 200
    assert "The line is kept as you put it." in done.text
    assert kept(table)["edits"] == {"progress": {"channels": ["in_person"]}}
    after = sentences(table)["progress"]
    assert after == before.replace("in the portal or in person", "in person") != before
    assert after in done.text


def test_goes_back_to_how_the_template_has_it(table: World, ana: Browser) -> None:
    before = sentences(table)
    ana.post(at(table, "progress"), {**PROGRESS, "max_form": "fact"})
    assert sentences(table) != before
    page = ana.get(at(table, "progress"))
    assert "Back to how the template has it" in page.text
    ana.post(at(table, "progress/act"), page=page)
    assert sentences(table) == before
    assert kept(table)["edits"] == {}
    assert "Back to how" not in ana.get(at(table, "progress")).text


def test_keeps_nothing_where_a_line_is_saved_as_the_template_has_it(
    table: World, ana: Browser
) -> None:
    ana.post(at(table, "progress"), {**PROGRESS, "channels": ["in_person", "portal"]})
    assert kept(table)["edits"] == {}


def test_leaves_a_line_out_and_asks_again(table: World, ana: Browser) -> None:
    press(ana, table, "goals", "leave-out")
    assert "goals" not in sentences(table)
    assert kept(table)["leave_out"] == ["goals"]
    assert "Left out" in ana.get(at(table)).text
    press(ana, table, "goals", "ask")
    assert "goals" in sentences(table)


def test_changes_a_line_that_was_left_out_and_so_asks_it(table: World, ana: Browser) -> None:
    press(ana, table, "progress", "leave-out")
    ana.post(at(table, "progress"), {**PROGRESS, "max_form": "headline"})
    assert "as one line at most" in sentences(table)["progress"]


def test_adds_a_line_and_takes_it_out(table: World, ana: Browser) -> None:
    new = at(table, "new?kind=org_support")
    page = ana.get(new)
    assert sentence(page) == "…"
    assert "Choose at least one person." in page.text
    ana.post(new, {"recipients": ["SPONSOR"], "channels": ["video"], "max_form": "headline",
                   "starts": "2026-11-23", "ends": "2027-01-31"})
    added = sentences(table)["added-1"]
    assert "tell Carla Conti what Acme" in added or "Carla Conti" in added
    assert "31 January 2027" in added
    row = ana.get(at(table))
    assert "Added by you" in row.text
    again = ana.get(at(table, "added-1"))
    assert sentence(again) == added
    ana.post(at(table, "added-1"), {"recipients": ["LINE_MANAGER"], "channels": ["video"],
                                    "max_form": "fact", "starts": "2026-11-23",
                                    "ends": "2027-05-22"})
    assert "Dev Desai" in sentences(table)["added-1"]
    press(ana, table, "added-1", "take-out")
    assert "added-1" not in sentences(table)


def test_does_nothing_for_a_button_of_a_page_that_is_out_of_date(
    table: World, ana: Browser
) -> None:
    """Added lines are numbered: what stood second is first once the first is gone."""
    for ends in ("2027-01-31", "2027-02-28"):
        ana.post(at(table, "new?kind=org_support"), {
            "recipients": ["SPONSOR"], "channels": ["video"], "max_form": "fact",
            "starts": "2026-11-23", "ends": ends})
    old = ana.get(at(table))
    action = at(table, "added-1/act")
    ana.post(action, page=old)
    page = ana.post(action, page=old)
    assert "The lines were changed in another window." in page.text
    assert "28 February 2027" in sentences(table)["added-1"]


def test_shows_the_sentence_and_keeps_all_that_was_chosen(table: World, ana: Browser) -> None:
    before = kept(table)
    page = ana.post(at(table, "progress"), {**PROGRESS, "channels": ["post"], "show": "page"})
    assert page.status == 200
    assert "by letter" in sentence(page)
    assert [box["value"] for box in page.soup.select('[name="channels"][checked]')] == ["post"]
    page = ana.post(at(table, "progress"), {**PROGRESS, "channels": [], "show": "page"})
    assert page.status == 200
    assert "Choose at least one way." in page.text
    assert not page.soup.select(".errsum")
    assert kept(table) == before


def test_tells_a_script_the_sentence_or_what_is_in_its_way(table: World, ana: Browser) -> None:
    page = ana.post(at(table, "progress"), {**PROGRESS, "channels": ["post"], "show": "words"})
    assert page.response.json is not None
    assert "by letter" in page.response.json["sentence"]
    assert page.response.json["trouble"] == ""
    page = ana.post(at(table, "progress"), {**PROGRESS, "starts": "soon", "show": "words"})
    assert page.response.json == {"sentence": "", "trouble": "Enter a day as in 2027-05-31."}
    assert "edits" not in kept(table)


@pytest.mark.parametrize(("typed", "words"), [
    ({"ends": "2027-05-23"}, "The text itself holds from 23 November 2026 to 22 May 2027."),
    ({"starts": "2026-11-22"}, "The text itself holds from 23 November 2026 to 22 May 2027."),
    ({"ends": "2028-11-23"}, "No line runs longer than 24 months"),
    ({"ends": "2026-11-22"}, "The last day is before the first one."),
    ({"ends": ""}, "Enter the last day."),
])
def test_inv_8_refuses_at_entry_what_runs_too_long(
    table: World, ana: Browser, typed: dict[str, str], words: str
) -> None:
    page = ana.post(at(table, "progress"), {**PROGRESS, "max_form": "fact", **typed})
    assert page.status == 422
    assert words in page.text
    assert page.soup.select_one('[name="max_form"][checked]')["value"] == "fact"  # type: ignore[index]
    for name, value in typed.items():
        assert page.soup.select_one(f'[name="{name}"]').get("value", "") == value  # type: ignore[union-attr]
    assert "edits" not in kept(table)


def test_inv_17_refuses_at_entry_what_may_be_no_condition(table: World, ana: Browser) -> None:
    page = ana.post(at(table, "running"), {
        "categories": ["LOG.ATTENDANCE", "PRG.GOALS"], "purposes": ["billing"],
        "channels": ["portal"], "starts": "2026-11-23", "ends": "2027-05-22"})
    assert page.status == 422
    assert "Only dates, invoices and whether the coaching runs may be settled" in page.text
    assert [box["value"] for box in page.soup.select('[name="categories"][checked]')] == [
        "LOG.ATTENDANCE"]
    assert "edits" not in kept(table)


@pytest.mark.parametrize("typed", [
    {"max_form": "raw"}, {"channels": ["portal", "hr_file"]}, {"categories": ["CNT.NOTES"]},
    {"categories": ["PRG.OUTCOME"]}, {"categories": ["XXX"]}, {"max_form": "XXX"},
    {"channels": ["XXX"]},
])
def test_inv_18_refuses_at_entry_what_was_not_offered(
    table: World, ana: Browser, typed: dict[str, Any]
) -> None:
    page = ana.post(at(table, "progress"), {**PROGRESS, **typed})
    assert page.status == 422
    assert "This goes further than the text describes." in page.text
    assert "edits" not in kept(table)


def test_inv_18_takes_no_notice_of_a_value_for_what_is_no_question(
    table: World, ana: Browser
) -> None:
    """The sponsor is the only one who can hear of progress, and to be informed the only purpose."""
    ana.post(at(table, "progress"), {
        **PROGRESS, "max_form": "fact", "purposes": ["appraisal"], "recipients": ["HR_PARTNER"]})
    assert kept(table)["edits"] == {"progress": {"max_form": "fact"}}


def test_inv_19_refuses_at_entry_whoever_has_no_name(table: World, ana: Browser) -> None:
    page = ana.post(at(table, "new?kind=org_support"), {
        "recipients": ["HR_PARTNER"], "channels": ["video"], "max_form": "fact",
        "starts": "2026-11-23", "ends": "2027-05-22"})
    assert page.status == 422
    assert "Choose people by name." in page.text
    assert "added" not in kept(table)


@pytest.mark.parametrize(("key", "edit", "why"), [
    ("progress", {"ends": "2027-05-23"}, WhyNotLine.OUTSIDE_THE_VERSION),
    ("progress", {"ends": "2028-11-23"}, WhyNotLine.LONGER_THAN_24_MONTHS),
    ("running", {"categories": ["PRG.GOALS"]}, WhyNotLine.NOT_A_CONDITION),
    ("progress", {"channels": ["hr_file"]}, WhyNotLine.ABOVE_THE_CEILING),
    ("org_support", {"recipients": ["HR_PARTNER"]}, WhyNotLine.RECIPIENT_NOT_NAMED),
])
def test_inv_8_17_18_19_hold_in_the_model_too(
    table: World, key: str, edit: dict[str, Any], why: WhyNotLine
) -> None:
    with table.ground.work(writes=True, actor=table.coach()) as work:
        engagement = by_id(work, table.ids["engagement"])
        agreement = agreement_by_template(work, engagement.id, "T2")
        save_draft(work, engagement, agreement, {"edits": {key: edit}})
        material = material_of(work, engagement, agreement.id)
        faults = why_not_issue(material.draft(), material.today)
        assert why in faults
    with pytest.raises(Refused) as no:
        issue(table)
    assert no.value.reason in faults


def test_says_which_line_no_longer_fits_its_text(table: World, ana: Browser) -> None:
    assert "no longer fits" not in ana.get(at(table)).text
    with table.ground.work(writes=True, actor=table.coach()) as work:
        engagement = by_id(work, table.ids["engagement"])
        save_draft(work, engagement, agreement_by_template(work, engagement.id, "T2"),
                   {"edits": {"progress": {"ends": "2027-05-23"}}})
    assert "This line no longer fits its text" in ana.get(at(table)).text


@pytest.mark.parametrize(
    "key", ["no_content", "no_hr_file", "nothing", "added-1", "added-x", "new"])
def test_has_no_page_for_a_no_or_for_a_line_that_is_not_there(
    table: World, ana: Browser, key: str
) -> None:
    assert ana.get(at(table, key)).status == 404
    assert ana.post(at(table, key), PROGRESS).status == 404
    assert ana.post(at(table, f"{key}/act"), {"act": "leave-out"}).status == 404


@pytest.mark.parametrize(("key", "act"), [
    ("running", "leave-out"), ("running", "ask"), ("goals", "take-out"), ("goals", "burn")])
def test_knows_no_other_acts(table: World, ana: Browser, key: str, act: str) -> None:
    said = sentences(table)[key]
    assert ana.post(at(table, f"{key}/act"), {"act": act, "said": said}).status == 404
    assert sentences(table)[key] == said


def test_lets_nobody_else_see_or_change_a_line(app: Flask, table: World) -> None:
    add_colleague(table, DORA, "dora")
    add_practice(table, ZOE, "zoe", name="Quist Coaching")
    for who in ("dora", "zoe"):
        browser = Browser(app).be(table, who, "coach")
        assert browser.get(at(table)).status == 404
        assert browser.get(at(table, "goals")).status == 404
        assert browser.post(at(table, "goals"), PROGRESS).status == 404
        assert browser.post(at(table, "goals/act"), {"act": "leave-out"}).status == 404


def test_takes_no_agreement_of_another_engagement(table: World, ana: Browser) -> None:
    other = table.ids["T2"]
    add_engagement(table, YUL, "yul")
    for path in ("lines", "lines/goals"):
        assert ana.get(f"/engagements/{table.ids['engagement']}/agreements/{other}/{path}"
                       ).status == 404


def test_edits_no_text_that_is_out(world: World, app: Flask) -> None:
    add_practice(world)
    add_engagement(world)
    with world.ground.work(writes=False) as work:
        world.ids["T1"] = agreement_by_template(work, world.ids["engagement"], "T1").id
    agreement = world.ids["T1"]
    issue(world)
    world.ids["T1"] = agreement
    before = kept(world, "T1")
    ana = Browser(app).be(world, "ana", "coach")
    for path in (at(world, code="T1"), at(world, "supervision", "T1")):
        assert ana.get(path, follow=False).location.endswith(world.ids["engagement"])
    assert "This text was sent already." in ana.get(at(world, code="T1")).text
    said = "Ana Berg may talk"
    assert ana.post(at(world, "supervision", "T1"), {
        "channels": ["video"], "max_form": "fact", "starts": "2026-11-23",
        "ends": "2027-11-22"}).status == 409
    ana.post(at(world, "supervision/act", "T1"), {"act": "leave-out", "said": said})
    assert kept(world, "T1") == before


def test_freezes_the_very_sentences_that_it_showed(table: World, ana: Browser) -> None:
    page = ana.post(at(table, "progress"), {**PROGRESS, "channels": ["in_person"], "show": "page"})
    shown = sentence(page)
    ana.post(at(table, "progress"), {**PROGRESS, "channels": ["in_person"]})
    new = {"recipients": ["LINE_MANAGER"], "channels": ["phone_work"], "max_form": "fact",
           "starts": "2026-12-01", "ends": "2027-05-22"}
    added = sentence(ana.post(at(table, "new?kind=org_support"), {**new, "show": "page"}))
    ana.post(at(table, "new?kind=org_support"), new)
    with table.ground.work(writes=False) as work:
        engagement = by_id(work, table.ids["engagement"])
        material = material_of(work, engagement, table.ids["T2"])
        record = composed(work, material, standing_of_one(work, engagement.id)).record
    found = {line["key"]: line["sentence"] for line in record["lines"]}
    assert (found["progress"], found["added-1"]) == (shown, added)
    assert choices_values(replace(material.choices)) == {
        "leave_out": [], "edits": {"progress": {"channels": ["in_person"]}},
        "added": [{"categories": ["PRG.ORG_SUPPORT"], "recipients": ["LINE_MANAGER"],
                   "purposes": ["support_at_work"], "channels": ["phone_work"],
                   "max_form": "fact", "starts": "2026-12-01"}]}
    assert material.choices.edits["progress"] == LineEdit(channels=("in_person",))
