"""Everybody at the table: Ana has issued T1 to T4, and Ben is asked first."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.agreements.models import Signature
from portal.agreements.policy import state
from portal.agreements.queries import standing_of_one
from portal.factors.actions import CodeRefused
from portal.ledger.queries import events_of
from portal.notices.models import Notice
from tests.beginnings import beginning
from tests.builders import World, add_practice, add_table, issue, opened, read_all, sign
from tests.cast import ELI, GUS
from tests.pages import BASE, Browser

if TYPE_CHECKING:
    from flask import Flask

TEXTS = ("T1", "T2", "T3", "T4")
NAMES = {"carla": "Carla Conti", "eli": ELI.name, "gus": GUS.name}


@beginning
def set_table(world: World, *asked: str) -> None:
    """Let Ana issue four texts; Ben has come in by his link. `asked` are those whom Ben asked
    for, so that they are written to at once."""
    add_practice(world)
    world.ids["ben.engagement"] = add_table(world, *asked)
    issue(world)
    opened(world)


def ben_signs(world: World, choice: str = "yes", **answers: str) -> None:
    """Let Ben read, answer and sign all that he may; persons are answered with yes."""
    read_all(world, choice=choice, answers=answers)
    done = sign(world)
    assert not isinstance(done, CodeRefused), done


def signs(world: World, key: str) -> Signature:
    """Let one of the others come in by their link, read and sign."""
    world.clock.move(seconds=1)
    opened(world, key)
    read_all(world, key)
    done = sign(world, key)
    assert isinstance(done, Signature)
    return done


def browser(world: World, app: Flask, key: str = "ben", level: str = "factor") -> Browser:
    """Return somebody's browser, signed in."""
    return Browser(app).be(world, key, "party", level)


def states(world: World) -> dict[str, str]:
    """Return the states of the four versions now."""
    with world.ground.work(writes=False) as work:
        standing = standing_of_one(work, world.ids["engagement"])
        return {code: state(standing.version(world.ids[code]), work.now) for code in TEXTS}


def kinds(world: World, subject: str) -> list[str]:
    """Return what the record says of one party or version, in order."""
    with world.ground.work(writes=False) as work:
        events = events_of(work, [world.ids["engagement"]])[world.ids["engagement"]]
        return [event.kind for event in events if event.subject_id == world.ids[subject]]


def mails_to(world: World, name: str) -> list[dict[str, str]]:
    """Return what was put into the outbox for one person, oldest first."""
    with world.ground.work(writes=False) as work:
        rows = work.session.scalars(
            select(Notice).where(Notice.topic == "mail").order_by(Notice.created_at, Notice.id))
        values = [json.loads(work.reveal(row, "values")) | {"name": row.name}
                  for row in rows if row.values_enc]
    return [one for one in values if one["hello"] == name]


def link_of(world: World, name: str) -> str:
    """Return the path of the newest link that somebody was sent."""
    link = [mail["link"] for mail in mails_to(world, name) if "link" in mail][-1]
    return re.sub(f"^{BASE}", "", link)
