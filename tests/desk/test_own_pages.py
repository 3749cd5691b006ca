"""What each role sees of their own: nothing that tells how the coachee answered (INV-16)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from portal.agreements.policy import SignedFacts, SlotFacts, VersionFacts, Withdrawn
from portal.desk.policy import Spoken, spoken
from portal.evidence.jobs import seal_due
from portal.plain.errors import Refused
from portal.signing.actions import end_person, keep_hopes, share_hopes, take_seat
from portal.signing.policy import Hopes, Shared
from portal.signing.queries import hopes_for_coach, seat_of
from tests.builders import World, add_party, conclude, opened, vouch_for
from tests.cast import BEN, CARLA, MALLORY
from tests.conftest import NOW
from tests.pages import Browser, Page
from tests.reviewing import slept
from tests.signing.table import (
    ben_signs,
    browser,
    kinds,
    link_of,
    mails_to,
    set_table,
    signs,
    states,
)
from tests.web.stage import a_world

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask


def concluded(world: World, choice: str = "yes") -> None:
    """Let all four texts come into force."""
    set_table(world)
    ben_signs(world, choice)
    for key in ("carla", "eli", "gus"):
        signs(world, key)
    for key in ("ben", "carla"):
        vouch_for(world, key)
    seal_due(world.ground)


def everything(world: World, app: Flask, key: str, code: str) -> dict[str, str]:
    """Return all that somebody sees on their own pages and was sent, without ids and digits."""
    own, path = browser(world, app, key), f"/p/agreements/{world.ids[code]}"
    pages = {one: own.get(one) for one in (
        "/p/consents", path, f"{path}/text", "/p/later", "/p/digits")}
    seen = {address.replace(world.ids[code], "…"): plain(page) for address, page in pages.items()}
    seen["dates"] = plain_text(
        own.get(f"{path}/dates.ics").response.get_data(as_text=True), world)
    seen["paper"] = str(len(re.findall(r"\.pdf", pages["/p/consents"].html)))
    mails = [{k: v for k, v in mail.items() if k != "link"}
             for mail in mails_to(world, "Carla Conti")]
    return {name: plain_text(text, world) for name, text in seen.items()} | {"mails": str(mails)}


def plain(page: Page) -> str:
    return re.sub(r"<input[^>]*csrf_token[^>]*>", "", page.html)


def plain_text(text: str, world: World) -> str:
    """Leave out ids, hashes, form tokens, digits and the sizes of files."""
    return re.sub(r"[0-9a-fA-F]{12,}|\d{4} \d{4}|\d KB|(\d\s){7}\d|/papers/\S+|\d+ KB|"
                  r">\d{4}<", "", text)


@pytest.mark.parametrize("when", [{}, {"days": 30}])
def test_inv_16_shows_the_sponsor_the_same_in_both_worlds(
    empty_database: str, tmp_path: Path, when: dict[str, float]
) -> None:
    """Ben says yes to every optional line in one world, and no in the other."""
    worlds = []
    for choice in ("yes", "no"):
        folder = tmp_path / choice
        folder.mkdir()
        with a_world(empty_database, folder) as (world, app):
            concluded(world, choice)
            world.clock.move(**when)
            worlds.append(everything(world, app, "carla", "T2"))
    assert worlds[0].keys() == worlds[1].keys()
    for name, seen in worlds[0].items():
        assert seen == worlds[1][name], name
    assert "Not told here" in worlds[0]["/p/consents"]
    assert "You said" not in str(worlds[0])


@pytest.mark.parametrize("role", ["carla", "eli", "gus"])
def test_shows_each_role_its_own_text_alone(world: World, app: Flask, role: str) -> None:
    concluded(world)
    own = browser(world, app, role)
    titles = {"carla": ("T2", "Three-way sponsor agreement"), "eli": ("T3", "Assistant"),
              "gus": ("T4", "Supporting person")}
    page = own.get("/p/consents")
    for key, (code, title) in titles.items():
        found = title in page.text
        assert found is (key == role), title
        status = own.get(f"/p/agreements/{world.ids[code]}").status
        assert status == (200 if key == role else 404)
    assert own.get(f"/p/agreements/{world.ids['T1']}").status == 404
    assert own.get("/p/people").status == 404
    assert own.get("/p/hopes").status == (404 if role == "eli" else 200)
    assert "Coachee confidentiality terms" not in page.text
    assert not {"Agreed", "Not agreed"} & {cell.get_text(strip=True) for cell in
                                           page.soup.find_all("dd")}


def test_shows_the_coachee_every_line_in_the_words_of_all(world: World, app: Flask) -> None:
    concluded(world)
    mine = browser(world, app).get("/p/consents").text
    for key in ("carla", "eli", "gus"):
        page = browser(world, app, key).get("/p/consents")
        lines = [" ".join(span.get_text().split()) for span in page.soup.select(".signed")]
        assert lines
        assert all(line in mine for line in lines)


def test_inv_24_names_everyone_at_the_table_who_can_open_something(
    world: World, app: Flask
) -> None:
    concluded(world)
    section = browser(world, app).get("/p/consents").text.split("Who can open this")[1]
    for name in ("Ana Berg", "Carla Conti", "Eli Engel", "Gus Groth"):
        assert name in section
    assert "Dev Desai" not in section.split("Changing your mind")[0]


def test_z13_lets_the_coachee_end_a_person_at_once_without_a_code(
    world: World, app: Flask
) -> None:
    concluded(world)
    ben, path = browser(world, app), f"/p/people/{world.ids['eli.party']}"
    assert states(world)["T3"] == "IN_FORCE"
    before = len(mails_to(world, "Eli Engel"))
    page = ben.get(path)
    assert "You do not have to give a reason." in page.text
    assert not page.soup.find("input", {"name": "code"})
    done = ben.post(path, page=page)
    assert "Eli Engel takes part no longer." in done.text
    assert states(world) == {"T1": "IN_FORCE", "T2": "IN_FORCE", "T3": "WITHDRAWN",
                             "T4": "IN_FORCE"}
    assert len(mails_to(world, "Eli Engel")) == before
    eli = browser(world, app, "eli").get("/p/consents").text
    assert "Not shared under current agreements." in eli
    assert ben.get(path).status == 404


def test_z6_shows_who_is_named_who_may_be_asked_and_who_is(world: World, app: Flask) -> None:
    set_table(world, "gus")
    people = browser(world, app).get("/p/people")
    assert "You have not said yet whether Carla Conti may be asked." in people.text
    assert "Ana Berg wrote down that you asked for Gus Groth on 23 November 2026" in people.text
    assert "Was asked on 23 November 2026" in people.text
    assert "Signs nothing and gets no link" in people.text
    path = f"/p/people/{world.ids['carla.party']}"
    ben = browser(world, app)
    assert "Carla Conti is not asked." in ben.post(path, page=ben.get(path)).text
    assert kinds(world, "carla.party") == ["party.proposed", "party.refused"]
    assert states(world)["T2"] == "DECLINED"
    assert ben.get(f"/p/people/{world.ids['dev.party']}").status == 404


def test_says_who_takes_part_from_the_signature_that_brings_it_into_force(
    world: World, app: Flask
) -> None:
    set_table(world)
    ben_signs(world)
    vouch_for(world)
    signs(world, "eli")
    cards = browser(world, app).get("/p/people").soup.select("ul.given > li")
    [eli] = [card.get_text(" ") for card in cards if "Eli Engel" in card.get_text()]
    [gus] = [card.get_text(" ") for card in cards if "Gus Groth" in card.get_text()]
    assert "Has taken part since" in eli
    assert "Nothing is in force yet." in gus


def test_ends_the_link_of_somebody_who_is_not_to_be_asked_any_more(
    world: World, app: Flask
) -> None:
    set_table(world, "gus")
    link, ben = link_of(world, "Gus Groth"), browser(world, app)
    assert Browser(app).get(link).status == 200
    path = f"/p/people/{world.ids['gus.party']}"
    ben.post(path, page=ben.get(path))
    assert Browser(app).get(link).status == 404


def test_lists_together_what_one_code_signed(world: World, app: Flask) -> None:
    concluded(world)
    page = browser(world, app).get(f"/p/agreements/{world.ids['T3']}")
    for title in ("Coachee confidentiality terms", "Three-way sponsor agreement, with Carla",
                  "Assistant, limited scope, with Eli", "Supporting person, with Gus"):
        assert title in page.text
    alone = browser(world, app, "eli").get(f"/p/agreements/{world.ids['T3']}")
    assert alone.heading == "You have accepted"
    assert "with Ben" not in alone.heading


def test_hopes_are_their_writers_alone_until_shared(world: World, app: Flask) -> None:
    concluded(world)
    ben, carla = browser(world, app), browser(world, app, "carla")
    assert ben.post("/p/hopes", {"hope": " ", "ready": ""}, page=ben.get("/p/hopes")).status == 422
    words = {"hope": "To sleep again.", "ready": "That I lead a new team."}
    ben.post("/p/hopes", words, page=ben.get("/p/hopes"))

    def heard() -> list[str]:
        with world.ground.work(writes=False, actor=world.coach()) as work:
            return [one.hopes.hope for one in hopes_for_coach(work, world.ids["engagement"])]

    assert heard() == []
    assert "To sleep again." not in carla.get("/p/hopes").text
    assert ben.post("/p/hopes/readers", {}, page=ben.get("/p/hopes")).status == 422
    share = [("coach", ["To sleep again."], False), ("all", ["To sleep again."], True),
             ("nobody", [], False)]
    for with_whom, coach_reads, carla_reads in share:
        page = ben.post("/p/hopes/readers", {"shared": with_whom}, page=ben.get("/p/hopes"))
        assert page.status == 200
        assert heard() == coach_reads
        assert ("To sleep again." in carla.get("/p/hopes").text) is carla_reads


def test_shares_hopes_with_all_only_where_a_sponsor_signs(world: World) -> None:
    conclude(world)
    with world.ground.work(writes=True, actor=world.party()) as work:
        seat = seat_of(work)
        keep_hopes(work, seat, Hopes("To sleep again."))
        work.session.flush()
        with pytest.raises(Refused):
            share_hopes(work, seat, Shared.ALL)


def test_shares_hopes_with_no_sponsor_who_takes_part_no_longer(world: World, app: Flask) -> None:
    concluded(world)
    carla = browser(world, app, "carla")
    with world.ground.work(writes=True, actor=world.party()) as work:
        end_person(work, take_seat(work), world.ids["carla.party"])
    add_party(world, "SPONSOR", MALLORY)
    ben = browser(world, app)
    ben.post("/p/hopes", {"hope": "To sleep again."}, page=ben.get("/p/hopes"))
    page = ben.get("/p/hopes")
    assert MALLORY.name in page.text
    assert CARLA.name not in page.text
    ben.post("/p/hopes/readers", {"shared": "all"}, page=page)
    assert "To sleep again." not in carla.get("/p/hopes").text


def test_hands_the_sponsor_the_wording_without_names(world: World, app: Flask) -> None:
    set_table(world, "carla")
    opened(world, "carla")
    carla = browser(world, app, "carla", "mailbox")
    path = f"/p/blank/{world.ids['T2']}"
    assert path in carla.get("/p/start").html
    page, file = carla.get(path), carla.get(f"{path}.txt")
    text = file.response.get_data(as_text=True)
    assert file.response.mimetype == "text/plain"
    main = page.soup.find("main").get_text()
    for name in ("Ben", "Adler", "Carla", "Conti", "Ana Berg", "Acme", "Dev", BEN.email):
        assert name not in text
        assert name not in main
    assert "the sponsor" in text
    assert carla.get(f"/p/blank/{world.ids['T1']}").status == 404


def facts(**changes: object) -> VersionFacts:
    slots = [SlotFacts(name, name, role, True, False)
             for name, role in (("coach", "COACH"), ("ben", "COACHEE"))]
    values = {"version_id": "v", "agreement_id": "a", "number": 1, "hash": "h", "issued_at": NOW,
              "sign_by": NOW + timedelta(days=14), "effective_from": NOW,
              "valid_to": NOW + timedelta(days=180), "slots": slots,
              "signed": [SignedFacts("s", "coach", "h", NOW)]}
    return VersionFacts(**{**values, **changes})  # type: ignore[arg-type]


def test_inv_16_has_one_word_for_all_that_only_two_know() -> None:
    later = NOW + timedelta(days=20)
    both = [SignedFacts("s", "coach", "h", NOW), SignedFacts("t", "ben", "h", NOW)]
    doubted = [both[0], replace(both[1], disputed=((later, None),))]
    kept, silent = facts(signed=both), facts()
    quiet = {
        "withdrawn": facts(signed=both, acts=((later, "withdraw"),),
                           withdrawn=(Withdrawn(later, "ben"),)),
        "asleep": slept(facts(signed=both), later),
        "in doubt": facts(signed=doubted), "kept": kept,
    }
    for days, word in ((1, Spoken.IN_FORCE), (30, Spoken.IN_FORCE), (200, Spoken.ENDED)):
        at = NOW + timedelta(days=days)
        assert {spoken(one, at, coachee=False) for one in quiet.values()} == {word}
    at = NOW + timedelta(days=30)
    assert spoken(quiet["asleep"], at, coachee=True) is Spoken.ASLEEP
    assert spoken(quiet["withdrawn"], at, coachee=True) is Spoken.ENDED
    lost = (silent, facts(acts=((NOW, "recall"),)), facts(acts=((NOW, "decline"),)))
    assert {spoken(one, at, coachee=False) for one in lost} == {Spoken.ENDED}
    early, gone = NOW + timedelta(days=1), facts(acts=((NOW, "withdraw"),))
    assert {spoken(one, early, coachee=False) for one in (lost[2], gone, silent)} == {Spoken.OPEN}
