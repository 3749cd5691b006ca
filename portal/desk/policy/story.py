"""What the record of an engagement tells its coach, and what it keeps to itself.

Every code that is written into the chain of an engagement stands in one of the two tables below,
and a test finds one that does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from portal.agreements.policy import KINDS, REVIEWED, VersionFacts
from portal.desk.policy.timeline import FOREVER, text_words

#: So many entries stand on one page.
PAGE = 40
ALWAYS = datetime(1, 1, 1, tzinfo=UTC)

#: What is told. Acts of the coach on links read the same whether or not a mail went out (Z4).
TOLD = frozenset({
    "engagement.started", "engagement.contracting_opened", "engagement.abandoned",
    "engagement.paused", "engagement.resumed", "engagement.close_begun", "engagement.closed",
    "engagement.disposed", "engagement.handed_over",
    "party.proposed", "party.asked_for", "party.accepted", "party.refused", "party.invited",
    "party.identified", "party.dropped", "party.invitation_dead", "party.left", "party.removed",
    "party.vouched", "party.reminded", "party.link_renewed", "party.link_revoked",
    "party.address_changed", "party.on_paper", "party.by_link", "party.saw_by_mistake",
    "party.reminders_stopped", "party.reminders_wanted",
    "agreement.dropped", "version.issued", "version.signed", "version.recalled",
    "version.draft_discarded", "version.withdrawn", "line.withdrawn",
    "signature.disputed", "signature.upheld", "signature.repudiated",
    "invitation.opened", "invitation.bounced", "invitation.not_me",
    "session.planned", "session.moved", "session.cancelled", "pass.mode",
    "pairing.shown", "ink.recorded", "paper.sealed", "paper.renewed",
    "amendment.proposed", "amendment.discussed", "amendment.drafted", "amendment.rejected",
    "amendment.retracted",
    "hand_over.proposed", "hand_over.accepted", "hand_over.taken_back", "hand_over.talk_wanted",
    "share.recorded",
    "return.asked", "return.heard", "return.ended", "return.done",
    "review.opened", "review.called", "review.kept", "review.change_wanted", "review.ended",
    "check_in.fine", "check_in.talk",
})

#: What is not told, and why.
UNTOLD: Mapping[str, str] = {
    "version.declined": "a decline looks like silence until its day (Z4)",
    "invitation.declined": "a decline looks like silence until its day (Z4)",
    "hand_over.refused": "the coach hears only that nothing was handed over (Z4)",
    "invitation.created": "after a decline no link goes out: whether one did would tell (Z4)",
    "invitation.sent": "after a decline no link goes out: whether one did would tell (Z4)",
    "invitation.revoked": "a link that was declined is not alive: whether it was would tell (Z4)",
    "invitation.bound": "the signature says it",
    "invitation.completed": "the signature says it",
    "version.engagement_closed": "told as the end of the text, without a why",
    "pass.closed": "the coachee closes a door at any minute, and nobody is told (K52)",
    "pass.reopened": "the coachee closes a door at any minute, and nobody is told (K52)",
    "pass.left": "who steps out need not say so; the session says who is in it (K52)",
    "expectation.shared": "hopes are their owner's, and so is taking them back (Z27)",
}

#: The entries that decide where a text stands.
DECIDES = frozenset({*KINDS, *REVIEWED, "party.vouched", "return.done", "signature.repudiated",
                     "agreement.dropped"})
#: Where a text comes to stand by itself or by what is not told.
TURNS = frozenset({"in_force", "not_concluded", "ended"})


@dataclass(frozen=True, slots=True)
class Turn:
    """Say that a text came to stand somewhere: in_force, not_concluded or ended."""

    at: datetime
    word: str
    version_id: str


def turns(facts: VersionFacts, now: datetime, *, dropped: bool) -> Iterator[Turn]:
    """Yield where a text came to stand up to now: the same for a decline and for silence (Z4).

    Of one that is pursued no further the coach knows already that nothing was concluded.
    """
    before = ""
    for at, word in text_words(facts):
        if at > now:
            return
        if word != before and word in TURNS and not (dropped and word == "not_concluded"):
            yield Turn(at, word, facts.version_id)
        before = word


def spans_of(
    coaches: Iterable[tuple[datetime, str]], person_id: str
) -> list[tuple[datetime, datetime]]:
    """Return when somebody was the coach, half-open: what was before and in between is closed to
    them. `coaches` are those of the engagement with the instant they came, oldest first.
    """
    known: Sequence[tuple[datetime, str]] = list(coaches)
    begins = [ALWAYS, *(at for at, _person in known[1:])]
    ends = [*begins[1:], FOREVER]
    return [(begin, end) for begin, end, (_at, person) in zip(begins, ends, known, strict=True)
            if person == person_id]
