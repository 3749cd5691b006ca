"""A practice with coaches and many tables, each prepared up to where people act by themselves."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.desk.actions import keep_board
from portal.factors.models import Factor, UsedStep
from portal.ground.clock import StandingClock
from portal.ground.settings import Settings
from portal.ground.work import make_ground
from portal.ledger.actions import keep_notes
from portal.notices.models import Notice
from portal.web.words import speak
from tests.builders import (
    World,
    add_colleague,
    add_engagement,
    add_party,
    add_practice,
    issue,
    opened,
    read_all,
    settle,
)
from tests.cast import ANA, DORA, Character
from tests.conftest import KEYS, NOW
from tests.engines import suit_tests
from tests.sight import see_all
from tests.trust.visitors import Coach, House, Party, Table

if TYPE_CHECKING:
    from pathlib import Path

    from portal.ground.work import Work

#: What is done at the tables, in turn.
PLANS = (
    ("sign", "vouch", "take_whole"),
    ("sign", "sponsor_signs", "vouch", "vouch_for_sponsor", "share", "share", "take_line",
     "take_whole"),
    ("issue", "read", "sign", "vouch", "take_whole"),
    ("sign", "sponsor_signs", "vouch", "take_line", "vouch_for_sponsor", "share"),
)


def busy(times: int) -> tuple[tuple[str, ...], ...]:
    """Return plans of tables at which the coach asks and shares so many times, and one without."""
    talk = ("ask", "ask", "ask", "share") * times
    return (*3 * (("sign", "sponsor_signs", "vouch", "vouch_for_sponsor", *talk, "take_line",
                   "take_whole"),), PLANS[2])


_COACHES = {"ana": ANA, "dora": DORA}


def found(url: str, folder: Path) -> World:
    """Return an empty world on a migrated database that is not one of the usual ones."""
    speak("en", "Europe/Vienna")
    settings = Settings(instance_dir=folder, database_url=url, base_url="http://127.0.0.1:8000",
                        **KEYS)
    clock = StandingClock(NOW)
    ground = see_all(make_ground(settings, clock, keep_notes, keep_board))
    # What is killed here is the portal, and it waits for the disk; the test itself need not.
    suit_tests(ground.engine)
    return World(ground, clock)


@dataclass
class Town:
    """Hold what was prepared, as plain values: so a copy of its database has the same people."""

    coaches: dict[str, tuple[str, str]] = field(default_factory=dict)
    tables: list[Prepared] = field(default_factory=list)
    used: set[tuple[str, int]] = field(default_factory=set)

    def people(self, house: House, tabs: int) -> list[Table]:
        """Let everybody come to their table in a house; each second table is sat at in so many
        tabs."""
        coaches = {
            key: Coach(house, _COACHES[key].name, _COACHES[key].email, number,
                       key=secret, person_id=person_id)
            for number, (key, (person_id, secret)) in enumerate(self.coaches.items())}
        return [table.seated(house, coaches[table.coach], tabs if number % 2 else 1, number)
                for number, table in enumerate(self.tables)]


@dataclass
class Prepared:
    """Hold one table as plain values."""

    engagement_id: str
    coach: str
    coachee: dict[str, str]
    sponsor: dict[str, str] | None
    versions: dict[str, str]
    plan: tuple[str, ...]

    def seated(self, house: House, coach: Coach, tabs: int, number: int) -> Table:
        """Return the table with its people."""
        seats = [Party(house, number=100 + 2 * number + place, **who) if who else None
                 for place, who in enumerate((self.coachee, self.sponsor))]
        assert seats[0] is not None
        return Table(house, self.engagement_id, coach, seats[0], seats[1], dict(self.versions),
                     self.plan, tabs)


def build(world: World, count: int, plans: tuple[tuple[str, ...], ...] = PLANS) -> Town:
    """Found a practice with two coaches, and prepare so many tables by the portal's own acts."""
    town = Town()
    add_practice(world)
    add_colleague(world, DORA, "dora")
    for number in range(count):
        town.tables.append(_prepare(world, number, plans[number % len(plans)]))
    with world.ground.work(writes=False) as work:
        town.coaches = {key: (world.ids[key], _secret(work, world.ids[key])) for key in _COACHES}
        town.used = {(row.factor_id, row.step) for row in work.session.scalars(select(UsedStep))}
    return town


def _prepare(world: World, number: int, plan: tuple[str, ...]) -> Prepared:
    coach = ("ana", "dora")[number % 2]
    ben, carla = f"ben{number}", f"carla{number}"
    coachee = Character(f"Ben{number} Adler", f"ben.adler{number}@posteo.example")
    sponsor = Character(f"Carla{number} Conti", f"carla.conti{number}@acme.example")
    engagement_id = add_engagement(world, coachee, ben, coach)
    keys = [ben]
    if "sponsor_signs" in plan:
        add_party(world, "SPONSOR", sponsor, asked=True, coach=coach)
        keys.append(carla)
    settle(world, coach)
    versions: dict[str, str] = {}
    if "issue" not in plan:
        issue(world, coach)
        versions = {code: world.ids[code] for code in ("T1", "T2")[:len(keys)]}
        for key in keys:
            opened(world, key)
            read_all(world, key)
    with world.ground.work(writes=False) as work:
        links = _links(work, engagement_id)
    seats = [{"name": who.name, "email": who.email, "person_id": world.ids[key],
              "party_id": world.ids[f"{key}.party"], "link": links.get(world.ids[key], "")}
             for key, who in zip(keys, (coachee, sponsor), strict=False)]
    return Prepared(engagement_id, coach, seats[0], seats[1] if len(seats) > 1 else None,
                    versions, plan)


def _links(work: Work, engagement_id: str) -> dict[str, str]:
    """Return the path of the link that waits in the outbox for each person."""
    found = {}
    for row in work.session.scalars(select(Notice).where(
            Notice.engagement_id == engagement_id, Notice.values_enc.is_not(None))):
        link = json.loads(work.reveal(row, "values")).get("link", "")
        if link and row.recipient_id:
            found[row.recipient_id] = "/i/" + link.rsplit("/i/", 1)[1]
    return found


def _secret(work: Work, person_id: str) -> str:
    factor = work.session.scalars(select(Factor).where(Factor.person_id == person_id)).one()
    return work.reveal(factor, "secret")
