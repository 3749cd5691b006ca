"""The sheet to print and the form that records it, as the coach meets them."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from portal.engagements.models import Party
from portal.inking.models import InkScan
from portal.inking.policy import LARGEST
from tests.builders import PAPER, World, add_engagement, add_practice, issue, sign_in_ink
from tests.cast import BEN
from tests.pages import BASE, Browser, Page

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def sent(world: World) -> World:
    """Give a world in which Ben's terms are out."""
    add_practice(world)
    add_engagement(world)
    issue(world)
    return world


def place(world: World) -> str:
    return (f"/engagements/{world.ids['engagement']}/versions/{world.ids['version']}"
            f"/parties/{world.ids['ben.party']}")


def ana(world: World, app: Flask) -> Browser:
    return Browser(app).be(world, "ana", "coach")


def filled(page: Page, world: World, **over: object) -> dict[str, object]:
    """Return what a signed sheet says: every line refused, a PDF, a fresh code."""
    asks = {field["name"] for field in page.soup.find_all("input", type="radio")
            if field["name"].startswith("ask_")}
    return {**dict.fromkeys(asks, "no"), "name": BEN.name, "day": "2026-11-23",
            "basis": "this_print", "scan": (io.BytesIO(PAPER), "sheet.pdf"),
            "code": world.fresh_code("ana"), **over}


def scans(world: World) -> list[InkScan]:
    with world.ground.work(writes=False) as work:
        return list(work.session.scalars(select(InkScan)))


def test_prints_every_word_with_boxes_a_line_to_sign_and_a_reference(
    sent: World, app: Flask
) -> None:
    page = ana(sent, app).get(f"{place(sent)}/sheet")
    with sent.ground.work(writes=False) as work:
        from portal.agreements.queries import shown_text, version_row

        row = version_row(work, sent.ids["version"])
        shown = shown_text(work, row, "COACHEE")
    for clause in shown["clauses"]:
        for paragraph in clause["text"]:
            assert " ".join(paragraph.split()) in page.text
    asks = [ask for one in shown["pages"] for ask in one["asks"]]
    assert [box.get_text() for box in page.soup.select(".box")] == ["Yes", "No"] * len(asks)
    assert "By signing below I, Ben Adler, agree to these terms as coachee" in page.text
    assert all(part["heading"] in page.text for part in shown["notice"])
    assert row.hash in page.text
    assert page.soup.select_one(".sheet-foot").get_text().startswith(  # type: ignore[union-attr]
        f"Reference {row.hash[:4].upper()} {row.hash[4:8].upper()}")
    assert page.soup.select(".blank")


def test_is_reached_from_the_page_of_the_engagement(sent: World, app: Flask) -> None:
    page = ana(sent, app).get(f"/engagements/{sent.ids['engagement']}")
    assert page.soup.find("a", href=f"{place(sent)}/ink") is not None


def test_records_a_signed_sheet_and_hands_out_its_scan(sent: World, app: Flask) -> None:
    browser = ana(sent, app)
    page = browser.get(f"{place(sent)}/ink")
    done = browser.post(f"{place(sent)}/ink", filled(page, sent), page=page)
    assert "Recorded: Ben Adler signed on paper." in done.text
    [scan] = scans(sent)
    response = browser.client.get(f"/engagements/{sent.ids['engagement']}/scans/{scan.id}",
                                  base_url=BASE)
    assert response.get_data() == PAPER
    assert response.mimetype == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("attachment; filename=paper-")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert BEN.name.split()[0] not in response.headers["Content-Disposition"]


def test_keeps_a_photo_without_what_the_camera_added(sent: World, app: Flask) -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "a camera with a number"
    Image.new("RGB", (40, 30), "white").save(out, "JPEG", exif=exif)
    browser = ana(sent, app)
    page = browser.get(f"{place(sent)}/ink")
    browser.post(f"{place(sent)}/ink", filled(
        page, sent, scan=(io.BytesIO(out.getvalue()), "IMG_1.jpg")), page=page)
    [scan] = scans(sent)
    with sent.ground.work(writes=False) as work:
        body = work.reveal_bytes(scan, "file")
    assert (scan.kind, body[:3]) == ("jpeg", b"\xff\xd8\xff")
    assert b"camera" not in body


