"""Whether a draft may be frozen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from portal.wording.policy import (
    Draft,
    FaultCode,
    Recipient,
    WhyNotDraft,
    WhyNotLine,
    WhyNotLines,
    why_not_issue,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from enum import StrEnum

TODAY = date(2026, 11, 23)


def test_lets_a_complete_draft_be_issued(draft_of: Callable[..., Draft]) -> None:
    assert why_not_issue(draft_of(), TODAY) == ()
    assert why_not_issue(draft_of(sponsor="Carla Stone", leave_out=("recording",)), TODAY) == ()


@pytest.mark.parametrize("change, reason", [
    ({"valid_to": date(2026, 11, 22)}, WhyNotDraft.ENDS_BEFORE_IT_STARTS),
    ({"valid_to": date(2027, 11, 23)}, WhyNotDraft.LONGER_THAN_ITS_TEMPLATE),
    ({"sign_by": date(2026, 11, 22)}, WhyNotDraft.NO_TIME_TO_SIGN),
    ({"sign_by": date(2027, 11, 23)}, WhyNotDraft.NO_TIME_TO_SIGN),
])
def test_refuses_days_that_do_not_hold_inv_8(
        ana_and_ben: Draft, change: dict[str, Any], reason: StrEnum) -> None:
    draft = replace(ana_and_ben, dates=replace(ana_and_ben.dates, **change))
    assert reason in why_not_issue(draft, TODAY)


def test_lets_a_version_be_signed_on_its_last_day(ana_and_ben: Draft) -> None:
    draft = replace(ana_and_ben, dates=replace(ana_and_ben.dates, sign_by=TODAY))
    assert why_not_issue(draft, TODAY) == ()


def test_refuses_a_draft_without_the_name_of_a_signer(ana_and_ben: Draft) -> None:
    draft = replace(ana_and_ben, names={**ana_and_ben.names, "COACHEE": " "})
    assert why_not_issue(draft, TODAY) == (WhyNotDraft.SIGNER_NOT_NAMED,)


def test_refuses_a_draft_with_a_bad_answer(draft_of: Callable[..., Draft]) -> None:
    draft = draft_of(notes__security="100 % safe", tools="")
    assert set(why_not_issue(draft, TODAY)) == {FaultCode.OVERCLAIM, FaultCode.EMPTY}


@pytest.mark.parametrize("change, reason", [
    ({"ends": None}, WhyNotLine.NO_PERIOD),
    ({"optional": False}, WhyNotLine.MUST_BE_OPTIONAL),
    ({"max_form": "raw"}, WhyNotLine.ABOVE_THE_CEILING),
    ({"recipients": (Recipient("SUPERVISOR", "HR"),)}, WhyNotLine.RECIPIENT_NOT_NAMED),
])
def test_refuses_a_draft_with_a_bad_line_inv_8_inv_17_inv_18_inv_19(
        ana_and_ben: Draft, change: dict[str, Any], reason: StrEnum) -> None:
    first, *rest = ana_and_ben.lines
    draft = replace(ana_and_ben, lines=(replace(first, **change), *rest))
    assert reason in why_not_issue(draft, TODAY)


def test_refuses_a_draft_without_its_locked_noes(ana_and_ben: Draft) -> None:
    draft = replace(ana_and_ben, lines=ana_and_ben.lines[:4])
    assert why_not_issue(draft, TODAY) == (WhyNotLines.LOCKED_NO_MISSING,)
