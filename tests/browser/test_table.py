"""Everyone at the table: four texts in force, and nothing by which Carla learns how Ben answered.

The story is played twice. In one world Ben refuses one line of his text with Carla, in the other
he agrees to it. What Carla can get hold of must be the same in both (INV-16).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.eye import Eye
from tests.browser.house import a_house
from tests.browser.sealed import check_as_a_stranger, fetch_all, words_in
from tests.browser.table import Table
from tests.browser.traces import Traces
from tests.cast import ANA, BEN, CARLA, ELI, GUS

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.browser.steps import Visitor
    from tests.cast import Character

pytestmark = pytest.mark.needs("chromium", "oathtool", "pdfsig", "qpdf")

#: The line that Ben refuses in one of the worlds, as its question calls it.
LINE = "the progress towards the goals"
TITLES = {BEN: "Coachee confidentiality terms", CARLA: "Three-way sponsor agreement",
          ELI: "Assistant, limited scope", GUS: "Supporting person"}
#: What may send a mail, a month or half a year later.
MONTHLY = ("deadlines", "voice", "hand-overs", "seal", "mail")
#: What stands on Ben's own pages where he refused, and what else is none of Carla's business.
BENS_OWN = ("You said no", "You said yes", "Your name may go on a list", "Fay Okafor",
            "What help you need", TITLES[BEN], TITLES[ELI], TITLES[GUS], ELI.name, GUS.name)
NEVER = ("refused", "declined", "Not agreed", ELI.email, GUS.email, BEN.email)


@dataclass
class Told:
    """Tell one world afterwards; its house is closed."""

    faults: list[str]
    standing: list[str]
    papers: dict[Character, list[Path]]
    carla: Traces
    ben: Traces


def of_ben(found: list[str]) -> list[str]:
    """Return addresses of Ben's for Carla to try: what he found, and the pages to take back every
    line there may be, for he finds only those of lines that he said yes to."""
    texts = dict.fromkeys(text for path in found for text in re.findall(
        r"/p/agreements/[0-9a-f]{32}", path))
    return [path for path in found if "/lines/" not in path] + [
        f"{text}/lines/{number}/withdrawal" for text in texts for number in range(1, 10)]


@dataclass
class Teller:
    """Play one world, and gather what people can get hold of on the way."""

    table: Table
    folder: Path
    eye: Eye | None
    carla: Traces = field(init=False)

    def tell(self) -> Told:
        """Play the story, then let half a year go by."""
        table = self.table
        table.sit_down()
        self.carla, ben = (Traces(table.people[who]) for who in (CARLA, BEN))
        table.stop = self.stop
        table.play()
        standing, papers = self.standing(), self.papers()
        ben.crawl("in force")
        self.carla.crawl("in force", also=of_ben(ben.addresses))
        for _month in range(7):
            table.house.clock.move(days=30)
            table.house.run(*MONTHLY)
        table.come_back(CARLA)
        self.carla.crawl("when it is over", also=of_ben(ben.addresses))
        self.carla.take_mails(CARLA.email)
        return Told(table.rise(), standing, papers, self.carla, ben)

    def stop(self, who: Visitor, name: str) -> None:
        """Look at a page, and take all that Carla finds at this point of the story."""
        self.look(who, name)
        if who is self.carla.who:
            self.carla.crawl(name)

    def look(self, who: Visitor, name: str) -> None:
        """Let the eye look; Eli and Gus have the same pages as Carla, with other words."""
        if self.eye and who in [self.table.people[one] for one in (ANA, BEN, CARLA)]:
            self.eye.look(who, name)

    def standing(self) -> list[str]:
        """Return what Ana reads: the heading of the engagement, and each row of her board."""
        ana = self.table.people[ANA]
        ana.page.goto(self.table.engagement)
        heading = ana.heading
        ana.page.goto("/today?state=all")
        return [heading, *ana.page.locator(".waits > li").all_inner_texts()]

    def papers(self) -> dict[Character, list[Path]]:
        """Let everybody download what is theirs."""
        found = {}
        for who, person in self.table.people.items():
            person.page.goto(self.table.engagement if who is ANA else "/p/consents")
            self.look(person, f"{who.name}: papers")
            found[who] = fetch_all(person, self.folder / who.email)
        return found


@pytest.fixture(scope="module")
def eye() -> Eye:
    return Eye()


@pytest.fixture(scope="module")
def worlds(
    empty_database: str, tmp_path_factory: pytest.TempPathFactory, chromium: Browser,
    phone: dict[str, Any], eye: Eye,
) -> tuple[Told, Told]:
    """Give both worlds: where Ben refuses the line, and where he agrees to it."""
    told = []
    for no_to, looks in ((LINE, eye), ("", None)):
        folder = tmp_path_factory.mktemp("table")
        with a_house(empty_database, folder) as house:
            told.append(Teller(Table(house, chromium, phone, no_to), folder, looks).tell())
    return told[0], told[1]


def test_brings_four_texts_into_force(worlds: tuple[Told, Told]) -> None:
    for told in worlds:
        assert told.faults == []
        assert len(told.standing) == 1 + 4, "a heading, and a row for each text"
        assert [words for words in told.standing if "In force until" not in words] == []


def test_gives_everybody_a_paper_that_a_stranger_can_check(worlds: tuple[Told, Told]) -> None:
    for told in worlds:
        for paper in {file for files in told.papers.values() for file in files}:
            check_as_a_stranger(paper)
        words = {who: [words_in(file.read_bytes()) for file in files]
                 for who, files in told.papers.items()}
        assert all(title in text for title, text in zip(TITLES.values(), words[BEN], strict=True))
        for who in (CARLA, ELI, GUS):
            assert [TITLES[who] in text for text in words[who]] == [True]
        assert words[ANA]


def test_inv_16_is_the_same_for_the_sponsor_whatever_the_coachee_answered(
    worlds: tuple[Told, Told]
) -> None:
    refused, agreed = worlds
    assert refused.carla.beside(agreed.carla) == []


def test_inv_16_would_see_a_difference(worlds: tuple[Told, Told]) -> None:
    """What is left out as chance hides no answer: in what Ben finds, the two worlds differ."""
    refused, agreed = worlds
    differ = "\n".join(refused.ben.beside(agreed.ben))
    assert re.search(r"^-.*You said no", differ, re.MULTILINE)
    assert re.search(r"^\+.*You said yes", differ, re.MULTILINE)


def test_inv_16_looks_at_all_that_the_sponsor_can_get_hold_of(worlds: tuple[Told, Told]) -> None:
    for told in worlds:
        for kind in ("text/html", "text/plain", "text/calendar", "application/pdf",
                     "multipart/alternative"):
            assert re.search(f"^content-type: {kind}", told.carla.text, re.M | re.I), kind
        opened = [where for where, what in told.carla.found if what.startswith("200")]
        assert [where for where in opened if where.startswith("in force: /p/agreements/")]
        assert [where for where in opened if where.startswith("when it is over: /p/agreements/")]


def test_names_nothing_to_the_sponsor_that_is_between_others(worlds: tuple[Told, Told]) -> None:
    refused, _agreed = worlds
    assert [words for words in BENS_OWN if words not in refused.ben.text] == []
    assert [words for words in (*BENS_OWN, *NEVER) if words in refused.carla.text] == []


def test_says_of_no_optional_line_whether_it_is_shared(worlds: tuple[Told, Told]) -> None:
    page = next(what for where, what in worlds[0].carla.found if where == "in force: /p/consents")
    assert page.count("you are not told how") == 3
    assert page.count("Not told here") == 3


def test_shows_nobody_at_the_table_a_barrier(worlds: tuple[Told, Told], eye: Eye) -> None:
    assert worlds
    assert eye.seen
    assert eye.barriers + eye.sideways == []
