"""A table at which everybody has signed, and the next version of the sponsor's text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from portal.agreements.policy import state
from portal.agreements.queries import standing_of_one
from portal.amending import actions
from portal.factors.actions import CodeRefused
from portal.issuing import actions as issuing
from portal.issuing.queries import line_of, material_of
from portal.signing.actions import take_seat
from portal.wording.policy import LineEdit
from tests.builders import World, come_again, issue, read_all, sign
from tests.sharing.table import GOALS, seat_everyone

if TYPE_CHECKING:
    from portal.amending.models import Amendment

__all__ = ["GOALS", "TAKEAWAYS", "begin", "draft_wider", "propose", "seat_everyone", "sent_wider",
           "signs_next", "states_of", "version_of"]

TAKEAWAYS = {**GOALS, "category": "PRG.TAKEAWAYS"}
SENTENCE = ("Carla Conti (sponsor) may also get the key takeaways and themes, to keep the sponsor "
            "informed, if Ben Adler says yes to it.")


def version_of(world: World, code: str) -> str:
    """Return the agreement of the newest version of a template that was issued."""
    with world.ground.work(writes=False) as work:
        return standing_of_one(work, world.ids["engagement"]).version(
            world.ids[code]).agreement_id


def states_of(world: World, code: str = "T2") -> list[str]:
    """Return the states of all versions of an agreement now, oldest first."""
    agreement_id = version_of(world, code)
    with world.ground.work(writes=False) as work:
        standing = standing_of_one(work, world.ids["engagement"])
        return [state(facts, work.now) for facts in standing.versions
                if facts.agreement_id == agreement_id]


def begin(world: World, code: str = "T2", proposal: str | None = None) -> None:
    """Let Ana begin the next version of a text."""
    agreement_id = version_of(world, code)
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        actions.begin_next(work, engagement, agreement_id, proposal)


def draft_wider(world: World, **change: object) -> None:
    """Let Ana begin the next version of T2, in which Carla may also get the key takeaways."""
    begin(world)
    edit = {"categories": ("PRG.GOALS", "PRG.TAKEAWAYS"), **change}
    agreement_id = version_of(world, "T2")
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        line = line_of(material_of(work, engagement, agreement_id), "goals")
        assert line.kept is not None
        whole = LineEdit(
            categories=line.kept.categories, recipients=("SPONSOR",),
            purposes=line.kept.purposes, channels=line.kept.channels,
            max_form=line.kept.max_form, starts=line.kept.starts, ends=line.kept.ends)
        issuing.keep_line(work, line, replace(whole, **edit))  # type: ignore[arg-type]


def sent_wider(world: World) -> None:
    """Let Ana send that version; the world knows the first one as T2.1."""
    world.ids["T2.1"] = world.ids["T2"]
    world.clock.move(days=1)
    draft_wider(world)
    issue(world)


def signs_next(world: World, key: str, choice: str = "yes") -> None:
    """Let somebody come in again, read what waits, and sign it."""
    world.clock.move(seconds=1)
    come_again(world, key)
    read_all(world, key, choice=choice)
    done = sign(world, key)
    assert not isinstance(done, CodeRefused), done


def propose(world: World, key: str, code: str, words: str) -> Amendment:
    """Let somebody propose a change of a text that holds."""
    with world.ground.work(writes=True, actor=world.party(key)) as work:
        seat = take_seat(work)
        return actions.propose(work, seat, seat.standing.version(world.ids[code]), words)
