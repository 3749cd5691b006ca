"""Worlds that cannot be read are refused with their place, and never answered."""

from __future__ import annotations

from typing import Any

import pytest

from portal.sharing.policy import BadWorld, read_world
from tests.sharing.worlds import world

_GONE = object()

BAD: list[tuple[str, Any, str]] = [
    ("engagement", _GONE, "engagement: must be an object"),
    ("engagement.coachee", "nobody", "engagement.coachee: must be one of the parties"),
    ("engagement.state", 1, "engagement.state: must be a text"),
    ("k", 0, "k: must be 1 or more"),
    ("k", True, "k: must be a whole number"),
    ("k", "3", "k: must be a whole number"),
    ("parties", [], "parties: must be an object"),
    ("parties.eli.role", "ASISTANT", "parties.eli.role: must be one of"),
    ("parties.eli.left_at", "2026-03-01", "parties.eli.left_at: must name its zone"),
    ("versions", _GONE, "versions: must be a list"),
    ("versions.0", "AG1", "versions[0]: must be an object"),
    ("versions.0.hash", "", "versions[0].hash: must be a text"),
    ("versions.0.held", "no", "versions[0].held: must be true or false"),
    ("versions.0.suspend", [], "versions[0].suspend: is not known here"),
    ("versions.0.suspended", [{}], "versions[0].suspended[0].from: must be a text"),
    ("versions.0.withdrawals", [{"grant": "*"}], "versions[0].withdrawals[0].at: must be a text"),
    ("versions.0.required", "ben", "versions[0].required: must be a list of texts"),
    ("versions.0.valid_to", _GONE, "versions[0].valid_to: must be a text"),
    ("versions.0.valid_to", "2026-13-01T00:00:00Z", "versions[0].valid_to: must be a time"),
    ("versions.0.valid_to", "2026-12-01T00:00:00", "versions[0].valid_to: must name its zone"),
    ("versions.0.signatures.ben", {"hash": "h1"}, "versions[0].signatures.ben.at: must be a text"),
    ("versions.0.grants.0.effect", "allow", "versions[0].grants[0].effect: must be permit or deny"),
    ("versions.0.grants.0.max_form", "fact", "versions[0].grants[0].max_form: has no meaning"),
    ("versions.0.grants.1.min_form", "fact", "versions[0].grants[1].min_form: has no meaning"),
    ("versions.0.grants.1.outside_sessions", ["S1"],
     "versions[0].grants[1].outside_sessions: has no meaning"),
    ("versions.0.grants.1.max_form", "novel", "versions[0].grants[1].max_form: must be one of"),
    ("versions.0.grants.1.channels", [1], "versions[0].grants[1].channels: must be a list of text"),
    ("versions.0.grants.1.uses_left", 1.5, "versions[0].grants[1].uses_left: must be a whole"),
    ("versions.0.grants.1.id", "G10", "versions[0].grants: two lines have the same id"),
    ("cases", [{"id": "C", "state": "EMERGENCY", "ground": "law", "items": [{}]}],
     "cases[0].items[0].category: must be a text"),
]


@pytest.mark.parametrize(("path", "value", "says"), BAD, ids=[says for _, _, says in BAD])
def test_refuses_a_bad_world_and_says_where(path: str, value: Any, says: str) -> None:
    raw: Any = world()
    *way, key = path.split(".")
    holder = raw
    for step in way:
        holder = holder[int(step) if step.isdigit() else step]
    place: Any = int(key) if key.isdigit() else key
    if value is _GONE:
        del holder[place]
    else:
        holder[place] = value
    with pytest.raises(BadWorld) as wrong:
        read_world(raw)
    assert str(wrong.value).startswith(says)


@pytest.mark.parametrize("raw", [None, [], "world", {1: 2}])
def test_refuses_what_is_no_world_at_all(raw: object) -> None:
    with pytest.raises(BadWorld, match="world: must be an object"):
        read_world(raw)


def test_takes_nothing_given_as_the_narrow_default() -> None:
    """A permission without a form lets a fact through, a no without one forbids from there up."""
    raw = world()
    for line in raw["versions"][1]["grants"]:
        line.pop("max_form", None)
    read = read_world({**raw, "k": None})
    assert read.smallest_group == 3
    assert {line.form for line in read.versions[1].lines} == {"fact"}
