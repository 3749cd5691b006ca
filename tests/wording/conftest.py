"""Drafts for the tests of wording: Ana coaches Ben, Carla may pay, Fay supervises Ana.

`text_of` makes a draft of any template with the whole cast; `draft_of` one of T1.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from portal.wording import queries
from portal.wording.policy import (
    Controller,
    Dates,
    Draft,
    Line,
    LineChoices,
    Recipient,
    Rule,
    Template,
    Terms,
    Vocabulary,
    asked_fact,
    example_answers,
    lines_of,
    plan_dates,
    session_facts,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

NAMES = {"COACH": "Ana Berg", "COACHEE": "Ben Adler"}
#: Everyone who takes part in the engagement, whichever text it is.
CAST = {
    **NAMES, "SPONSOR": "Carla Conti", "LINE_MANAGER": "Dev Desai", "ASSISTANT": "Eli Engel",
    "SUPPORTER": "Gus Groth", "GUEST": "Gus Groth",
}
RULES = (Rule("Code of conduct", "3", "Who learns of fraud tells the compliance office"),
         Rule("Speaking up", "May 2026", "Harassment is reported to HR", "ab" * 32))
CODES = ("T1", "T2", "T3", "T4", "T5")
ISSUED = date(2026, 11, 23)
BERLIN = ZoneInfo("Europe/Berlin")
SESSION = (datetime(2026, 12, 1, 14, tzinfo=BERLIN), datetime(2026, 12, 1, 15, 30, tzinfo=BERLIN),
           datetime(2026, 12, 8, 15, 30, tzinfo=BERLIN))
DATES = Dates(date(2026, 11, 23), date(2027, 11, 22), date(2026, 12, 7), "Europe/Berlin")


@pytest.fixture
def t1() -> Template:
    """Give the template T1."""
    return queries.template("T1")


@pytest.fixture
def words(t1: Template) -> Vocabulary:
    """Give the vocabulary of the pack."""
    return t1.vocabulary


@pytest.fixture
def answers(t1: Template) -> dict[str, str]:
    """Give an answer to every question of T1."""
    return example_answers(t1)


@pytest.fixture
def dates() -> Dates:
    """Give twelve months from 23 November 2026 in Berlin."""
    return DATES


@pytest.fixture
def names() -> dict[str, str]:
    """Give the printed names of Ana and Ben by role."""
    return dict(NAMES)


@pytest.fixture
def draft_of(t1: Template, answers: dict[str, str]) -> Callable[..., Draft]:
    """Give a maker of drafts of T1; `change` replaces single answers."""

    def make(sponsor: str = "", leave_out: Collection[str] = (), **change: str) -> Draft:
        given = {**answers, **{key.replace("__", "."): text for key, text in change.items()}}
        people = {**NAMES, **({"SPONSOR": sponsor} if sponsor else {})}
        lines = lines_of(t1, given, people, DATES, LineChoices(leave_out))
        return Draft(t1, given, people, DATES, lines)

    return make


def text_of(code: str, choices: LineChoices | None = None, asked_on: date | None = None,
            rules: tuple[Rule, ...] = (), without: Collection[str] = (), **answers: str) -> Draft:
    """Return a draft of a template; `without` are roles that nobody has."""
    one = queries.template(code)
    facts = {"organisation": "Acme GmbH", **asked_fact(one, asked_on)}
    if "session" in one.facts:
        facts |= session_facts(one, "7", *SESSION)
    starts = SESSION[0].date() if one.valid_days else ISSUED
    dates = plan_dates(one, ISSUED, starts, "Europe/Berlin")
    said = {**example_answers(one), **answers}
    people = {role: name for role, name in CAST.items() if role not in without}
    lines = lines_of(one, said, people, dates, choices, facts)
    return Draft(one, said, people, dates, lines, facts, rules)


@pytest.fixture
def ana_and_ben(draft_of: Callable[..., Draft]) -> Draft:
    """Give the draft of T1 with all four optional lines."""
    return draft_of()


@pytest.fixture
def line_of() -> Callable[..., Line]:
    """Give a maker of lines: the supervision line of T1 unless something is changed."""

    def make(**change: Any) -> Line:
        facts: dict[str, Any] = {
            "no": 1, "key": "supervision", "effect": "permit", "categories": ("PRC.ANON_CASE",),
            "recipients": (Recipient("SUPERVISOR", "Fay Okafor"),), "purposes": ("supervise",),
            "channels": ("in_person", "video"), "starts": DATES.effective_from,
            "ends": DATES.valid_to, "max_form": "summary", "optional": True,
            "obligations": ("no_names_changed_details",),
        }
        return Line(**{**facts, **change})

    return make


@pytest.fixture
def terms() -> Terms:
    """Give the first version of an agreement."""
    return Terms("agreement-1", 1)


@pytest.fixture
def controller() -> Controller:
    """Give the practice that answers for the data."""
    return Controller("Berg Coaching", "Germany", "privacy@berg-coaching.example")
