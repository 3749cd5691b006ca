"""What happened to the safety of one's own account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.desk.policy.events import MOST, NOTED, RECORDED, Told, told
from portal.ledger.queries import about, first_from, noted_of

if TYPE_CHECKING:
    from portal.ground.actor import Actor
    from portal.ground.work import Work


def events_of(work: Work, actor: Actor) -> tuple[list[Told], bool]:
    """Return what is told to an account about itself, from the access log and from the record of
    the practice, the newest first; and whether the access log knows of more than is told.

    Who tries a password a hundred times pushes none of the changes out, and hides no network.
    """
    found = noted_of(work, actor.practice_id, actor.person_id, NOTED, MOST + 1)
    noted = [Told(line.at, line.what, line.outcome, line.network, line.browser)
             for line in found[:MOST]]
    ids = [actor.person_id, *([actor.account_id] if actor.account_id else [])]
    recorded = [Told(line.at, line.kind) for line in about(
        work, actor.practice_id, RECORDED, ids, MOST)]
    first = first_from(work, actor.practice_id, actor.person_id, "sign_in.begun")
    return told(noted, recorded, first), len(found) > MOST
