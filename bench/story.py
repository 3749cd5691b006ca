"""A page of the story of an engagement: with 5,000 entries, and with fifty, in the same run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from bench.bare import make_bare
from bench.board import queries
from bench.stage import beside, caller, make_stage
from portal.desk.policy.story import TOLD
from portal.ledger.actions import record
from portal.ledger.models import Entry
from portal.people.models import ContactPoint
from tests.builders import add_engagement, issue, opened
from tests.pages import Browser

if TYPE_CHECKING:
    from tests.builders import World

MANY, FEW = 5000, 50
#: So many entries are written in one transaction.
_BATCH = 500


def measure(many: int = MANY, few: int = FEW) -> dict[str, float]:
    """Return, for a long and a short story, the CPU of its page beside a bare route, and its
    queries; and the same for a page far behind in the long one."""
    app, world = make_stage()
    paths = {"few": _story(world, few), "many": _story(world, many)}
    with world.ground.work(writes=False) as work:
        thing = work.session.scalar(select(ContactPoint.id))
        behind = work.session.scalars(
            select(Entry.id).where(Entry.chain_id == world.ids["engagement"], Entry.kind.in_(TOLD))
            .order_by(Entry.seq).offset(many // 3)).first()
    paths["behind"] = f"{paths['many']}?before={behind}"
    browser = Browser(app).be(world, "ana", "coach")
    plain = caller(make_bare(world.ground.engine), f"/{thing}")
    figures: dict[str, float] = {}
    for name, path in paths.items():
        page = caller(app, path, browser.client)
        for warm in (plain, page, page):
            warm()
        figures[name] = beside(plain, page, 20)
        figures[f"{name}_queries"] = queries(world.ground.engine, page)
    return figures


def _story(world: World, count: int) -> str:
    """Let an engagement have a record of so many entries, and return where its story stands.

    Two of three are told: what is passed over is read past, not drawn.
    """
    engagement_id = add_engagement(world)
    issue(world)
    opened(world)
    kinds = ("party.reminded", "invitation.created", "session.planned")
    with world.ground.work(writes=False) as work:
        there = len(work.session.scalars(
            select(Entry.id).where(Entry.chain_id == engagement_id)).all())
    for start in range(there, count, _BATCH):
        world.clock.move(minutes=1)
        with world.ground.work(writes=True, actor=world.coach()) as work:
            for number in range(start, min(start + _BATCH, count)):
                record(work, engagement_id, kinds[number % 3], world.ids["ben.party"],
                       practice_id=world.ids["ana.practice"], actor_id=world.ids["ana"],
                       facts={"starts": "2026-12-01T09:00:00.000000Z"})
    return f"/engagements/{engagement_id}/story"


if __name__ == "__main__":
    for figure, value in measure().items():
        print(f"{figure:24}{value:8.1f}")
