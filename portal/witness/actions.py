"""Taking checkpoints, and giving them into other hands."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from portal.ground import chance
from portal.ground.signednote import sign_note
from portal.ledger.actions import lock_chain, record
from portal.people.actions.writing import write_to
from portal.people.models import Person
from portal.people.queries import practice_or_missing
from portal.witness import policy
from portal.witness.models import Checkpoint, CheckpointWish
from portal.witness.queries import (
    ever_wished,
    grown_heads,
    newest_checkpoint,
    own_seal,
    wish_of,
    wishers,
)

if TYPE_CHECKING:
    from portal.ground.work import Work

#: Chains that grew so long before the last checkpoint are in the next one too: no clock that was
#: set back, and no transaction that was open meanwhile, leaves one out.
_MARGIN = timedelta(days=1)


def take_checkpoint(work: Work, practice_id: str) -> Checkpoint | None:
    """Sign a note over what was recorded in a practice since the checkpoint before.

    None where nothing was, and where the practice has no seal of the portal's own making.
    """
    lock_chain(work, practice_id)
    before, seal = newest_checkpoint(work, practice_id), own_seal(work, practice_id)
    since = before.taken_at if before is not None else None
    heads = grown_heads(work, practice_id, since - _MARGIN if since is not None else None)
    if seal is None or not any(since is None or at > since for _head, at in heads):
        return None
    lines = policy.head_lines(head for head, _at in heads)
    number, named = (before.number + 1, before.hash) if before else (1, policy.NOTHING)
    text = policy.note_text(practice_id, number, work.now, named, lines)
    signed = sign_note(text, policy.key_name(practice_id), work.reveal_bytes(seal, "private_key"))
    made = Checkpoint(
        id=chance.new_id(), practice_id=practice_id, seal_id=seal.id, number=number,
        hash=policy.text_hash(text), note=signed.encode(), heads=lines, taken_at=work.now)
    work.session.add(made)
    return made


def bear_witness(work: Work, practice_id: str) -> Checkpoint | None:
    """Take the checkpoint of a night, and mail it to the owners who wish that.

    Where anybody ever wished it, the night itself is recorded first, so that there is a checkpoint
    and a mail each night: one that came only where something had happened would tell when (Z3, Z4).
    """
    if own_seal(work, practice_id) is not None and ever_wished(work, practice_id):
        record(work, practice_id, "checkpoint.due", practice_id, practice_id=practice_id)
    made = take_checkpoint(work, practice_id)
    if made is not None:
        _mail(work, made)
    return made


def _mail(work: Work, made: Checkpoint) -> None:
    zone = ZoneInfo(practice_or_missing(work, made.practice_id).timezone)
    today = work.now.astimezone(zone).date().isoformat()
    page = f"{work.ground.settings.base_url.rstrip('/')}/practice/record"
    for account_id, person_id in wishers(work, made.practice_id):
        write_to(work, work.session.get_one(Person, person_id), "checkpoint",
                 dedupe=f"checkpoint:{account_id}:{today}", checkpoint=made.id,
                 number=str(made.number), page=page,
                 commands=policy.how_to_check(made.number))


def wish_checkpoints(work: Work, practice_id: str, account_id: str, *, wanted: bool) -> bool:
    """Let an owner get each night's checkpoint by mail, or no longer; tells whether that is new."""
    wish = wish_of(work, account_id)
    if (wish is not None) == wanted:
        return False
    if wish is None:
        wish = CheckpointWish(id=chance.new_id(), practice_id=practice_id, account_id=account_id,
                              since=work.now)
        work.session.add(wish)
    else:
        wish.until = work.now
    record(work, practice_id, "checkpoint.wished" if wanted else "checkpoint.unwished", account_id,
           practice_id=practice_id, actor_id=work.actor.person_id if work.actor else None)
    return True
