"""Ask before you share, and take it back: a yes, a no, a share, and a slip that came too late.

It is played twice on one clock. In one world Ben says no to a line for Carla on his telephone; in
the other he says yes, and takes it back when Ana has a slip for it in her hand. Carla's pages are
the same in both, to the byte (INV-16).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import steps
from tests.browser.house import a_house
from tests.browser.steps import Visitor
from tests.browser.traces import Traces
from tests.builders import add_practice, add_table, issue, opened, read_all, sign, vouch_for
from tests.cast import BEN, CARLA
from tests.pages import Browser as Caller
from tests.signing.table import signs

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.browser.house import House

pytestmark = pytest.mark.needs("chromium", "oathtool", "pdfsig")

GOALS, PROGRESS = "Agreed goals", "Progress towards the goals"
SUMMARY = "Short summary written together"
#: The line that Ben says no to, as its question calls it.
THE_LINE = "the agreed goals"


@dataclass
class Played:
    """Hold what one world came to."""

    carla: Traces
    seen: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


@dataclass
class Stage:
    """Give everybody a browser of their own in one house."""

    house: House
    chromium: Browser
    phone: dict[str, Any]
    people: list[Visitor] = field(default_factory=list)

    def person(self, *, on_phone: bool = False) -> Visitor:
        """Send somebody in, at a desk or with a telephone."""
        kind = self.phone if on_phone else {"viewport": {"width": 390, "height": 844}}
        context = self.chromium.new_context(
            base_url=self.house.url, locale="en-GB", reduced_motion="reduce", **kind)
        self.people.append(Visitor(context.new_page(), self.house))
        return self.people[-1]

    def leave(self) -> list[str]:
        """Close every browser; returns what they complained about."""
        for person in self.people:
            person.page.context.close()
        return [fault for person in self.people for fault in person.faults]


def set_out(house: House) -> None:
    """Let Ana send T1 and T2 to Ben and, after him, to Carla."""
    add_practice(house.world)
    house.world.ids["ben.engagement"] = add_table(house.world, "carla")
    issue(house.world)
    house.run("mail")


def others(house: House) -> None:
    """Let Carla sign, and both be heard."""
    signs(house.world, "carla")
    for key in ("ben", "carla"):
        vouch_for(house.world, key)
    house.run("seal", "mail")


def ask(ana: Visitor, engagement: str, what: str) -> None:
    """Ask on a telephone: may I share this with Carla, as a summary, in the portal?"""
    ana.page.goto(f"/engagements/{engagement}/ask")
    ana.page.locator(".picks").get_by_role("link", name=CARLA.name).click()
    ana.page.get_by_role("button", name=what, exact=True).click()
    for words in ("Keep the sponsor informed", "View in the portal", SUMMARY):
        ana.choose(words)
    ana.press("Ask")


def look_as_carla(ben: Visitor) -> str:
    """Look through Carla's eyes before anything is answered; returns what she would get."""
    ben.follow("See what the others would get, through their eyes")
    ben.page.get_by_role("link", name=f"Look through the eyes of {CARLA.name}").click()
    ben.sees(f"Through the eyes of {CARLA.name}")
    before = ben.main
    for tick in ben.page.get_by_role("checkbox").all():
        tick.check()
    ben.press("Look again")
    ben.page.get_by_text("would also hear").wait_for()
    after = ben.main
    assert before != after
    ben.page.goto("/p/start")
    return after


def with_a_no(stage: Stage, seen: dict[str, str]) -> Visitor:
    """Ben looks through Carla's eyes, and says no to the goals; Ana gets a yes and a no."""
    house = stage.house
    ben = stage.person(on_phone=True)
    steps.come_in(ben)
    seen["preview"] = look_as_carla(ben)
    ben.follow("Start reading")
    ben.page.wait_for_url("**/p/read/1")
    steps.read_on(ben, no_to=THE_LINE)
    steps.sign_typed(ben)
    others(house)
    ana = stage.person()
    steps.sign_in(ana)
    engagement = house.world.ids["engagement"]
    share(ana, engagement, seen)
    ask(ana, engagement, GOALS)
    ana.sees("No, do not share this")
    seen["no"] = ana.main
    return ben


def share(ana: Visitor, engagement: str, seen: dict[str, str]) -> None:
    """Ask about the progress, get a yes, and write down that it was shared."""
    ask(ana, engagement, PROGRESS)
    ana.sees("Yes, you may share this")
    seen["yes"] = ana.main
    ana.press("Shared now")
    ana.page.get_by_role("heading", name="Shared", exact=True).wait_for()


