"""When a paper can be recorded, and which files are a scan of one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from portal.inking.policy import (
    LARGEST,
    OLDEST,
    Basis,
    Inked,
    InkFacts,
    InkNo,
    Kind,
    ScanNo,
    asks_of,
    ink_intent,
    kind_of,
    manifest,
    refused,
    why_not_ink,
    why_not_scan,
)
from portal.wording.queries import template

TODAY = date(2026, 11, 23)
ISSUED = TODAY - timedelta(days=3)
LINE = {"key": "line-1", "kind": "line", "line": 1, "question": "May Ana tell Fay?"}
PERSON = {"key": "person", "kind": "person", "line": None, "question": "May Eli be asked?"}
RULE = {"key": "rule-1", "kind": "sight", "line": None, "question": "Have you seen the rule?"}
ALL = {"line-1": "no", "person": "yes", "rule-1": "yes"}
FACTS = InkFacts(True, "Ben Adler", TODAY, Basis.THIS_PRINT, ISSUED, (LINE, PERSON, RULE), ALL)
EARLIER = replace(FACTS, basis=Basis.EARLIER_PAPER)


@pytest.mark.parametrize(("facts", "why"), [
    (FACTS, None),
    (replace(FACTS, may_be_asked=False), InkNo.NOT_ASKED_YET),
    (replace(FACTS, name="  "), InkNo.NAME_MISSING),
    (replace(FACTS, day=TODAY + timedelta(days=1)), InkNo.DAY_AHEAD),
    (replace(FACTS, day=ISSUED), None),
    (replace(FACTS, day=ISSUED - timedelta(days=1)), InkNo.DAY_BEFORE_TEXT),
    (replace(EARLIER, day=ISSUED - timedelta(days=1)), None),
    (replace(EARLIER, day=TODAY - OLDEST), None),
    (replace(EARLIER, day=TODAY - OLDEST - timedelta(days=1)), InkNo.DAY_TOO_OLD),
    (replace(FACTS, day=date(26, 11, 23)), InkNo.DAY_TOO_OLD),
    (replace(FACTS, answers={**ALL, "line-1": "yes"}), None),
    (replace(FACTS, answers={"person": "yes", "rule-1": "yes"}), InkNo.ANSWER_MISSING),
    (replace(FACTS, answers={**ALL, "line-1": "talk"}), InkNo.ANSWER_MISSING),
    (replace(FACTS, answers={**ALL, "rule-1": "no"}), InkNo.RULE_NOT_SEEN),
    (replace(FACTS, answers={"person": "no"}, name="", day=TODAY + timedelta(days=9)), None),
    (replace(FACTS, answers={"person": "no"}, may_be_asked=False), InkNo.NOT_ASKED_YET),
    (replace(FACTS, asks=(), answers={}), None),
])
def test_records_what_a_paper_can_say(facts: InkFacts, why: InkNo | None) -> None:
    assert why_not_ink(facts, TODAY) is why


@pytest.mark.parametrize(("answers", "no"), [
    ({"person": "no"}, True), ({"person": "yes"}, False), ({}, False), ({"line-1": "no"}, False)])
def test_knows_a_no_to_the_person_from_a_no_to_a_line(answers: dict[str, str], no: bool) -> None:
    assert refused((LINE, PERSON), answers) is no


@pytest.mark.parametrize(("body", "why"), [
    (b"", ScanNo.EMPTY),
    (b"%PDF-1.7\nx\n%%EOF\n", None),
    (b"%PDF-2.0\nx\n%%EOF\n", None),
    (b"%PDF-1.7\nx\n%%EOF" + b" " * 3000, ScanNo.DAMAGED),
    (b"%PDF-1.7\ncut off", ScanNo.DAMAGED),
    (b" %PDF-1.7\nx\n%%EOF\n", ScanNo.UNKNOWN_KIND),
    (b"%PDF-9.0\nx\n%%EOF\n", ScanNo.UNKNOWN_KIND),
    (b"\x89PNG\r\n\x1a\nrest", None),
    (b"\xff\xd8\xff\xe0rest", None),
    (b"GIF89a", ScanNo.UNKNOWN_KIND),
    (b"<html><script>", ScanNo.UNKNOWN_KIND),
    (b"PK\x03\x04", ScanNo.UNKNOWN_KIND),
    (b"%PDF-1.7" + b"x" * LARGEST, ScanNo.TOO_LARGE),
])
def test_takes_a_file_for_what_it_holds(body: bytes, why: ScanNo | None) -> None:
    assert why_not_scan(body) is why


def test_tells_kinds_apart_by_their_first_bytes() -> None:
    assert [kind_of(b) for b in (b"%PDF-1.4", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"BM")] == [
        Kind.PDF, Kind.PNG, Kind.JPEG, None]


def shown(*asks: dict[str, Any]) -> dict[str, Any]:
    """Return as much of a laid-out text as a signature copies."""
    return {"zone": "Europe/Vienna", "intents": {"COACHEE": "By choosing “Sign” I, Ben, agree."},
            "buttons": {"COACHEE": "Sign"},
            "capacities": {"COACHEE": "self"},
            "pages": [{"asks": list(asks[:1])}, {"asks": []}, {"asks": list(asks[1:])}]}


INK = Inked("p", "s", "COACHEE", "agree", "Ben Adler", ISSUED, Basis.EARLIER_PAPER, "5c" * 32,
            Kind.PNG, "ana", 7, "factor")


@pytest.mark.parametrize("code", ["T1", "T2", "T3", "T4", "T5"])
def test_z25_signs_on_paper_what_is_true_of_paper(code: str) -> None:
    """No sheet says that somebody chose a button; every text's sentence can be said in ink."""
    for signer in template(code).signers:
        if signer.role != "COACH":
            frozen = signer.intent.replace("{{button}}", signer.button)
            text = {"intents": {signer.role: frozen}, "buttons": {signer.role: signer.button}}
            said = ink_intent(text, signer.role)
            assert said.startswith("By signing below I, ")
            assert "choosing" not in said


