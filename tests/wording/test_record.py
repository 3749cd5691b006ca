"""The record: what is frozen, hashed, and read again (domain 2.7, Z18, Z19)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from portal.plain.canonical import agreement_hash, canonical_bytes
from portal.wording.policy import (
    Draft,
    LineChoices,
    LineEdit,
    Slot,
    Terms,
    canonical_record,
    erecord_consent,
    intent,
    pages,
    plain_pages,
    read_record,
    render,
    sentence,
    slots_of,
)
from tests.wording.conftest import CAST, CODES, RULES, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

PEOPLE = {"COACH": "person-ana", "COACHEE": "person-ben"}
NONCE = bytes(16)
ADDED = (LineEdit(categories=("PRG.ACTIONS",), recipients=("SPONSOR",),
                  purposes=("inform_progress",), channels=("portal",), max_form="headline"),)


def _record(draft: Draft, terms: Terms) -> dict[str, Any]:
    return canonical_record(draft, slots_of(draft, PEOPLE), terms)


def _hash(draft: Draft, terms: Terms) -> str:
    return agreement_hash(NONCE, canonical_bytes(_record(draft, terms)))


def test_holds_all_that_the_hash_must_cover_z19(ana_and_ben: Draft, terms: Terms) -> None:
    record = _record(ana_and_ben, terms)
    assert record["schema"] == 2
    assert record["template"] == {
        "code": "T1", "version": "4", "name": "Coachee confidentiality terms"}
    assert record["locale"] == "en"
    assert record["time_zone"] == "Europe/Berlin"
    assert (record["effective_from"], record["valid_to"], record["sign_by"]) == (
        "2026-11-23", "2027-11-22", "2026-12-07")
    assert (record["review_months"], record["grace_days"]) == (6, 14)
    assert record["predecessor"] is None
    assert record["ethics_code"] == {
        "name": "ICF Code of Ethics", "version": "in force since April 2025"}
    assert [clause["code"] for clause in record["clauses"]] == [
        clause.code for clause in ana_and_ben.template.clauses]
    assert [line["no"] for line in record["lines"]] == [1, 2, 3, 4, 5, 6, 7]
    assert [(slot["person"], slot["name"], slot["role"], slot["capacity"], slot["meaning"])
            for slot in record["slots"]] == [
        ("person-ana", "Ana Berg", "COACH", "self", "agree"),
        ("person-ben", "Ben Adler", "COACHEE", "self", "agree")]


def test_has_canonical_bytes_that_any_json_reader_understands(
        ana_and_ben: Draft, terms: Terms) -> None:
    record = _record(ana_and_ben, terms)
    assert json.loads(canonical_bytes(record)) == record


def test_gives_the_same_hash_for_the_same_draft(
        draft_of: Callable[..., Draft], terms: Terms) -> None:
    assert _hash(draft_of(), terms) == _hash(draft_of(), terms)


@pytest.mark.parametrize("change", [
    {"sponsor": "Carla Stone"}, {"leave_out": ("reference",)}, {"notes__how": "on cards"},
    {"paper_contact": "Ana Berg, Hamburg"}, {"esign_scope": "this agreement"},
    {"code__version": "2026"}, {"supervisor": "Fay Okafor-Hill"},
])
def test_changes_the_hash_with_every_word(
        draft_of: Callable[..., Draft], terms: Terms, change: dict[str, Any]) -> None:
    assert _hash(draft_of(**change), terms) != _hash(draft_of(), terms)


@pytest.mark.parametrize("change", [
    {"effective_from": date(2026, 11, 24)}, {"valid_to": date(2027, 11, 21)},
    {"sign_by": date(2026, 12, 8)}, {"time_zone": "Europe/Paris"},
])
def test_changes_the_hash_with_every_day_and_the_zone_z19(
        ana_and_ben: Draft, terms: Terms, change: dict[str, Any]) -> None:
    other = replace(ana_and_ben, dates=replace(ana_and_ben.dates, **change))
    assert _hash(other, terms) != _hash(ana_and_ben, terms)


@pytest.mark.parametrize("other", [
    Terms("agreement-2", 1), Terms("agreement-1", 2), Terms("agreement-1", 1, "ab" * 32)])
def test_changes_the_hash_with_the_agreement_the_number_and_the_predecessor(
        ana_and_ben: Draft, terms: Terms, other: Terms) -> None:
    assert _hash(ana_and_ben, other) != _hash(ana_and_ben, terms)


@pytest.mark.parametrize("change", [
    {"person": "person-mallory"}, {"capacity": "for Acme"}, {"meaning": "acknowledge"},
    {"required": False},
])
def test_changes_the_hash_with_every_fact_of_a_place_to_sign(
        ana_and_ben: Draft, terms: Terms, change: dict[str, Any]) -> None:
    slots = slots_of(ana_and_ben, PEOPLE)
    other = (replace(slots[0], **change), slots[1])
    assert canonical_bytes(canonical_record(ana_and_ben, other, terms)) != canonical_bytes(
        canonical_record(ana_and_ben, slots, terms))


@pytest.mark.parametrize("change", [
    {"channels": ("video",)}, {"max_form": "fact"}, {"ends": date(2027, 1, 1)},
    {"optional": False}, {"obligations": ()}, {"data_from": date(2026, 1, 1)},
    {"purposes": ("credential",)},
])
def test_changes_the_hash_with_every_dimension_of_a_line(
        ana_and_ben: Draft, terms: Terms, change: dict[str, Any]) -> None:
    first, *rest = ana_and_ben.lines
    other = replace(ana_and_ben, lines=(replace(first, **change), *rest))
    assert _hash(other, terms) != _hash(ana_and_ben, terms)


def test_holds_no_choice_and_no_state(ana_and_ben: Draft, terms: Terms) -> None:
    record = _record(ana_and_ben, terms)
    words = {"choice", "choices", "accepted", "state", "status", "signed_at", "email"}
    assert not words & set(record)
    assert not words & {key for line in record["lines"] for key in line}
    assert not words & {key for slot in record["slots"] for key in slot}


def test_refuses_a_slot_that_prints_another_name_than_the_text(
        ana_and_ben: Draft, terms: Terms) -> None:
    slots = (Slot("person-ana", "COACH", "Ana Berg"), Slot("person-ben", "COACHEE", "Ben Adlr"))
    with pytest.raises(ValueError, match="COACHEE"):
        canonical_record(ana_and_ben, slots, terms)


@pytest.mark.parametrize("leave_out", [(), ("supervision", "recording")])
@pytest.mark.parametrize("sponsor", ["", "Carla Stone"])
def test_reads_back_all_that_a_page_or_a_paper_shows(
        draft_of: Callable[..., Draft], terms: Terms, leave_out: tuple[str, ...],
        sponsor: str) -> None:
    draft = draft_of(sponsor=sponsor, leave_out=leave_out)
    frozen = read_record(json.loads(canonical_bytes(_record(draft, terms))))
    assert frozen.clauses == render(draft).clauses
    assert frozen.lines == draft.lines
    assert frozen.pages == {"COACHEE": pages(draft)}
    assert frozen.dates == draft.dates
    assert frozen.terms == terms
    assert frozen.names == draft.printed
    assert frozen.erecord_consent == erecord_consent(draft)
    assert [slot.intent for slot in frozen.slots] == [
        intent(draft, "COACH"), intent(draft, "COACHEE")]
    assert frozen.sentences == {
        line.no: sentence(line, draft.printed, draft.template) for line in draft.lines}
    assert (frozen.template, frozen.template_version, frozen.locale) == ("T1", "4", "en")
    assert frozen.review_months == 6
    assert frozen.answers["breach_hours"] == "72"


def test_keeps_the_same_bytes_when_it_is_read_and_written_again(
        ana_and_ben: Draft, terms: Terms) -> None:
    once = canonical_bytes(_record(ana_and_ben, terms))
    assert canonical_bytes(json.loads(once)) == once


def test_reads_no_record_of_another_schema(ana_and_ben: Draft, terms: Terms) -> None:
    with pytest.raises(ValueError, match="schema 3"):
        read_record({**_record(ana_and_ben, terms), "schema": 3})


def test_prints_decomposed_names_composed(ana_and_ben: Draft, terms: Terms) -> None:
    def named(name: str) -> Draft:
        return replace(ana_and_ben, names={**ana_and_ben.names, "COACHEE": name})

    assert _hash(named("Jose\u0301  Ruiz"), terms) == _hash(named("Jos\u00e9 Ruiz"), terms)


@pytest.mark.parametrize("code", CODES)
def test_reads_back_every_text_as_it_was_written(code: str, terms: Terms) -> None:
    more = LineChoices(added=ADDED if code == "T2" else ())
    draft = text_of(code, more, date(2026, 11, 3), RULES)
    slots = slots_of(draft, dict.fromkeys(draft.template.roles, "person"))
    record = canonical_record(draft, slots, terms)
    once = canonical_bytes(record)
    frozen = read_record(json.loads(once))
    assert canonical_bytes(json.loads(once)) == once
    assert frozen.clauses == render(draft).clauses
    assert frozen.lines == draft.lines
    assert frozen.pages == {role: pages(draft, role) for role in draft.template.pages}
    assert frozen.names == draft.printed
    assert [slot.intent for slot in frozen.slots] == [
        intent(draft, slot.role) for slot in frozen.slots]
    assert frozen.facts["asked_on"] == "3 November 2026"
    assert [rule["sha256"] for rule in frozen.rules] == [rule.digest for rule in draft.listed]
    for reader in frozen.names:
        assert frozen.sentences == {
            line.no: sentence(line, draft.printed, draft.template) for line in draft.lines}, reader


def test_holds_for_whom_each_signs_who_is_vouched_for_and_the_button(terms: Terms) -> None:
    draft = text_of("T2")
    record = canonical_record(draft, slots_of(draft, dict.fromkeys(CAST, "person")), terms)
    assert [(slot["role"], slot["capacity"], slot["vouching"], slot["button"])
            for slot in record["slots"]] == [
        ("COACH", "self", False, "Sign and send"),
        ("COACHEE", "self", True, "Sign the agreement"),
        ("SPONSOR", "for Acme GmbH", True, "Sign the agreement")]


def test_changes_the_hash_with_every_rule_and_fact(terms: Terms) -> None:
    def hashed(draft: Draft) -> str:
        slots = slots_of(draft, dict.fromkeys(CAST, "person"))
        return agreement_hash(NONCE, canonical_bytes(canonical_record(draft, slots, terms)))

    plain = text_of("T2", rules=RULES)
    others = [text_of("T2"), text_of("T2", rules=RULES[:1]),
              text_of("T2", rules=(RULES[0], replace(RULES[1], sha256="cd" * 32))),
              text_of("T2", asked_on=date(2026, 11, 3), rules=RULES),
              replace(plain, facts={"organisation": "Acme AG"}),
              text_of("T2", rules=RULES, **{"sponsor.wishes": "nothing at all"})]
    assert len({hashed(draft) for draft in (plain, *others)}) == 1 + len(others)


def test_still_reads_a_record_of_schema_1(ana_and_ben: Draft, terms: Terms) -> None:
    new = _record(ana_and_ben, terms)
    old = json.loads(canonical_bytes(new))
    old["schema"] = 1
    for key in ("facts", "rules"):
        del old[key]
    for slot in old["slots"]:
        del slot["vouching"], slot["button"]
    for line in old["lines"]:
        for key in ("sessions", "outside_sessions", "recipient_need_not_sign"):
            del line[key]
    for page in old["reading"]["COACHEE"]:
        ask = next(iter(page.pop("asks")), {})
        page |= {"line_no": ask.get("line"), "question": ask.get("question", ""),
                 "if_no": ask.get("if_no", "")}
    frozen = read_record(old)
    assert frozen.pages == {"COACHEE": pages(ana_and_ben)}
    assert [slot.vouching for slot in frozen.slots] == [False, True]
    assert {slot.button for slot in frozen.slots} == {"Sign the agreement"}
    assert frozen.sentences == read_record(new).sentences
    assert plain_pages(old, "SPONSOR") == []