def with_a_yes_taken_back(stage: Stage, seen: dict[str, str]) -> Visitor:
    """Ben says yes to all; while Ana holds a slip for the goals, he takes that yes back."""
    house = stage.house
    opened(house.world)
    read_all(house.world)
    sign(house.world)
    others(house)
    ana = stage.person()
    steps.sign_in(ana)
    engagement = house.world.ids["engagement"]
    share(ana, engagement, seen)
    ask(ana, engagement, GOALS)
    ana.sees("Yes, you may share this")
    ana.press("Make a slip")
    ana.page.get_by_role("heading", name=re.compile("^Slip number ")).wait_for()
    seen["slip"] = ana.main
    ben = stage.person(on_phone=True)
    come_back(ben, "ben")
    seen["taps"] = str(take_back(ben))
    seen["receipt"] = ben.main
    ana.press("Shared now")
    ana.sees("Do not share this now")
    seen["refused"] = ana.main
    ask(ana, engagement, GOALS)
    ana.sees("No, do not share this")
    seen["no"] = ana.main
    return ben


def come_back(someone: Visitor, key: str) -> None:
    """Put the session of somebody who signed before into a browser: how they sign in again has
    tests of its own."""
    caller = Caller(someone.house.app).be(someone.house.world, key, "party")
    cookie = caller.client.get_cookie("portal", domain="127.0.0.1")
    assert cookie is not None
    someone.page.context.add_cookies(
        [{"name": cookie.key, "value": cookie.value, "url": someone.house.url}])
    someone.page.goto("/p/consents")


def take_back(ben: Visitor) -> int:
    """Take the line about the goals back from "My consents"; returns how many taps it took."""
    row = ben.page.locator("li", has_text=THE_LINE).filter(
        has=ben.page.get_by_role("link", name=re.compile("^Take back")))
    row.get_by_role("link", name=re.compile("^Take back")).last.click()
    ben.press("Take it back now")
    ben.sees("What you took back")
    return 2


@pytest.fixture(scope="module")
def worlds(
    empty_database: str, tmp_path_factory: pytest.TempPathFactory, chromium: Browser,
    phone: dict[str, Any],
) -> dict[str, Played]:
    """Play both worlds, each in a house of its own."""
    found = {}
    for name, play in (("refused", with_a_no), ("taken back", with_a_yes_taken_back)):
        found[name] = live(empty_database, tmp_path_factory.mktemp("world"), chromium, phone, play)
    return found


def live(
    empty: str, folder: Path, chromium: Browser, phone: dict[str, Any],
    play: Callable[[Stage, dict[str, str]], Visitor],
) -> Played:
    """Play one world, then let everybody look."""
    with a_house(empty, folder) as house:
        stage = Stage(house, chromium, phone)
        set_out(house)
        seen: dict[str, str] = {}
        ben = play(stage, seen)
        ben.page.goto("/p/asked")
        seen["asked"] = ben.main
        house.run("mail")
        carla = stage.person(on_phone=True)
        come_back(carla, "carla")
        traces = Traces(carla)
        traces.crawl("after all", ("/p/consents",))
        traces.take_mails(CARLA.email)
        return Played(traces, seen, stage.leave())


def test_answers_yes_and_no_with_the_line_that_decides(worlds: dict[str, Played]) -> None:
    seen = worlds["refused"].seen
    assert "the progress towards the goals" in seen["yes"]
    assert "Please do not pass it on" in seen["yes"]
    assert f"{BEN.name} did not say yes to the line" in seen["no"]
    assert THE_LINE in seen["no"]


def test_shows_what_carla_would_get_before_anything_is_answered(
    worlds: dict[str, Played]
) -> None:
    assert "Sample" in worlds["refused"].seen["preview"]


def test_refuses_a_slip_once_the_yes_was_taken_back(worlds: dict[str, Played]) -> None:
    seen = worlds["taken back"].seen
    assert "It holds until" in seen["slip"]
    assert "Nothing was written down." in seen["refused"]
    assert "This yes was taken back." in seen["no"]
    assert THE_LINE in seen["receipt"]


def test_takes_no_more_than_three_taps_to_take_a_yes_back(worlds: dict[str, Played]) -> None:
    assert int(worlds["taken back"].seen["taps"]) <= 3


@pytest.mark.parametrize("name", ["refused", "taken back"])
def test_inv_24_shows_ben_all_that_was_asked_and_shared(
    worlds: dict[str, Played], name: str
) -> None:
    asked = worlds[name].seen["asked"]
    assert asked.count(GOALS) >= 1
    assert PROGRESS in asked
    assert CARLA.name in asked
    assert "Shared" in asked


def test_inv_16_gives_carla_the_same_bytes_in_both_worlds(worlds: dict[str, Played]) -> None:
    assert worlds["refused"].carla.beside(worlds["taken back"].carla) == []
    assert "/p/consents" in worlds["refused"].carla.text


@pytest.mark.parametrize("name", ["refused", "taken back"])
def test_nothing_went_wrong_in_any_browser(worlds: dict[str, Played], name: str) -> None:
    assert worlds[name].faults == []
