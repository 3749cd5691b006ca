"""What happened in an engagement, as the coachee's edition tells it: events that hang together
without a gap, so that a stranger can walk them and hold two copies against each other.

The entries of the record itself cannot be handed out: they carry numbers, and a gap would tell
that something happened which this reader may not know (Z1, Z4, K52). So the paper has a chain of
its own, over those events alone that coachee and coach may both know. Each event names the hash
of its entry, which stands for all that was recorded before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.plain.canonical import canonical_bytes

#: The codes below belong to this form: a later copy has to tell what an earlier one told. A code
#: that nothing was written with yet may be added; none may be taken away.
FORM = "ccp/story/v1"

#: What the paper tells of the record, to coachee and coach alone.
STORY = frozenset({
    "engagement.started", "engagement.contracting_opened", "engagement.abandoned",
    "engagement.paused", "engagement.resumed", "engagement.close_begun", "engagement.closed",
    "engagement.disposed", "engagement.handed_over",
    "party.proposed", "party.asked_for", "party.accepted", "party.refused", "party.invited",
    "party.identified", "party.dropped", "party.invitation_dead", "party.left", "party.removed",
    "party.vouched", "party.on_paper", "party.by_link", "party.saw_by_mistake",
    "agreement.dropped", "version.issued", "version.signed", "version.recalled",
    "version.withdrawn", "line.withdrawn",
    "signature.disputed", "signature.upheld", "signature.repudiated",
    "session.planned", "session.moved", "session.cancelled", "pass.mode",
    "ink.recorded", "paper.sealed", "paper.renewed",
    "amendment.proposed", "amendment.discussed", "amendment.drafted", "amendment.rejected",
    "amendment.retracted",
    "hand_over.proposed", "hand_over.accepted", "hand_over.taken_back", "hand_over.talk_wanted",
    "share.recorded", "return.done",
    "review.opened", "review.called", "review.kept", "review.change_wanted", "review.ended",
})

#: What the coach's page tells and the paper does not, and why.
LEFT_OUT: Mapping[str, str] = {
    "party.reminded": "how others are written to concerns the coach alone",
    "party.link_renewed": "how others are written to concerns the coach alone",
    "party.link_revoked": "how others are written to concerns the coach alone",
    "party.address_changed": "how others are written to concerns the coach alone",
    "invitation.opened": "when others look at their mail is theirs",
    "invitation.bounced": "how others are written to concerns the coach alone",
    "invitation.not_me": "how others are written to concerns the coach alone",
    "party.reminders_stopped": "how others are written to concerns the coach alone",
    "party.reminders_wanted": "how others are written to concerns the coach alone",
    "version.draft_discarded": "a draft of the coach that nobody was shown",
    "check_in.fine": "nothing hangs on it",
    "check_in.talk": "nothing hangs on it",
    "return.asked": "how others come in concerns the coach alone, until it has changed",
    "return.heard": "how others come in concerns the coach alone, until it has changed",
    "return.ended": "nothing changed by it",
    "pairing.shown": "that somebody was vouched for says it",
}

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StoryHeads:
    """Hold what the story of an engagement begins with, and the hash that it ends with."""

    genesis: str
    head: str


def story_genesis(chain_id: str) -> str:
    """Return what the first event hangs on: bound to the engagement."""
    return hashlib.sha256(f"{FORM}\n{chain_id}".encode()).hexdigest()


def event_digest(event: Event) -> str:
    """Return the hash of an event; one that is withheld is its own hash."""
    if "withheld" in event:
        return str(event["withheld"])
    return hashlib.sha256(canonical_bytes(dict(event))).hexdigest()


def withheld(event: Event) -> Event:
    """Return what stands in place of an event that this coach was not there for: its hash, from
    which nobody can guess it, for the hash of an entry is over random bits."""
    return {"withheld": event_digest(event)}


def story_head(genesis: str, events: Sequence[Event]) -> str:
    """Return the hash that events end with: each is over the one before and the event."""
    head = genesis
    for event in events:
        head = hashlib.sha256(f"{FORM}\n{head}\n{event_digest(event)}".encode()).hexdigest()
    return head
