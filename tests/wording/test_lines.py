"""Lines: months, what a template offers, and what no line may hold (INV-8, 17, 18, 19)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.wording.policy import (
    Dates,
    Draft,
    Line,
    Recipient,
    Template,
    WhyNotLine,
    WhyNotLines,
    add_months,
    last_day,
    lines_of,
    plan_dates,
    why_not_line,
    why_not_lines,
)
from portal.wording.policy.pack import Ceiling
from portal.wording.queries import template

if TYPE_CHECKING:
    from collections.abc import Callable

LOGISTICS = {
    "categories": ("LOG.ATTENDANCE",), "purposes": ("billing",), "channels": ("portal",),
    "recipients": (Recipient("SPONSOR", "Carla Stone"),), "max_form": "fact", "obligations": (),
}
A_NO = {"effect": "deny", "max_form": None, "min_form": "fact", "optional": False, "ends": None}


@pytest.mark.parametrize("day, months, expected", [
    ((2026, 11, 23), 12, (2027, 11, 23)), ((2026, 1, 31), 1, (2026, 2, 28)),
    ((2024, 1, 31), 1, (2024, 2, 29)), ((2026, 12, 1), 1, (2027, 1, 1)),
    ((2024, 2, 29), 12, (2025, 2, 28)), ((2026, 11, 30), 3, (2027, 2, 28)),
])
def test_counts_months_by_the_calendar(
        day: tuple[int, int, int], months: int, expected: tuple[int, int, int]) -> None:
    assert add_months(date(*day), months) == date(*expected)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 36))
def test_ends_a_span_the_day_before_the_next_one_begins(day: date, months: int) -> None:
    assert last_day(day, months) + timedelta(days=1) == add_months(day, months)
    assert last_day(day, months) >= day


def test_plans_the_days_of_a_version_as_its_template_says(t1: Template, dates: Dates) -> None:
    start = date(2026, 11, 23)
    assert plan_dates(t1, start, start, "Europe/Berlin") == dates


def test_offers_a_line_only_if_its_answers_are_given(draft_of: Callable[..., Draft]) -> None:
    def keys(**change: str) -> list[str]:
        return [line.key for line in draft_of(**change).lines if line.optional]

    assert keys() == ["supervision", "hours_log", "reference", "recording"]
    assert keys(supervisor=" ") == ["hours_log", "reference", "recording"]
    assert keys(recording__place="") == ["supervision", "hours_log", "reference"]
    assert keys(recording__tool="", reference__use="") == ["supervision", "hours_log"]


def test_numbers_lines_from_one_with_permits_first(ana_and_ben: Draft) -> None:
    assert [line.no for line in ana_and_ben.lines] == [1, 2, 3, 4, 5, 6, 7]
    assert [line.effect for line in ana_and_ben.lines] == ["permit"] * 4 + ["deny"] * 3


def test_leaves_out_a_line_that_the_coach_does_not_want(draft_of: Callable[..., Draft]) -> None:
    lines = draft_of(leave_out={"hours_log", "recording"}).lines
    assert [(line.no, line.key) for line in lines[:2]] == [(1, "supervision"), (2, "reference")]


@pytest.mark.parametrize("key", ["no_appraisal", "private", "existence", "unknown"])
def test_never_leaves_out_a_locked_no(draft_of: Callable[..., Draft], key: str) -> None:
    with pytest.raises(ValueError, match=key):
        draft_of(leave_out={key})


def test_proposes_only_lines_that_it_accepts(ana_and_ben: Draft, dates: Dates) -> None:
    for line in ana_and_ben.lines:
        assert why_not_line(line, ana_and_ben.template, dates) == ()
    assert why_not_lines(ana_and_ben.lines, ana_and_ben.template) == ()


@pytest.mark.parametrize("change, reason", [
    ({}, None),
    # INV-8: from and to, at most 24 months, within the version
    ({"ends": None}, WhyNotLine.NO_PERIOD),
    ({"ends": date(2026, 11, 22)}, WhyNotLine.ENDS_BEFORE_IT_STARTS),
    ({"ends": date(2026, 11, 23)}, None),
    ({"ends": date(2028, 11, 23)}, WhyNotLine.LONGER_THAN_24_MONTHS),
    ({"ends": date(2027, 11, 23)}, WhyNotLine.OUTSIDE_THE_VERSION),
    ({"starts": date(2026, 11, 22)}, WhyNotLine.OUTSIDE_THE_VERSION),
    ({"data_from": date(2026, 2, 1), "data_to": date(2026, 1, 1)},
     WhyNotLine.ENDS_BEFORE_IT_STARTS),
    ({"data_from": date(2020, 1, 1), "data_to": date(2026, 1, 1)}, None),
    # INV-17: only logistics and engagement may be a condition, all else is optional
    ({"condition_of_programme": True}, WhyNotLine.NOT_A_CONDITION),
    ({"optional": False}, WhyNotLine.MUST_BE_OPTIONAL),
    # INV-18: inside the ceiling in every dimension
    ({"categories": ("PRC.ANON_CASE", "PRG.GOALS")}, WhyNotLine.ABOVE_THE_CEILING),
    ({"categories": ("PRC",)}, WhyNotLine.ABOVE_THE_CEILING),
    ({"categories": ("*",)}, WhyNotLine.ABOVE_THE_CEILING),
    ({"recipients": (Recipient("CO_COACH", "Hana Ito"),)}, WhyNotLine.ABOVE_THE_CEILING),
    ({"purposes": ("supervise", "evaluate")}, WhyNotLine.ABOVE_THE_CEILING),
    ({"purposes": ("appraisal",)}, WhyNotLine.ABOVE_THE_CEILING),
    ({"channels": ("email_private",)}, WhyNotLine.ABOVE_THE_CEILING),
    ({"channels": ("*",)}, WhyNotLine.ABOVE_THE_CEILING),
    ({"max_form": "report"}, WhyNotLine.ABOVE_THE_CEILING),
    ({"max_form": "fact"}, None),
    ({"obligations": ()}, WhyNotLine.ABOVE_THE_CEILING),
    ({"obligations": ("no_names_changed_details", "log")}, None),
    # INV-19: named recipients
    ({"recipients": (Recipient("SUPERVISOR", "my supervisor"),)}, WhyNotLine.RECIPIENT_NOT_NAMED),
    ({"recipients": (Recipient("SUPERVISOR", "HR"),)}, WhyNotLine.RECIPIENT_NOT_NAMED),
    ({"recipients": (Recipient("SUPERVISOR", "the company"),)}, WhyNotLine.RECIPIENT_NOT_NAMED),
    ({"recipients": (Recipient("SUPERVISOR", "management"),)}, WhyNotLine.RECIPIENT_NOT_NAMED),
    ({"recipients": (Recipient("*"),)}, WhyNotLine.RECIPIENT_NOT_NAMED),
    ({"recipients": (Recipient("SUPERVISOR", "Fay Okafor"), Recipient("SUPERVISOR", ""))},
     WhyNotLine.RECIPIENT_NOT_NAMED),
    # nothing may be left empty, and every word is known
    ({"channels": ()}, WhyNotLine.NOTHING_NAMED), ({"recipients": ()}, WhyNotLine.NOTHING_NAMED),
    ({"categories": ()}, WhyNotLine.NOTHING_NAMED), ({"purposes": ()}, WhyNotLine.NOTHING_NAMED),
    ({"categories": ("PRC.ANON",)}, WhyNotLine.UNKNOWN_WORD),
    ({"purposes": ("curiosity",)}, WhyNotLine.UNKNOWN_WORD),
    ({"channels": ("pigeon",)}, WhyNotLine.UNKNOWN_WORD),
    ({"max_form": "novel"}, WhyNotLine.UNKNOWN_WORD), ({"max_form": None}, WhyNotLine.UNKNOWN_WORD),
    ({"recipients": (Recipient("FRIEND", "Fay Okafor"),)}, WhyNotLine.UNKNOWN_WORD),
    ({"effect": "maybe"}, WhyNotLine.UNKNOWN_WORD),
    # a no is never optional and never a condition; it needs no ceiling and no name
    (A_NO, None), ({**A_NO, "optional": True}, WhyNotLine.NO_CANNOT_BE_OPTIONAL),
    ({**A_NO, "condition_of_programme": True}, WhyNotLine.NO_CANNOT_BE_OPTIONAL),
    ({**A_NO, "recipients": (Recipient("*"),), "categories": ("*",)}, None),
    ({**A_NO, "min_form": None}, WhyNotLine.UNKNOWN_WORD),
])
def test_says_what_speaks_against_a_line_inv_8_inv_17_inv_18_inv_19(
        line_of: Callable[..., Line], t1: Template, dates: Dates, change: dict[str, Any],
        reason: WhyNotLine | None) -> None:
    found = why_not_line(line_of(**change), t1, dates)
    assert reason in found if reason else found == ()


def test_counts_24_months_by_the_calendar_inv_8(
        line_of: Callable[..., Line], t1: Template, dates: Dates) -> None:
    long = replace(dates, valid_to=date(2030, 1, 1))
    just = line_of(ends=date(2028, 11, 22))
    assert WhyNotLine.LONGER_THAN_24_MONTHS not in why_not_line(just, t1, long)
    beyond = line_of(ends=date(2028, 11, 23))
    assert WhyNotLine.LONGER_THAN_24_MONTHS in why_not_line(beyond, t1, long)


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_lets_no_permit_out_of_its_version_or_past_24_months_inv_8(
        starts: date, ends: date) -> None:
    dates = Dates(date(2026, 1, 1), date(2029, 12, 31), date(2026, 1, 15), "UTC")
    line = Line(no=1, key="x", effect="permit", categories=("PRC.ANON_CASE",),
                recipients=(Recipient("SUPERVISOR", "Fay Okafor"),), purposes=("supervise",),
                channels=("video",), starts=starts, ends=ends, max_form="fact", optional=True,
                obligations=("no_names_changed_details",))
    good = starts <= ends <= last_day(starts, 12) and (
        dates.effective_from <= starts and ends <= dates.valid_to)
    assert (why_not_line(line, template("T1"), dates) == ()) == good


@pytest.mark.parametrize("change, good", [
    ({"condition_of_programme": True, "optional": False}, True),
    ({"optional": False}, True), ({"optional": True}, True),
    ({"condition_of_programme": True, "optional": True}, False),
    ({"condition_of_programme": True, "optional": False,
      "categories": ("LOG.ATTENDANCE", "PRG.GOALS")}, False),
    ({"condition_of_programme": True, "optional": False, "categories": ("*",)}, False),
])
def test_lets_only_logistics_and_engagement_be_a_condition_inv_17(
        line_of: Callable[..., Line], t1: Template, dates: Dates, change: dict[str, Any],
        good: bool) -> None:
    wide = replace(t1, ceiling=(Ceiling(
        "any", "Anything", ("*",), ("SPONSOR",), ("billing",), ("portal",), "fact", 12, ()),))
    assert (why_not_line(line_of(**{**LOGISTICS, **change}), wide, dates) == ()) == good


def test_asks_of_a_tool_where_it_keeps_its_data(ana_and_ben: Draft, dates: Dates) -> None:
    line = next(line for line in ana_and_ben.lines if line.key == "recording")
    nowhere = replace(line, recipients=(Recipient("TOOL", "Noteline"),))
    assert why_not_line(nowhere, ana_and_ben.template, dates) == (WhyNotLine.RECIPIENT_NOT_NAMED,)


def _narrowed(lines: tuple[Line, ...], key: str, **change: Any) -> tuple[Line, ...]:
    return tuple(replace(line, **change) if line.key == key else line for line in lines)


@pytest.mark.parametrize("key, change, good", [
    ("no_appraisal", {}, True),
    ("no_appraisal", {"purposes": ("*",)}, True),
    ("no_appraisal", {"purposes": ("supervise",)}, False),
    ("no_appraisal", {"categories": ("CNT",)}, False),
    ("no_appraisal", {"min_form": "raw"}, False),
    ("no_appraisal", {"unless_named": True}, False),
    ("private", {"unless_named": False}, True),
    ("private", {"categories": ("CNT",)}, False),
    ("private", {"recipients": (Recipient("SPONSOR", "Carla Stone"),)}, False),
    ("existence", {"categories": ("ENG",)}, True),
    ("existence", {"channels": ("portal",)}, False),
    ("existence", {"effect": "permit"}, False),
])
def test_accepts_a_stricter_no_and_never_a_weaker_one(
        ana_and_ben: Draft, key: str, change: dict[str, Any], good: bool) -> None:
    lines = _narrowed(ana_and_ben.lines, key, **change)
    found = why_not_lines(lines, ana_and_ben.template)
    assert (WhyNotLines.LOCKED_NO_MISSING not in found) is good


def test_refuses_lines_that_are_not_numbered_in_order(ana_and_ben: Draft) -> None:
    turned = tuple(reversed(ana_and_ben.lines))
    assert why_not_lines(turned, ana_and_ben.template) == (WhyNotLines.BADLY_NUMBERED,)


def test_refuses_a_text_without_its_locked_noes(ana_and_ben: Draft) -> None:
    assert why_not_lines(ana_and_ben.lines[:4], ana_and_ben.template) == (
        WhyNotLines.LOCKED_NO_MISSING,)


def test_tidies_the_names_that_go_into_lines(
        t1: Template, answers: dict[str, str], names: dict[str, str], dates: Dates) -> None:
    lines = lines_of(t1, {**answers, "supervisor": "  Fay   Okafor. "}, names, dates)
    assert lines[0].recipients == (Recipient("SUPERVISOR", "Fay Okafor"),)
