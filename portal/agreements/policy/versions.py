"""When a version is in force: computed from its facts and the clock (INV-1, INV-3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from portal.agreements.policy.facts import VersionFacts
from portal.agreements.policy.machines import FORCE, OPEN_STATES, VERSION, withdrawing
from portal.agreements.policy.reviews import Span, joined, slept_out_at, unreviewed

_SLEEP, _WAKE = "review_grace_over", "reaffirmed(by those who were silent)"


def _sign_events(facts: VersionFacts) -> Iterator[tuple[datetime, str]]:
    signed = facts.counting()
    required = sum(slot.required for slot in facts.slots)
    for count, signature in enumerate(signed, start=1):
        if required == 1:
            yield signature.at, "sign(only signer)"
        elif count == required:
            yield signature.at, "sign(last)"
        else:
            yield signature.at, "sign(first of several)" if count == 1 else "sign(not last)"


def _timers(facts: VersionFacts) -> Iterator[tuple[datetime, str]]:
    vouch_by, force = facts.vouch_by(), facts.force_at()
    if vouch_by is None:
        yield facts.sign_by, "recall_or_sign_by_passed"
    elif force is not None:
        yield force, FORCE
    else:
        yield vouch_by, "recall_or_pairing_deadline"
    yield facts.valid_to, "valid_to"
    if (slept_out := slept_out_at(facts)) is not None:
        yield slept_out, "suspension_limit_over"
    if facts.successor_in_force_at is not None:
        yield facts.successor_in_force_at, "successor_in_force"
    for signature in facts.counting():
        if signature.repudiated_at is not None:
            yield signature.repudiated_at, "withdraw"


def _sleeps(facts: VersionFacts) -> Iterator[tuple[datetime, str]]:
    """Yield when a version falls asleep and wakes: by a missed review, or while the coachee says
    that the signature is not theirs (Z14). It is awake when neither keeps it asleep, and what fell
    asleep before it came into force does not begin awake."""
    begins = facts.force_at()
    for start, end in joined([*unreviewed(facts), *_unproven(facts)]):
        since = start if begins is None else max(start, begins)
        if end is None or since < end:
            yield since, _SLEEP
            if end is not None:
                yield end, _WAKE


def _unproven(facts: VersionFacts) -> Iterator[Span]:
    for slot in facts.slots:
        if slot.role == "COACHEE":
            yield from (span for s in facts.signed if s.slot_id == slot.slot_id
                        for span in s.disputed)


def _named(state: str, act: str) -> str:
    """Return the machine's own word for an act, which differs by state.

    A no that was recorded before the last signature, by a clock that was read after it, ends a
    text that seems concluded by then: no instant makes a no count for nothing (INV-7).
    """
    if act == "withdraw" or (act == "decline" and state not in OPEN_STATES):
        return withdrawing(state)
    if act == "recall":
        late = state == "SCHEDULED"
        return "recall_or_pairing_deadline" if late else "recall_or_sign_by_passed"
    return act


def history(facts: VersionFacts, now: datetime) -> list[tuple[datetime, str]]:
    """Return each state of a version with the instant from which it held, up to `now`.

    Recorded acts come before timers of the same instant; what no longer applies is passed over.
    """
    moments = [(at, 0, event) for at, event in _sign_events(facts)]
    moments += [(at, 1, event) for at, event in facts.acts]
    moments += [(at, 2, event) for at, event in _timers(facts)]
    moments += [(at, 3, event) for at, event in _sleeps(facts)]
    states = [(facts.issued_at, VERSION.after(VERSION.start, "issue"))]
    for at, _, act in sorted(moments):
        state = states[-1][1]
        event = _named(state, act)
        if at > now or not VERSION.allows(state, event):
            continue
        target = None
        if event == "sign(last)":
            target = "IN_FORCE" if facts.force_at() == at else "SCHEDULED"
        states.append((at, VERSION.after(state, event, target)))
    return states


def state(facts: VersionFacts, now: datetime) -> str:
    """Return the state of an issued version at `now` (INV-1, INV-3)."""
    return history(facts, now)[-1][1]


def in_force_spans(facts: VersionFacts, now: datetime) -> list[tuple[datetime, datetime | None]]:
    """Return when a version was in force, as half-open spans; None means still."""
    spans: list[tuple[datetime, datetime | None]] = []
    for at, name in history(facts, now):
        if name == "IN_FORCE":
            spans.append((at, None))
        elif spans and spans[-1][1] is None:
            spans[-1] = (spans[-1][0], at)
    if spans and spans[-1][1] is None:
        # An expiry still to come is part of the truth: nobody has to write it down.
        spans[-1] = (spans[-1][0], facts.valid_to)
    return spans


def with_successors(versions: Sequence[VersionFacts], now: datetime) -> list[VersionFacts]:
    """Return the versions of one agreement, each knowing when a later one replaced it (INV-3)."""
    result: list[VersionFacts] = []
    newer: datetime | None = None
    for facts in sorted(versions, key=lambda v: v.number, reverse=True):
        known = replace(facts, successor_in_force_at=newer)
        result.append(known)
        started = [at for at, name in history(known, now) if name == "IN_FORCE"]
        if started:
            newer = min(started[0], newer) if newer else started[0]
    return result[::-1]
