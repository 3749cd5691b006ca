"""When a version is looked at again, who has answered, and what silence does (domain 2.5).

The days follow from the text alone, so everybody can be asked on them whatever others answered:
no question and no pause dates what somebody else did (Z3). All instants are aware; spans are
half-open, and an end of None means still.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from portal.plain.days import end_of
from portal.wording.policy import add_months

if TYPE_CHECKING:
    from portal.agreements.policy.facts import SlotFacts, VersionFacts

#: From when to when.
Span: TypeAlias = tuple[datetime, datetime | None]

#: How long before its day a review is opened.
LEAD = timedelta(days=14)
#: Whose silence puts the whole text to sleep; anybody else's does so to the lines to them.
GIVES = frozenset({"COACH", "COACHEE"})


class Kind(StrEnum):
    """Name why a version is looked at."""

    SCHEDULED = "scheduled"
    MIDPOINT = "midpoint"
    FINAL = "final"
    EVENT = "event"


class Says(StrEnum):
    """Name an answer to a review."""

    KEEP = "keep"
    CHANGE = "change"
    END = "end"


#: What the record calls each answer, a review that the coach called for, and the text that came
#: of a wish to change.
ANSWER_KINDS = {Says.KEEP: "review.kept", Says.CHANGE: "review.change_wanted",
                Says.END: "review.ended"}
CALLED, DRAFTED = "review.called", "amendment.drafted"
#: Entries about reviews of which the rules read what they say.
REVIEWED = (CALLED, *ANSWER_KINDS.values(), DRAFTED)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Hold what a text says of its reviews: first and last day, zone, months between, days of
    grace, days asleep until it ends, which further moments it names (MIDPOINT, FINAL), and months
    between the check-ins."""

    starts_on: date
    ends_on: date
    zone: str
    months: int
    grace_days: int
    silence_days: int = 60
    moments: tuple[str, ...] = ()
    check_in_months: int = 0


