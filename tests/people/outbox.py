"""What stands in the outbox and in the record of a practice, for tests to read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.ledger.models import Entry
from portal.notices.models import Notice

if TYPE_CHECKING:
    from tests.builders import World


@dataclass(frozen=True)
class Waiting:
    """Hold a mail that was not sent yet."""

    name: str
    to: str
    values: dict[str, str]


def waiting(world: World, *names: str) -> list[Waiting]:
    """Return the mails of these kinds in the outbox, oldest first."""
    with world.ground.work(writes=False) as work:
        return [Waiting(row.name, work.reveal(row, "destination"),
                        json.loads(work.reveal(row, "values")))
                for row in work.session.scalars(
                    select(Notice).where(Notice.name.in_(names), Notice.values_enc.is_not(None))
                    .order_by(Notice.created_at, Notice.id))]


def recorded(world: World, chain_id: str) -> list[tuple[str, dict[str, object], str]]:
    """Return kind, facts and whole text of each entry of a chain."""
    with world.ground.work(writes=False) as work:
        bodies = [row.body.decode() for row in work.session.scalars(
            select(Entry).where(Entry.chain_id == chain_id).order_by(Entry.seq))]
    return [(json.loads(body)["kind"], json.loads(body)["facts"], body) for body in bodies]


def kinds(world: World, chain_id: str) -> list[str]:
    """Return the kinds of a chain's entries in order."""
    return [kind for kind, _facts, _body in recorded(world, chain_id)]
