"""A receipt is data that a stranger's program reads, without a network and without us."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from portal.receipts.policy import CONTEXT, ReceiptFacts, receipt, receipt_bytes
from portal.receipts.queries import receipt_schema
from tests.receipts.sample import IN_FORCE, act, facts, line, text, version

KEYWORDS = {"@context", "@type", "@id"}
#: Fields whose values are words of the vocabulary.
WORDS = {"@type", "party_role", "event_type", "event_state", "status", "lawful_basis",
         "purpose_type", "pii_optional"}

SAMPLES = {
    "in force": facts(),
    "asked": facts(text(version(), answered=None)),
    "taken back": facts(text(IN_FORCE, act("line.withdrawn", line=2),
                             act("line.withdrawn", line=2, categories=["PRG.GOALS"]))),
    "part taken back": facts(text(IN_FORCE, act("line.withdrawn", line=2, told="phone",
                                                categories=["PRG.GOALS"]))),
    "over": facts(days=400),
    "no permission": facts(text(permits=())),
    "nothing known": facts(notice=[], record={**facts().record, "answers": {},
                                              "ethics_code": {"name": "", "version": ""}}),
}


def pairs(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield each key with its value, at any depth, but for the context."""
    if isinstance(value, list):
        for item in value:
            yield from pairs(item)
    if isinstance(value, dict):
        for key, item in value.items():
            if key != "@context":
                yield key, item
                yield from pairs(item)


@pytest.mark.parametrize("given", SAMPLES.values(), ids=SAMPLES)
def test_keeps_to_its_schema(given: ReceiptFacts) -> None:
    Draft202012Validator.check_schema(receipt_schema())
    Draft202012Validator(receipt_schema()).validate(receipt(given))


@pytest.mark.parametrize("given", SAMPLES.values(), ids=SAMPLES)
def test_says_nothing_that_its_own_context_does_not_explain(given: ReceiptFacts) -> None:
    made = receipt(given)
    assert made["@context"] == CONTEXT
    for key, value in pairs(made):
        assert key in KEYWORDS or key in CONTEXT, key
        if key in WORDS:
            for word in value if isinstance(value, list) else [value]:
                assert str(CONTEXT[word]).startswith("dpv:"), word


def test_asks_for_nothing_outside() -> None:
    """The context is an object, and names no other context."""
    assert "@import" not in json.dumps(dict(CONTEXT))
    for value in CONTEXT.values():
        term = value if isinstance(value, str) else value["@id"]
        prefix = term.split(":")[0]
        assert term.startswith("@") or prefix in CONTEXT or "//" in term or prefix == "urn"


def test_a_schema_refuses_what_is_no_receipt() -> None:
    check = Draft202012Validator(receipt_schema())
    made = receipt(facts())
    assert not check.is_valid({**made, "ledger_head": "unknown"})
    assert not check.is_valid({**made, "more": 1})
    named = [{**made["party_identification"][0], "party_name": "Ben Adler"},
             *made["party_identification"][1:]]
    assert not check.is_valid({**made, "party_identification": named})


def test_gives_the_same_bytes_for_the_same_facts_and_other_bytes_for_others() -> None:
    assert receipt_bytes(facts()) == receipt_bytes(replace(facts()))
    assert receipt(facts())["receipt_id"] != receipt(facts(days=3))["receipt_id"]
    assert receipt(facts())["record_id"] == receipt(facts(days=3))["record_id"]


def test_says_what_each_line_is_about_and_what_became_of_it() -> None:
    running, health, tool = receipt(facts())["pii_processing"]["purposes"]
    assert (running["lawful_basis"], running["status"]) == ("Contract", "ConsentGiven")
    assert (health["lawful_basis"], health["status"]) == (
        "ExplicitlyExpressedConsent", "ConsentGiven")
    assert "SpecialCategoryPersonalData" in health["pii_information"][0]["@type"]
    assert tool["status"] == "ConsentRefused"


def test_marks_the_part_of_a_line_that_was_taken_back() -> None:
    record = {**facts().record, "lines": [
        line(2, categories=["PRG.GOALS", "PRG.PROGRESS"])]}
    made = receipt(replace(SAMPLES["part taken back"], record=record))
    goals, progress = made["pii_processing"]["purposes"][0]["pii_information"]
    assert (goals["code"], goals["status"]) == ("PRG.GOALS", "ConsentWithdrawn")
    assert "status" not in progress


def test_names_recipients_and_not_the_coachee() -> None:
    made = receipt(facts())
    coachee, practice, sponsor, tool = made["party_identification"]
    assert coachee == {"party_id": made["pii_principal_id"], "party_role": "DataSubject"}
    assert practice["party_name"] == "Berg Coaching"
    assert (sponsor["party_name"], sponsor["party_role"]) == (
        "Carla Jensen", ["Recipient", "DataController"])
    assert (tool["party_name"], tool["party_address"]) == ("Scribe", "Norway")


def test_leaves_out_what_nobody_recorded() -> None:
    made = receipt(SAMPLES["nothing known"])["pii_processing"]
    assert not {"collection_method", "storage_locations", "retention_period", "codes_of_conduct",
                "geographic_restrictions", "impact_assessment", "authority_party"} & set(made)
    assert "parts" not in made["privacy_notice"]
    assert receipt(facts())["pii_processing"]["storage_locations"] == [
        {"@type": "StorageLocation", "code": "storage.active", "text": "in a locked cabinet"}]


def test_lists_a_closing_line_as_a_prohibition() -> None:
    [no] = receipt(facts())["pii_processing"]["prohibitions"]
    assert (no["@type"], no["number"]) == ("Prohibition", 4)


def test_says_how_a_yes_can_be_taken_back_also_without_the_portal() -> None:
    with_address = replace(facts().controller, withdrawal="Berg, Lindengasse 1")
    ways = receipt(facts(controller=with_address))["pii_processing"]["withdrawal_method"]
    assert ways["is_exercised_at"] == [
        "https://portal.example/p/consents", "https://portal.example/lost",
        "Berg, Lindengasse 1"]
