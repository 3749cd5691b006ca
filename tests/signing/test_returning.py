"""Somebody who has an authenticator from another engagement comes in by a link of this one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.agreements.queries import standing_of_one
from portal.engagements.policy import party_state
from portal.factors.actions import CodeRefused
from portal.issuing import actions as issuing
from portal.plain.errors import Missing, Refused
from portal.reaching import actions as reaching
from portal.signing.actions import come_back, come_in
from tests.builders import (
    World,
    add_engagement,
    add_party,
    add_practice,
    add_table,
    issue,
    newest_invitation,
    opened,
    read_all,
    settle,
    sign,
    vouch_for,
)
from tests.cast import CARLA, YUL
from tests.signing.table import ben_signs, signs


def party_now(world: World, key: str) -> str:
    with world.ground.work(writes=False) as work:
        standing = standing_of_one(work, world.ids["engagement"])
        party_id = world.ids[f"{key}.party"]
        return party_state(party_id, standing.events, standing.bound_since(party_id, work.now),
                           work.now)


def comes_back(world: World, key: str) -> None:
    code = world.fresh_code(key)
    with world.ground.work(writes=True) as work:
        invitation = newest_invitation(work, world.ids[key])
        assert not isinstance(come_back(work, invitation, code, timedelta(hours=2)), CodeRefused)
        world.ids["invitation"] = invitation.id


@pytest.fixture
def known(world: World) -> World:
    """Give a world in which Carla has signed for Ben's engagement, and is asked for Yul's."""
    add_practice(world)
    add_table(world)
    issue(world)
    opened(world)
    ben_signs(world)
    signs(world, "carla")
    add_engagement(world, YUL, "yul")
    add_party(world, "SPONSOR", CARLA, asked=True)
    settle(world)
    issue(world)
    return world


def test_takes_part_once_signed_as_anybody_who_enrols_does(known: World) -> None:
    comes_back(known, "carla")
    assert party_now(known, "carla") == "INVITED"
    read_all(known, "carla")
    sign(known, "carla")
    assert party_now(known, "carla") == "IDENTIFIED"
    opened(known, "yul")
    read_all(known, "yul")
    sign(known, "yul")
    vouch_for(known, "yul")
    vouch_for(known, "carla")
    assert party_now(known, "carla") == "BOUND"
    with (pytest.raises(Refused), known.ground.work(writes=True, actor=known.coach()) as work):
        engagement = issuing.own(work, known.ids["engagement"])
        issuing.take_out(work, engagement, reaching.party_by_id(
            work, engagement, known.ids["carla.party"]))


@pytest.mark.parametrize("key", ["carla", "yul"])
def test_lets_nobody_in_by_a_link_that_ended_a_moment_ago(known: World, key: str) -> None:
    """The page was drawn before, and its button is pressed after."""
    with known.ground.work(writes=True, actor=known.coach()) as work:
        engagement = issuing.own(work, known.ids["engagement"])
        reaching.revoke(work, engagement, reaching.party_by_id(
            work, engagement, known.ids[f"{key}.party"]))
    code = known.fresh_code(key) if key == "carla" else ""
    with known.ground.work(writes=True) as work:
        invitation, lasts = newest_invitation(work, known.ids[key]), timedelta(hours=2)
        with pytest.raises(Missing):
            if code:
                come_back(work, invitation, code, lasts)
            else:
                come_in(work, invitation, lasts)
