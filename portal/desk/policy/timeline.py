"""What is said of a text and its engagement, and until when: timelines braided into one (Z21).

Every timer that has no need of a job is a moment that is known in advance. So the words of all
times to come follow from the records, and a reader only compares instants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import pairwise
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from portal.agreements.policy import VersionFacts, history
from portal.engagements.policy import ENGAGEMENT_KINDS, Mandatory, engagement_state
from portal.ledger.policy import Event
from portal.reaching.policy import outside
from portal.wording.policy import add_months

#: The end of what does not end by itself; every database can hold it.
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)

#: Values, each with the instant from which it holds.
Timeline: TypeAlias = Sequence[tuple[datetime, Any]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Hold what is said from one instant until another, half-open."""

    starts: datetime
    ends: datetime
    values: tuple[Any, ...]


def braid(say: Callable[..., tuple[Any, ...]], *timelines: Timeline) -> list[Stretch]:
    """Return the stretches in which the same is said, from where all timelines have begun.

    `say` returns what is said from the value of each.
    """
    begun = max(line[0][0] for line in timelines)
    moments = sorted({begun} | {at for line in timelines for at, _ in line if at > begun})
    found: list[Stretch] = []
    for starts, ends in pairwise([*moments, FOREVER]):
        values = say(*(value_at(line, starts) for line in timelines))
        if found and found[-1].values == values:
            starts = found.pop().starts  # noqa: PLW2901 - the stretch before goes on
        found.append(Stretch(starts, ends, values))
    return found


def value_at(line: Timeline, at: datetime) -> Any:
    """Return the value of a timeline at an instant that is not before its beginning."""
    return [value for since, value in line if since <= at][-1]


def text_words(facts: VersionFacts) -> Timeline:
    """Return the coach's word for a version at all times: open, held (the voice check is
    missing), coming (it begins by itself), in_force, not_concluded, recalled or ended.

    Declined and silent give the same timeline (Z4).
    """
    recalled = any(act == "recall" for _at, act in facts.acts)
    states = history(facts, FOREVER)
    moments = {at for at, _ in (*states, *facts.acts)} | {facts.sign_by}

    def word(at: datetime) -> str:
        said = outside(value_at(states, at), facts.sign_by, at, recalled=recalled,
                       left=facts.had("withdraw", at))
        return "coming" if said == "held" and facts.force_at() is not None else said

    return [(at, word(at)) for at in sorted(moments) if at >= facts.issued_at]


def engagement_words(
    engagement_id: str, events: Sequence[Event],
    mandatory: Sequence[tuple[datetime, datetime | None]],
) -> Timeline:
    """Return the state of an engagement at all times (INV-2)."""
    told = [e for e in events if e.kind in ENGAGEMENT_KINDS]
    edges = {edge for span in mandatory for edge in span if edge is not None}
    moments = {events[0].at} | {e.at for e in told} | edges
    spans = Mandatory(mandatory)
    return [(at, engagement_state(engagement_id, told, spans, at)) for at in sorted(moments)]


def review_days(facts: VersionFacts, first: date, months: int, zone: str) -> Timeline:
    """Return the beginning of the next day to look at a version again, at all times; None after
    the last one."""
    days: list[datetime] = []
    while months and (day := _begin(add_months(first, months * (len(days) + 1)), zone)
                      ) < facts.valid_to:
        days.append(day)
    since = [facts.issued_at, *(max(day, facts.issued_at) for day in days)]
    return list(zip(since, [*days, None], strict=True))


def _begin(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def kept(stretches: Iterable[Stretch], last: datetime) -> list[Stretch]:
    """Return the stretches that go on after the last act: what was before is history."""
    return [stretch for stretch in stretches if stretch.ends > last]
