"""A round past every page of a house in which everybody is in place.

What the table of the routes says that somebody may open, a browser of theirs opens and an eye looks
at, as it stands. So a page that is added is looked at without anybody having to think of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.browser.eye import Eye
from tests.browser.steps import Visitor
from tests.web.stage import PERSONAS, Stage, make_stage, routes
from tests.web.test_matrix import matrix

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.house import House
    from tests.pages import Page

@dataclass
class Rounds:
    """Go past what everybody may open; `faults` are what browsers complained about.

    `no_pages` are the views that only send on, or hand out a file.
    """

    house: House
    chromium: Browser
    eye: Eye = field(default_factory=Eye)
    faults: list[str] = field(default_factory=list)
    no_pages: set[str] = field(default_factory=set)

    def all(self) -> None:
        """Look at each page once, with the first of the cast who may open it."""
        stage = make_stage(self.house.world, self.house.app)
        for persona, pages in self._by_persona(stage).items():
            with self.chromium.new_context(base_url=self.house.url, locale="en-GB",
                                           reduced_motion="reduce") as context:
                context.add_cookies([{"name": "portal", "value": _cookie(stage, persona),
                                      "url": self.house.url}])
                someone = Visitor(context.new_page(), self.house)
                for endpoint, path in pages:
                    someone.page.goto(path)
                    self.eye.look(someone, f"{persona}: {endpoint}")
                self.faults += someone.faults

    def _by_persona(self, stage: Stage) -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = {}
        for rule, method in routes(stage.app):
            row = matrix().get((rule.endpoint, method), {})
            welcome = [who for who, cell in row.items() if cell == "200" and PERSONAS[who]]
            if method != "GET" or not row:
                continue
            path = stage.path(rule, **stage.values())
            if welcome and _is_page(stage.browser(welcome[0]).get(path)):
                found.setdefault(welcome[0], []).append((rule.endpoint, path))
            else:
                self.no_pages.add(rule.endpoint)
        return found


def _is_page(answer: Page) -> bool:
    """Tell whether an answer is shown, and not put into the folder of downloads."""
    return bool(answer.html) and "Content-Disposition" not in answer.response.headers


def _cookie(stage: Stage, persona: str) -> str:
    cookie = stage.browser(persona).client.get_cookie("portal", "127.0.0.1")
    assert cookie is not None
    return cookie.value
