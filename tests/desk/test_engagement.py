"""The page of one engagement: each text, everybody at the table, and what the coach may open."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from portal.desk.policy.board import Signer
from portal.desk.policy.sheet import Lead, is_stuck, lead
from portal.evidence.jobs import seal_due
from portal.inking.actions import set_on_paper
from portal.issuing import actions as issuing
from portal.reaching import actions as reaching
from portal.reaching.policy import Word
from portal.signing.actions import decline, keep_hopes, share_hopes, take_seat
from portal.signing.policy import Hopes, Shared
from portal.signing.queries import seat_of
from tests.builders import (
    World,
    add_engagement,
    add_party,
    add_practice,
    add_table,
    issue,
    opened,
    read_all,
    settle,
    sign,
    sign_in_ink,
    vouch_for,
)
from tests.cast import BEN, CARLA, ELI, GUS, Character
from tests.conftest import NOW
from tests.pages import Browser, Page
from tests.signing.table import TEXTS, ben_signs, set_table, signs

if TYPE_CHECKING:
    from bs4 import Tag
    from flask import Flask

TITLES = {"T1": "Confidentiality terms", "T2": f"Three-way agreement with {CARLA.name}",
          "T3": f"Limited terms for an assistant with {ELI.name}",
          "T4": f"Terms for a supporting person with {GUS.name}"}


# ---- which of the texts leads ----


def signer(word: Word, role: str = "COACHEE", **more: Any) -> Signer:
    return Signer(word, word, role, word, NOW, **more)


COACH = signer(Word.SIGNED, "COACH")
HEARD = signer(Word.SIGNED, vouching=True, vouched_at=NOW)
UNHEARD = signer(Word.SIGNED, vouching=True)
SENT, LATER = signer(Word.SENT), signer(Word.NOT_YET, "ASSISTANT")
LOST, ENDED = signer(Word.BOUNCED), signer(Word.REVOKED)
WRONG = signer(Word.OPENED, wrong_person=True)


@pytest.mark.parametrize(("said", "signers", "leads", "concerns"), [
    ("draft", [], Lead.DRAFT, []),
    ("open", [COACH, SENT, LATER], Lead.WAITING, [SENT]),
    ("open", [COACH, HEARD, LATER], Lead.WAITING, [LATER]),
    ("open", [COACH, SENT, LOST], Lead.BOUNCED, [LOST]),
    ("open", [COACH, SENT, ENDED], Lead.NO_LINK, [ENDED]),
    ("open", [COACH, SENT, WRONG], Lead.NO_LINK, [WRONG]),
    ("open", [COACH, LOST, ENDED], Lead.BOUNCED, [LOST]),
    ("held", [COACH, UNHEARD], Lead.VOICE, [UNHEARD]),
    ("held", [COACH, HEARD], Lead.COMING, []),
    ("coming", [COACH, HEARD], Lead.COMING, []),
    ("in_force", [COACH, HEARD], Lead.IN_FORCE, []),
    ("not_concluded", [COACH, SENT], Lead.NOT_CONCLUDED, []),
    ("recalled", [COACH, LOST], Lead.RECALLED, []),
    ("ended", [COACH, HEARD], Lead.ENDED, []),
])
def test_tells_where_a_text_stands_and_for_whom_it_waits(
    said: str, signers: list[Signer], leads: Lead, concerns: list[Signer]
) -> None:
    assert lead(said, signers) == (leads, concerns)


def test_takes_nobody_who_signed_for_stuck() -> None:
    assert [is_stuck(one) for one in (LOST, ENDED, WRONG)] == [True] * 3
    signed = signer(Word.SIGNED, wrong_person=True)
    assert [is_stuck(one) for one in (SENT, LATER, signed)] == [False] * 3


# ---- the page ----


def engagement(world: World) -> str:
    return f"/engagements/{world.ids['engagement']}"


def page_of(world: World, app: Flask, coach: str = "ana") -> Page:
    page = Browser(app).be(world, coach, "coach").get(engagement(world))
    assert page.status == 200
    return page


def section(page: Page, title: str) -> Tag:
    """Return the part of the page below a heading of these words, whatever version it is."""
    for found in page.soup.select("section.agreement"):
        heading = found.find("h3")
        if heading is not None and heading.get_text().strip() == title:
            return found
    raise AssertionError(f"no agreement {title}")


def words(tag: Tag) -> str:
    """Return the visible words in one line; a day stands in a tag of its own."""
    return re.sub(r" ([.,;])", r"\1", " ".join(tag.get_text(" ").split()))


def links(tag: Tag, ending: str) -> list[str]:
    return [str(link["href"]) for link in tag.find_all("a") if str(link["href"]).endswith(ending)]


def test_says_of_each_agreement_who_did_what(world: World, app: Flask) -> None:
    set_table(world, "carla")
    ben_signs(world)
    opened(world, "carla")
    page = page_of(world, app)
    assert page.heading == "Three people have still to sign"
    assert [words(h) for h in page.soup.select(".agreement h3")] == list(TITLES.values())
    terms, shared = section(page, TITLES["T1"]), section(page, TITLES["T2"])
    assert "2 of 2 signed. The voice check is missing." in words(terms)
    assert "2 of 3 signed. To be signed by 7 Dec 2026." in words(shared)
    assert "Carla Conti, sponsor Opened the link on 23 Nov 2026." in words(shared)
    assert "You Signed on 23 Nov 2026." in words(shared)
    assert len(shared.select(".seg .on")) == 2
    assert len(shared.select(".seg .off")) == 1


def test_names_each_state_of_an_agreement(world: World, app: Flask) -> None:
    add_practice(world)
    add_table(world)
    assert {words(tag) for tag in page_of(world, app).soup.select(".agreement .tag")} == {"Draft"}
    issue(world)
    opened(world)
    ben_signs(world)
    signs(world, "eli")
    vouch_for(world)
    with world.ground.work(writes=True, actor=world.coach()) as work:
        own = issuing.own(work, world.ids["engagement"])
        set_on_paper(work, own, reaching.party_by_id(work, own, world.ids["gus.party"]))

    def tags() -> list[str]:
        return [words(tag) for tag in page_of(world, app).soup.select(".agreement .tag")]

    assert tags() == ["In force", "Waiting", "In force", "Waiting"]
    world.clock.move(days=8)
    assert tags() == ["In force", "Waiting", "In force", "Overdue"]
    world.clock.move(days=7)
    assert tags() == ["In force", "Not concluded", "In force", "Not concluded"]
    world.clock.move(days=365)
    assert tags()[0] == "Ended"


@pytest.mark.parametrize(("asked", "heading"), [
    ((), "Waiting for Ben Adler to sign"),
    (("carla",), "Waiting for Ben Adler and Carla Conti to sign"),
    (("carla", "eli", "gus"), "Four people have still to sign"),
])
def test_waits_for_those_who_were_asked(
    world: World, app: Flask, asked: tuple[str, ...], heading: str
) -> None:
    """Whoever waits for the coachee's yes is not late (Z6)."""
    set_table(world, *asked)
    page = page_of(world, app)
    assert page.heading == heading
    waits = "Asked as soon as Ben Adler says yes to that." in page.text
    assert waits is (len(asked) < 3)


