"""People of the state machine: browsers, an authenticator, and what each of them was told.

Whether a code counts is worked out here a second time, from what its owner did with it (Z12,
INV-20), so that the portal is compared with something that does not share its mistakes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.factors.models import Factor
from portal.ground.onetime import STEP_SECONDS, code_at
from tests.pages import Browser, Page

if TYPE_CHECKING:
    from flask import Flask

    from tests.builders import World
    from tests.cast import Character

#: Wrong codes after which an app counts no more, and the pauses before that, in minutes.
ENDS_AT, PAUSES = 20, {5: 1, 6: 2, 7: 4, 8: 8}
LONGEST = 15


@dataclass(eq=False)
class App:
    """Hold an authenticator app as its owner does."""

    key: str
    last_step: int = 0
    fails: int = 0
    known: bool = True
    """Whether it counted before the code in hand."""


@dataclass
class Codes:
    """Tell what has to come of a code."""

    apps: list[App] = field(default_factory=list)
    fails: int = 0
    until: datetime | None = None
    taken: int = 0
    newest: str = ""

    def now(self, moment: datetime) -> str:
        """Return what the newest app shows."""
        return code_at(self.apps[-1].key, moment)

    def wrong(self, moment: datetime) -> str:
        """Return a code that no app shows around a moment."""
        near = {code_at(app.key, moment + timedelta(seconds=STEP_SECONDS * step))
                for app in self.apps for step in (-1, 0, 1)}
        return next(code for number in range(9) if (code := f"{number:06d}") not in near)

    def counts(self, typed: str, moment: datetime) -> bool:
        """Tell whether a code has to count at a moment, and remember that it was tried."""
        apps = [app for app in self.apps if app.fails < ENDS_AT]
        if not apps or (self.until is not None and moment < self.until):
            return False
        here = int(moment.timestamp()) // STEP_SECONDS
        for app in apps:
            for step in (here - 1, here, here + 1):
                at = datetime.fromtimestamp(step * STEP_SECONDS, moment.tzinfo)
                if code_at(app.key, at) == typed and step > app.last_step:
                    self._take(app, apps, step, typed)
                    return True
        self.fails += 1
        for app in apps:
            app.fails += 1
        most = max(self.fails, *(app.fails for app in apps))
        pause = 0 if most < min(PAUSES) else PAUSES.get(most, LONGEST)
        self.until = moment + timedelta(minutes=pause) if pause else None
        return False

    def _take(self, app: App, apps: list[App], step: int, typed: str) -> None:
        app.last_step, app.fails, self.newest = step, 0, typed
        self.taken += 1
        if app.known:
            self.fails, self.until = 0, None
            for one in apps:
                one.fails = 0
        app.known = True


class Tab(Browser):
    """Visit pages without a look at each: others look at them, and here it would take half the
    time."""

    def _seen(self, page: Page) -> Page:
        return page


@dataclass(eq=False)
class Player:
    """Hold somebody with two browsers and their authenticators."""

    world: World
    key: str
    who: Character
    scope: str
    tabs: list[Tab]
    codes: Codes = field(default_factory=Codes)

    @property
    def id(self) -> str:
        return self.world.ids[self.key]

    @property
    def party(self) -> str:
        return self.world.ids[f"{self.key}.party"]


def seat(world: World, app: Flask, key: str, who: Character, scope: str) -> Player:
    """Return somebody with whatever authenticator they have, and two empty browsers."""
    player = Player(world, key, who, scope, [Tab(app), Tab(app)])
    with world.ground.work(writes=False) as work:
        for factor in work.session.scalars(select(Factor).where(
                Factor.person_id == player.id, Factor.enrolled_at.is_not(None))):
            player.codes.apps.append(App(work.reveal(factor, "secret"), factor.last_step))
    return player


def is_outside(page: Page) -> bool:
    """Tell whether a page asks somebody to come in, or leads to where that is asked."""
    path: str = page.location or page.response.request.path
    return path.startswith(("/lost", "/sign-in"))


def key_on(page: Page) -> str:
    """Return the key of the app that a page lets set up, or an empty text."""
    found = page.soup.find(id="secret")
    return "" if found is None else "".join(found.get_text().split())


def digits_on(page: Page) -> str:
    """Return the eight digits that are read aloud from a page, or an empty text."""
    found = page.soup.select_one(".digits .vh")
    return re.sub(r"\D", "", found.get_text()) if found is not None else ""
