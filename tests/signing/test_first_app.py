"""Everybody who comes in by one link sees a key of their own (Z8, Z11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from portal.factors.models import Factor
from portal.factors.policy import MOST_PENDING
from tests.builders import World, add_engagement, add_practice, issue
from tests.journeys.steps import come_in, newest_link, read_on
from tests.pages import Browser
from tests.returning.test_pages import code_for, key_on

if TYPE_CHECKING:
    from flask import Flask


@pytest.mark.parametrize("others", [1, MOST_PENDING + 2])
def test_shows_a_stranger_behind_the_same_link_another_key(
    world: World, app: Flask, others: int
) -> None:
    add_practice(world)
    add_engagement(world)
    issue(world)
    path, browsers, keys = newest_link(world), [Browser(app) for _one in range(1 + others)], []
    come_in(world, browsers[0])
    for other in browsers[1:]:
        world.clock.move(seconds=1)
        other.post("/p/who", {"who": "me"}, page=other.post(path, page=other.get(path)))
    read_on(browsers[0])
    for browser in browsers:
        page = browser.get("/p/sign")
        keys.append(key_on(page))
        assert browser.get("/p/qr.svg").status == 200
    assert len(set(keys)) == len(browsers)
    page = browsers[0].get("/p/sign")
    # Whoever came first signs with the key that they were shown, whoever came after.
    hashes = [box["value"] for box in page.soup.select('input[name="ticks"]')]
    page = browsers[0].post("/p/sign", {
        "ticks": hashes, "name": "Ben Adler", "mark": "type", "erecord": "y",
        "code": code_for(world, keys[0])}, page=page)
    assert page.response.request.path.startswith("/p/agreements/"), page.text
    with world.ground.work(writes=False) as work:
        own = list(work.session.scalars(
            select(Factor).where(Factor.person_id == world.ids["ben"])))
        assert len([one for one in own if one.enrolled_at is not None]) == 1
        assert all(one.disabled_at is not None for one in own if one.enrolled_at is None)
    assert browsers[1].get("/p/sign").soup.find(id="secret") is None
