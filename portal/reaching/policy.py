"""What the coach sees of a request that waits, and when something goes out again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from portal.agreements.policy import VersionFacts, state
from portal.ledger.policy import Event

#: A person gets at most one reminder in this time (domain 2.8: one mail a day).
BETWEEN_REMINDERS = timedelta(hours=20)
#: How long a link lives that only leads back in.
RETURN_LASTS = timedelta(hours=24)
#: Mails whose link leads to a person's own pages; behind all others something is to be signed.
LEAD_BACK = frozenset({"return", "hand_over", "review"})
#: One link by the front door per person, engagement and hour.
DOOR_EVERY = timedelta(hours=1)


class Word(StrEnum):
    """Say where a request stands, in the words of the coach's pages (domain 2.3)."""

    NOT_YET = "not_yet"
    ON_PAPER = "on_paper"
    TO_SEND = "to_send"
    SENT = "sent"
    OPENED = "opened"
    IDENTIFIED = "identified"
    SIGNED = "signed"
    BOUNCED = "bounced"
    REVOKED = "revoked"


class RemindNo(StrEnum):
    """Name why no reminder goes out."""

    NOTHING_WAITS = "nothing_waits"
    TOO_SOON = "too_soon"


#: What the coach does to a party's links; written down whether or not anything went out.
COACH_ACTS = frozenset({"party.reminded", "party.link_renewed", "party.link_revoked"})
_STEPS = (("invitation.bound", Word.IDENTIFIED), ("invitation.opened", Word.OPENED),
          ("invitation.sent", Word.SENT))


def word(
    events: Sequence[Event], issued_at: datetime, signed_at: datetime | None
) -> tuple[Word, datetime]:
    """Return the word for a request and since when it holds.

    `events` are those of the party's links for this text and of the coach's own acts on them.
    The furthest step ever reached counts, not the newest link: so a decline, and a reminder
    after it, look like silence and a reminder after it (Z4).
    """
    if signed_at is not None:
        return Word.SIGNED, signed_at
    acts = [event for event in events if event.kind in COACH_ACTS]
    if acts and acts[-1].kind == "party.link_revoked":
        return Word.REVOKED, acts[-1].at
    for kind, name in _STEPS:
        reached = next((event.at for event in events if event.kind == kind), None)
        if name is Word.SENT and (lost := _bounced(events)) is not None:
            return Word.BOUNCED, lost
        if reached is not None:
            return name, reached
    return Word.TO_SEND, issued_at


def _bounced(events: Sequence[Event]) -> datetime | None:
    """Return when the newest mail came back, unless a later one went out well."""
    posted = [e for e in events if e.kind in ("invitation.sent", "invitation.bounced")]
    return posted[-1].at if posted and posted[-1].kind == "invitation.bounced" else None


def outside(version: str, sign_by: datetime, now: datetime, *, recalled: bool, left: bool) -> str:
    """Return the coach's word for the state of a version: open, held, coming, in_force,
    not_concluded, recalled or ended.

    Declined and silent read the same, from the same instant on (Z4); also once its coach has
    `left`.
    """
    if recalled:
        return "recalled"
    if version == "DECLINED" and left:
        return "ended"
    if version in ("ISSUED", "PARTLY_SIGNED"):
        return "open"
    if version == "DECLINED":
        return "open" if now < sign_by else "not_concluded"
    if version == "VOID":
        return "not_concluded"
    return {"SCHEDULED": "held", "IN_FORCE": "in_force", "SUSPENDED": "in_force"}.get(
        version, "ended")


def seen_outside(facts: VersionFacts, now: datetime) -> str:
    """Return the coach's word for a version, from what decides its state."""
    recalled = any(act == "recall" for _at, act in facts.acts)
    return outside(state(facts, now), facts.sign_by, now, recalled=recalled,
                   left=facts.had("withdraw", now))


def has_lapsed(facts: VersionFacts, now: datetime) -> bool:
    """Tell whether a version's time to sign is over and not everybody signed: declined or not."""
    return facts.complete_at() is None and seen_outside(facts, now) == "not_concluded"


def hears_of(
    party_id: str, role: str, lapsed: Iterable[VersionFacts], dropped: Collection[str]
) -> bool:
    """Tell whether a party who was invited hears that texts were not concluded.

    Coach and coachee know already of an agreement whose person is not to be asked. That person
    hears what they would hear of silence.
    """
    return any(facts.slot_of(party_id) is not None
               and (facts.agreement_id not in dropped or role not in ("COACH", "COACHEE"))
               for facts in lapsed)


#: So many days after signing a person is asked again for the voice check that is still open.
PAIRING_DAYS = (1, 7, 21)


def pairing_day(facts: VersionFacts, party_id: str, now: datetime) -> int | None:
    """Return for which day's question it is time that a signer's voice check is still open, or
    None: not asked for, done, not signed yet, or too late to count."""
    slot = facts.slot_of(party_id)
    if slot is None or not (slot.required and slot.vouching) or party_id in facts.vouched:
        return None
    signed = next((s.at for s in facts.signed if s.slot_id == slot.slot_id), None)
    if signed is None or seen_outside(facts, now) not in ("open", "held"):
        return None
    return max((day for day in PAIRING_DAYS if now >= signed + timedelta(days=day)), default=None)


def why_not_remind(
    waits: bool, last: datetime | None, now: datetime, *, letter_today: bool = False
) -> RemindNo | None:
    """Return why no reminder goes out now, or None. The pause is looked at first, for it is all
    that the coach may learn; a letter of the day fills it too."""
    if letter_today or (last is not None and now - last < BETWEEN_REMINDERS):
        return RemindNo.TOO_SOON
    return None if waits else RemindNo.NOTHING_WAITS


def last_of(moments: Sequence[datetime]) -> datetime | None:
    """Return the latest of some instants, or None."""
    return max(moments, default=None)
