"""What became of a consent: asked, given, refused, taken back, ended. Folded from the record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from portal.agreements.policy import history, kept_at, reviews
from portal.receipts.policy.facts import VALID, Act, Event, PermitFacts, State, TextFacts

#: What the end of a version makes of the yes in it; a withdrawal is told apart by who said it.
_ENDS = {"EXPIRED": State.EXPIRED, "SUPERSEDED": State.EXPIRED, "TERMINATED": State.REVOKED}
#: What is recorded of the coachee's own signature, and what it makes of the yes.
_DOUBTS = {"signature.disputed": State.UNKNOWN, "signature.upheld": State.GIVEN,
           "signature.repudiated": State.INVALIDATED}


@dataclass(frozen=True, slots=True)
class _Turn:
    """Say what an instant brings to which lines, if they are in one of some states then."""

    at: datetime
    rank: int
    state: State
    lines: tuple[int, ...]
    from_states: frozenset[State]
    by: str = ""
    way: str = ""
    categories: tuple[str, ...] = ()
    entry: str = ""


def events_of(text: TextFacts, now: datetime) -> list[Event]:
    """Return what became of a coachee's consent up to `now`, oldest first.

    What somebody else declined looks like silence until the day to sign by (Z4). A yes to a text
    that did not come into force in time is invalidated on that day.
    """
    lines = tuple(permit.number for permit in text.permits)
    events = [Event(State.REQUESTED, text.version.issued_at, "controller", lines,
                    text.version.issued_at, text.version.sign_by, entry=text.issued),
              *_answers(text, lines)]
    left = {permit.number: {*permit.categories} for permit in text.permits}
    for turn in sorted(_turns(text, now, lines), key=attrgetter("at", "rank")):
        if turn.at <= now:
            events += _told(turn, text.permits, events, left)
    return sorted(events, key=attrgetter("at"))


def _told(
    turn: _Turn, permits: Sequence[PermitFacts], events: Sequence[Event],
    left: dict[int, set[str]],
) -> list[Event]:
    """Return what a turn brings, given what happened before it; nothing where it applies to none.

    The last part of a line that is taken back takes the line along.
    """
    states = status_of(events)
    told = tuple(n for n in turn.lines if states[n] in turn.from_states)
    if not told and (turn.lines or events[-1].state not in turn.from_states):
        return []
    categories = turn.categories
    for number in told if categories else ():
        left[number] -= {*categories}
        categories = categories if left[number] else ()
    event = Event(turn.state, turn.at, turn.by, told, way=turn.way, categories=categories,
                  entry=turn.entry)
    return list(_spans(event, permits, told)) if told and turn.state in VALID else [event]


def status_of(events: Iterable[Event]) -> dict[int, State]:
    """Return what each line's consent is after these events."""
    states: dict[int, State] = {}
    for event in events:
        if not event.categories:
            states |= dict.fromkeys(event.lines, event.state)
    return states


def _answers(text: TextFacts, lines: tuple[int, ...]) -> Iterator[Event]:
    """Yield what the coachee answered: once signed, each line is given or refused."""
    given = text.answered
    if given is None:
        no = next((act for act in text.acts if act.kind == "version.declined" and act.by_coachee),
                  None)
        if no is not None:
            yield Event(State.REFUSED, no.at, "coachee", lines, way=no.told, entry=no.entry)
        return
    yes = [p.number for p in text.permits if not p.optional or given.choices.get(p.number)]
    said = Event(State.GIVEN, given.at, "coachee", tuple(yes), way=given.way, entry=given.entry)
    if yes or not lines:
        yield from _spans(said, text.permits, yes) if yes else [said]
    if noes := tuple(p.number for p in text.permits if p.number not in yes):
        yield Event(State.REFUSED, given.at, "coachee", noes, way=given.way, entry=given.entry)


def _spans(event: Event, permits: Iterable[PermitFacts], told: Iterable[int]) -> Iterator[Event]:
    """Yield an event once for each span of time for which lines are valid."""
    wanted, spans = set(told), dict[tuple[datetime, datetime], list[int]]()
    for permit in permits:
        if permit.number in wanted:
            spans.setdefault((permit.starts, permit.ends), []).append(permit.number)
    for (starts, ends), numbers in spans.items():
        yield Event(event.state, event.at, event.by, tuple(numbers), starts, ends, event.way,
                    entry=event.entry)


_LIVE = frozenset({*VALID, State.UNKNOWN})


def _turns(text: TextFacts, now: datetime, lines: tuple[int, ...]) -> Iterator[_Turn]:
    yield from _recorded(text.acts, lines, signed=text.answered is not None)
    yield from _reached(text, now, lines)
    for permit in text.permits:
        yield _Turn(permit.ends, 2, State.EXPIRED, (permit.number,), _LIVE)


def _recorded(acts: Iterable[Act], lines: tuple[int, ...], *, signed: bool) -> Iterator[_Turn]:
    """Yield what was taken back, and what was said of the coachee's own signature."""
    for act in acts:
        by = "coachee" if act.by_coachee else "controller"
        if act.kind in _DOUBTS:
            yield _Turn(act.at, 0, _DOUBTS[act.kind], lines,
                        frozenset({State.UNKNOWN}) if act.kind == "signature.upheld" else _LIVE,
                        by, act.told, entry=act.entry)
        elif act.kind == "line.withdrawn" and act.line is not None:
            yield _Turn(act.at, 0, State.WITHDRAWN, (act.line,), _LIVE, "coachee", act.told,
                        tuple(act.categories or ()), act.entry)
        elif act.by_coachee and (act.kind == "version.withdrawn"
                                 or (act.kind == "version.declined" and signed)):
            yield _Turn(act.at, 0, State.WITHDRAWN, lines, _LIVE, "coachee", act.told,
                        entry=act.entry)


def _reached(text: TextFacts, now: datetime, lines: tuple[int, ...]) -> Iterator[_Turn]:
    """Yield what became of the version by itself, or by others: without a why."""
    version, before = text.version, ""
    open_ = frozenset({*_LIVE, State.REQUESTED})
    for at, state in history(version, now):
        if state == "WITHDRAWN":
            yield _Turn(at, 1, State.REVOKED, lines, _LIVE)
        elif state == "VOID" and any(act == "recall" and when == at for when, act in version.acts):
            yield _Turn(at, 1, State.REVOKED, lines, open_, "controller")
        elif state == "VOID":
            yield _Turn(at, 1, State.INVALIDATED, lines, _LIVE)
        elif state == "DECLINED":
            yield _Turn(max(at, version.sign_by), 1, State.INVALIDATED, lines, _LIVE)
        elif state == "SUSPENDED":
            yield _Turn(at, 1, State.EXPIRED, lines, VALID)
        elif state == "IN_FORCE" and before == "SUSPENDED":
            yield _Turn(at, 1, State.RENEWED, lines, frozenset({State.EXPIRED}))
        elif state in _ENDS:
            yield _Turn(at, 1, _ENDS[state], lines, _LIVE)
        before = state
    for review in reviews(version):
        if (kept := kept_at(version, review)) is not None:
            yield _Turn(kept, 1, State.RENEWED, lines, VALID)
