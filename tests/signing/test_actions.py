"""The ceremony without HTTP."""

from __future__ import annotations

from tests.builders import World, add_engagement, add_practice, issue


def test_freezes_and_sends(world: World) -> None:
    add_practice(world)
    add_engagement(world)
    assert issue(world)
