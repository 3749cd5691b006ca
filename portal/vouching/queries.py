"""Reading the digits and what was vouched for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from portal.agreements.policy import vouched_since
from portal.ledger.queries import events_of
from portal.vouching.models import Pairing
from portal.vouching.policy import PairingFacts, is_live, spaced

if TYPE_CHECKING:
    from portal.ground.work import Work


_NEWEST = (
    select(Pairing).where(Pairing.party_id == bindparam("party"))
    .order_by(Pairing.ended_at.is_not(None), Pairing.shown_at.desc(), Pairing.id).limit(1)
)


def newest(work: Work, party_id: str) -> Pairing | None:
    """Return the digits of a party that have not ended, or else the newest ones."""
    return work.session.scalar(_NEWEST, {"party": party_id})


def digits_on_screen(work: Work, party_id: str) -> tuple[str, Pairing] | None:
    """Return the live digits as the signer reads them, or None."""
    pairing = newest(work, party_id)
    if pairing is None:
        return None
    facts = PairingFacts(pairing.expires_at, pairing.fails, pairing.ended_at is not None)
    if not is_live(facts, work.now):
        return None
    return spaced(work.reveal(pairing, "digits")), pairing


def is_vouched(work: Work, engagement_id: str, party_id: str) -> bool:
    """Tell whether the coach has vouched for a party of this engagement, as they come in now."""
    return vouched_since(events_of(work, [engagement_id])[engagement_id], party_id) is not None
