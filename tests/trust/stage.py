"""What the harnesses of trust do again and again: sign over HTTP, and look whether all is whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from portal import schema
from portal.agreements.models import Signature
from portal.factors.models import UsedStep
from portal.ledger.queries import broken_chains
from tests.pages import Browser, Page

if TYPE_CHECKING:
    from flask import Flask

    from tests.builders import World

#: What is written aside from the act: who looked, and what a process met.
ASIDE = {"access_log", "job_run"}


def everything(world: World) -> dict[str, list[Any]]:
    """Return all rows of all tables but those that are written aside."""
    with world.ground.engine.connect().execution_options(writes=False) as connection:
        return {name: sorted(map(tuple, connection.exec_driver_sql(f"SELECT * FROM {name}")),
                             key=repr) for name in schema.METADATA.tables.keys() - ASIDE}


@dataclass
class Signer:
    """Ben at the last page, with everything filled in."""

    world: World
    app: Flask
    browser: Browser = field(init=False)
    sheet: Page = field(init=False)

    def __post_init__(self) -> None:
        self.browser = Browser(self.app).be(self.world, "ben", "party", "mailbox")
        self.sheet = self.browser.get("/p/sign")

    def sends(self) -> Page:
        """Send the sheet with the code that the authenticator shows now."""
        return self.browser.post("/p/sign", self.values(), page=self.sheet, follow=False)

    def values(self) -> dict[str, Any]:
        ticks = self.sheet.soup.find_all("input", {"name": "ticks"})
        return {"ticks": [tick["value"] for tick in ticks], "erecord": "1", "name": "Ben Adler",
                "code": self.world.code("ben")}


def signatures_of(world: World, key: str = "ben") -> int:
    """Return how many signatures a person has given."""
    with world.ground.work(writes=False) as work:
        return len(work.session.scalars(select(Signature.id).where(
            Signature.party_id == world.ids[f"{key}.party"])).all())


def used_steps(world: World, key: str = "ben") -> int:
    """Return how many codes of a person were used up."""
    from portal.factors.models import Factor

    with world.ground.work(writes=False) as work:
        return len(work.session.scalars(
            select(UsedStep.step).join(Factor, Factor.id == UsedStep.factor_id)
            .where(Factor.person_id == world.ids[key])).all())


def assert_whole(world: World) -> None:
    """Fail where a chain is broken."""
    with world.ground.work(writes=False) as work:
        assert broken_chains(work) == []
