"""A practice of four: Olga owns it, Ana and Dora coach, Hana helps; who sees what (Z5, INV-24)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser import paper, steps
from tests.browser.conftest import DESKTOP, Visit
from tests.browser.sealed import check_as_a_stranger, fetch_all
from tests.builders import (
    add_colleague,
    add_engagement,
    add_practice,
    issue,
    opened,
    read_all,
    sign,
    vouch_for,
)
from tests.cast import ANA, BEN, DORA, FAY, HANA, OLGA, PASSWORD, Character

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.house import House
    from tests.browser.steps import Visitor

pytestmark = pytest.mark.needs("chromium", "oathtool", "pdfsig", "qpdf")

NED = Character("Ned Noll", "ned@noll.example")
DOES = {ANA: "Coach", DORA: "Coach", HANA: "Help with dates and reminders"}


@pytest.fixture
def olga(house: House, visit: Visit) -> Visitor:
    """Give Olga, who owns a practice and is alone in it."""
    add_practice(house.world, OLGA, "olga")
    olga = visit(**DESKTOP)
    steps.sign_in(olga, OLGA)
    return olga


def name_successor(olga: Visitor) -> None:
    """Say who acts when the practice cannot, and where a yes can be taken back without it."""
    olga.page.goto("/practice/settings")
    olga.write("Name", FAY.name)
    olga.write("How to reach them", "+43 1 555 00 01")
    olga.write("Post, mail or telephone", "Postfach 12, 1070 Vienna")
    olga.press("Keep this")
    olga.page.get_by_role("status").filter(has_text="Kept.").wait_for()


def let_in(olga: Visitor, who: Character, someone: Visitor) -> Visitor:
    """Invite somebody by mail, and let them join by its link with an app of their own."""
    olga.page.goto("/practice/people/new")
    olga.write("Full name", who.name)
    olga.write("Mail address", who.email)
    olga.choose(DOES[who])
    olga.press("Send the invitation")
    olga.sees("People of the practice")
    someone.page.goto(olga.house.link_for(who.email))
    someone.press("Continue")
    someone.sees("Join Berg Coaching")
    someone.choose(f"I am {who.name}")
    someone.choose("My own")
    someone.choose("Nobody")
    someone.write("Password", PASSWORD)
    someone.write("The same password again", PASSWORD)
    someone.press("Join, and set up the app")
    someone.write("6-digit code", someone.keep_app().fresh())
    someone.press("Confirm and sign in")
    someone.follow("I have put them away, continue")
    someone.page.wait_for_url("**/today")
    return someone


def coach(someone: Visitor, own: Character, coachee: Character) -> str:
    """Begin an engagement with the practice's usual terms, and send them; returns its path."""
    someone.page.goto("/engagements/new")
    steps.name(someone, coachee)
    someone.press("Continue to look and send")
    steps.sign_and_send(someone, someone.fresh_code(), coachee, coach=own)
    return someone.path


def is_closed(someone: Visitor, path: str) -> bool:
    """Tell whether a page is not there for somebody, or not for what they are here."""
    answer = someone.page.goto(path)
    return answer is not None and answer.status in (403, 404)


def titles(someone: Visitor) -> list[str]:
    """Return whose agreements stand on the board."""
    someone.arrive()
    return sorted(someone.page.locator(".waits .t").all_inner_texts())


def help_with_dates(hana: Visitor, engagement: str) -> None:
    """Remind Ben a day later and plan his first session; nothing else is open to Hana."""
    house = hana.house
    house.run("mail")
    house.clock.move(hours=24)
    steps.sign_in(hana, HANA)
    assert titles(hana) == [BEN.name, NED.name]
    row = hana.page.locator(".waits > li").filter(has_text=BEN.name)
    row.get_by_role("button", name="Send a reminder").click()
    hana.page.get_by_role("status").filter(has_text="remind").wait_for()
    assert len(house.mails_to(BEN.email)) == 2
    hana.follow(BEN.name)
    hana.sees("Sessions")
    hana.follow("Plan the first session")
    hana.write("Day", "2026-11-30")
    hana.write("From", "14:30")
    hana.write("To", "15:30")
    hana.press("Plan the session")
    hana.sees(re.compile("^Session S"))
    assert is_closed(hana, engagement)
    assert is_closed(hana, f"{engagement}/text")


