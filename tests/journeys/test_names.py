"""Names of the world print right on the page, in the mail and in the sealed paper."""

from __future__ import annotations

import subprocess
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from portal.evidence.jobs import seal_due
from portal.evidence.models import SealedFile
from portal.jobs import run_job
from tests.builders import World, add_engagement, add_practice, issue, opened, read_all, sign
from tests.cast import Character
from tests.mailroom import running
from tests.pages import Browser
from tests.plugins.needs import tool

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

NAMES = ["Łukasz Żółkiewski", "Nguyễn Thị Ánh", "张伟", "عمر الفاروق"]


@pytest.mark.needs("pdfsig")
@pytest.mark.parametrize("name", NAMES)
def test_prints_a_name_right_everywhere(
    world: World, app: Flask, tmp_path: Path, name: str
) -> None:
    add_practice(world)
    with running() as (room, url):
        world.ground.settings = replace(world.ground.settings, smtp_url=url)
        add_engagement(world, Character(name, "ben@home.example"))
        issue(world)
        run_job(world.ground, "mail")
        assert name in room.text()
    opened(world)
    world.ids["ben.engagement"] = world.ids["engagement"]
    assert name in Browser(app).be(world, "ben", "party", "mailbox").get("/p/read/1").text
    read_all(world, name=name)
    sign(world)
    seal_due(world.ground)
    for paper in papers(world):
        assert letters(name) <= letters(printed(paper, tmp_path))


def papers(world: World) -> list[bytes]:
    with world.ground.work(writes=False) as work:
        return [work.reveal_bytes(row, "file") for row in work.session.scalars(select(SealedFile))]


def printed(paper: bytes, home: Path) -> str:
    file = home / "paper.pdf"
    file.write_bytes(paper)
    pdftotext = tool("pdfsig").with_name("pdftotext")
    done = subprocess.run([pdftotext, file, "-"], capture_output=True, check=True)
    return done.stdout.decode()


def letters(text: str) -> set[str]:
    """Return the letters of a text; shaped Arabic letters count as the plain ones."""
    return set(unicodedata.normalize("NFKC", text)) - {" ", "\n"}


@pytest.mark.parametrize(("name", "says"), [
    ("Ben \U0001f600", "U+1F600"), ("Ben\u202eAdler", "U+202E"), ("Ben\x07", "U+0007"),
    ("กานดา", "U+0E01"),
])
def test_refuses_at_entry_what_cannot_be_printed(
    world: World, app: Flask, name: str, says: str
) -> None:
    add_practice(world)
    ana = Browser(app).be(world, "ana", "coach")
    page = ana.post("/engagements/new", {
        "name": name, "email": "ben@home.example", "owner": "private", "read_by": "nobody",
        "title": "Coaching"}, page=ana.get("/engagements/new"))
    assert page.status == 422
    assert says in page.text
