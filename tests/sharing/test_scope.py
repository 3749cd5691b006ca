"""Every cell of the matrix is what `decide` answers: no more, no less, no longer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.sharing.policy import Code, Request, Sight, World, decide, read_world, scope
from portal.sharing.policy.codes import FORMS, LIMITS_DISCLOSURE, RUNG
from tests.sharing.worlds import meeting, world

if TYPE_CHECKING:
    from portal.sharing.policy import Cell

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def one(raw: dict[str, Any], category: str = "PRG.GOALS", who: str = "carla",
        at: datetime = NOW) -> Cell:
    """Return one cell of a world in the format of the vectors; every text may still be signed."""
    loaded = read_world(raw)
    return scope(loaded, at, waiting=[version.id for version in loaded.versions])[category, who]


def changed(**values: Any) -> dict[str, Any]:
    """Return the first vector's world with other values in the text that Carla signs."""
    raw = world()
    for version in raw["versions"]:
        if "carla" in version["required"]:
            version.update(values)
    return raw


def most(loaded: World, category: str, who: str, at: datetime) -> int:
    """Return the place of the most detailed yes on the ladder by asking everything, -1 if none."""
    lines = [line for version in loaded.versions for line in version.lines]
    ways = {(purpose, channel, session)
            for line in lines for purpose in line.purposes for channel in line.channels
            for session in (None, *line.sessions)
            if purpose not in ("*", LIMITS_DISCLOSURE) and channel != "*"}
    return max((RUNG[form] for form in FORMS for purpose, channel, session in ways
                if decide(loaded, Request(category, who, purpose, channel, form, at, session))
                .decision == "PERMIT"), default=-1)


@given(st.integers(0, 2**32))
def test_says_yes_where_decide_does_and_until_it_no_longer_does(seed: int) -> None:
    raw, asked, _dice = meeting(seed)
    loaded, at = read_world(raw), datetime.fromisoformat(str(asked["time"]))
    category = asked["category"]
    for who in loaded.parties:
        if who == loaded.coachee or loaded.parties[who].role == "COACH":
            continue
        cell = scope(loaded, at, categories=[category])[category, who]
        told = RUNG[cell.form] if cell.form and cell.sight in (Sight.FULL, Sight.PART) else -1
        named = most(loaded, category, who, at)
        # A way that only "*" names is looked at by the matrix alone.
        assert told >= named
        if told >= 0 and cell.until is not None:
            again = scope(loaded, cell.until - TICK, categories=[category])[category, who]
            assert again.form is not None
            assert RUNG[again.form] >= told
            after = scope(loaded, cell.until, categories=[category])[category, who]
            assert (after.sight not in (Sight.FULL, Sight.PART) or after.form is None
                    or RUNG[after.form] < told)


def test_tells_full_part_and_none_apart() -> None:
    raw = world()
    assert one(raw).sight is Sight.PART
    assert one(raw, "LOG.ATTENDANCE").sight is Sight.FULL
    assert one(raw, "CNT.NOTES").sight is Sight.NONE


def test_ends_with_the_text() -> None:
    raw = changed(valid_to="2026-05-01T00:00:00Z")
    cell = one(raw)
    assert cell.until == datetime(2026, 5, 1, tzinfo=UTC)
    after = one(raw, at=cell.until)
    assert (after.sight, after.since) == (Sight.ENDED, cell.until)


@pytest.mark.parametrize(("values", "sight", "since"), [
    ({"withdrawn_at": "2026-03-09T00:00:00Z"}, Sight.ENDED, datetime(2026, 3, 9, tzinfo=UTC)),
    ({"withdrawals": [{"grant": "*", "at": "2026-03-08T00:00:00Z"}]}, Sight.ENDED,
     datetime(2026, 3, 8, tzinfo=UTC)),
    ({"suspended": [{"from": "2026-03-07T00:00:00Z"}]}, Sight.ENDED,
     datetime(2026, 3, 7, tzinfo=UTC)),
    ({"superseded_at": "2026-03-06T00:00:00Z"}, Sight.ENDED, datetime(2026, 3, 6, tzinfo=UTC)),
    ({"held": True}, Sight.ASKED, None),
])
def test_tells_what_is_over_from_what_may_come(
    values: dict[str, Any], sight: Sight, since: datetime | None
) -> None:
    cell = one(changed(**values))
    assert (cell.sight, cell.since, cell.until) == (sight, since, None)


def test_asks_for_nothing_that_can_no_longer_come() -> None:
    loaded = read_world(changed(held=True))
    assert scope(loaded, NOW)["PRG.GOALS", "carla"].sight is Sight.NONE


def test_says_when_what_is_agreed_begins() -> None:
    cell = one(changed(valid_from="2026-04-01T00:00:00Z"))
    assert (cell.sight, cell.starts) == (Sight.ASKED, datetime(2026, 4, 1, tzinfo=UTC))


def test_looks_for_a_refusal_as_if_nobody_had_asked() -> None:
    raw = world()
    goals = [line for version in raw["versions"] for line in version["grants"]
             if "PRG.GOALS" in line["categories"] and line["effect"] == "permit"]
    for line in goals:
        line["optional"] = True
    for version in raw["versions"]:
        version["accepted"] = []
        version["withdrawn_at"] = "2026-03-09T00:00:00Z"
    assert goals
    assert one(raw).sight is Sight.NONE


@pytest.mark.parametrize(("state", "sight", "code"), [
    ("PAUSED", Sight.ENDED, Code.ENGAGEMENT_PAUSED),
    ("CONTRACTING", Sight.ASKED, Code.ENGAGEMENT_NOT_OPEN),
    ("CLOSED", Sight.ENDED, Code.ENGAGEMENT_NOT_OPEN),
])
def test_knows_what_the_engagement_holds_up(state: str, sight: Sight, code: Code) -> None:
    raw = world()
    raw["engagement"]["state"] = state
    cell = one(raw)
    assert (cell.sight, cell.code, cell.since) == (sight, code, None)
    assert one(raw, "LOG.ATTENDANCE").sight is (Sight.FULL if state == "PAUSED" else sight)
