"""Taking back on one's own pages and on the coach's: what is said before, and the receipt after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.builders import World
from tests.cast import ANA, BEN, ELI
from tests.pages import Browser, Page
from tests.people.outbox import waiting
from tests.sharing.table import seat_everyone
from tests.signing.table import states
from tests.taking.acts import entries, take_line, take_whole

if TYPE_CHECKING:
    from flask import Flask


def of(world: World, app: Flask, key: str = "ben") -> Browser:
    world.ids.setdefault(f"{key}.engagement", world.ids["engagement"])
    return Browser(app).be(world, key, "party")


def desk(world: World, app: Flask) -> Browser:
    return Browser(app).be(world, "ana", "coach")


def line_path(world: World, text: str, number: int) -> str:
    return f"/p/agreements/{world.ids[text]}/lines/{number}/withdrawal"


def whole_path(world: World, text: str) -> str:
    return f"/p/agreements/{world.ids[text]}/withdrawal"


def engagement_page(world: World, app: Flask) -> Page:
    return desk(world, app).get(f"/engagements/{world.ids['engagement']}")


def test_inv_7_takes_a_line_back_with_one_press_and_no_code(table: World, app: Flask) -> None:
    ben, path = of(table, app), line_path(table, "T2", 2)
    assert ben.get("/p/consents").soup.find("a", href=path)
    before = ben.get(path)
    for words in ("You do not have to give a reason. It takes effect at once.", "What changes",
                  "What stays", "What was passed on already cannot be called back."):
        assert words in before.text
    after = ben.post(path, {"press": "all"}, page=before)
    assert after.response.request.path == f"/p/agreements/{table.ids['T2']}/withdrawn"
    assert "Line 2:" in after.text
    assert "(Central European" in after.text
    assert "You took this back on" in ben.get("/p/consents").text
    assert [mail.to for mail in waiting(table, "taken_back")] == [ANA.email]


def test_takes_back_only_what_was_ticked_of_a_line(table: World, app: Flask) -> None:
    ben, path = of(table, app), line_path(table, "T2", 1)
    page = ben.post(path, {"press": "part"}, page=ben.get(path))
    assert page.status == 422
    assert "Tick what you take back, or take back the whole line." in page.text
    page = ben.post(path, {"press": "part", "kinds": "LOG.BILLING"}, page=page)
    assert "Line 1, a part of it: Fees and invoices." in page.text
    assert "LOG.BILLING" not in ben.get(path).html
    assert "You took back a part of this on" in ben.get("/p/consents").text
    ben.post(path, {"press": "all"}, page=ben.get(path))
    assert ben.get(path).response.request.path.endswith("/withdrawn")
    assert len(entries(table, "line.withdrawn")) == 2


def test_does_nothing_without_the_button(table: World, app: Flask) -> None:
    """A machine that sends every form as it stands takes back nothing."""
    ben, eli = of(table, app), of(table, app, "eli")
    for browser, path in (
            (ben, line_path(table, "T2", 2)), (ben, whole_path(table, "T2")),
            (ben, f"/p/agreements/{table.ids['T2']}/signature"), (eli, "/p/stepping-out"),
            (eli, "/p/seen-by-mistake")):
        page = browser.post(path, page=browser.get(path))
        assert page.status == 422, path
        assert "Press the button that says what shall happen." in page.text
    assert set(states(table).values()) == {"IN_FORCE"}


def test_takes_a_whole_agreement_back_and_says_what_that_means(table: World, app: Flask) -> None:
    ben, path = of(table, app), whole_path(table, "T2")
    page = ben.get(path)
    assert "The coaching pauses until there is a new text that all have signed" in page.text
    page = ben.post(path, {"press": "yes"}, page=page)
    assert "The whole agreement." in page.text
    assert states(table)["T2"] == "WITHDRAWN"
    assert "You took it back on" in ben.get("/p/consents").text
    assert ben.get(path).response.request.path.endswith("/withdrawn")


def test_leads_to_an_empty_receipt_before_anything_was_taken_back(
    table: World, app: Flask
) -> None:
    page = of(table, app).get(f"/p/agreements/{table.ids['T2']}/withdrawn")
    assert "You have taken nothing back of this agreement." in page.text


@pytest.mark.parametrize("key", ["carla", "eli", "gus"])
def test_lets_nobody_but_the_coachee_take_lines_back(
    table: World, app: Flask, key: str
) -> None:
    text = {"carla": "T2", "eli": "T3", "gus": "T4"}[key]
    browser = of(table, app, key)
    for path in (line_path(table, text, 1), whole_path(table, text),
                 f"/p/agreements/{table.ids[text]}/withdrawn"):
        assert browser.get(path).status == 404
        assert browser.post(path.replace("withdrawn", "withdrawal"), {"press": "all"}).status == 404
    assert states(table)[text] == "IN_FORCE"


@pytest.mark.parametrize("what", ["line", "whole"])
def test_z2_no_day_of_the_sponsor_dates_a_withdrawal(
    table: World, app: Flask, what: str
) -> None:
    carla = of(table, app, "carla")
    before = carla.get("/p/consents").text
    take_line(table, "T2", 1) if what == "line" else take_whole(table, "T2")
    assert carla.get("/p/consents").text == before
    assert "can take it back, and you are not told." in before
    table.clock.move(days=400)
    assert "Not shared under current agreements." in of(table, app, "carla").get("/p/consents").text


def test_shows_the_coach_which_line_was_taken_back_and_when(table: World, app: Flask) -> None:
    take_line(table, "T2", 2)
    part = engagement_page(table, app).soup.find("section", {"aria-labelledby": "taken-h"})
    words = " ".join(part.get_text(" ").split())
    assert "line 2." in words
    assert "goals" in words
    story = desk(table, app).get(f"/engagements/{table.ids['engagement']}/story")
    assert f"{BEN.name} took back line 2 of “Three-way agreement”." in story.text


def test_z13_writes_down_what_was_told_in_a_talk(table: World, app: Flask) -> None:
    ana, path = desk(table, app), f"/engagements/{table.ids['engagement']}/withdrawal"
    assert engagement_page(table, app).soup.find("a", href=path)
    page = ana.post(path, page=ana.get(path))
    assert page.status == 422
    assert "Choose what was taken back." in page.text
    page = ana.post(path, {"what": f"{table.ids['T2']}/2"}, page=page)
    assert f"{BEN.name} gets a mail about it." in page.text
    assert "Told in a talk" in page.text
    assert [mail.to for mail in waiting(table, "taken_by_phone")] == [BEN.email]
    receipt = of(table, app).get(f"/p/agreements/{table.ids['T2']}/withdrawn")
    assert f"You told {ANA.name}, who wrote it down." in receipt.text
    ana.post(path, {"what": table.ids["T3"]}, page=ana.get(path))
    assert states(table)["T3"] == "WITHDRAWN"
    ana.post(path, {"what": "all"}, page=ana.get(path))
    assert set(states(table).values()) == {"WITHDRAWN"}
    assert "agreed to nothing now" in ana.get(path).text


def test_shows_no_coach_a_line_that_was_answered_with_no(world: World, app: Flask) -> None:
    seat_everyone(world, "no")
    path = f"/engagements/{world.ids['engagement']}/withdrawal"
    offered = [one["value"] for one in desk(world, app).get(path).soup.select("[name=what]")]
    assert f"{world.ids['T2']}/1" in offered
    assert f"{world.ids['T2']}/2" not in offered


def test_lets_somebody_step_out_for_good(table: World, app: Flask) -> None:
    eli = of(table, app, "eli")
    page = eli.get("/p/stepping-out")
    assert "What you promised to keep private stays private." in page.text
    page = eli.post("/p/stepping-out", {"press": "yes"}, page=page)
    assert "You take part no longer" in page.text
    assert states(table)["T3"] == "WITHDRAWN"
    assert "Not shared under current agreements." in eli.get("/p/consents").text
    assert f"{ELI.name} no longer takes part." in desk(table, app).get(
        f"/engagements/{table.ids['engagement']}/story").text
    assert "Has taken part no longer since" in of(table, app).get("/p/people").text
    assert ELI.name not in engagement_page(table, app).soup.find(
        "section", {"aria-labelledby": "people-h"}).get_text()


def test_k43_tells_the_coach_what_was_seen_by_mistake_and_nobody_what_it_was(
    table: World, app: Flask
) -> None:
    eli = of(table, app, "eli")
    page = eli.post("/p/seen-by-mistake", {"note": "It lay in the printer.", "press": "yes"},
                    page=eli.get("/p/seen-by-mistake"))
    assert f"{ANA.name} is told. Thank you." in page.text
    assert "It lay in the printer." in engagement_page(table, app).text
    ben = of(table, app).get("/p/consents").text
    assert f"{ELI.name} said on" in ben
    assert "printer" not in ben
    assert "printer" not in str(waiting(table, "seen_by_mistake"))
    assert "mistake." in desk(table, app).get(
        f"/engagements/{table.ids['engagement']}/story").text


def test_inv_2_leads_the_coach_to_a_new_text_when_one_that_is_needed_is_gone(
    table: World, app: Flask
) -> None:
    take_whole(table, "T1")
    page = desk(table, app).get("/today")
    assert page.heading == "One agreement that a coaching needs has ended"
    assert f"The coaching with {BEN.name} is paused until there is a new text." in page.text
    assert "Prepare a new text" in page.text
    assert "it is paused until there is a new one." in engagement_page(table, app).text
    take_whole(table, "T3")
    assert desk(table, app).get("/today").heading == page.heading
