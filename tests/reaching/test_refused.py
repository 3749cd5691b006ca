"""Somebody whom the coachee does not want asked hears nothing, whatever the coach does (Z6)."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from portal.engagements.actions import hold
from portal.inking.actions import set_by_link, set_on_paper
from portal.issuing import actions as issuing
from portal.notices.models import Notice
from portal.people.policy import Owner, ReadBy
from portal.reaching import actions as reaching
from tests.builders import World, add_practice, add_table, issue, opened


@pytest.fixture
def refused(world: World) -> World:
    """Give a world in which Eli came in by a link, and then Ben did not want Eli to be asked."""
    add_practice(world)
    add_table(world, "eli")
    issue(world)
    opened(world, "eli")
    with world.ground.work(writes=True, actor=world.party()) as work:
        engagement = hold(work, world.ids["engagement"])
        reaching.refuse(work, engagement, reaching.party_by_id(work, engagement,
                                                               world.ids["eli.party"]))
    return world


def mails(world: World) -> int:
    with world.ground.work(writes=False) as work:
        return work.session.scalar(
            select(func.count(Notice.id)).where(Notice.recipient_id == world.ids["eli"])) or 0


def test_z6_tells_nobody_who_was_refused_of_another_address_or_way(refused: World) -> None:
    before = mails(refused)
    with refused.ground.work(writes=True, actor=refused.coach()) as work:
        engagement = issuing.own(work, refused.ids["engagement"])
        party = reaching.party_by_id(work, engagement, refused.ids["eli.party"])
        reaching.correct_address(work, engagement, party, "eli@new.example", Owner.EMPLOYER,
                                 ReadBy.NOBODY)
        set_on_paper(work, engagement, party)
        set_by_link(work, engagement, party)
        reaching.remind(work, engagement, party)
    assert before > 0
    assert mails(refused) == before
