"""Since when a person is vouched for, as the authenticator that they signed with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from portal.ledger.policy import Event

#: What the record calls the coach's word, and that another authenticator stands for the person.
VOUCHED, ANEW = "party.vouched", "return.done"


def vouched_since(
    events: Iterable[Event], party_id: str, signed_at: datetime | None = None
) -> datetime | None:
    """Return when the coach vouched for a party whose signature was made at an instant, or for how
    they come in now; None where nobody did (Z8).

    Once is enough for as long as the codes come from the same person's authenticators. Where a lost
    one was replaced, what was vouched before holds for what was signed before, and what is vouched
    afterwards for what is signed afterwards: a voice that is heard today says nothing of who held
    another app yesterday.
    """
    found: datetime | None = None
    for event in events:
        if event.subject_id != party_id:
            continue
        if event.kind == VOUCHED:
            found = found or event.at
        elif event.kind == ANEW:
            if signed_at is not None and signed_at < event.at:
                break
            found = None
    return found
