"""One sitting for all that waits: one code, ticks, declining, and the coachee's people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from portal.agreements.models import Signature
from portal.agreements.queries import manifests_of
from portal.factors.models import UsedStep
from portal.factors.policy import CodeNo
from portal.issuing import actions as issuing
from portal.reaching.actions import recall
from portal.signing.queries import seat_of, waiting_of
from tests.builders import World, opened, read_all, sign
from tests.journeys.steps import answers_on, read_on
from tests.pages import Browser, Page
from tests.signing.table import TEXTS, ben_signs, browser, kinds, mails_to, set_table, signs, states

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def table(world: World) -> World:
    """Give a world in which four texts wait for Ben, who has come in."""
    set_table(world)
    return world


def sheet(page: Page, world: World, *codes: str, **more: str) -> dict[str, object]:
    """Fill in the sheet: tick the texts of these templates by what the page offers."""
    titles = {"T1": "Coachee confidentiality terms", "T2": "Three-way sponsor agreement",
              "T3": "Assistant, limited scope", "T4": "Supporting person"}
    offered = {str(page.soup.find("label", {"for": box["id"]}).get_text()): box["value"]
               for box in page.soup.find_all("input", {"name": "ticks", "type": "checkbox"})}
    return {"ticks": [offered[titles[code]] for code in codes], "name": "Ben Adler",
            "mark": "type", "erecord": "y", **more}


def send(ben: Browser, page: Page, world: World, *codes: str, **more: str) -> Page:
    """Send the sheet with these ticks and a fresh code."""
    code = more.pop("code", "") or world.fresh_code("ben")
    return ben.post("/p/sign", sheet(page, world, *codes, code=code, **more), page=page)


def test_z24_adds_few_screens_for_each_further_text(table: World) -> None:
    with table.ground.work(writes=False, actor=table.party()) as work:
        waiting = waiting_of(work, seat_of(work))
    assert waiting is not None
    screens = {text.shown["template"]: len(waiting.of(text)) for text in waiting.texts}
    assert list(screens) == list(TEXTS)
    assert screens["T1"] <= 9
    assert screens["T2"] <= 5
    assert screens["T3"] <= 3
    assert [screen.number for screen in waiting.screens] == list(range(1, len(waiting.screens) + 1))


def test_z12_signs_four_texts_with_one_code(table: World, app: Flask) -> None:
    ben = browser(table, app, level="mailbox")
    check, pages = read_on(ben)
    assert pages <= 9 + 5 + 3 + 3
    assert not check.soup.find_all("input", {"name": "ticks", "checked": True})
    receipt = send(ben, check, table, *TEXTS)
    assert re.fullmatch(r"/p/agreements/[0-9a-f]{32}", receipt.response.request.path)
    assert receipt.heading == "You have signed"
    assert "4 agreements, with one code." in receipt.text
    assert "Three-way sponsor agreement, with Carla Conti" in receipt.text
    with table.ground.work(writes=False) as work:
        steps = {manifests_of(work, table.ids[code])[table.ids["ben.party"]]["code"]["step"]
                 for code in TEXTS}
        used = work.session.scalars(select(UsedStep)).all()
    assert len(steps) == 1
    assert [step.step for step in used].count(steps.pop()) == 1
    assert states(table) == {"T1": "SCHEDULED", "T2": "PARTLY_SIGNED", "T3": "PARTLY_SIGNED",
                             "T4": "PARTLY_SIGNED"}


def test_leaves_what_was_not_ticked_waiting_with_its_answers(table: World, app: Flask) -> None:
    ben = browser(table, app, level="mailbox")
    check, _pages = read_on(ben)
    assert send(ben, check, table, "T1", "T3").heading == "You have signed"
    assert states(table)["T2"] == "PARTLY_SIGNED"
    assert kinds(table, "eli.party")[-2:] == ["party.accepted", "party.invited"]
    assert kinds(table, "carla.party") == ["party.proposed"]
    again = ben.get("/p/sign")
    assert "Page" not in again.heading
    assert not again.soup.find_all("input", {"name": "ticks", "checked": True})
    assert not again.soup.find("input", {"name": "erecord"}).has_attr("checked")
    done = send(ben, again, table, "T2", "T4")
    assert "2 agreements, with one code." in done.text
    assert mails_to(table, "Carla Conti")
    assert len({mail["link"] for mail in mails_to(table, "Ben Adler") if "link" in mail}) == 1


def test_signs_nothing_more_without_a_code_of_its_own(table: World, app: Flask) -> None:
    """Whoever holds the cookie of somebody who has just signed has no code for the next text."""
    ben = browser(table, app, level="mailbox")
    check, _pages = read_on(ben)
    used = table.fresh_code("ben")
    assert send(ben, check, table, "T1", "T3", code=used).heading == "You have signed"
    signed = count(table)
    for code in ("", "000000", used):
        again = ben.get("/p/sign")
        assert ben.post("/p/sign", sheet(again, table, "T2", "T4", code=code),
                        page=again).status == 422, code
        assert count(table) == signed
    assert send(ben, ben.get("/p/sign"), table, "T2", "T4").heading == "You have signed"
    assert count(table) == signed + 2


def count(world: World) -> int:
    """Return how many signatures there are."""
    with world.ground.work(writes=False) as work:
        return work.session.scalar(select(func.count()).select_from(Signature)) or 0


def test_declines_one_text_and_keeps_the_others(table: World, app: Flask) -> None:
    ben = browser(table, app, level="mailbox")
    check, _pages = read_on(ben)
    path = f"/p/decline/{table.ids['T4']}"
    assert path in check.html
    page = ben.post(path, {"sure": "decline"}, page=ben.get(path))
    assert page.heading == "You have declined to sign"
    assert "Go on with what still waits" in page.text
    assert states(table)["T4"] == "DECLINED"
    check = ben.get("/p/sign")
    assert "Supporting person" not in check.text
    assert send(ben, check, table, "T1", "T2", "T3").heading == "You have signed"
    assert mails_to(table, "Gus Groth") == []
    assert kinds(table, "gus.party") == ["party.proposed"]


def test_z6_does_not_ask_a_person_after_a_no(table: World, app: Flask) -> None:
    ben = browser(table, app, level="mailbox")
    page = ben.get("/p/read/1")
    while (path := page.response.request.path).startswith("/p/read/"):
        no = "Eli Engel may be asked" in page.text
        page = ben.post(path, answers_on(page, "yes", {"person": "no"} if no else {}), page=page)
    assert "you said that Eli Engel is not to be asked" in page.text
    assert len(page.soup.find_all("input", {"name": "ticks"})) == 3
    assert kinds(table, "eli.party") == ["party.proposed"]
    send(ben, page, table, "T1", "T2", "T4")
    assert states(table)["T3"] == "DECLINED"
    assert kinds(table, "eli.party") == ["party.proposed", "party.refused"]
    assert mails_to(table, "Eli Engel") == []
    assert [mail["name"] for mail in mails_to(table, "Carla Conti")] == ["invitation"]
    assert "Assistant" not in ben.get("/p/consents").text.split("Who can open this")[0]


def test_z6_takes_a_no_to_the_only_person_without_a_signature(table: World, app: Flask) -> None:
    ben = browser(table, app, level="mailbox")
    check, _pages = read_on(ben)
    send(ben, check, table, "T1", "T2", "T4")
    page = ben.get("/p/read/1")
    page = ben.post("/p/read/1", answers_on(page, "no", {}), page=page)
    assert not page.soup.find_all("input", {"name": "ticks"})
    path = f"/p/decline/{table.ids['T3']}"
    page = ben.post(path, {"sure": "decline"}, page=ben.get(path))
    assert page.heading == "Eli Engel is not asked"
    assert kinds(table, "eli.party") == ["party.proposed", "party.refused"]


def test_takes_nothing_from_a_sheet_without_a_tick(table: World, app: Flask) -> None:
    ben = browser(table, app, level="mailbox")
    check, _pages = read_on(ben)
    page = send(ben, check, table)
    assert page.status == 422
    assert "Tick what you sign." in page.text


def test_loses_nothing_when_one_of_the_texts_changed(table: World, app: Flask) -> None:
    ben = browser(table, app, level="mailbox")
    check, _pages = read_on(ben)
    with table.ground.work(writes=True, actor=table.coach()) as work:
        recall(work, issuing.own(work, table.ids["engagement"]), table.ids["T2"])
    code = table.fresh_code("ben")
    page = send(ben, check, table, "T1", "T2", "T3", code=code)
    assert page.status == 409
    assert "your code was not used" in page.text
    ticked = [box for box in page.soup.find_all("input", {"name": "ticks"})
              if box.has_attr("checked")]
    assert len(ticked) == 2
    assert page.fields("/p/sign")["name"] == "Ben Adler"
    assert send(ben, page, table, "T1", "T3", code=code).heading == "You have signed"


def test_inv_20_keeps_ticks_and_signs_nothing_on_a_wrong_code(table: World, app: Flask) -> None:
    ben = browser(table, app, level="mailbox")
    check, _pages = read_on(ben)
    page = send(ben, check, table, "T1", "T4", code="000000")
    assert page.status == 422
    assert len([b for b in page.soup.find_all("input", {"name": "ticks"})
                if b.has_attr("checked")]) == 2
    with table.ground.work(writes=False) as work:
        mine = work.session.scalars(select(Signature).where(
            Signature.party_id == table.ids["ben.party"])).all()
    assert mine == []
    code = table.fresh_code("ben")
    assert send(ben, page, table, "T1", "T4", code=code).heading == "You have signed"
    late = send(ben, ben.get("/p/sign"), table, "T2", "T3", code=code)
    assert late.status == 422
    assert "used already" in late.text


def test_does_not_put_an_answer_from_an_old_tab_onto_another_page(
    table: World, app: Flask
) -> None:
    ben = browser(table, app, level="mailbox")
    read_on(ben)
    first, old = ben.get("/p/read/1"), next(
        page for number in range(8, 30)
        if "Carla Conti may be asked" in (page := ben.get(f"/p/read/{number}")).text)
    decline = f"/p/decline/{table.ids['T1']}"
    ben.post(decline, {"sure": "decline"}, page=ben.get(decline))
    path = old.response.request.path
    assert ben.post(path, {"person": "no"}, page=old).response.request.path == "/p/sign"
    with table.ground.work(writes=False, actor=table.party()) as work:
        waiting = waiting_of(work, seat_of(work))
    assert waiting is not None
    assert [text.shown["template"] for text in waiting.refused] == ["T2"]
    gone = ben.post("/p/read/1", {"answer": "read"}, page=first)
    assert "does not wait any more" in gone.text


def test_z4_lets_a_decline_look_like_silence_to_the_others(world: World, app: Flask) -> None:
    set_table(world, "carla")
    read_all(world)
    path = f"/p/decline/{world.ids['T2']}"
    ben = browser(world, app, level="mailbox")
    ben.post(path, {"sure": "decline"}, page=ben.get(path))
    assert states(world)["T2"] == "DECLINED"
    assert signs(world, "carla").version_id == world.ids["T2"]
    assert states(world)["T2"] == "DECLINED"
    receipt = browser(world, app, "carla").get(f"/p/agreements/{world.ids['T2']}")
    assert "The others have yet to sign." in receipt.text
    assert "eclin" not in receipt.text
    world.clock.move(days=15)
    late = browser(world, app, "carla").get("/p/consents").text
    assert "Not shared under current agreements" in late


def test_says_to_each_role_what_it_signs(table: World, app: Flask) -> None:
    ben_signs(table)
    words = {"carla": "Sign the agreement", "eli": "Accept these limited terms",
             "gus": "Sign the agreement"}
    for key, button in words.items():
        table.clock.move(seconds=1)
        opened(table, key)
        own = browser(table, app, key, "mailbox")
        assert "My consents" not in own.get("/p/start").text
        check, pages = read_on(own)
        assert button in [b.get_text() for b in check.soup.find_all("button")]
        assert not check.soup.find_all("input", {"name": "ticks", "type": "checkbox"})
        if key == "eli":
            assert pages == 1
        read_all(table, key)
        assert isinstance(sign(table, key), Signature)
    with table.ground.work(writes=False) as work:
        manifests = {code: manifests_of(work, table.ids[code]) for code in TEXTS}
    assert manifests["T2"][table.ids["carla.party"]]["capacity"] == "for Acme GmbH"
    assert manifests["T3"][table.ids["eli.party"]]["choices"] == {}
    assert manifests["T2"][table.ids["ben.party"]]["person"] == "yes"
    assert states(table)["T4"] == "SCHEDULED"


def test_wrong_code_is_counted_once_for_all_texts(table: World) -> None:
    read_all(table)
    refused = sign(table, code=f"{(int(table.fresh_code('ben')) + 1) % 1_000_000:06d}")
    assert getattr(refused, "why", None) is CodeNo.WRONG


def test_tells_the_coach_of_each_page_that_somebody_wants_to_talk_about(
    table: World, app: Flask
) -> None:
    ben = browser(table, app, "ben")

    def talk(number: int) -> int:
        """Let Ben choose to talk first; returns how many mails that told Ana of."""
        path = f"/p/read/{number}"
        page = ben.get(path)
        choice = page.soup.find("input", {"type": "radio", "value": "talk"})
        assert choice is not None
        told = ben.post(path, {str(choice["name"]): "talk"}, page=page)
        assert "is told that you want to talk first" in told.text
        return sum(mail["name"] == "talk_first" for mail in mails_to(table, "Ana Berg"))

    assert [talk(1), talk(1), talk(2)] == [1, 1, 2]
    table.clock.move(days=1)
    ben = browser(table, app, "ben")
    assert talk(1) == 3


def test_leads_on_whoever_reads_as_the_last_text_is_taken_back(table: World, app: Flask) -> None:
    carla = browser(table, app, "carla")
    page = carla.get("/p/read/1")
    with table.ground.work(writes=True, actor=table.coach()) as work:
        recall(work, issuing.own(work, table.ids["engagement"]), table.ids["T2"])
    for gone in (carla.get("/p/read/1"), carla.post("/p/read/1", {"answer": "read"}, page=page),
                 carla.get(f"/p/decline/{table.ids['T2']}")):
        assert gone.status == 200
        assert "This page belongs to a text that does not wait any more." in gone.text
