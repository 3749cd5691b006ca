"""What the coach sees of a request that waits, and when something goes out again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal.agreements.policy import VersionFacts, state
from portal.ledger.policy import Event
from portal.notices.policy import Hours, LetterFacts, next_letter
from portal.plain.days import end_of
from portal.plain.rhythm import INVITATION, Beat, due_beat
from portal.throttles.policy import Limit

#: A person gets at most one reminder in this time (domain 2.8: one mail a day).
BETWEEN_REMINDERS = timedelta(hours=20)
#: How long a link lives that only leads back in.
RETURN_LASTS = timedelta(hours=24)
#: Mails whose link leads to a person's own pages; behind all others something is to be signed.
LEAD_BACK = frozenset({"return", "hand_over", "review"})
#: One link by the front door per person, engagement and hour.
DOOR_EVERY = timedelta(hours=1)
#: How often somebody may ask for the link of one address, and one network for links of any.
ASKED = Limit("asked", 6, timedelta(hours=1))
ASKING = Limit("asking", 30, timedelta(hours=1))
#: The same of another password, counted apart: so neither stands in the way of the other.
FORGOT = Limit("forgot", 6, timedelta(hours=1))
FORGETTING = Limit("forgetting", 30, timedelta(hours=1))
#: How many mails with a link back a person gets who has one that works.
SENT = Limit("sent", 10, timedelta(days=1))


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
    NOT_WISHED = "not_wished"


#: What the coach does to a party's links; written down whether or not anything went out.
COACH_ACTS = frozenset({"party.reminded", "party.link_renewed", "party.link_revoked"})
#: What a person said about being reminded, by what the record calls it.
WISHES = {"party.reminders_stopped": False, "party.reminders_wanted": True}
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


def wants_reminders(party_id: str, events: Iterable[Event]) -> bool:
    """Tell whether a person wants to be reminded of an engagement: what they said last counts.

    It concerns mails that ask again, and neither what they may do nor any other mail.
    """
    said = [WISHES[e.kind] for e in events if e.subject_id == party_id and e.kind in WISHES]
    return said[-1] if said else True


@dataclass(frozen=True, slots=True)
class AskedFacts:
    """Hold what decides when a person is reminded of what they were asked to sign.

    All of it is the same for silence and for a decline, so that the coach sees no difference
    (Z4): `asked_at` is when the newest of the texts went out to them, `last` the newest act of
    the coach or the clockwork that wrote to them since, whether or not a mail went out, and
    `until` the last day to sign. `reached` says that the newest link arrived, was not taken back
    and found the right person.
    """

    asked_at: datetime
    last: datetime | None
    until: datetime
    zone: str
    hours: Hours
    reached: bool
    wished: bool

    def goes_out(self, at: datetime) -> datetime:
        """Return when a reminder of an instant goes out: then, or when the night is over."""
        return next_letter(LetterFacts(None, False, self.zone, self.hours), at)


@dataclass(frozen=True, slots=True)
class Nudge:
    """Hold what came of a coach's reminder: None for why it does not go out, and when it does, or
    when the next one can be sent."""

    why: RemindNo | None
    at: datetime


def nudge(facts: AskedFacts, now: datetime, *, waits: bool) -> Nudge:
    """Return whether the coach may remind now.

    The pause is looked at before what waits, for it is all that the coach may learn. It counts
    from when the last reminder could go out, and lasts into the next day: so a letter of that
    reminder is never what says no.
    """
    if not facts.wished:
        return Nudge(RemindNo.NOT_WISHED, now)
    if facts.last is not None:
        went = facts.goes_out(facts.last)
        day = went.astimezone(ZoneInfo(facts.zone)).date()
        again = max(went + BETWEEN_REMINDERS, end_of(day, facts.zone))
        if now < again:
            return Nudge(RemindNo.TOO_SOON, facts.goes_out(again))
    return Nudge(None if waits else RemindNo.NOTHING_WAITS, facts.goes_out(now))


def reminder_due(facts: AskedFacts, now: datetime) -> Beat | None:
    """Return which reminder the clockwork sends now, or None (domain 2.8): in the hours in which
    letters go out, and to whom the coach could send one."""
    if not (facts.reached and facts.wished) or facts.goes_out(now) > now:
        return None
    last = max(facts.asked_at, facts.last) if facts.last is not None else facts.asked_at
    return due_beat(INVITATION, facts.asked_at, facts.zone, now, last=last,
                    pause=BETWEEN_REMINDERS, until=facts.until)


def last_of(moments: Sequence[datetime]) -> datetime | None:
    """Return the latest of some instants, or None."""
    return max(moments, default=None)


class Reason(StrEnum):
    """Say why everything was ended."""

    DEVICE = "device_lost"
    STRANGER = "stranger_was_in"
    MAILBOX = "mailbox_read_by_others"
    PRECAUTION = "precaution"