def test_says_nothing_of_what_an_earlier_paper_said() -> None:
    for basis, known in ((Basis.THIS_PRINT, True), (Basis.EARLIER_PAPER, False)):
        made = manifest(replace(INK, basis=basis), shown(), {}, version_hash="h", text_hash="t",
                        locale="en", ledger_head="l", at="now")
        assert made["intent"] == ("By signing below I, Ben, agree." if known else None)
        assert (made["text_hash"] is not None) is (made["intent_hash"] is not None) is known


def test_z26_records_a_level_of_its_own_and_nothing_that_a_paper_does_not_have() -> None:
    made = manifest(INK, shown(LINE, PERSON, RULE), {**ALL, "other": "yes"}, version_hash="h",
                    text_hash="t", locale="en", ledger_head="l", at="2026-11-23T09:00:00Z")
    assert (made["evidence"], made["signed_in_with"]) == ("paper", "paper")
    assert made["signed_at"] == "2026-11-23T09:00:00Z"
    assert made["ink"] == {
        "day": "2026-11-20", "basis": "earlier_paper", "scan": "5c" * 32, "kind": "png",
        "recorded_by": "ana", "code": {"factor": "factor", "step": 7}, "passkey": None}
    assert (made["choices"], made["person"], made["sights"]) == ({"1": "no"}, "yes", ["rule-1"])
    for none in ("erecord_consent", "reached", "code", "passkey", "network", "browser"):
        assert made[none] is None


def test_records_no_answer_of_somebody_who_was_asked_nothing() -> None:
    made = manifest(INK, shown(), {"line-1": "yes"}, version_hash="h", text_hash="t",
                    locale="en", ledger_head="l", at="now")
    assert (made["choices"], made["person"], made["sights"]) == ({}, None, [])


def test_asks_in_the_order_of_the_pages() -> None:
    assert [ask["key"] for ask in asks_of(shown(RULE, LINE, PERSON))] == [
        "rule-1", "line-1", "person"]
