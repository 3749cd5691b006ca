"""Vectors: worlds with a question and, where somebody wrote it down, the answer that is expected.

The format is that of `tests/vectors/decide.json`; `docs/vectors.md` tells it in full.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portal.sharing.policy.deciding import Decision, decide
from portal.sharing.policy.reading import BadWorld, read_world

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class BadVectors(ValueError):
    """Say what is wrong with a file of vectors, and where."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A vector with the answer it got; `differs` names what is not as expected."""

    id: str
    decision: Decision
    differs: tuple[str, ...]

    def told(self) -> str:
        """Return the answer as one line of JSON."""
        return json.dumps({"id": self.id, **told(self.decision)}, ensure_ascii=False)


def answer_vectors(text: str) -> tuple[Answered, ...]:
    """Answer every vector of a JSON text, or none of them.

    Raises `BadVectors` where the text or a world in it cannot be read.
    """
    found = []
    for place, vector in enumerate(_vectors(text)):
        name = vector.get("id") if isinstance(vector, dict) else None
        if not isinstance(name, str):
            raise BadVectors(f"vectors[{place}]: must be an object with an id")
        found.append(_answer(name, vector))
    return tuple(found)


def told(decision: Decision) -> dict[str, Any]:
    """Return a decision as JSON values."""
    return {**decision._asdict(), "obligations": list(decision.obligations)}


def _vectors(text: str) -> Sequence[Any]:
    try:
        whole = json.loads(text, object_pairs_hook=_once)
    except RecursionError as deep:
        raise BadVectors("this is nested too deep") from deep
    except ValueError as wrong:
        raise BadVectors(f"this is not JSON that can be read: {wrong}") from wrong
    if not isinstance(whole, dict) or not isinstance(whole.get("vectors"), list):
        raise BadVectors('there must be an object with a list "vectors"')
    return list(whole["vectors"])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object, and refuse a key that stands in it twice: the second would win unseen."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key in found if [name for name, _ in pairs].count(key) > 1)
        raise ValueError(f'"{twice}" stands twice in one object')
    return found


def _answer(name: str, vector: Mapping[str, Any]) -> Answered:
    try:
        world = read_world(vector.get("world"))
    except BadWorld as wrong:
        raise BadVectors(f"{name}: {wrong}") from wrong
    decision = decide(world, vector.get("request"))
    expect = vector.get("expect", {})
    if not isinstance(expect, dict):
        raise BadVectors(f"{name}: expect must be an object")
    got = told(decision)
    return Answered(name, decision, tuple(
        key for key in expect if key not in got or got[key] != expect[key]))