def test_leads_to_the_text_and_both_papers_of_each_agreement(world: World, app: Flask) -> None:
    set_table(world)
    ben_signs(world)
    signs(world, "eli")
    seal_due(world.ground)
    browser = Browser(app).be(world, "ana", "coach")
    page = browser.get(engagement(world))
    for code, title in TITLES.items():
        part = section(page, title)
        (text,) = links(part, "/text")
        assert text == f"{engagement(world)}/versions/{world.ids[code]}/text"
        shown = browser.get(text)
        assert shown.status == 200
        papers = links(part, ".pdf")
        assert len(papers) == (2 if code in ("T1", "T3") else 0), code
        for paper in papers:
            assert browser.get(paper).response.mimetype == "application/pdf"


def test_offers_to_sign_on_paper_to_whoever_has_not_signed(world: World, app: Flask) -> None:
    set_table(world, "carla", "eli", "gus")
    ben_signs(world)
    browser = Browser(app).be(world, "ana", "coach")
    page = browser.get(engagement(world))
    offered = {title: links(section(page, title), "/ink") for title in TITLES.values()}
    assert offered[TITLES["T1"]] == []
    for code, key in (("T2", "carla"), ("T3", "eli"), ("T4", "gus")):
        path = (f"{engagement(world)}/versions/{world.ids[code]}"
                f"/parties/{world.ids[f'{key}.party']}/ink")
        assert offered[TITLES[code]] == [path]
        assert browser.get(path).status == 200


