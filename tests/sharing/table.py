"""Everybody at the table, and questions put to the world that is loaded of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portal.engagements.actions import hold, note
from portal.ground.chance import new_id
from portal.sharing.policy import Code, Decision, decide
from portal.sharing.queries import Around, around
from tests.beginnings import beginning
from tests.builders import World, vouch_for
from tests.signing.table import ben_signs, set_table, signs

if TYPE_CHECKING:
    from datetime import datetime

#: Questions that the usual table answers with a yes: what, why, how, in which form.
GOALS = {"category": "PRG.GOALS", "purpose": "inform_progress", "channel": "portal",
         "form": "summary"}
DATES = {"category": "LOG.SCHEDULE", "purpose": "arrange", "channel": "email_work",
         "form": "fact"}
NOTES = {"category": "CNT.NOTES", "purpose": "inform_progress", "channel": "in_person",
         "form": "headline"}
CASE = {"category": "PRC.ANON_CASE", "purpose": "supervise", "channel": "video",
        "form": "summary"}
HELP = {"category": "PRG.ORG_SUPPORT", "purpose": "support_at_work", "channel": "in_person",
        "form": "headline"}
ROOM = {"category": "CNT.SESSION", "purpose": "take_part", "channel": "in_session",
        "form": "report"}


@beginning
def seat_everyone(world: World, choice: str = "yes", **answers: str) -> None:
    """Bring T1 to T4 into force: Carla signs for Acme, Eli arranges, Gus supports."""
    set_table(world, "carla", "eli", "gus")
    ben_signs(world, choice, **answers)
    for key in ("carla", "eli", "gus"):
        signs(world, key)
    vouch_for(world, "ben")
    vouch_for(world, "carla")


@dataclass
class Asked:
    """Hold an answer with the line that decided, as "T2 PRG.GOALS" would be found by eye."""

    decision: Decision
    template: str
    sentence: str

    @property
    def code(self) -> Code:
        """Return the reason."""
        return self.decision.code


def load(world: World) -> Around:
    """Load the world of the engagement."""
    with world.ground.work(writes=False) as work:
        return around(work, world.ids["engagement"])


def person(loaded: Around, name: str) -> str:
    """Return the id of somebody by their first name, or all of it."""
    return next(who.id for who in loaded.people.values()
                if who.name == name or who.name.split()[0].lower() == name)


def asked(world: World, who: str, question: dict[str, Any], at: datetime | None = None,
          **more: Any) -> Asked:
    """Ask the world that is loaded now."""
    loaded = load(world)
    found = decide(loaded.world, {**question, **more, "recipient": person(loaded, who),
                                  "time": at or loaded.at})
    line = loaded.lines.get(found.by or "")
    return Asked(found, line.template if line else "", line.sentence if line else "")


def record(world: World, kind: str, subject: str, by: str = "ben", **facts: Any) -> str:
    """Write an entry into the record, as the act of that name does."""
    with world.ground.work(writes=True, actor=world.party(by)) as work:
        note(work, hold(work, world.ids["engagement"]), kind, subject, facts or None)
    return new_id()
