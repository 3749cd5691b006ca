"""The line editor: narrow, drop and add inside the ceiling; what cannot be is never offered."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.wording.policy import (
    Draft,
    Line,
    LineChoices,
    LineEdit,
    Offer,
    Recipient,
    WhyNotLine,
    WhyNotLines,
    choices_values,
    lines_of,
    offers,
    read_choices,
    sentence,
    why_not_line,
    why_not_lines,
)
from tests.wording.conftest import CAST, CODES, text_of

GOALS = LineEdit(categories=("PRG.GOALS", "PRG.ACTIONS"), recipients=("SPONSOR",),
                 purposes=("inform_progress",), channels=("in_person",), max_form="headline")

drafts = cache(text_of)


def _offers(draft: Draft, line: Line | None = None) -> tuple[Offer, ...]:
    return offers(draft.template, draft.answers, draft.names, draft.dates, line, draft.facts)


def _lines(draft: Draft, choices: LineChoices) -> tuple[Line, ...]:
    return lines_of(draft.template, draft.answers, draft.names, draft.dates, choices, draft.facts)


def _faults(draft: Draft, lines: tuple[Line, ...]) -> list[str]:
    found = [fault for line in lines for fault in why_not_line(line, draft.template, draft.dates)]
    return [*found, *why_not_lines(lines, draft.template)]


@st.composite
def _chosen(draw: st.DrawFn, offer: Offer) -> LineEdit:
    """Draw any non-empty part of every dimension of an offer."""
    def some(values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(draw(st.lists(st.sampled_from(values), min_size=1, unique=True)))

    starts = draw(st.dates(offer.first_day, offer.last_day))
    return LineEdit(
        categories=some(offer.categories), recipients=some(tuple(
            who.role for who in offer.recipients)),
        purposes=some(offer.purposes), channels=some(offer.channels),
        max_form=draw(st.sampled_from(offer.forms)), starts=starts,
        ends=draw(st.dates(starts, offer.last_day)))


@given(st.data(), st.sampled_from(CODES))
def test_offers_nothing_that_it_would_refuse_inv_8_inv_18_inv_19(
        data: st.DataObject, code: str) -> None:
    draft = drafts(code)
    offer = data.draw(st.sampled_from(_offers(draft)))
    edit = data.draw(_chosen(offer))
    lines = _lines(draft, LineChoices(added=(edit,)))
    assert _faults(draft, lines) == []
    added, = (line for line in lines if line.key == "added-1")
    assert added.optional
    assert sentence(added, draft.printed, draft.template).endswith(".")


@given(st.data(), st.sampled_from(CODES))
def test_offers_nothing_for_a_line_that_it_would_refuse_of_it_inv_17_inv_18(
        data: st.DataObject, code: str) -> None:
    draft = drafts(code)
    line = data.draw(st.sampled_from([one for one in draft.lines if one.effect == "permit"]))
    offer, = _offers(draft, line)
    edit = data.draw(_chosen(offer))
    assert _faults(draft, _lines(draft, LineChoices(edits={line.key: edit}))) == []


@pytest.mark.parametrize("code", CODES)
def test_offers_for_a_line_at_least_what_it_is(code: str) -> None:
    draft = text_of(code)
    for line in (one for one in draft.lines if one.effect == "permit"):
        offer, = _offers(draft, line)
        assert set(line.categories) <= set(offer.categories)
        assert set(line.recipients) <= set(offer.recipients)
        assert set(line.purposes) <= set(offer.purposes)
        assert set(line.channels) <= set(offer.channels)
        assert line.max_form in offer.forms
        assert offer.first_day <= line.starts
        assert line.ends is not None
        assert line.ends <= offer.last_day


def test_offers_only_people_who_have_a_name_inv_19() -> None:
    named = {offer.key: [who.name for who in offer.recipients] for offer in _offers(text_of("T2"))}
    assert named == {"running": ["Carla Conti"], "progress": ["Carla Conti"],
                     "outcome": ["Carla Conti"], "org_support": ["Dev Desai", "Carla Conti"]}
    without = text_of("T2", without=("LINE_MANAGER", "SPONSOR"))
    assert _offers(without) == ()
    alone = text_of("T1", supervisor="")
    assert "supervision" not in {offer.key for offer in _offers(alone)}


def test_offers_days_within_the_version_inv_8() -> None:
    draft = text_of("T2")
    for offer in _offers(draft):
        assert offer.first_day == draft.dates.effective_from
        assert offer.last_day == draft.dates.valid_to


def test_narrows_a_line_and_keeps_the_rest() -> None:
    draft = text_of("T2")
    before = next(line for line in draft.lines if line.key == "goals")
    edit = LineEdit(channels=("in_person",), max_form="headline", ends=date(2027, 1, 31))
    after = next(line for line in _lines(draft, LineChoices(edits={"goals": edit}))
                 if line.key == "goals")
    assert (after.channels, after.max_form, after.ends) == (
        ("in_person",), "headline", date(2027, 1, 31))
    assert (after.categories, after.recipients, after.optional, after.no) == (
        before.categories, before.recipients, before.optional, before.no)
    assert "in person, as one line at most, from 23 November 2026 to 31 January 2027." in sentence(
        after, draft.printed, draft.template)


def test_adds_optional_lines_between_permits_and_noes_with_their_duties() -> None:
    draft = text_of("T2")
    lines = _lines(draft, LineChoices(added=(GOALS, GOALS)))
    assert [line.no for line in lines] == list(range(1, len(lines) + 1))
    assert [line.key for line in lines[5:7]] == ["added-1", "added-2"]
    assert all(line.optional for line in lines[5:7])
    assert lines[5].obligations == ("both_approved_report",)
    assert lines[5].recipients == (Recipient("SPONSOR", "Carla Conti"),)
    assert {line.effect for line in lines[7:]} == {"deny"}


def test_drops_a_line() -> None:
    draft = text_of("T2")
    keys = [line.key for line in _lines(draft, LineChoices({"progress", "running"}))]
    assert keys[:3] == ["goals", "outcome", "org_support"]


@pytest.mark.parametrize("code", CODES)
def test_never_lets_a_no_be_dropped_or_edited_inv_6(code: str) -> None:
    draft = text_of(code)
    noes = [line.key for line in draft.lines if line.effect == "deny"]
    assert noes
    for key in (*noes, "unknown"):
        with pytest.raises(ValueError, match=key):
            _lines(draft, LineChoices({key}))
        with pytest.raises(ValueError, match=key):
            _lines(draft, LineChoices(edits={key: LineEdit(channels=("portal",))}))


@pytest.mark.parametrize("edit, fault", [
    (LineEdit(categories=("CNT.SESSION",)), WhyNotLine.ABOVE_THE_CEILING),
    (LineEdit(categories=()), WhyNotLine.NOTHING_NAMED),
    (LineEdit(channels=("hr_file",)), WhyNotLine.ABOVE_THE_CEILING),
    (LineEdit(purposes=("appraisal",)), WhyNotLine.ABOVE_THE_CEILING),
    (LineEdit(recipients=("ASSISTANT",)), WhyNotLine.ABOVE_THE_CEILING),
    (LineEdit(recipients=("HR_PARTNER",)), WhyNotLine.RECIPIENT_NOT_NAMED),
    (LineEdit(max_form="report"), WhyNotLine.ABOVE_THE_CEILING),
    (LineEdit(max_form="novel"), WhyNotLine.UNKNOWN_WORD),
    (LineEdit(ends=date(2027, 5, 23)), WhyNotLine.OUTSIDE_THE_VERSION),
    (LineEdit(ends=date(2029, 1, 1)), WhyNotLine.LONGER_THAN_24_MONTHS),
    (LineEdit(starts=date(2026, 11, 22)), WhyNotLine.OUTSIDE_THE_VERSION),
    (LineEdit(starts=date(2027, 2, 1), ends=date(2027, 1, 1)), WhyNotLine.ENDS_BEFORE_IT_STARTS),
])
def test_refuses_what_is_typed_all_the_same_inv_8_inv_18_inv_19(
        edit: LineEdit, fault: WhyNotLine) -> None:
    draft = text_of("T2")
    line, = (one for one in _lines(draft, LineChoices(edits={"goals": edit}))
             if one.key == "goals")
    assert fault in why_not_line(line, draft.template, draft.dates)


@pytest.mark.parametrize("name", ["HR", "management", "Acme GmbH", "the company", ""])
@pytest.mark.parametrize("role", ["SPONSOR", "LINE_MANAGER"])
def test_lets_no_crowd_and_no_firm_be_a_recipient_inv_19(name: str, role: str) -> None:
    draft = text_of("T2")
    lines = lines_of(draft.template, draft.answers, {**CAST, role: name}, draft.dates)
    found = [fault for line in lines if line.effect == "permit"
             and role in {who.role for who in line.recipients}
             for fault in why_not_line(line, draft.template, draft.dates)]
    assert set(found) <= {WhyNotLine.RECIPIENT_NOT_NAMED}
    assert found or (role, name) == ("LINE_MANAGER", "")


@pytest.mark.parametrize("code", CODES)
def test_makes_a_condition_of_nothing_but_logistics_and_engagement_inv_17(code: str) -> None:
    draft = text_of(code)
    kinds = draft.template.vocabulary.kinds
    for line in (one for one in draft.lines if one.effect == "permit" and not one.optional):
        assert {kind for c in line.categories for kind in kinds(c)} <= {"logistics", "engagement"}
    assert _faults(draft, draft.lines) == []


@pytest.mark.parametrize("code", CODES)
def test_reaches_with_no_ceiling_what_its_own_noes_close(code: str) -> None:
    draft = text_of(code)
    for offer in _offers(draft):
        widest = LineEdit(
            categories=offer.categories, recipients=tuple(who.role for who in offer.recipients),
            purposes=offer.purposes, channels=offer.channels, max_form=offer.forms[-1])
        assert _faults(draft, _lines(draft, LineChoices(added=(widest,)))) == []


def test_sees_a_permit_that_a_no_beside_it_closes() -> None:
    draft = text_of("T4")
    wide = LineEdit(categories=("PRG.GOALS",), max_form="summary")
    lines = _lines(draft, LineChoices(edits={"needs": wide}))
    assert WhyNotLines.CLOSED_BY_A_NO in why_not_lines(lines, draft.template)
    narrow = LineEdit(categories=("PRG.GOALS",), max_form="headline")
    lines = _lines(draft, LineChoices(edits={"needs": narrow}))
    assert why_not_lines(lines, draft.template) == ()


def test_ties_a_guest_to_the_named_session_inv_9() -> None:
    draft = text_of("T5")
    permit, no = draft.lines
    assert (permit.sessions, no.outside_sessions) == (("7",), ("7",))
    assert permit.ends is not None
    assert permit.ends - permit.starts == timedelta(days=7)
    said = sentence(permit, draft.printed, draft.template)
    assert "in session 7 alone, from 1 December 2026 to 8 December 2026." in said
    assert sentence(no, draft.printed, draft.template).endswith(", outside session 7.")
    nowhere = lines_of(draft.template, draft.answers, draft.names, draft.dates)
    assert why_not_line(nowhere[0], draft.template, draft.dates) == (WhyNotLine.SESSION_NOT_NAMED,)


def test_knows_who_hears_without_signing() -> None:
    free = {line.key for line in text_of("T2").lines if line.recipient_need_not_sign}
    assert free == {"org_support"}
    assert all(line.recipient_need_not_sign for line in text_of("T1").lines if line.optional)


def test_begins_the_outcome_a_month_before_the_end() -> None:
    line = next(line for line in text_of("T2").lines if line.key == "outcome")
    assert (line.starts, line.ends) == (date(2027, 4, 23), date(2027, 5, 22))


def test_drops_the_line_to_a_manager_whom_nobody_named() -> None:
    draft = text_of("T2", without=("LINE_MANAGER",))
    assert "org_support" not in {line.key for line in draft.lines}
    assert any("any manager or any HR partner" in sentence(line, draft.printed, draft.template)
               for line in draft.lines)


@pytest.mark.parametrize("choices", [
    LineChoices(), LineChoices(("goals",)), LineChoices(edits={"goals": LineEdit()}),
    LineChoices(("progress",), {"goals": LineEdit(ends=date(2027, 1, 1), max_form="fact")},
                (GOALS, LineEdit(starts=date(2027, 1, 2), recipients=()))),
])
def test_keeps_choices_as_json(choices: LineChoices) -> None:
    kept: dict[str, Any] = json.loads(json.dumps(choices_values(choices)))
    assert read_choices(kept) == choices
    assert read_choices({**kept, "starts_on": "2026-11-23"}) == choices


def test_reads_a_draft_that_was_never_edited() -> None:
    assert read_choices({}) == LineChoices()
    draft = text_of("T2")
    assert lines_of(draft.template, draft.answers, draft.names, draft.dates) == draft.lines