def test_z26_shows_ink_as_such_to_the_coach_and_to_whoever_signed(
    world: World, app: Flask
) -> None:
    set_table(world)
    ben_signs(world)
    sign_in_ink(world, "eli", version="T3")
    signs(world, "gus")
    vouch_for(world)
    browser = Browser(app).be(world, "ana", "coach")
    page = browser.get(engagement(world))
    level = "on paper, recorded by the coach on"
    inked = section(page, TITLES["T3"])
    assert f"Signed {level} 23 Nov 2026; the paper says 23 Nov 2026." in words(inked)
    assert "One signature is on paper." in words(inked)
    (scan,) = [str(link["href"]) for link in inked.select("dl a")]
    assert browser.get(scan).response.mimetype == "application/pdf"
    assert level not in words(section(page, TITLES["T4"]))
    for key, code, told in (("eli", "T3", True), ("gus", "T4", False), ("ben", "T3", False)):
        own, receipt = Browser(app).be(world, key, "party"), f"/p/agreements/{world.ids[code]}"
        for path in (receipt, f"{receipt}/text", "/p/consents"):
            assert (level in own.get(path).text) is told, (key, path)


def test_shows_hopes_only_when_they_were_shared(world: World, app: Flask) -> None:
    set_table(world)
    ben_signs(world)
    hope = "That I can say no without fear."
    with world.ground.work(writes=True, actor=world.party()) as work:
        keep_hopes(work, seat_of(work), Hopes(hope, "That I lead a new team."))
    assert hope not in page_of(world, app).text
    for shared, reads in ((Shared.COACH, True), (Shared.NOBODY, False), (Shared.ALL, True)):
        with world.ground.work(writes=True, actor=world.party()) as work:
            share_hopes(work, seat_of(work), shared)
        assert (hope in page_of(world, app).text) is reads, shared


# ---- what is not right, and whose turn it is ----


def act(world: World, name: str, key: str) -> None:
    """Let the coach do something about somebody's link."""
    with world.ground.work(writes=True, actor=world.coach()) as work:
        own = issuing.own(work, world.ids["engagement"])
        getattr(reaching, name)(work, own, reaching.party_by_id(
            work, own, world.ids[f"{key}.party"]))


def test_offers_what_is_most_urgent_first_and_each_step_once(world: World, app: Flask) -> None:
    set_table(world, "gus")
    ben_signs(world)
    act(world, "revoke", "gus")
    page = page_of(world, app)
    assert page.heading == "Gus Groth has no working link"
    (card,) = page.soup.select("section.card")
    party = f"/engagements/{world.ids['engagement']}/parties/{world.ids['gus.party']}/link"
    assert [form["action"] for form in card.select("form")] == [party]
    assert len(page.soup.select(f'form[action="{party}"]')) == 1
    assert len(page.soup.select(".agreement a.btn")) == 1
    assert "Type the eight digits" in words(section(page, TITLES["T1"]))