@pytest.mark.parametrize(("over", "words"), [
    ({"scan": (io.BytesIO(b""), "")}, "Choose the scan or photo"),
    ({"scan": (io.BytesIO(b"GIF89a"), "a.pdf")}, "no PDF, PNG or JPEG"),
    ({"scan": (io.BytesIO(b"\x89PNG\r\n\x1a\nno"), "a.png")}, "cannot be read"),
    ({"day": ""}, "Enter the day that stands on the paper."),
    ({"day": "2026-11-24"}, "still to come"),
    ({"day": "2026-11-22"}, "the text was not there yet"),
    ({"name": " "}, "Enter the name as it is written"),
    ({"basis": ""}, "Choose what the paper is."),
    ({"code": "000000"}, "code"),
])
def test_says_what_to_mend_and_loses_nothing_that_was_typed(
    sent: World, app: Flask, over: dict[str, object], words: str
) -> None:
    browser = ana(sent, app)
    page = browser.get(f"{place(sent)}/ink")
    if isinstance(over.get("scan"), tuple):
        file, name = over["scan"]  # type: ignore[misc]
        over = {"scan": (io.BytesIO(file.getvalue()), name)}
    values = filled(page, sent, **{"name": "Benjamin Adler", **over})
    again = browser.post(f"{place(sent)}/ink", values, page=page)
    assert again.status == 422
    assert words in " ".join(m.get_text() for m in again.soup.select(".msg"))
    kept = again.fields(f"{place(sent)}/ink")
    for key, value in values.items():
        if key not in ("scan", "code"):
            assert kept.get(key, "").strip() == str(value).strip(), key
    assert "choose it again" in again.text
    assert scans(sent) == []


def test_asks_for_every_tick(sent: World, app: Flask) -> None:
    browser = ana(sent, app)
    page = browser.get(f"{place(sent)}/ink")
    values = {key: value for key, value in filled(page, sent).items()
              if not key.startswith("ask_")}
    again = browser.post(f"{place(sent)}/ink", values, page=page)
    assert again.status == 422
    assert again.text.count("Choose what is ticked on the paper.") >= 2


def send(browser: Browser, path: str, values: dict[str, object]) -> Page:
    """Post a form with its file from memory: the client would spool a large one to a disk."""
    boundary, body = encode_multipart({"csrf_token": browser.token(), **values})
    return Page(browser.client.post(
        path, base_url=BASE, data=body, follow_redirects=True,
        content_type=f'multipart/form-data; boundary="{boundary}"'))


def test_takes_a_large_scan_here_and_nowhere_else(sent: World, app: Flask) -> None:
    browser = ana(sent, app)
    page = browser.get(f"{place(sent)}/ink")

    def answer(path: str, body: bytes) -> Page:
        return send(browser, path, filled(page, sent, scan=FileStorage(io.BytesIO(body), "a.pdf")))

    large = b"%PDF-1.7" + b" " * LARGEST + b"%%EOF"
    again = answer(f"{place(sent)}/ink", large)
    assert (again.status, "larger than 5 MB" in again.text) == (422, True)
    huge = answer(f"{place(sent)}/ink", large * 2)
    assert (huge.status, huge.heading) == (413, "What you sent is too large")
    assert answer(f"/engagements/{sent.ids['engagement']}/terms", large).status == 413
    fits = b"%PDF-1.7" + b" " * (LARGEST - 100) + b"%%EOF"
    assert answer(f"{place(sent)}/ink", fits).status == 200
    assert scans(sent)[0].size == len(fits)


def test_says_that_somebody_has_signed_already(sent: World, app: Flask) -> None:
    sign_in_ink(sent)
    page = ana(sent, app).get(f"{place(sent)}/ink")
    assert "has signed this text already" in page.text
    assert page.soup.find("input", type="file") is None


def test_lets_somebody_sign_on_paper_and_by_link_again(sent: World, app: Flask) -> None:
    browser = ana(sent, app)
    own = f"/engagements/{sent.ids['engagement']}/parties/{sent.ids['ben.party']}"
    page = browser.post(f"{own}/on-paper", page=None)
    assert "signs on paper and gets no link" in page.text
    with sent.ground.work(writes=False) as work:
        assert work.session.get_one(Party, sent.ids["ben.party"]).on_paper
    page = browser.post(f"{own}/by-link", page=None)
    assert "a link goes out now" in page.text


def test_asks_for_an_address_before_a_link_can_go(sent: World, app: Flask) -> None:
    with sent.ground.work(writes=True) as work:
        party = work.session.get_one(Party, sent.ids["ben.party"])
        party.contact_point_id, party.on_paper = None, True
    own = f"/engagements/{sent.ids['engagement']}/parties/{sent.ids['ben.party']}"
    page = ana(sent, app).post(f"{own}/by-link", page=None)
    assert page.response.request.path == f"{own}/address"
    assert "no address of Ben Adler yet" in re.sub(r"\s+", " ", page.text)
