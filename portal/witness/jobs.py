"""Taking a checkpoint of every practice each night."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.witness.actions import take_checkpoint
from portal.witness.queries import sealing_practices

if TYPE_CHECKING:
    from portal.ground.work import Ground


def take_checkpoints(ground: Ground) -> int:
    """Take a checkpoint of each practice in which anything was recorded since its last one;
    returns how many. Each stands in a transaction of its own."""
    with ground.work(writes=False) as work:
        practices = sealing_practices(work)
    taken = 0
    for practice_id in practices:
        with ground.work(writes=True) as work:
            taken += take_checkpoint(work, practice_id) is not None
    return taken
