"""Anyone can have a paper checked; nobody learns more than that (Z2)."""

from __future__ import annotations

import io
import random
from typing import TYPE_CHECKING

import pytest

from portal.evidence.jobs import seal_due
from portal.evidence.queries import file_or_missing, papers_of, twin_or_missing
from portal.witness.policy import CHECKS, LARGEST
from tests.builders import World, add_colleague, conclude
from tests.cast import ANA, BEN, DORA
from tests.evidence.test_flips import regions
from tests.kit import KIT
from tests.pages import BASE, Browser, Page

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def sealed(world: World) -> World:
    """Give terms in force with their papers."""
    conclude(world)
    seal_due(world.ground)
    return world


def papers(world: World) -> list[tuple[str, bytes]]:
    """Return the code and the bytes of every paper, and of its readable twin."""
    version = world.ids["version"]
    with world.ground.work(writes=False) as work:
        return [(paper.short_code, file)
                for paper in papers_of(work, [version])[version]
                for _row, file in (file_or_missing(work, version, paper.id),
                                   twin_or_missing(work, version, paper.id))]


def check(app: Flask, file: bytes = b"", code: str = "") -> Page:
    """Bring a file or a code, as somebody whom nobody knows."""
    browser = Browser(app)
    token = browser.get("/check").fields("/check")["csrf_token"]
    return Page(browser.client.post("/check", base_url=BASE, data={
        "csrf_token": token, "code": code, "file": (io.BytesIO(file), "x.pdf")}))


def verdict(page: Page) -> str:
    found = page.soup.select_one(".said--answer h2")
    return found.get_text() if found is not None else ""


def test_knows_every_paper_and_when_it_was_sealed(sealed: World, app: Flask) -> None:
    for code, pdf in papers(sealed):
        page = check(app, pdf)
        assert verdict(page) == "Genuine"
        assert "2026" in page.text
        assert "There is a paper with this code" in check(app, code=code).text
        assert "There is a paper" in check(app, code=f" {code.lower().replace('-', ' ')} ").text


def test_says_no_name_and_no_word_of_it(sealed: World, app: Flask) -> None:
    for code, pdf in papers(sealed):
        for page in (check(app, pdf), check(app, code=code)):
            for word in (BEN.name, "Ben", ANA.name, "Berg", "Confidentiality", "coachee"):
                assert word not in page.text


def test_hands_out_the_program_that_needs_no_portal(app: Flask) -> None:
    browser = Browser(app)
    (link,) = [a["href"] for a in browser.get("/check").soup.select("main a[download]")]
    found = browser.get(str(link)).response
    assert found.get_data() == KIT.read_bytes()
    assert found.headers["Content-Disposition"] == "attachment; filename=check_paper.py"


@pytest.mark.parametrize(("who", "scope", "page"), [
    ("ben", "party", "/p/consents"), ("ana", "coach", "/engagements/"), ("nobody", "", None),
])
def test_z2_leads_those_who_signed_to_what_it_counts_for(
    sealed: World, app: Flask, who: str, scope: str, page: str | None
) -> None:
    sealed.ids["ben.engagement"] = sealed.ids["engagement"]
    browser = Browser(app) if page is None else Browser(app).be(sealed, who, scope, "factor")
    token = browser.get("/check").fields("/check")["csrf_token"]
    found = Page(browser.client.post("/check", base_url=BASE, data={
        "csrf_token": token, "code": "", "file": (io.BytesIO(papers(sealed)[0][1]), "x.pdf")}))
    assert verdict(found) == "Genuine"
    links = [str(a["href"]) for a in found.soup.select("main p a:not([download])")]
    assert [link.startswith(page or "-") for link in links] == [True] * (page is not None)
    assert ("told to those who signed it" in found.text) == (page is None)


def test_z2_leads_nobody_else_there(sealed: World, app: Flask) -> None:
    add_colleague(sealed, DORA, "dora")
    browser = Browser(app).be(sealed, "dora", "coach", "factor")
    token = browser.get("/check").fields("/check")["csrf_token"]
    found = Page(browser.client.post("/check", base_url=BASE, data={
        "csrf_token": token, "code": "", "file": (io.BytesIO(papers(sealed)[0][1]), "x.pdf")}))
    assert "told to those who signed it" in found.text


def test_catches_every_flipped_bit(sealed: World, app: Flask) -> None:
    chance, (_code, pdf) = random.Random(5), papers(sealed)[0]
    for _number in range(12):
        flipped = bytearray(pdf)
        flipped[chance.randrange(len(pdf))] ^= 1 << chance.randrange(8)
        assert verdict(check(app, bytes(flipped))) in ("Changed", "Unknown")


def test_catches_a_flipped_bit_in_the_padding_of_a_seal(sealed: World, app: Flask) -> None:
    _code, pdf = papers(sealed)[0]
    begin, end = regions(pdf)["padding"]
    assert end - begin > 100
    for at in (begin, (begin + end) // 2, end - 2):
        assert pdf[at:at + 1] == b"0"
        flipped = pdf[:at] + b"1" + pdf[at + 1:]
        assert verdict(check(app, flipped)) in ("Changed", "Unknown")


@pytest.mark.parametrize("change", [
    lambda pdf: pdf + b"\n", lambda pdf: pdf[:-1], lambda pdf: pdf + pdf[-200:],
])
def test_tells_a_changed_file_from_a_strange_one(sealed: World, app: Flask, change: object) -> None:
    _code, pdf = papers(sealed)[0]
    assert verdict(check(app, change(pdf))) == "Changed"  # type: ignore[operator]
    assert verdict(check(app, b"%PDF-1.7 something else")) == "Unknown"
    assert verdict(check(app, code="AAAA-BBBB-CCCC-DDDD")) == "Unknown"


@pytest.mark.parametrize(("code", "says"), [
    ("", "Choose a file, or type the code"), ("x" * 41, "40 characters"),
])
def test_says_what_to_do_about_what_cannot_be_checked(
    sealed: World, app: Flask, code: str, says: str
) -> None:
    page = check(app, code=code)
    assert page.status == 422
    assert says in page.text


def test_reads_no_file_that_is_too_large_to_be_one_of_ours(app: Flask) -> None:
    whole = b"x" * (LARGEST + 5000)
    answer = Browser(app).client.post(
        "/check", base_url=BASE, input_stream=io.BytesIO(whole), content_length=len(whole),
        content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413


def test_pauses_a_network_that_checks_too_much_and_says_until_when(
    sealed: World, app: Flask
) -> None:
    for _number in range(CHECKS):
        assert check(app, code="AAAA-BBBB-CCCC-DDDD").status == 200
    page = check(app, code=papers(sealed)[0][0])
    assert page.status == 429
    assert verdict(page) == ""
    assert int(page.response.headers["Retry-After"]) > 0
    sealed.clock.move(minutes=11)
    assert check(app, code=papers(sealed)[0][0]).status == 200
