"""What happens when two things are done at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from portal.engagements.models import Engagement
from portal.issuing.actions import own
from portal.links.queries import linked
from portal.plain.errors import Missing
from portal.signing.queries import progress_of
from tests.builders import (
    World,
    add_colleague,
    add_engagement,
    add_practice,
    issue,
    opened,
    read_all,
)
from tests.cast import DORA
from tests.pages import BASE, Browser

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def reading(world: World) -> World:
    """Give a world in which Ben has come in by his link and has read nothing yet."""
    add_practice(world)
    world.ids["ben.engagement"] = add_engagement(world)
    issue(world)
    opened(world)
    return world


def test_keeps_the_answers_of_two_tabs(reading: World, app: Flask) -> None:
    tabs = [Browser(app).be(reading, "ben", "party", "mailbox") for _ in range(2)]
    pages = [(tab, path, tab.get(path)) for tab, path in zip(
        tabs, ("/p/read/1", "/p/read/2"), strict=True)]

    def send(one: tuple[Browser, str, object]) -> int:
        tab, path, page = one
        return tab.post(path, {"answer": "read"}, page=page, follow=False).status  # type: ignore[arg-type]

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(send, pages)) == [303, 303]
    with reading.ground.work(writes=False) as work:
        progress = progress_of(work, reading.ids["engagement"], reading.ids["ben"])
        assert len(progress.of(reading.ids["version"])) == 2


def test_leaves_the_tab_that_signed_signed_in(reading: World, app: Flask) -> None:
    """The answer to the tab that came too late comes last; it must not put the old cookie back."""
    read_all(reading)
    ben = Browser(app).be(reading, "ben", "party", "mailbox")
    sheet = ben.get("/p/sign").fields("/p/sign")
    late = app.test_client(use_cookies=False)
    held = ben.client.get_cookie("portal", "127.0.0.1")
    assert held is not None
    sheet |= {"code": reading.code("ben")}
    first = ben.post("/p/sign", sheet, follow=False)
    assert first.status == 303
    second = late.post("/p/sign", base_url=BASE, data=sheet,
                       headers={"Cookie": f"portal={held.value}"})
    assert second.status_code == 303
    assert second.headers["Location"].startswith("/lost")
    assert "Set-Cookie" not in second.headers
    assert ben.get("/p/consents", follow=False).status == 200


def test_z5_holds_nothing_for_a_coach_who_has_just_handed_it_over(reading: World) -> None:
    """The engagement was read; before it is held, the coachee says yes to a colleague."""
    add_colleague(reading, DORA, "dora")
    engagement_id = reading.ids["engagement"]
    with reading.ground.work(writes=True, actor=reading.coach()) as work:
        read = work.session.get_one(Engagement, engagement_id)
        work.session.execute(
            update(Engagement).where(Engagement.id == engagement_id)
            .values(coach_id=reading.ids["dora"]).execution_options(synchronize_session=False))
        assert read.coach_id == reading.ids["ana"]
        with pytest.raises(Missing):
            own(work, engagement_id)


def test_looks_at_the_front_door_only_where_a_link_was_sent(reading: World) -> None:
    """A coach who asks there by mistake holds up none of their engagements."""
    with reading.ground.work(writes=False) as work:
        practice_id, own_id = reading.ids["ana.practice"], reading.ids["engagement"]
        assert linked(work, practice_id, reading.ids["ben"]) == [own_id]
        assert linked(work, practice_id, reading.ids["ana"]) == []
