"""What is said of a text and its engagement, and until when: timelines braided into one (Z21).

Every timer that has no need of a job is a moment that is known in advance. So the words of all
times to come follow from the records, and a reader only compares instants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, TypeAlias

from portal.agreements.policy import VersionFacts, history, holds_at, reviews, slept_out_at, unheard
from portal.engagements.policy import ENGAGEMENT_KINDS, Mandatory, engagement_state
from portal.ledger.policy import Event
from portal.reaching.policy import outside
from portal.reviews.policy import waits_for

#: The end of what does not end by itself; every database can hold it.
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)

#: What the end of a row may bring that anybody of the practice may know, and that its coach may.
KNOWN_TURNS = ("sign_by", "starts", "ends")
TURNS = (*KNOWN_TURNS, "review", "quiet", "sleeps", "expires")

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


def review_words(facts: VersionFacts) -> Timeline:
    """Return how the reviews of a version stand at all times, as coach and coachee may know it:
    a word, and when the next one is due, or the one that is overdue.

    "open" and "overdue" wait for somebody, with "quiet" the lines to somebody sleep, "asleep" is
    the whole text; with "" nobody is waited for. None where no further one will come.
    """
    states, unheard_of = history(facts, FOREVER), list(unheard(facts).values())
    all_ = reviews(facts)
    edges = {at for review in all_ for at in (review.opens_at, review.due_at, review.grace_until)}
    edges |= {at for answer in facts.answers for at in (answer.at, answer.closed_at) if at}
    edges |= {at for spans in unheard_of for span in spans for at in span if at}
    edges |= {at for at, _state in states} | {facts.issued_at}

    def word(at: datetime) -> tuple[str, datetime | None]:
        ahead = next((review.due_at for review in all_ if review.due_at > at), None)
        if value_at(states, at) == "SUSPENDED":
            return "asleep", ahead
        if any(holds_at(spans, at) for spans in unheard_of):
            return "quiet", ahead
        due = min((review.due_at for slot in facts.slots
                   if (review := waits_for(facts, slot, at)) is not None), default=None)
        if due is None:
            return "", ahead
        return "overdue" if due <= at else "open", due

    return [(at, word(at)) for at in sorted(edges) if at >= facts.issued_at]


def turns(facts: VersionFacts, found: Sequence[Stretch]) -> Iterator[str]:
    """Yield for each stretch what its end brings: sign_by, starts, ends, review (a day to look at
    it that nobody has settled), quiet, sleeps, expires (asleep for too long), or nothing.

    The values of a stretch are the word of the text, what waits for it, and how its reviews stand.
    """
    slept_out = slept_out_at(facts)
    last = Stretch(FOREVER, FOREVER, ("", "", ("", None)))
    for here, then in pairwise([*found, last]):
        word, (review, due) = here.values[0], here.values[2]
        after = then.values[2][0] if then.values[0] == "in_force" else ""
        if word != "in_force":
            days = {"open": ("sign_by", facts.sign_by), "coming": ("starts", facts.force_at())}
            name, at = days.get(word, ("", None))
            yield name if here.ends == at else ""
        elif here.ends == facts.valid_to:
            yield "ends"
        elif here.ends == slept_out and review == "asleep":
            yield "expires"
        elif after == "asleep" != review:
            yield "sleeps"
        elif after == "quiet" and review not in ("quiet", "asleep"):
            yield "quiet"
        else:
            yield "review" if review and here.ends == due else ""


def goes_on(stretch: Stretch, last: datetime) -> bool:
    """Tell whether a stretch goes on after the last act: what was before is history."""
    return stretch.ends > last
