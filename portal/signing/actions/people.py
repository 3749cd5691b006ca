"""The coachee's word on who is asked (Z6), and declining."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from portal.agreements.actions import end_version
from portal.agreements.policy import state
from portal.engagements.actions import note
from portal.plain.errors import Missing
from portal.reaching.actions import accept, invite_waiting, party_by_id, refuse
from portal.signing.policy import Answer, Text, Waiting

if TYPE_CHECKING:
    from portal.engagements.models import Party
    from portal.ground.work import Work
    from portal.signing.queries import Seat


def third_of(work: Work, seat: Seat, text: Text) -> Party:
    """Return the party that signs a text besides coach and coachee."""
    party_id = seat.standing.agreements[text.facts.agreement_id].party_id
    if party_id is None:
        raise Missing("third person")
    return party_by_id(work, seat.engagement, party_id)


def settle_people(work: Work, seat: Seat, waiting: Waiting, signed: Sequence[Text]) -> None:
    """Let a yes to a person count with the signature that it came with, and every no at once.

    Whoever may be asked now gets their link in the same transaction.
    """
    asked = [text for text in signed if text.person == Answer.YES]
    for text in asked:
        accept(work, seat.engagement, third_of(work, seat, text))
    for text in waiting.refused:
        refuse(work, seat.engagement, third_of(work, seat, text))
    if asked:
        invite_waiting(work, seat.engagement)


def end_person(work: Work, seat: Seat, party_id: str) -> None:
    """Let a person not be asked, or take part no longer: the coachee's own act, at once, with
    no code and no reason (Z6, Z13, INV-7). Nobody is told by it (Z3)."""
    refuse(work, seat.engagement, party_by_id(work, seat.engagement, party_id))


def decline_text(work: Work, seat: Seat, text: Text) -> None:
    """Decline a text, or say with it that its person is not to be asked."""
    if text.is_refused:
        refuse(work, seat.engagement, third_of(work, seat, text))
    elif state(text.facts, work.now) == "DECLINED":
        # Somebody else did so before, and nobody has been told (Z4).
        note(work, seat.engagement, "version.declined", text.facts.version_id)
    else:
        end_version(work, seat.engagement, text.facts, "version.declined", "decline")
