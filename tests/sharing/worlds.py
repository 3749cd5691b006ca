"""Worlds and questions in the format of the vectors: one to start from, and random ones."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from portal.sharing.policy import Decision, decide, read_world
from portal.sharing.policy.codes import CHANNELS, CLASSES, FORMS, LEVELS, PURPOSES

VECTORS = Path(__file__).parent.parent / "vectors" / "decide.json"

PARTIES = {
    "ana": "COACH", "ben": "COACHEE", "carla": "SPONSOR", "eli": "ASSISTANT", "fay": "SUPERVISOR",
    "gus": "SUPPORTER",
}
START = datetime(2026, 3, 1, tzinfo=UTC)

#: Few words stand beside all of them, so that lines and questions meet often.
CODES = [*["PRG.GOALS", "CNT.NOTES", "LOG.SCHEDULE", "PRC.ANON_CASE"] * 4, *sorted(CLASSES)]
WIDE = ["*", "PRG", "CNT", "PR", "SAF", *CODES]
WHY = [*["inform_progress", "named_session"] * 4, *sorted(PURPOSES)]
HOW = ["portal"] * 6 + sorted(CHANNELS)
SESSIONS = ["S1", "S2"]
EARLY, LATE = START - timedelta(days=30), START + timedelta(days=90)


def told(at: datetime) -> str:
    """Return a moment as vectors write it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=1)
def vectors() -> list[dict[str, Any]]:
    """Return the vectors that ship."""
    return list(json.loads(VECTORS.read_text())["vectors"])


def world(**changes: Any) -> dict[str, Any]:
    """Return the world of the first vector, deep-copied, with some of its values replaced."""
    return {**json.loads(json.dumps(vectors()[0]["world"])), **changes}


def question(**changes: Any) -> dict[str, Any]:
    """Return the question of the first vector with some of its values replaced."""
    return {**vectors()[0]["request"], **changes}


def answer(raw: dict[str, Any], asked: object) -> Decision:
    """Read a world and answer one question in it."""
    return decide(read_world(raw), asked)