def test_z5_shows_each_of_a_practice_what_is_theirs(
    house: House, olga: Visitor, visit: Visit, phone: dict[str, Any]
) -> None:
    name_successor(olga)
    ana, dora, hana = (let_in(olga, who, visit(**DESKTOP)) for who in (ANA, DORA, HANA))
    olga.page.reload()
    expect(olga.page.get_by_text("Nobody is invited at the moment.")).to_be_visible()
    bens, neds = coach(ana, ANA, BEN), coach(dora, DORA, NED)

    for someone, name, others in ((ana, BEN.name, neds), (dora, NED.name, bens)):
        someone.page.goto("/today")
        assert titles(someone) == [name]
        assert is_closed(someone, others)
        assert is_closed(someone, f"{others}/sessions")

    olga.page.goto("/today")
    olga.sees("Begin with the first person you coach")
    olga.follow("What others of the practice have sent")
    assert titles(olga) == [BEN.name, NED.name]
    assert "coached by Dora Dorn" in olga.main
    assert olga.page.locator(".waits a, .waits button").count() == 0, "states, and no more"
    assert is_closed(olga, bens)
    assert is_closed(olga, f"{bens}/sessions")

    help_with_dates(hana, bens)
    ben = visit(**phone)
    steps.begin(ben)
    steps.read_on(ben)
    steps.sign_typed(ben)
    ben.page.goto("/p")
    assert "Ana Berg and you: your answers and your papers. Besides:" in ben.main
    assert f"{OLGA.name}: states only" in ben.main
    assert f"{HANA.name}: dates and reminders only" in ben.main
    assert DORA.name not in ben.main
    assert "30 November 2026" in ben.main


@pytest.fixture
def agreed(house: House) -> House:
    """Give a house in which Ana and Ben have terms in force; Olga owns it, Dora coaches too."""
    add_practice(house.world, OLGA, "olga")
    for who, key in ((ANA, "ana"), (DORA, "dora")):
        add_colleague(house.world, who, key, beside="olga")
    add_engagement(house.world)
    issue(house.world)
    opened(house.world)
    read_all(house.world)
    sign(house.world)
    vouch_for(house.world)
    house.run("seal", "mail")
    house.clock.move(hours=3)
    return house


def come_back(ben: Visitor) -> None:
    """Come in by the newest link and with the app that Ben has already."""
    steps.come_in(ben)
    ben.write("6-digit code", ben.house.world.fresh_code("ben"))
    ben.press("Continue")


def agree_to_dora(ben: Visitor) -> None:
    """Answer who may coach from now on; pressing the button alone answers nothing."""
    come_back(ben)
    ben.follow("Read and decide")
    ben.press("Continue")
    expect(ben.page.locator(".errsum")).to_contain_text("Choose an answer")
    ben.choose(f"Yes, {DORA.name} may coach me")
    ben.press("Continue")
    said = f"{DORA.name} coaches you from now on"
    ben.page.get_by_role("status").filter(has_text=said).wait_for()


def begin_anew(dora: Visitor, ben: Visitor) -> None:
    """Send new terms and have them signed: from before, nothing is open to Dora."""
    dora.page.goto("/today")
    dora.follow(BEN.name)
    dora.sees("Draft: not sent yet")
    assert dora.page.locator("a[href$='.pdf']").count() == 0
    dora.follow("Go on to the terms")
    dora.press("Continue to look and send")
    steps.sign_and_send(dora, dora.house.world.fresh_code("dora"), coach=DORA)
    come_back(ben)
    ben.follow("Start reading")
    steps.read_on(ben)
    steps.fill_sheet(ben)
    steps.press_sign(ben, ben.house.world.fresh_code("ben"))
    ben.sees("You have signed")


def test_z5_hands_an_engagement_over_when_its_coachee_says_yes(
    agreed: House, visit: Visit, phone: dict[str, Any], tmp_path: Path
) -> None:
    ana, dora, olga, ben = visit(**DESKTOP), visit(**DESKTOP), visit(**DESKTOP), visit(**phone)
    path = f"/engagements/{agreed.world.ids['engagement']}"
    steps.sign_in(olga, OLGA)
    name_successor(olga)
    steps.sign_in(ana)
    ana.page.goto(path)
    ana.follow("Hand over to a colleague")
    ana.choose(DORA.name)
    ana.press(f"Ask {BEN.name}")
    assert "until 7 Dec 2026" in ana.main
    steps.sign_in(dora, DORA)
    assert is_closed(dora, path), "asked is not answered"

    agree_to_dora(ben)
    assert is_closed(ana, path)
    ana.page.goto("/today?state=all")
    assert BEN.name not in ana.main
    assert len(agreed.mails_to(DORA.email)) == 1

    begin_anew(dora, ben)
    agreed.run("seal", "mail")
    dora.page.goto(path)
    dora.sees(re.compile("^In force until "))
    for file in fetch_all(dora, tmp_path):
        check_as_a_stranger(file)
        assert f"{FAY.name}, +43 1 555 00 01" in " ".join(paper.pages_of(file))
