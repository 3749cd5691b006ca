"""Who lives in a simulated practice, and what they will do: drawn from a seed alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from portal.wording.policy import add_months

#: The first simulated day: the same for ever, so that a report is too.
FIRST_DAY = date(2026, 1, 5)
COACH, COACHEE = "COACH", "COACHEE"
#: Who may sign beside coach and coachee, and what they sign.
TEXT_OF = {"SPONSOR": "T2", "ASSISTANT": "T3", "SUPPORTER": "T4"}
#: How many months lie between the reviews of a text, and how many it lasts at the most.
RHYTHM = {"T1": (6, 12), "T2": (3, 6), "T3": (3, 6), "T4": (3, 6)}
_TABLES = ((), ("ASSISTANT",), ("SPONSOR",), ("SUPPORTER",), ("SPONSOR", "ASSISTANT"))


@dataclass(frozen=True, slots=True)
class Life:
    """Hold one engagement to come.

    `answers` says on which day counted from its due day somebody keeps a text at its n-th review,
    by role, text and n; who is missing stays silent. `signs` are those who sign beside coach and
    coachee; others are asked and stay silent. `line` is what the coachee says to optional lines.
    """

    number: int
    starts: date
    thirds: Sequence[str]
    signs: frozenset[str]
    line: str
    answers: Mapping[tuple[str, str, int], int]
    takes_back: int | None
    leaves: Mapping[str, int]

    @property
    def texts(self) -> list[str]:
        """Return the templates of its texts."""
        return ["T1", *(TEXT_OF[role] for role in self.thirds)]

    def day(self, after: int) -> date:
        """Return a day counted from the first."""
        return self.starts + timedelta(days=after)

    def sittings(self) -> list[tuple[date, str, frozenset[str]]]:
        """Return on which day who keeps which texts, in order."""
        found: dict[tuple[date, str], set[str]] = {}
        for (role, text, number), days in self.answers.items():
            due = add_months(self.starts, RHYTHM[text][0] * number)
            found.setdefault((due + timedelta(days=days), role), set()).add(text)
        return [(day, role, frozenset(texts)) for (day, role), texts in sorted(
            found.items(), key=lambda item: item[0])]


@dataclass(frozen=True, slots=True)
class Dice:
    """Draw numbers that follow from a seed and from what they are drawn for."""

    seed: int
    number: int

    def draw(self, what: str, sides: int) -> int:
        """Return a number from 0 to below `sides`."""
        digest = sha256(f"{self.seed}/{self.number}/{what}".encode()).digest()
        return int.from_bytes(digest[:8]) % sides


def lives(engagements: int, months: int, seed: int) -> list[Life]:
    """Return all engagements of a simulation, in the order of their first days."""
    last = max(1, (add_months(FIRST_DAY, months) - FIRST_DAY).days - 40)
    made = [_life(Dice(seed, number), number, last) for number in range(engagements)]
    return sorted(made, key=lambda life: (life.starts, life.number))


def _life(dice: Dice, number: int, last: int) -> Life:
    thirds = _TABLES[dice.draw("table", len(_TABLES))]
    starts = FIRST_DAY + timedelta(days=1 + dice.draw("starts", last))
    signs = frozenset(role for role in thirds if dice.draw(f"{role} signs", 10))
    return Life(
        number, starts, thirds, signs, "no" if dice.draw("line", 4) == 0 else "yes",
        dict(_answers(dice, thirds, signs)),
        20 + dice.draw("day back", 200) if dice.draw("back", 6) == 0 else None,
        {role: 30 + dice.draw(f"{role} day", 150) for role in thirds
         if role in signs and dice.draw(f"{role} leaves", 10) == 0})


def _answers(
    dice: Dice, thirds: Sequence[str], signs: frozenset[str]
) -> Iterator[tuple[tuple[str, str, int], int]]:
    for text, (every, lasts) in RHYTHM.items():
        third = next((role for role in thirds if TEXT_OF[role] == text), None)
        if text != "T1" and third is None:
            continue
        for number in range(1, lasts // every):
            for role in (COACH, COACHEE, *([third] if third in signs else [])):
                days = _habit(dice, f"{role} {text} {number}")
                if days is not None:
                    yield (role, text, number), days


def _habit(dice: Dice, what: str) -> int | None:
    """Return when somebody answers, in days from the due day: mostly in time, sometimes in grace,
    late or never."""
    kind = dice.draw(f"{what} kind", 10)
    if kind < 7:
        return -12 + dice.draw(f"{what} day", 13)
    if kind == 7:
        return 1 + dice.draw(f"{what} day", 6)
    return 20 + dice.draw(f"{what} day", 25) if kind == 8 else None
