"""A page for each reader, in words that a tired person understands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from portal.desk.views.guide import READERS
from tests.pages import Browser
from tests.wording.test_reading_grade import _grade as grade

if TYPE_CHECKING:
    from flask import Flask

DOCUMENTS = Path(__file__).parents[2] / "docs"
#: What one screen of a telephone's browser holds after one swipe or two.
ONE_SCREEN = 320


def prose(reader: str) -> str:
    return (DOCUMENTS / f"{reader}.md").read_text(encoding="utf-8").partition("\n")[2]


@pytest.mark.parametrize("reader", READERS)
def test_keeps_each_page_short_and_plain(reader: str) -> None:
    assert len(prose(reader).split()) <= ONE_SCREEN
    paragraphs = [part for part in prose(reader).split("\n\n") if part.strip()]
    hard = {part[:30]: round(grade(part.replace("*", "")), 1) for part in paragraphs
            if grade(part.replace("*", "")) > 9}
    assert hard == {}


@pytest.mark.parametrize("reader", READERS)
def test_shows_each_document_as_a_page(reader: str, app: Flask) -> None:
    page = Browser(app).get(f"/guide/{reader}")
    assert page.status == 200
    leads = [part.split("**")[1] for part in prose(reader).split("\n\n") if part.startswith("**")]
    assert leads
    assert [strong.get_text() for strong in page.soup.select("main strong")] == leads


def test_knows_no_other_reader(app: Flask) -> None:
    assert Browser(app).get("/guide/settings").status == 404