def test_has_a_way_out_for_everybody_who_was_asked(world: World, app: Flask) -> None:
    set_table(world, "carla")
    browser = Browser(app).be(world, "ana", "coach")
    page = browser.get(engagement(world))
    people = {words(row.select_one("p.t")): row  # type: ignore[arg-type]
              for row in page.soup.select("section[aria-labelledby=people-h] > .waits > li")}
    assert list(people) == [BEN.name, CARLA.name, "Dev Desai", ELI.name, GUS.name]
    for key, name in (("ben", BEN.name), ("carla", CARLA.name)):
        party = f"{engagement(world)}/parties/{world.ids[f'{key}.party']}"
        assert links(people[name], "/address") == [f"{party}/address"]
        assert browser.get(f"{party}/address").status == 200
        actions = {str(form["action"]) for form in people[name].select("form")}
        assert {f"{party}/link", f"{party}/link/revocation"} <= actions
        for action in sorted(actions):
            assert browser.post(action, {}, page=page).status == 200
    for name in ("Dev Desai", ELI.name, GUS.name):
        assert people[name].select("form, a") == []
    assert links(page.soup, "/people") == [f"{engagement(world)}/people"]


def test_z6_says_to_the_coach_who_is_not_to_be_asked(world: World, app: Flask) -> None:
    set_table(world)
    with world.ground.work(writes=True, actor=world.party(level="mailbox")) as work:
        seat = take_seat(work)
        reaching.refuse(work, seat.engagement, reaching.party_by_id(
            work, seat.engagement, world.ids["eli.party"]))
    browser = Browser(app).be(world, "ana", "coach")
    page = browser.get(engagement(world))
    assert "Not to be asked: Ben Adler said no." in page.text
    assert [words(h) for h in page.soup.select(".agreement h3")] == [
        TITLES["T1"], TITLES["T2"], TITLES["T4"]]
    assert "It is pursued no further" in page.text
    assert browser.get(f"{engagement(world)}/versions/{world.ids['T3']}/text").status == 200


@pytest.mark.parametrize("key", ["ben", "carla"])
def test_z4_shows_a_decline_like_silence_to_the_letter(
    world: World, app: Flask, key: str
) -> None:
    set_table(world, "carla")
    opened(world, key)
    before = page_of(world, app)
    with world.ground.work(writes=True, actor=world.party(key, "mailbox")) as work:
        decline(work, world.ids["T2"])
    assert page_of(world, app).text == before.text


def test_keeps_a_version_that_was_followed_by_another(world: World, app: Flask) -> None:
    """The board lists it no more; its text stays open to the coach who signed it."""
    add_practice(world)
    add_engagement(world)
    first = issue(world)
    with world.ground.work(writes=True, actor=world.coach()) as work:
        reaching.recall(work, issuing.own(work, world.ids["engagement"]), first)
    second = issue(world)
    page = page_of(world, app)
    assert [words(h) for h in page.soup.select(".agreement h3")] == [
        "Confidentiality terms, version 2"]
    assert sorted(links(page.soup, "/text")) == sorted(
        f"{engagement(world)}/versions/{version}/text" for version in (first, second))
    assert "You took it back, and nothing in it holds." in page.text


def test_asks_the_database_as_often_for_eight_people_as_for_five(
    world: World, app: Flask
) -> None:
    asked: list[str] = []

    def note(*values: Any) -> None:
        asked.append(values[2])

    def count() -> int:
        browser = Browser(app).be(world, "ana", "coach")
        asked.clear()
        assert browser.get(engagement(world)).status == 200
        return len(asked)

    add_practice(world)
    add_table(world, "carla", "eli", "gus")
    issue(world)
    event.listen(world.ground.engine, "before_cursor_execute", note)
    five = count()
    for number, role in enumerate(("ASSISTANT", "SUPPORTER", "SUPPORTER")):
        add_party(world, role, Character(f"Kim{number} Kuhn", f"kim{number}@posteo.example"),
                  asked=True)
    settle(world)
    issue(world)
    opened(world)
    read_all(world)
    sign(world)
    world.clock.move(minutes=1)
    assert len(page_of(world, app).soup.select("section.agreement")) == len(TEXTS) + 3
    assert count() == five
