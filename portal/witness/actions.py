"""Taking checkpoints."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from portal.ground import chance
from portal.ground.signednote import sign_note
from portal.ledger.actions import lock_chain
from portal.witness import policy
from portal.witness.models import Checkpoint
from portal.witness.queries import grown_heads, newest_checkpoint, own_seal

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