class Dice:
    """Draw worlds and questions: the same seed gives the same ones.

    Drawing them piece by piece through Hypothesis takes a third of a second each, which would
    leave a night with a few thousand worlds.
    """

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)

    def one(self, values: Any) -> Any:
        """Draw one of some values."""
        return self._chance.choice(list(values))

    def perhaps(self, share: float = 0.25) -> bool:
        """Say yes in so many cases."""
        return self._chance.random() < share

    def some(self, values: Any, least: int = 1, most: int = 3) -> list[Any]:
        """Draw a few different values."""
        known = list(values)
        drawn = self._chance.sample(known, min(len(known), self._chance.randint(least, most)))
        return list(dict.fromkeys(drawn))

    def whole(self, least: int, most: int) -> int:
        """Draw a whole number."""
        return self._chance.randint(least, most)

    def moment(self) -> str:
        """Draw a moment around the start."""
        return told(START + timedelta(days=self.whole(-3, 12)))

    def shuffle(self, values: list[Any]) -> None:
        """Bring a list into another order."""
        self._chance.shuffle(values)

    def line(self, name: str, effect: str | None = None) -> dict[str, Any]:
        """Draw a permission or a no."""
        effect = effect or ("deny" if self.perhaps() else "permit")
        line = {"id": name, "effect": effect, "categories": self.some(WIDE)}
        for key, known in (("recipients", PARTIES), ("purposes", WHY), ("channels", HOW)):
            line[key] = ["*"] if self.perhaps(0.4) else self.some(known)
        form = "max_form" if effect == "permit" else "min_form"
        if self.perhaps(0.8):
            line[form] = self.one(FORMS[1:])
        drawn = {"from": self.moment, "to": self.moment,
                 "sessions": lambda: self.some(SESSIONS)}
        if effect == "deny":
            drawn["outside_sessions"] = lambda: self.some(SESSIONS)
        else:
            drawn |= {"optional": self.perhaps, "uses_left": lambda: self.whole(0, 2),
                      "recipient_need_not_sign": lambda: self.perhaps(0.5),
                      "obligations": lambda: self.some(["both_approved_report", "count_use"])}
        return line | self._with(drawn)

    def version(self, number: int) -> dict[str, Any]:
        """Draw a text with its lines; most of them are whole, much happened to the others."""
        names = [f"G{number}{place}" for place in range(self.whole(1, 4))]
        version = {
            "id": f"V{number}", "hash": "h1", "required": sorted(PARTIES),
            "valid_from": told(EARLY), "valid_to": told(LATE),
            "signatures": {who: {"hash": "h1", "at": told(EARLY)} for who in PARTIES},
            "accepted": [name for name in names if self.perhaps(0.6)],
            "grants": [self.line(name) for name in names],
        }
        return version if self.perhaps(0.6) else version | self._harm(names)

    def _harm(self, names: list[str]) -> dict[str, Any]:
        signed = self.some(PARTIES, 0, 6)
        return {
            "required": self.some(PARTIES, 0, 2) + ["ben"] * self.perhaps(0.8),
        } | self._with({
            "valid_from": self.moment, "valid_to": self.moment,
            "signatures": lambda: {who: self._signature() for who in signed},
            "held": self.perhaps, "superseded_at": self.moment, "withdrawn_at": self.moment,
            "suspended": lambda: [self._sleep() for _ in range(self.whole(0, 2))],
            "withdrawals": lambda: [self._taken(names) for _ in range(self.whole(0, 2))],
        })

    def _signature(self) -> dict[str, str]:
        return {"hash": "h0" if self.perhaps(0.1) else "h1", "at": self.moment()}

    def _sleep(self) -> dict[str, Any]:
        return {"from": self.moment()} | self._with(
            {"to": self.moment, "party": lambda: self.one(PARTIES)})

    def _taken(self, names: list[str]) -> dict[str, Any]:
        return {"grant": self.one(["*", *names]), "at": self.moment()} | self._with(
            {"categories": lambda: self.some(WIDE)})

    def world(self) -> dict[str, Any]:
        """Draw a world that can be read."""
        return {
            "engagement": {
                "id": "EN1", "coachee": "ben", "coach": "ana",
                "state": "ACTIVE" if self.perhaps(0.9) else self.one(["PAUSED", "CLOSED"])},
            "k": 3,
            "parties": {name: {"role": role} | (
                {"left_at": self.moment()} if self.perhaps(0.1) else {})
                for name, role in PARTIES.items()},
            "cases": [self._case(f"C{place}") for place in range(self.whole(0, 2))],
            "versions": [self.version(number) for number in range(self.whole(1, 3))],
        }

    def _case(self, name: str) -> dict[str, Any]:
        return {
            "id": name, "state": self.one(["EXAMINING", "NOTICE_GIVEN", "EMERGENCY"]),
            "ground": self.one(["law", "court", "danger", "org_rule", "curiosity"]),
            "items": [{"category": self.one(CODES), "recipient": self.one(PARTIES),
                       "channel": self.one(HOW), "form": self.one(FORMS)}
                      for _ in range(self.whole(0, 3))],
        }

    def question(self, world: dict[str, Any]) -> dict[str, Any]:
        """Draw a question; mostly it falls on one of the lines or cases of the world.

        Questions drawn apart from the world hardly ever get a yes, and a property of yeses
        would pass by being empty.
        """
        asked = {"category": self.one(CODES), "recipient": self.one(PARTIES),
                 "purpose": self.one(WHY), "channel": self.one(HOW),
                 "form": self.one(FORMS if self.perhaps(0.3) else FORMS[:3]),
                 "time": self.moment()}
        items = [item for case in world["cases"] for item in case["items"]]
        if items and self.perhaps(0.1):
            asked |= {**self.one(items), "purpose": "limits_disclosure"}
        elif self.perhaps(0.8):
            asked |= self._on(self.one(self.one(world["versions"])["grants"]))
        return asked | self._with({
            "session": lambda: self.one(SESSIONS), "third_person_agreed": self.perhaps,
            "feedback": self._feedback,
        }, 0.5)

    def _on(self, line: dict[str, Any]) -> dict[str, Any]:
        met = {
            "recipient": self.one(_or_any(line["recipients"], PARTIES)),
            "purpose": self.one(_or_any(line["purposes"], WHY[:8])),
            "channel": self.one(_or_any(line["channels"], HOW)),
            "category": self.one([code for code in CLASSES if any(
                wide in ("*", code) or code.startswith(f"{wide}.")
                for wide in line["categories"])] or CODES),
        }
        off = self.one(sorted(met))
        return {key: value for key, value in met.items() if key != off or self.perhaps(0.8)}

    def _feedback(self) -> dict[str, Any]:
        groups = {name: self.whole(1, 7) for name in self.some(["peers", "reports", "others"])}
        return {"attribution": self.one(LEVELS[:2]), "agreed": self.one(LEVELS[1:]),
                "groups": groups, "show": self.some(groups, 0),
                "show_total": self.perhaps(0.5)}

    def _with(self, drawn: dict[str, Any], share: float = 0.25) -> dict[str, Any]:
        return {key: draw() for key, draw in drawn.items() if self.perhaps(share)}


def _or_any(values: list[str], known: Any) -> list[str]:
    return sorted(known) if values == ["*"] else values


def meeting(seed: int) -> tuple[dict[str, Any], dict[str, Any], Dice]:
    """Return a world, a question in it, and the dice to draw more with."""
    dice = Dice(seed)
    world = dice.world()
    return world, dice.question(world), dice
