"""Taking a checkpoint of every practice each night, which goes to whoever wishes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.clockwork.actions import Item, each
from portal.witness.actions import bear_witness
from portal.witness.queries import sealing_practices

if TYPE_CHECKING:
    from portal.ground.work import Ground, Work


def take_checkpoints(ground: Ground) -> int:
    """Take a checkpoint of each practice in which anything was recorded since its last one;
    returns how many. Each stands in a transaction of its own."""
    with ground.work(writes=False) as work:
        practices = sealing_practices(work)
    taken = []

    def take(work: Work, practice_id: str) -> None:
        if bear_witness(work, practice_id) is not None:
            taken.append(practice_id)

    each(ground, "checkpoints", [Item(one, one) for one in practices], take)
    return len(taken)