@dataclass(frozen=True, slots=True)
class Review:
    """Hold one time to look at a version: open from, due at (the end of `day` in the version's
    zone), and with grace until. `asks` are the roles that are asked, or everybody.

    `key` stays the same for ever: the record and the receipts name a review by it.
    """

    key: str
    kind: Kind
    day: date
    opens_at: datetime
    due_at: datetime
    grace_until: datetime
    asks: frozenset[str] | None = None

    def asks_of(self, slot: SlotFacts) -> bool:
        """Tell whether a signer is asked."""
        return self.asks is None or slot.role in self.asks


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold what a party said to a review, and when.

    `closed_at` is when a wish to change came to nothing; None while it is talked about, and for
    other answers.
    """

    at: datetime
    party_id: str
    key: str
    says: Says
    closed_at: datetime | None = None


def reviews(facts: VersionFacts) -> list[Review]:
    """Return every review of a version in the order of their days, none before it has come into
    force: those of its rhythm, and those that the coach called for."""
    force = facts.force_at()
    if force is None:
        return []
    planned = [review for review in named(facts) if review.due_at > force]
    return sorted([*planned, *facts.called], key=lambda review: (review.due_at, review.key))


def named(facts: VersionFacts) -> Sequence[Review]:
    """Return the reviews that a text itself names, whether or not it has come into force."""
    return _of(facts.rhythm, facts.valid_to) if facts.rhythm is not None else ()


@lru_cache(maxsize=4096)
def _of(rhythm: Rhythm, valid_to: datetime) -> tuple[Review, ...]:
    """Return the reviews of a rhythm. The n-th is counted from the first day, so that a 31st stays
    one where the month has it; none falls on the end itself but the final one."""
    return tuple(_each(rhythm, _days(rhythm, valid_to)))


def _each(rhythm: Rhythm, days: dict[str, date]) -> Iterator[Review]:
    if Kind.MIDPOINT in rhythm.moments:
        middle = rhythm.starts_on + (rhythm.ends_on - rhythm.starts_on) / 2
        near = min(days, key=lambda key: abs(days[key] - middle), default=None)
        # The text names the days of its rhythm; the middle is one of them where it is close.
        merged = near is not None and abs(days[near] - middle) <= LEAD
        yield _review(near if merged and near else "mid", Kind.MIDPOINT,
                      days[near] if merged and near else middle, rhythm)
        if merged and near:
            del days[near]
    for key, day in days.items():
        yield _review(key, Kind.SCHEDULED, day, rhythm)
    if Kind.FINAL in rhythm.moments:
        yield _review("end", Kind.FINAL, rhythm.ends_on, rhythm)


def _days(rhythm: Rhythm, valid_to: datetime) -> dict[str, date]:
    days: dict[str, date] = {}
    while rhythm.months:
        day = add_months(rhythm.starts_on, rhythm.months * (len(days) + 1))
        if end_of(day, rhythm.zone) >= valid_to:
            break
        days[str(len(days) + 1)] = day
    return days


def _review(key: str, kind: Kind, day: date, rhythm: Rhythm) -> Review:
    def until(days: int) -> datetime:
        return end_of(day + timedelta(days=days), rhythm.zone)

    return Review(key, kind, day, until(-LEAD.days), until(0), until(rhythm.grace_days))


def quiet(
    facts: VersionFacts, slot: SlotFacts, only: Review | None = None
) -> list[Span]:
    """Return when a signer's silence counts, at all reviews or at one: from the end of its grace
    until they say keep.

    A wish to change counts as an answer while it is talked about, for as long as the text would
    sleep at the most; once it has come to nothing, its author has the time of grace anew.
    """
    said = sorted((a for a in facts.answers if a.party_id == slot.party_id), key=lambda a: a.at)
    rhythm = facts.rhythm
    grace = timedelta(days=rhythm.grace_days if rhythm else 0)
    most = timedelta(days=rhythm.silence_days if rhythm else 0)
    looked_at = reviews(facts) if only is None else [only]
    return joined(span for review in looked_at if review.asks_of(slot)
                  if (span := _quiet(review, said, grace, most)) is not None)


def _quiet(
    review: Review, said: Sequence[Answer], grace: timedelta, most: timedelta
) -> Span | None:
    limit = review.grace_until
    for answer in said:
        if not review.opens_at <= answer.at < limit:
            continue
        if answer.says is not Says.CHANGE:
            return None
        held = review.grace_until + most
        limit = max(limit, held if answer.closed_at is None
                    else min(held, answer.closed_at + grace))
    return limit, next((a.at for a in said if a.at >= limit and a.says is Says.KEEP), None)


def kept_at(facts: VersionFacts, review: Review) -> datetime | None:
    """Return when the last of those who are asked said keep, so that it goes on for all; None
    while an answer is missing or is another one, and where somebody was silent first."""
    last = {}
    for answer in sorted(facts.answers, key=lambda a: a.at):
        if answer.key == review.key:
            last[answer.party_id] = answer
    found = [last.get(slot.party_id) for slot in facts.slots if review.asks_of(slot)]
    if any(answer is None or answer.says is not Says.KEEP for answer in found):
        return None
    at = max(answer.at for answer in found if answer is not None)
    silent = [start for slot in facts.slots if review.asks_of(slot)
              for start, _end in quiet(facts, slot, review)]
    return at if all(at < start for start in silent) else None


def unreviewed(facts: VersionFacts) -> list[Span]:
    """Return when a version sleeps because coachee or coach was silent at a review."""
    return joined(span for slot in facts.slots if slot.role in GIVES
                  for span in quiet(facts, slot))


def unheard(facts: VersionFacts) -> dict[str, list[Span]]:
    """Return when the lines to each other signer sleep because they were silent, by party."""
    return {slot.party_id: spans for slot in facts.slots if slot.role not in GIVES
            if (spans := quiet(facts, slot))}


def slept_out_at(facts: VersionFacts) -> datetime | None:
    """Return when a version has been asleep for as long as it may be, or None."""
    if facts.rhythm is None:
        return None
    most, force = timedelta(days=facts.rhythm.silence_days), facts.force_at()
    for start, end in unreviewed(facts):
        limit = max(start, force or start) + most
        if end is None or end >= limit:
            return limit
    return None


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, with those that overlap made one."""
    found: list[Span] = []
    for start, end in sorted(spans, key=lambda span: span[0]):
        last = found[-1] if found else None
        if last is not None and (last[1] is None or start <= last[1]):
            ends = None if end is None or last[1] is None else max(end, last[1])
            found[-1] = (last[0], ends)
        else:
            found.append((start, end))
    return found


def holds_at(spans: Iterable[Span], at: datetime) -> bool:
    """Tell whether an instant lies in one of some spans."""
    return any(start <= at and (end is None or at < end) for start, end in spans)


def sleeps_for(facts: VersionFacts, party_id: str, now: datetime) -> bool:
    """Tell whether the lines to a signer sleep: they were silent at a review, or say that the
    signature is not theirs (Z14)."""
    return (facts.disputed_by(party_id, now)
            or holds_at(unheard(facts).get(party_id, ()), now))
