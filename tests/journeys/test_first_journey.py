"""Ana and Ben conclude T1 over HTTP, from an empty practice to sealed papers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from portal.evidence.jobs import seal_due
from portal.jobs import run_job
from tests.builders import World, add_practice
from tests.cast import ANA, BEN
from tests.journeys.steps import come_in, invite, newest_link, read_on, sign_in
from tests.pages import Browser

if TYPE_CHECKING:
    from flask import Flask


def test_concludes_confidentiality_terms(world: World, app: Flask) -> None:
    add_practice(world, answers=None)
    ana, ben = Browser(app), Browser(app)
    assert sign_in(world, ana).status == 200
    engagement = invite(world, ana)

    assert "Ben" not in ben.get(newest_link(world)).text
    start = come_in(world, ben)
    assert ANA.name in start.text
    check, pages = read_on(ben)
    assert pages <= 9
    assert check.response.request.path == "/p/sign"
    signed = ben.post("/p/sign", {"name": BEN.name, "mark": "type", "erecord": "y",
                                  "code": world.fresh_code("ben")}, page=check)
    assert re.fullmatch(r"/p/agreements/[0-9a-f]{32}", signed.response.request.path)
    digits = re.search(r"(\d{4}) (\d{4})", signed.text)
    assert digits
    party = world.ids["ben.party"]
    vouching = f"{engagement}/parties/{party}/vouching"
    done = ana.post(vouching, {"digits": digits[0], "how": "video"}, page=ana.get(vouching))
    assert "In force until" in done.text

    assert seal_due(world.ground) == 2
    receipt = ben.get(signed.response.request.path)
    papers = [a["href"] for a in receipt.soup.find_all("a", href=re.compile(r"\.pdf$"))]
    assert papers
    for paper in papers:
        answer = ben.get(paper)
        assert answer.response.data.startswith(b"%PDF-")
        assert answer.response.mimetype == "application/pdf"
    assert ben.get("/p/consents").status == 200
    dates = ben.get(f"{signed.response.request.path}/dates.ics").response.get_data(as_text=True)
    assert "BEGIN:VEVENT" in dates
    assert not {"Ben", "Ana"} & set(dates.replace(":", " ").split())
    assert ben.get(f"{signed.response.request.path}/text").status == 200
    assert run_job(world.ground, "door") == 0
