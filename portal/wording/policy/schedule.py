"""What is kept, how it comes about, where, how long, and how it ends (S1-1, S1-2).

A practice answers it in rows; until it does, the pack's own rows count, made from the answers
that every practice gives. A row that lacks one of its parts keeps a text from being issued.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING

from portal.wording.policy.answers import Fault, FaultCode, tidied, tidy, why_not_words
from portal.wording.policy.fill import MissingValue, fill

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portal.wording.policy.pack import Template

#: As many rows as a practice can give, and as long as one part can be.
MOST_ROWS, LONGEST_PART = 9, 200

#: How kept things end (S1-12).
ENDINGS = ("delete", "shred", "return")

_PREFIX = "schedule"


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of thing that is kept; `ending` is one of `ENDINGS`."""

    what: str
    how: str
    now: str
    later: str
    how_long: str
    ending: str


PARTS = tuple(part.name for part in fields(Row))


def schedule_answers(rows: Sequence[Row]) -> dict[str, str]:
    """Return rows as answers, as a practice keeps them; empty rows are left out."""
    given = [row for row in rows if any(tidy(part) for part in astuple(row))]
    return {_key(number, part): getattr(row, part)
            for number, row in enumerate(given, start=1) for part in PARTS}


def changed_rows(answers: Mapping[str, str], rows: Sequence[Row]) -> dict[str, str]:
    """Return what to keep so that rows stand in the place of those of the answers: the parts of
    a row that is taken out become empty."""
    gone = {key: "" for number in range(1, MOST_ROWS + 1) for part in PARTS
            if answers.get(key := _key(number, part))}
    return gone | schedule_answers(rows)


def own_rows(answers: Mapping[str, str]) -> tuple[Row, ...]:
    """Return the rows that a practice gave, also those that lack a part."""
    found = (_row(answers, number) for number in range(1, MOST_ROWS + 1))
    return tuple(row for row in found if any(astuple(row)))


def schedule_rows(template: Template, answers: Mapping[str, str]) -> tuple[Row, ...]:
    """Return the rows that a text prints: those of the practice, or the pack's own.

    A template that prints no schedule has none. Raises `MissingValue` while the pack's rows need
    an answer that is not there yet.
    """
    values = tidied(answers)
    preset = (Row(**{part: fill(text[part], values) for part in PARTS})
              for text in template.schedule)
    return (own_rows(answers) or tuple(preset)) if template.schedule else ()


def preset_rows(template: Template, answers: Mapping[str, str]) -> tuple[Row, ...]:
    """Return the pack's own rows to begin with; a part whose answer is not there yet is empty."""
    values = tidied(answers)
    return tuple(Row(**{part: _begun(text[part], values) for part in PARTS})
                 for text in template.schedule)


def why_not_schedule(rows: Sequence[Row]) -> tuple[Fault, ...]:
    """Return what speaks against rows; each fault says where, as in `schedule.2.later`."""
    found: list[Fault] = []
    for number, row in enumerate(rows, start=1):
        for part in PARTS:
            where, text = _key(number, part), tidy(getattr(row, part))
            if not text:
                found.append(Fault(FaultCode.EMPTY, where))
            elif part == "ending" and text not in ENDINGS:
                found.append(Fault(FaultCode.UNKNOWN_CHOICE, where, text))
            else:
                found += why_not_words(where, text, LONGEST_PART)
    return tuple(found)


def schedule_text(rows: Sequence[Row], patterns: Mapping[str, str]) -> tuple[str, ...]:
    """Return one paragraph for each row."""
    return tuple(
        fill(patterns["schedule_row"], {
            **{part: tidy(getattr(row, part)) for part in PARTS},
            "ending": patterns[row.ending]})
        for row in rows)


def _row(answers: Mapping[str, str], number: int) -> Row:
    return Row(**{part: tidy(answers.get(_key(number, part), "")) for part in PARTS})


def _begun(text: str, values: Mapping[str, str]) -> str:
    try:
        return fill(text, values)
    except MissingValue:
        return ""


def _key(number: int, part: str) -> str:
    return f"{_PREFIX}.{number}.{part}"
