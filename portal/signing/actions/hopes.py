"""What a party hopes for: written down, shared, and taken back (S1-4, Z27)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.engagements.actions import note
from portal.engagements.models import Expectation
from portal.ground import chance
from portal.plain.errors import Missing, require
from portal.signing.policy import Hopes, Shared, why_not_shared
from portal.signing.queries import expectation_of, hopes_of

if TYPE_CHECKING:
    from portal.ground.work import Work
    from portal.signing.queries import Seat


def keep_hopes(work: Work, seat: Seat, values: Hopes) -> None:
    """Keep what somebody hopes to hear and is ready to tell; whoever it was shared with reads
    the new words. The same words again change nothing (Z9)."""
    row = expectation_of(work, seat.party.id)
    if row is None:
        row = Expectation(id=chance.new_id(), practice_id=seat.practice.id,
                          engagement_id=seat.engagement.id, party_id=seat.party.id,
                          key_id=seat.engagement.key_id, shared_with="", changed_at=work.now)
        work.session.add(row)
    elif hopes_of(work, row) == values:
        return
    work.hide(row, "hope", values.hope)
    work.hide(row, "ready", values.ready)
    row.changed_at = work.now


def share_hopes(work: Work, seat: Seat, shared: Shared) -> None:
    """Show them to the coach, or to all who sign with the sponsor, or to nobody from now on.

    Raises `Refused` for sharing with all where there is no such agreement.
    """
    row = expectation_of(work, seat.party.id)
    if row is None:
        raise Missing("hopes")
    require(why_not_shared(shared, with_sponsor=seat.has_sponsor))
    if row.shared_with == shared:
        return
    row.shared_with = shared.value
    row.shared_at = work.now if shared is not Shared.NOBODY else None
    note(work, seat.engagement, "expectation.shared", row.id, {"with": shared.value or "nobody"})
