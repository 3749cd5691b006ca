"""Half a year of a sponsor in five worlds, which only coach and coachee can tell apart (INV-16).

In all of them Carla is not told how the goals go. Ben said no to that line, or took his yes back,
or it ran out, or it sleeps, or he was never asked. Compared is all that reaches her: every page and
file that she can come to, time after time, every mail and calendar with its instant, and how many.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup

from portal.agreements.actions import save_draft
from portal.agreements.queries import standing_of_one
from portal.engagements.actions import hold
from portal.engagements.models import Party
from portal.issuing.queries import texts_of
from portal.jobs import JOBS, run_job
from portal.sharing.policy import decide
from portal.sharing.queries import world_of
from portal.taking.actions import take_line
from portal.taking.queries import text_of
from tests.builders import World, add_practice, add_table, issue, opened, read_all, sign, vouch_for
from tests.cast import CARLA
from tests.mailroom import running
from tests.reviewing import says
from tests.signing.table import signs
from tests.web.sights import words_of_mail
from tests.web.stage import a_world
from tests.web.test_twins import look, plain

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

# What Carla gets to see does not hang on the database: all worlds stand on the same.
pytestmark = [pytest.mark.needs("pdfsig"), pytest.mark.once]

LINE, ITS_LAST_DAY = "goals", date(2027, 4, 10)
#: On these days Carla looks at everything; between the first two something happens in some worlds.
DAYS = (10, 40, 80, 100, 120, 150, 170)
#: On this day whoever answers has answered the review that opened a few days before.
ANSWERED = 82
#: Where the text itself stands, and how long it is: with the line in it or without. Here alone a
#: world without the line differs, and what was put to Ben is no answer of his.
THE_TEXT = re.compile(r"/text$|/papers?/|/blank|\.pdf$|/receipt")
LENGTH = re.compile(r"\d+ pages?")


@dataclass
class Half:
    """Hold what one world let Carla see: her pages by day and address, and her mails."""

    pages: dict[str, str] = field(default_factory=dict)
    mails: list[str] = field(default_factory=list)
    told: dict[int, str] = field(default_factory=dict)
    """What coach and coachee are told about that line, by day: a code."""


def begin(world: World, *, asked: bool = True, choice: str = "yes") -> None:
    """Bring T1 and T2 into force; Ben answers the line in one way, if he is asked, and every
    other line with yes."""
    add_practice(world)
    world.ids["ben.engagement"] = add_table(world, "carla")
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = hold(work, world.ids["engagement"])
        (draft,) = [material for text in texts_of(work, engagement).drafts
                    if (material := text.material).agreement.template_code == "T2"]
        save_draft(work, engagement, draft.agreement,
                   {"edits": {LINE: {"ends": ITS_LAST_DAY.isoformat()}}} if asked
                   else {"leave_out": [LINE]})
    issue(world)
    opened(world)
    read_all(world, answers={f"line-{number_of(world)}": choice} if asked else {})
    sign(world)
    signs(world, "carla")
    for key in ("ben", "carla"):
        vouch_for(world, key)


def take_back(world: World) -> None:
    """Let Ben take his yes back."""
    with world.ground.work(writes=True, actor=world.party()) as work:
        engagement = hold(work, world.ids["engagement"])
        party = work.session.get_one(Party, world.ids["ben.party"])
        text = text_of(work, standing_of_one(work, engagement.id), party, world.ids["T2"])
        assert take_line(work, engagement, party, text, number_of(world))


def number_of(world: World) -> int:
    """Return the number of the line in the text."""
    with world.ground.work(writes=False) as work:
        loaded = world_of(work, world.ids["engagement"])
        (found,) = [line.id for version in loaded.versions for line in version.lines
                    if "PRG.GOALS" in line.categories and line.effect == "permit"]
        return int(found.rpartition(":")[2])


def nothing(_world: World) -> None:
    """Let things be."""


#: How each world begins, what happens after the first look, and what the coach is told on which
#: day. While the text sleeps the engagement rests: its terms are not all in force (INV-2).
WORLDS: dict[str, tuple[Callable[[World], None], Callable[[World], None], dict[int, str]]] = {
    "refused": (lambda w: begin(w, choice="no"), nothing, {10: "OPTION_REFUSED"}),
    "withdrawn": (begin, take_back, {10: "GRANT", 40: "WITHDRAWN"}),
    "expired": (begin, nothing, {40: "GRANT", 120: "GRANT", 150: "EXPIRED"}),
    "asleep": (begin, nothing, {10: "GRANT", 100: "GRANT", 120: "ENGAGEMENT_PAUSED"}),
    "never asked": (lambda w: begin(w, asked=False), nothing, {10: "DEFAULT_DENY"}),
}


def live(empty: str, folder: Path, name: str) -> Half:
    """Live through half a year of one world."""
    happens, later, _codes = WORLDS[name]
    half = Half()
    with a_world(empty, folder) as (world, app), running() as (mailroom, url):
        world.ground.settings = replace(world.ground.settings, smtp_url=url)
        happens(world)
        passed = 0
        for day in sorted({*DAYS, ANSWERED}):
            go_on(world, day - passed)
            passed = day
            if day == ANSWERED:
                # Carla keeps it in every world; who sleeps is Ben, and nobody else is silent.
                says(world, *(["COACH", "SPONSOR"] if name == "asleep" else []))
                continue
            half.pages |= {f"day {day}: {path}": text for path, text in seen(world, app)}
            half.told[day] = told(world)
            if day == DAYS[0]:
                later(world)
        half.mails = [plain("\n".join(words_of_mail(mail)))
                      for mail in mailroom.mails if mail["To"] == CARLA.email]
    return half


def go_on(world: World, days: int) -> None:
    """Let days go by, with all that happens of itself. Only old lines of the access log stay: the
    database keeps them for 90 days of its own clock, which no test moves."""
    for _day in range(days):
        world.clock.move(days=1)
        for job in JOBS.keys() - {"forget"}:
            run_job(world.ground, job)


def seen(world: World, app: Flask) -> Iterator[tuple[str, str]]:
    """Return all that Carla can come to now."""
    return look(world, app, "carla")


def told(world: World) -> str:
    """Return what coach and coachee are told: may the goals be shared with her now?"""
    with world.ground.work(writes=False) as work:
        loaded = world_of(work, world.ids["engagement"])
        answer = decide(loaded, {
            "category": "PRG.GOALS", "recipient": world.ids["carla.party"],
            "purpose": "inform_progress", "channel": "portal", "form": "summary",
            "time": work.now.isoformat()})
    return str(answer.code)


def without_line(page: str) -> str:
    """Return what is read on a page but the line, and the length of the text that it stands in."""
    soup = BeautifulSoup(page.partition("</html>")[0], "html.parser")
    for words in soup.find_all(string=re.compile("the agreed goals")):
        row = words.find_parent("li")
        if row is not None:
            row.decompose()
    return LENGTH.sub("…", " ".join(soup.get_text(" ").split()))


@pytest.fixture(scope="module")
def lived(
    empty_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Half]:
    """Give what a world let Carla see; each is lived through once."""
    return cache(lambda name: live(empty_database, tmp_path_factory.mktemp("world"), name))


@pytest.mark.parametrize("name", WORLDS)
def test_tells_coach_and_coachee_why(lived: Callable[[str], Half], name: str) -> None:
    codes = WORLDS[name][2]
    assert {day: lived(name).told[day] for day in codes} == codes


@pytest.mark.parametrize("name", [name for name in WORLDS if name != "refused"])
def test_inv_16_shows_the_sponsor_the_same_for_half_a_year(
    lived: Callable[[str], Half], name: str
) -> None:
    one, other = lived("refused"), lived(name)
    assert one.pages.keys() == other.pages.keys()
    for where, text in one.pages.items():
        if name != "never asked":
            assert other.pages[where] == text, where
        elif not THE_TEXT.search(where):
            assert without_line(other.pages[where]) == without_line(text), where
    assert other.mails == one.mails


def test_the_text_is_among_what_she_can_come_to(lived: Callable[[str], Half]) -> None:
    """Else the worlds would be the same for want of anything to see."""
    pages = lived("refused").pages
    assert all(any(where.startswith(f"day {day}:") for where in pages) for day in DAYS)
    assert any(THE_TEXT.search(where) for where in pages)
    assert lived("refused").mails
    assert any(lived("refused").pages[where] != lived("never asked").pages[where]
               for where in pages)
