"""Who may see what: the table of visibility.txt, cell by cell (Z1 to Z6, INV-24)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cast import BEN, CARLA, DEV, ELI, GUS, HANA, MALLORY, YUL
from tests.mailroom import running
from tests.web import planted
from tests.web.planted import FAY, INES, NELE, NORA, ULF, VIEWERS
from tests.web.sights import Sight
from tests.web.stage import a_world

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.cast import Character

# What people see does not hang on the database.
pytestmark = [pytest.mark.needs("pdfsig"), pytest.mark.once]


@cache
def table() -> dict[tuple[str, str], str]:
    """Read the table: whether each viewer sees each kind of thing."""
    lines = [re.split(r"\s{2,}", line.rstrip()) for line in
             Path(__file__).with_name("visibility.txt").read_text("utf-8").splitlines()
             if line and not line.startswith("#")]
    head, *rows = lines
    assert all(len(row) == len(head) for row in rows), "a cell is missing"
    assert len({row[0] for row in rows}) == len(rows), "a row stands twice"
    return {(row[0], viewer): cell for row in rows
            for viewer, cell in zip(head[1:], row[1:], strict=True)}


@pytest.fixture(scope="module")
def sight(empty_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sight]:
    """Give the house after everything has happened, and after everybody has looked around."""
    home = tmp_path_factory.mktemp("sights")
    with a_world(empty_database, home) as (world, app), running() as (mailroom, url):
        world.ground.settings = replace(world.ground.settings, smtp_url=url)
        made = Sight(world, app, mailroom, VIEWERS, addresses=planted.ADDRESSES)
        planted.plant(made)
        yield made


def names(who: Character) -> tuple[str, str]:
    """Return how somebody is called."""
    return who.name, who.name.split()[1]


@pytest.fixture(scope="module")
def marks(sight: Sight) -> dict[str, Iterable[str]]:
    """Give the words that show each kind of thing; any of them does."""
    world = sight.world

    def there_is(key: str, kind: str) -> tuple[str, ...]:
        """A text is known by its reference on pages, papers and prints, or stands on the board."""
        known_by = planted.reference(world, key)
        spaced = " ".join(known_by[at:at + 4] for at in (0, 4, 8))
        return known_by, spaced, f"{BEN.name} {kind}"

    digits = world.ids["digits"]
    return {
        "the way in": ["Send me my link"],
        "the words of an invitation": ["if you agree, to sign"],
        "words of T1": [planted.SAID["notes.what"]],
        "words of T2": [planted.OWN["T2"]["sponsor.wishes"]],
        "rule of the organisation": [planted.RULE.title, planted.RULE.text],
        "words of T3": ["accept what this text lets me do as assistant"],
        "words of T4": [planted.OWN["T4"]["support_task"]],
        "words of T5": [planted.TOPIC],
        "words of a draft": [planted.DRAFT],
        "that T1 exists": there_is("ben", "Confidentiality terms"),
        "that T2 exists": there_is("carla", "Three-way agreement"),
        "that T3 exists": there_is("eli", "Limited terms for an assistant"),
        "that T4 exists": there_is("gus", "Terms for a supporting person"),
        "that T5 exists": there_is("fay", "Addendum for one session"),
        "that a text is in force": ["In force until"],
        "name of the coachee": names(BEN),
        "name of the sponsor": names(CARLA),
        "name of the manager": names(DEV),
        "name of the assistant": names(ELI),
        "name of the supporter": names(GUS),
        "name of another supporter": names(INES),
        "name of the guest": names(FAY),
        "name of who was refused": names(ULF),
        "name in a draft": names(NORA),
        "organisation": ["Acme GmbH"],
        "address of the coachee": [BEN.email],
        "address of the sponsor": [CARLA.email],
        "address of the assistant": [ELI.email],
        "address of the supporter": [GUS.email],
        "address of the guest": [FAY.email],
        "address of who was refused": [ULF.email],
        "a no to an optional line": ["Not agreed"],
        "how each was reached": ["How each person was reached and known"],
        "a no to a person": [f"writes to {ULF.name} about it",
                             f"Not to be asked: {BEN.name} said no"],
        "hopes nobody was given": [planted.HOPES["gus"][1].hope],
        "hopes given to the coach": [planted.HOPES["ben"][1].hope],
        "hopes given to all": [planted.HOPES["carla"][1].hope],
        "what was asked": [f"No line speaks of this for {CARLA.name}"],
        "that something was shared": ["something was shared with", "Shared on"],
        "that a line was taken back": ["You took this back on", "took back line 4"],
        "that something was seen": ["they saw something by mistake"],
        "the note about it": [planted.SEEN],
        "digits of the sponsor": [digits, f"{digits[:4]} {digits[4:]}"],
        "that somebody signed in ink": ["Paper, recorded by the coach on",
                                        f"{INES.name} signs on paper"],
        "scan of the ink": ["scanned beside the samovar"],
        "when the guest's session is": planted.moments(world),
        "where the guest's session is": [planted.PLACE],
        "where another session is": [planted.OTHER_PLACE],
        "who may look": names(HANA),
        "title of the engagement": [planted.TITLE],
        "another coachee of the coach": names(MALLORY),
        "a coachee of a colleague": names(NELE),
        "a coachee elsewhere": names(YUL),
    }


def test_has_a_row_for_every_kind_and_a_kind_for_every_row(
    marks: dict[str, Iterable[str]]
) -> None:
    assert {kind for kind, _viewer in table()} == set(marks)
    assert {viewer for _kind, viewer in table()} == set(VIEWERS)
    assert all(len(mark) >= 4 for some in marks.values() for mark in some)


@pytest.mark.parametrize("kind", sorted({kind for kind, _viewer in table()}))
def test_lets_somebody_see_whatever_is_looked_for(kind: str) -> None:
    assert "yes" in {cell for (row, _viewer), cell in table().items() if row == kind}


@pytest.mark.parametrize(("kind", "viewer"), table())
def test_shows_what_the_table_says_and_nothing_else(
    sight: Sight, marks: dict[str, Iterable[str]], kind: str, viewer: str
) -> None:
    shown = "yes" if sight.shows(viewer, marks[kind]) else "no"
    assert shown == table()[kind, viewer]
