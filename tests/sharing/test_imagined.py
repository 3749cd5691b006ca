"""An imagined world answers as the real one would, if all had signed and the answers were so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from portal.sharing.policy import World, decide, imagined, read_world
from tests.sharing.worlds import meeting, question, world

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)


def of_carla(raw: dict[str, Any], **values: Any) -> tuple[World, str, set[str]]:
    """Return the first vector's world with other values in the text that Carla signs, that
    text's id, and its optional lines."""
    [version] = [one for one in raw["versions"] if "carla" in one["required"]]
    version.update(values)
    return read_world(raw), version["id"], {
        line["id"] for line in version["grants"] if line.get("optional")}


def ask(there: World, **changed: Any) -> str:
    """Ask about Ben's goals for Carla."""
    return decide(there, question(**{"time": NOW, **changed})).decision


def test_opens_what_waits_and_nothing_else() -> None:
    loaded, version, optional = of_carla(world(), signatures={}, accepted=[])
    assert ask(loaded) == "DENY"
    there = imagined(loaded, NOW, in_force=[version], accepted=optional)
    assert ask(there) == "PERMIT"
    assert ask(there, category="CNT.NOTES") == "DENY"
    assert ask(there, form="raw") == "DENY"
    assert ask(loaded) == "DENY"


def test_follows_each_answer() -> None:
    raw = world()
    for version in raw["versions"]:
        for line in version["grants"]:
            if line["effect"] == "permit":
                line["optional"] = True
    loaded, version, optional = of_carla(raw)
    with_yes = imagined(loaded, NOW, in_force=[version], accepted=optional)
    without = imagined(loaded, NOW, in_force=[version], accepted=())
    assert (ask(with_yes), ask(without)) == ("PERMIT", "DENY")


def test_counts_a_yes_again_that_was_taken_back() -> None:
    loaded, version, optional = of_carla(
        world(), withdrawals=[{"grant": "*", "at": "2026-03-09T00:00:00Z"}])
    assert ask(loaded) == "DENY"
    assert ask(imagined(loaded, NOW, in_force=[version], accepted=optional)) == "PERMIT"


def test_lets_a_newer_text_take_over() -> None:
    loaded, version, _optional = of_carla(world())
    assert ask(imagined(loaded, NOW, in_force=(), accepted=(), replaced=[version])) == "DENY"


@given(st.integers(0, 2**32))
def test_changes_nothing_of_the_world_that_is(seed: int) -> None:
    raw, asked, dice = meeting(seed)
    loaded = read_world(raw)
    before = decide(loaded, asked)
    lines = [line.id for version in loaded.versions for line in version.lines]
    some = [version.id for version in loaded.versions if dice.perhaps(0.5)]
    there = imagined(loaded, NOW, in_force=some, accepted=[one for one in lines
                                                           if dice.perhaps(0.5)])
    assert decide(loaded, asked) == before
    assert {version.id for version in there.versions} == {one.id for one in loaded.versions}
    assert replace(there, versions=loaded.versions, state=loaded.state) == loaded


@given(st.integers(0, 2**32))
def test_opens_nothing_that_is_locked_or_said_no_to(seed: int) -> None:
    """What a no of any text forbids stays forbidden, and so do the locked rules."""
    raw, asked, _dice = meeting(seed)
    loaded = read_world(raw)
    lines = [line.id for version in loaded.versions for line in version.lines]
    there = imagined(loaded, NOW, in_force=[one.id for one in loaded.versions], accepted=lines)
    before, after = decide(loaded, asked), decide(there, asked)
    if before.code.startswith(("LK", "FEEDBACK", "UNKNOWN")):
        assert after.decision == "DENY"
