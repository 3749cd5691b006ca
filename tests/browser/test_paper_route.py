"""Ink on paper: Ana prints and records it, and the papers of all say that it was paper (Z26)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from portal.web.words import today
from tests.browser import paper, steps
from tests.browser.conftest import DESKTOP, Visit
from tests.browser.sealed import check_as_a_stranger, fetch_all
from tests.builders import add_practice
from tests.cast import ANA, BEN, GUS, OWN_ANSWERS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.house import House
    from tests.browser.steps import Visitor

pytestmark = pytest.mark.needs("chromium", "oathtool", "pdfsig", "qpdf")

LEVEL = "Paper, recorded by the coach on 23 November 2026"
EARLIER_LEVEL = "The paper was signed before this version was made."


def name_gus(ana: Visitor) -> None:
    """Name Gus, who helps Ben to take part, and say with what."""
    ana.page.get_by_text("A supporter in the room").click()
    section = ana.page.locator("details[open]")
    section.get_by_label("Full name").fill(GUS.name)
    section.get_by_label("Mail address").fill(GUS.email)
    section.get_by_label("Their own, private address").check()
    section.get_by_label("Nobody, as far as I know").check()
    ana.press("Continue to the terms")
    ana.page.locator("[name^=own_]").fill(OWN_ANSWERS["T4"]["support_task"])


def invite_two(ana: Visitor) -> str:
    """Name Ben and Gus, sign both texts, and send; returns the path of the engagement."""
    ana.page.goto("/engagements/new")
    steps.enter_coachee(ana)
    ana.press("Name who else takes part")
    name_gus(ana)
    ana.press("Continue to look and send")
    steps.sign_and_send(ana, ana.house.world.fresh_code("ana"))
    return ana.path


def with_gus(ana: Visitor, engagement: str) -> str:
    """Return what the page of the engagement says of the agreement with Gus."""
    ana.page.goto(engagement)
    return ana.page.locator(".agreement").filter(has_text=f"with {GUS.name}").inner_text()


def papers_of(who: Visitor, folder: Path) -> list[str]:
    """Download every paper that a page offers, check the seals, and return the words."""
    files = fetch_all(who, folder)
    for file in files:
        check_as_a_stranger(file)
    return [" ".join(paper.pages_of(file)) for file in files]


def test_z26_takes_ink_for_one_text_and_phones_for_the_other(
    house: House, visit: Visit, phone: dict[str, Any], tmp_path: Path
) -> None:
    add_practice(house.world)
    ana, ben, gus = visit(**DESKTOP), visit(**phone), visit(**phone)
    steps.sign_in(ana)
    engagement = invite_two(ana)

    ana.follow(f"Sign on paper for {BEN.name}: Confidentiality terms")
    sheet = paper.print_sheet(ana, tmp_path)
    foot = f"Reference {paper.reference(ana)}, version 1"
    assert all(foot in page for page in paper.pages_of(sheet))
    paper.fill_in(ana, paper.THIS_PRINT, today(house.clock.now()), "Yes", "No")
    paper.record(ana, paper.photographed(sheet, "jpeg"), BEN.name)
    ana.sees(f"Waiting for {BEN.name} to sign")
    expect(ana.page.locator(".agreement .tag")).to_have_text(["In force", "Waiting"])
    assert house.mails_to(GUS.email) == [], "Ben has not said yet that Gus may be asked"

    steps.begin(ben)
    steps.read_on(ben)
    steps.sign_typed(ben)
    assert "Read these to" not in ben.main, "the coach vouched by recording the paper"
    assert "2 of 3 signed." in with_gus(ana, engagement)
    steps.begin(gus, GUS)
    steps.read_on(gus)
    steps.sign_typed(gus, GUS)
    assert "In force until" in with_gus(ana, engagement)

    house.run("seal", "mail")
    ana.page.reload()
    common, own, *of_gus = papers_of(ana, tmp_path / "ana")
    assert [LEVEL in text for text in of_gus] == [False, False]
    assert LEVEL in common
    assert LEVEL in own
    assert "by the coach, who recorded an ink signature" in own
    ben.page.goto("/p")
    expect(ben.page.get_by_text("is being sealed")).to_have_count(0)
    inked, signed = papers_of(ben, tmp_path / "ben")
    assert inked == own
    assert LEVEL not in signed
    gus.page.goto("/p")
    [text] = papers_of(gus, tmp_path / "gus")
    assert LEVEL not in text


def test_z26_brings_in_what_was_signed_on_paper_long_ago(
    house: House, visit: Visit, tmp_path: Path
) -> None:
    add_practice(house.world)
    ana, ben = visit(**DESKTOP), visit(**DESKTOP)
    steps.sign_in(ana)
    steps.invite(ana)
    link = house.link_for(BEN.email)
    ana.follow(f"Sign on paper for {BEN.name}")
    ana.press(f"{BEN.name} gets no link")
    ben.page.goto(link)
    ben.sees("This link does not work")

    ana.follow(f"Sign on paper for {BEN.name}")
    photo = paper.photographed(paper.print_sheet(ana, tmp_path), "png")
    long_ago = today(house.clock.now()) - timedelta(days=400)
    paper.fill_in(ana, paper.THIS_PRINT, long_ago, "No", "Yes")
    ana.write("6-digit code", "000000")
    ana.press("Record the signature")
    for fault in ("On this day the text was not there yet.", "Choose the scan or photo"):
        expect(ana.page.locator(".errsum")).to_contain_text(fault)
    ana.page.get_by_label(paper.EARLIER).check()
    paper.record(ana, photo, BEN.name)
    ana.sees(re.compile("^In force until "))

    house.run("seal", "mail")
    ana.page.reload()
    for text in papers_of(ana, tmp_path / "ana"):
        assert LEVEL in text
        assert EARLIER_LEVEL in text
        assert "on paper, in ink, on 19 October 2025" in text
    assert len(house.mails_to(BEN.email)) == 1, "the invitation that was out, and nothing after it"


def test_z26_goes_the_whole_way_with_somebody_who_has_no_mailbox(
    house: House, visit: Visit, tmp_path: Path
) -> None:
    add_practice(house.world)
    ana = visit(**DESKTOP)
    steps.sign_in(ana)
    ana.page.goto("/engagements/new")
    ana.write("Full name", BEN.name)
    ana.choose("Signs on paper and has no mailbox")
    expect(ana.page.get_by_label("Mail address", exact=True)).to_be_hidden()
    ana.press("Continue to the terms")
    ana.press("Continue to look and send")
    assert "Ben Adler signs on paper, and gets no mail." in ana.main
    steps.sign_and_send(ana, house.world.fresh_code("ana"))
    assert "on its way" not in ana.main

    ana.page.get_by_role("link", name=re.compile("^Sign on paper")).first.click()
    photo = paper.photographed(paper.print_sheet(ana, tmp_path), "png")
    paper.fill_in(ana, paper.THIS_PRINT, today(house.clock.now()), "Yes", "Yes")
    paper.record(ana, photo, BEN.name)
    ana.sees(re.compile("^In force until "))
    house.run("seal", "mail")
    ana.page.reload()
    assert "No mail reaches Ben Adler: print the sealed paper" in ana.main
    assert all(LEVEL in text for text in papers_of(ana, tmp_path / "ana"))
    assert [mail["To"] for mail in house.mailroom.mails if mail["To"] != ANA.email] == []
