"""When an engagement is active: computed from its record and its mandatory agreements."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.agreements.queries import standing_of_one
from portal.engagements.policy import Mandatory, engagement_state
from portal.ledger.policy import Event
from tests.builders import World, add_practice, add_table, conclude, issue, opened, vouch_for
from tests.signing.table import ben_signs, signs

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
OPENED = ("engagement.contracting_opened", 0)


def state_at(
    day: float, *spans: tuple[float, float | None], told: tuple[tuple[str, float], ...] = (OPENED,)
) -> str:
    """Return the state on a day, of an engagement whose mandatory agreements were all in force
    in these spans of days."""
    events = [Event(kind, "E", START + at * DAY) for kind, at in told]
    held = Mandatory([(START + a * DAY, None if b is None else START + b * DAY) for a, b in spans])
    return engagement_state("E", events, held, START + day * DAY)


def test_inv_2_is_active_only_while_all_mandatory_agreements_are_in_force() -> None:
    assert state_at(9) == "CONTRACTING"
    spans = [(2.0, 5.0), (7.0, None)]
    assert [state_at(day, *spans) for day in (1.9, 2, 4.9, 5, 6.9, 7, 99)] == [
        "CONTRACTING", "ACTIVE", "ACTIVE", "PAUSED", "PAUSED", "ACTIVE", "ACTIVE"]


def test_inv_2_does_not_end_a_pause_that_somebody_chose() -> None:
    told = (OPENED, ("engagement.paused", 3))
    assert state_at(9, (2, 5), (7, None), told=told) == "PAUSED"
    assert state_at(9, (2, 5), (7, None), told=(*told, ("engagement.resumed", 8))) == "ACTIVE"


def test_inv_2_goes_on_without_a_gap_where_one_agreement_takes_over_from_another() -> None:
    assert state_at(5, (2, 5), (5, None)) == "ACTIVE"


@pytest.mark.parametrize("last", ["engagement.close_begun", "engagement.closed"])
def test_inv_2_brings_nothing_back_that_is_closing(last: str) -> None:
    told = (OPENED, ("engagement.close_begun", 3), (last, 4))
    expected = {"engagement.close_begun": "CLOSING", "engagement.closed": "CLOSED"}[last]
    assert state_at(9, (2, 5), (7, None), told=told) == expected


def engagement_now(world: World) -> str:
    with world.ground.work(writes=False) as work:
        standing = standing_of_one(work, world.ids["engagement"])
        held = Mandatory(standing.mandatory_spans(work.now))
        return engagement_state(world.ids["engagement"], standing.events, held, work.now)


def test_inv_2_waits_for_the_sponsor_and_pauses_with_the_first_text_that_ends(world: World) -> None:
    """T1 and T2 are mandatory where a sponsor is named; T2 ends after six months."""
    add_practice(world)
    add_table(world, "carla", "eli", "gus")
    issue(world)
    opened(world)
    ben_signs(world)
    vouch_for(world)
    assert engagement_now(world) == "CONTRACTING"
    signs(world, "carla")
    vouch_for(world, "carla")
    assert engagement_now(world) == "ACTIVE"
    world.clock.move(days=200)
    assert engagement_now(world) == "PAUSED"


def test_inv_2_needs_the_coachees_terms_alone_where_nobody_else_is_named(world: World) -> None:
    conclude(world)
    assert engagement_now(world) == "ACTIVE"
