"""What people do at the table: take back, step out, say that a signature is not theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.agreements.queries import standing_of_one
from portal.engagements.actions import hold
from portal.ledger.queries import bodies_of
from portal.reaching.actions import party_by_id
from portal.taking import actions
from portal.taking.policy import Found, Told
from portal.taking.queries import text_of
from tests.sharing.table import asked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from portal.engagements.models import Engagement, Party
    from portal.ground.work import Work
    from portal.sharing.policy import Code
    from tests.builders import World


def _at(work: Work, world: World, key: str) -> tuple[Engagement, Party]:
    engagement = hold(work, world.ids["engagement"])
    return engagement, party_by_id(work, engagement, world.ids[f"{key}.party"])


def take_line(
    world: World, text: str, number: int, told: Told = Told.PORTAL,
    categories: Sequence[str] | None = None,
) -> bool:
    """Let Ben take back a line of a text, as "T2"; told by phone, Ana writes it down."""
    actor = world.party() if told is Told.PORTAL else world.coach()
    with world.ground.work(writes=True, actor=actor) as work:
        engagement, party = _at(work, world, "ben")
        found = text_of(work, standing_of_one(work, engagement.id), party, world.ids[text])
        return actions.take_line(work, engagement, party, found, number, told,
                                 categories=categories)


def take_whole(world: World, *texts: str, told: Told = Told.PORTAL) -> int:
    """Let Ben take back whole texts; without any, everything that he signed."""
    actor = world.party() if told is Told.PORTAL else world.coach()
    with world.ground.work(writes=True, actor=actor) as work:
        engagement, party = _at(work, world, "ben")
        wanted = {world.ids[text] for text in texts}
        return actions.take_whole(work, engagement, party, [
            facts for facts in standing_of_one(work, engagement.id).versions
            if not wanted or facts.version_id in wanted], told)


def step_out(world: World, key: str) -> bool:
    """Let somebody step out."""
    with world.ground.work(writes=True, actor=world.party(key)) as work:
        return actions.step_out(work, *_at(work, world, key))


def dispute(world: World, key: str, text: str) -> int:
    """Let somebody say that their signature on a text is not theirs."""
    with world.ground.work(writes=True, actor=world.party(key)) as work:
        engagement, party = _at(work, world, key)
        facts = standing_of_one(work, engagement.id).version(world.ids[text])
        return actions.dispute(work, engagement, party, [facts])


def settle(world: World, key: str, text: str, found: Found) -> None:
    """Let Ana write down what came out about a signature."""
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement, party = _at(work, world, key)
        standing = standing_of_one(work, engagement.id)
        signed = standing.version(world.ids[text]).signature_of(party.id)
        assert signed is not None
        actions.settle(work, engagement, standing, signed.signature_id, found)


def entries(world: World, *kinds: str) -> list[dict[str, Any]]:
    """Return the facts of all entries of some kinds, oldest first."""
    with world.ground.work(writes=False) as work:
        return [line.facts for line in bodies_of(work, world.ids["engagement"], kinds)]


def code(world: World, who: str, question: dict[str, str]) -> Code:
    """Ask whether something may be shared with somebody now; returns the reason."""
    return asked(world, who, question).code
