"""What is kept: in rows of six parts, none of which may lack (S1-1, S1-2)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from portal.wording.policy import (
    ENDINGS,
    Draft,
    Fault,
    FaultCode,
    MissingValue,
    Row,
    changed_rows,
    own_rows,
    preset_rows,
    render,
    schedule_answers,
    schedule_rows,
    tidied,
    why_not_issue,
    why_not_schedule,
)
from portal.wording.policy.schedule import PARTS
from tests.wording.conftest import ISSUED, text_of

ROW = Row("Test results", "from the test's own site", "the coach's encrypted laptop",
          "an encrypted disk under lock", "12 months", "delete")


def _kept(draft: Draft) -> str:
    return next("\n".join(c.text) for c in render(draft).clauses if c.code == "K10")


@pytest.mark.parametrize("code", ["T1", "T2"])
def test_prints_the_preset_rows_from_the_answers_of_the_practice(code: str) -> None:
    draft = text_of(code)
    rows = schedule_rows(draft.template, draft.answers)
    assert why_not_schedule(rows) == ()
    assert len(rows) == 4
    assert rows[0].now == draft.answers["notes.where"]
    assert "The coach's notes. How it comes about: by hand" in _kept(draft)


def test_prints_the_rows_of_the_practice_in_place_of_the_preset_ones() -> None:
    draft = text_of("T1", **schedule_answers([ROW, replace(ROW, what="Drawings", ending="return")]))
    assert own_rows(draft.answers)[0] == ROW
    assert _kept(draft).endswith(
        "Drawings. How it comes about: from the test's own site. Where it is now: the coach's "
        "encrypted laptop. Where it goes when the coaching ends: an encrypted disk under lock. "
        "How long it is kept: 12 months. Then: it is given back.")
    assert "The coach's notes" not in _kept(draft)
    assert why_not_issue(draft, ISSUED) == ()


@pytest.mark.parametrize("code", ["T1", "T2"])
@pytest.mark.parametrize("part", PARTS)
def test_keeps_a_text_from_being_issued_while_a_row_lacks_a_part_s1_2(
        part: str, code: str) -> None:
    rows = [ROW, replace(ROW, **{part: " . "})]
    assert why_not_schedule(rows) == (Fault(FaultCode.EMPTY, f"schedule.2.{part}"),)
    assert why_not_issue(text_of(code, **schedule_answers(rows)), ISSUED) == (FaultCode.EMPTY,)


@pytest.mark.parametrize("change, code", [
    ({"ending": "burn"}, FaultCode.UNKNOWN_CHOICE), ({"now": "100 % safe"}, FaultCode.OVERCLAIM),
    ({"what": "client notes"}, FaultCode.BANNED_WORD), ({"how": "{{x}}"}, FaultCode.PLACEHOLDER),
    ({"later": "x" * 201}, FaultCode.TOO_LONG),
])
def test_refuses_what_may_not_stand_in_a_row(change: dict[str, str], code: FaultCode) -> None:
    fault, = why_not_schedule([replace(ROW, **change)])
    assert (fault.code, fault.where) == (code, f"schedule.1.{next(iter(change))}")


@pytest.mark.parametrize("ending", ENDINGS)
def test_knows_each_way_in_which_kept_things_end_s1_12(ending: str) -> None:
    assert why_not_schedule([replace(ROW, ending=ending)]) == ()
    assert "Then: it is " in _kept(text_of("T1", **schedule_answers([replace(ROW, ending=ending)])))


def test_keeps_rows_as_answers_without_the_empty_ones() -> None:
    empty = Row("", " ", "", "", "", "")
    kept = schedule_answers([ROW, empty, replace(ROW, what="Drawings")])
    assert [row.what for row in own_rows(tidied(kept))] == ["Test results", "Drawings"]
    assert schedule_answers([empty]) == {}


def test_replaces_rows_and_empties_those_that_are_taken_out() -> None:
    two = {"tools": "telephone", **schedule_answers([ROW, replace(ROW, what="Drawings")])}
    for rows in ([replace(ROW, what="Drawings")], []):
        after = two | changed_rows(two, rows)
        assert own_rows(after) == tuple(rows)
        assert after["tools"] == "telephone"
    assert changed_rows({}, []) == {}


def test_begins_with_preset_rows_whose_answers_may_still_be_missing() -> None:
    draft = text_of("T1", **{"notes.where": ""})
    rows = preset_rows(draft.template, draft.answers)
    assert [row.now == "" for row in rows] == [True, False, False, False]
    assert preset_rows(text_of("T3").template, draft.answers) == ()
    whole = text_of("T1")
    assert preset_rows(whole.template, whole.answers) == schedule_rows(
        whole.template, whole.answers)


def test_prints_no_rows_in_a_text_that_does_not_speak_of_them() -> None:
    draft = text_of("T3", **schedule_answers([replace(ROW, now="")]))
    assert schedule_rows(draft.template, draft.answers) == ()
    assert why_not_issue(draft, ISSUED) == ()


def test_needs_the_answers_that_the_preset_rows_are_made_of() -> None:
    draft = text_of("T1", **{"notes.where": ""})
    with pytest.raises(MissingValue):
        schedule_rows(draft.template, draft.answers)
