"""Somebody without any mailbox: named without an address, never written to, signing on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from portal.agreements.models import Signature
from portal.engagements.models import Party
from portal.evidence.jobs import seal_due
from portal.inking.queries import sheet_of
from portal.issuing import actions as issuing
from portal.issuing.policy import NewParty
from portal.links.models import Invitation
from portal.notices.models import Notice
from portal.people.models import ContactPoint, Person
from portal.plain.errors import Refused
from portal.reaching import actions as reaching
from tests.builders import (
    World,
    add_engagement,
    add_practice,
    issue,
    opened,
    read_all,
    settle,
    sign,
    sign_in_ink,
    state_now,
    vouch_for,
)
from tests.cast import BEN, GUS
from tests.pages import Browser, Page

if TYPE_CHECKING:
    from flask import Flask


def add_on_paper(world: World) -> None:
    """Name Gus, who has no address; the world knows him as "gus"."""
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        [party] = issuing.add_people(work, engagement, [
            NewParty("SUPPORTER", GUS.name, on_paper=True)])
        world.ids |= {"gus": party.person_id, "gus.party": party.id}


@pytest.fixture
def sent(world: World) -> World:
    """Give a world in which Ben is asked by mail, and Gus, without a mailbox, is to support him."""
    add_practice(world)
    add_engagement(world)
    add_on_paper(world)
    settle(world)
    issue(world)
    return world


def written_to(world: World, key: str) -> tuple[int, int]:
    """Return how many links and how many mails were ever made for somebody."""
    with world.ground.work(writes=False) as work:
        links = work.session.scalar(select(func.count()).select_from(Invitation)
                                    .where(Invitation.person_id == world.ids[key]))
        mails = work.session.scalar(select(func.count()).select_from(Notice)
                                    .where(Notice.recipient_id == world.ids[key]))
        return links or 0, mails or 0


def say_yes(world: World) -> None:
    """Let Ben sign both texts on his screen, and say that Gus may be asked."""
    opened(world)
    read_all(world)
    assert isinstance(sign(world), Signature)


def ana(world: World, app: Flask) -> Browser:
    return Browser(app).be(world, "ana", "coach")


def engagement(world: World) -> str:
    return f"/engagements/{world.ids['engagement']}"


def test_z6_asks_the_coachee_before_anything_is_printed_for_them(sent: World, app: Flask) -> None:
    board = ana(sent, app).get("/today")
    assert "Gus Groth (supporting person) is asked as soon as Ben Adler says yes" in board.text
    with pytest.raises(Refused) as no:
        sign_in_ink(sent, "gus", version="T4")
    assert no.value.reason.value == "not_asked_yet"


def test_z26_leaves_the_recording_as_the_one_step_after_the_yes(sent: World, app: Flask) -> None:
    say_yes(sent)
    assert written_to(sent, "gus") == (0, 0)
    browser = ana(sent, app)
    record = f"{engagement(sent)}/versions/{sent.ids['T4']}/parties/{sent.ids['gus.party']}/ink"
    for page in (browser.get("/today?state=all"), browser.get(engagement(sent))):
        assert "signs on paper" in page.text.lower()
        assert page.soup.find("a", href=record) is not None
    assert isinstance(sign_in_ink(sent, "gus", version="T4"), Signature)
    vouch_for(sent)
    sent.ids["version"] = sent.ids["T4"]
    assert state_now(sent) == "IN_FORCE"
    sent.clock.move(minutes=1)
    assert "print the sealed paper" not in browser.get(engagement(sent)).text
    seal_due(sent.ground)
    assert written_to(sent, "gus") == (0, 0)
    page = browser.get(engagement(sent))
    assert "No mail reaches Gus Groth: print the sealed paper, and hand the copy over." in page.text


@pytest.mark.parametrize("act", ["remind", "reissue", "invite_waiting"])
def test_z26_mints_no_link_whatever_is_pressed(sent: World, act: str) -> None:
    say_yes(sent)
    sent.clock.move(days=1)
    with sent.ground.work(writes=True, actor=sent.coach()) as work:
        held = issuing.own(work, sent.ids["engagement"])
        party = reaching.party_by_id(work, held, sent.ids["gus.party"])
        {"remind": reaching.remind, "reissue": reaching.reissue,
         "invite_waiting": lambda work, held, _party: reaching.invite_waiting(work, held),
         }[act](work, held, party)
    assert written_to(sent, "gus") == (0, 0)


def test_z25_says_of_no_mailbox_in_the_notice(sent: World) -> None:
    with sent.ground.work(writes=False, actor=sent.coach()) as work:
        told = {key: " ".join(text for part in sheet_of(
                    work, sent.ids["engagement"], sent.ids["T4"],
                    sent.ids[f"{key}.party"]).shown["notice"] for text in part["text"])
                for key in ("ben", "gus")}
    assert "gave your name. All other facts" in told["gus"]
    assert "mailbox" not in told["gus"]
    assert "Your name and your mailbox are known" in told["ben"]


def test_signs_by_a_link_as_soon_as_there_is_an_address(sent: World, app: Flask) -> None:
    say_yes(sent)
    browser = ana(sent, app)
    path = f"{engagement(sent)}/parties/{sent.ids['gus.party']}/address"
    page = browser.get(path)
    assert "signs by a link and no longer on paper" in page.text
    browser.post(path, {"email": GUS.email, "owner": "private", "read_by": "nobody"}, page=page)
    assert written_to(sent, "gus") == (1, 1)
    with sent.ground.work(writes=False) as work:
        assert not work.session.get_one(Party, sent.ids["gus.party"]).on_paper


def test_is_taken_out_again_without_a_trace(world: World) -> None:
    add_practice(world)
    add_engagement(world)
    add_on_paper(world)
    with world.ground.work(writes=True, actor=world.coach()) as work:
        held = issuing.own(work, world.ids["engagement"])
        issuing.take_out(work, held, reaching.party_by_id(work, held, world.ids["gus.party"]))
    with world.ground.work(writes=False) as work:
        assert work.session.get(Person, world.ids["gus"]) is None


@pytest.fixture
def empty(world: World) -> World:
    """Give a practice without any engagement."""
    add_practice(world)
    return world


def name_ben(world: World, app: Flask, **values: str) -> Page:
    browser = ana(world, app)
    return browser.post("/engagements/new", {
        "name": BEN.name, "title": "Coaching", "on_paper": "y", **values},
        page=browser.get("/engagements/new"))


def test_names_a_coachee_who_has_no_address(empty: World, app: Flask) -> None:
    page = name_ben(empty, app)
    assert page.status == 200
    assert page.heading == "Who else takes part?"
    with empty.ground.work(writes=False) as work:
        party = work.session.scalars(select(Party).where(Party.role == "COACHEE")).one()
        assert (party.contact_point_id, party.on_paper) == (None, True)
        assert work.session.scalars(select(ContactPoint.id).where(
            ContactPoint.person_id == party.person_id)).all() == []


def test_says_on_the_last_screen_that_no_mail_goes_out(empty: World, app: Flask) -> None:
    own = name_ben(empty, app, alone="1").response.request.path.rsplit("/", 1)[0]
    empty.ids["engagement"] = own.rsplit("/", 1)[1]
    settle(empty)
    browser = ana(empty, app)
    page = browser.get(f"{own}/issue")
    assert "Ben Adler signs on paper, and gets no mail." in page.text
    done = browser.post(f"{own}/issue", {"code": empty.fresh_code("ana")}, page=page)
    assert "Print it now, and have it signed." in done.text
    assert "on its way" not in done.text
    with empty.ground.work(writes=False) as work:
        assert work.session.scalars(select(Invitation.id)).all() == []
        assert work.session.scalars(select(Notice.id)).all() == []


def test_does_not_guess_which_of_two_answers_is_meant(empty: World, app: Flask) -> None:
    page = name_ben(empty, app, email=BEN.email, owner="private", read_by="nobody")
    assert page.status == 422
    assert "A mail address is entered as well." in page.text
    kept = page.fields("/engagements/new")
    assert (kept["email"], kept["on_paper"]) == (BEN.email, "y")


def test_names_others_on_paper_beside_those_with_an_address(empty: World, app: Flask) -> None:
    add_engagement(empty)
    browser, path = ana(empty, app), f"{engagement(empty)}/people"
    page = browser.post(path, {"supporter-name": GUS.name, "supporter-on_paper": "y", "more": "1"},
                        page=browser.get(path))
    row = " ".join(page.soup.select(".waits > li")[0].get_text(" ").split())
    assert "Ben Adler is asked first. Signs on paper after a yes, and gets no mail." in row
    page = browser.post(path, {"assistant-on_paper": "y"}, page=page)
    assert page.status == 422
    assert "Enter the full name." in page.text


def test_tells_the_coachee_that_they_sign_on_paper(sent: World, app: Flask) -> None:
    sent.ids["ben.engagement"] = sent.ids["engagement"]
    def people() -> str:
        return Browser(app).be(sent, "ben", "party").get("/p/people").text

    assert "nothing is printed for Gus Groth to sign" in people()
    say_yes(sent)
    assert "May be asked, and signs on paper." in people()
