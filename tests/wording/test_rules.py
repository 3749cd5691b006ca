"""Rules of an organisation: by title, version, text and hash, or not at all (S3-13)."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from portal.wording.policy import Fault, FaultCode, Rule, pages, why_not_issue, why_not_rules
from tests.wording.conftest import ISSUED, RULES, text_of
from tests.wording.printing import printed


def test_accepts_rules_with_and_without_a_document() -> None:
    assert why_not_rules(RULES) == ()
    assert why_not_rules(()) == ()
    assert why_not_issue(text_of("T2", rules=RULES), ISSUED) == ()


@pytest.mark.parametrize("change, code", [
    ({"title": " "}, FaultCode.EMPTY), ({"version": ""}, FaultCode.EMPTY),
    ({"text": "."}, FaultCode.EMPTY), ({"title": "x" * 121}, FaultCode.TOO_LONG),
    ({"text": "x" * 2001}, FaultCode.TOO_LONG), ({"text": "ask the client"}, FaultCode.BANNED_WORD),
    ({"sha256": "ab"}, FaultCode.NOT_A_HASH), ({"sha256": "AB" * 32}, FaultCode.NOT_A_HASH),
])
def test_refuses_a_rule_and_says_where(change: dict[str, str], code: FaultCode) -> None:
    bad = (RULES[0], replace(RULES[0], **change))
    fault, = why_not_rules(bad)
    assert fault == Fault(code, f"rule.2.{next(iter(change))}", fault.detail)
    assert why_not_issue(text_of("T2", rules=bad), ISSUED) == (code,)


def test_is_known_by_the_hash_of_its_document_or_of_its_words() -> None:
    assert RULES[1].digest == "ab" * 32
    words = hashlib.sha256(RULES[0].text.encode()).hexdigest()
    assert RULES[0].digest == replace(RULES[0], text=f"  {RULES[0].text}. ").digest == words
    assert words in printed(text_of("T2", rules=RULES))


@pytest.mark.parametrize("code", ["T1", "T3", "T4", "T5"])
def test_counts_only_in_a_text_that_lists_rules(code: str) -> None:
    draft = text_of(code, rules=(Rule("", "", ""),))
    assert draft.listed == ()
    assert why_not_issue(draft, ISSUED) == ()
    assert "No such rule is listed here" in printed(draft)
    assert all(ask.kind != "sight" for page in pages(draft) for ask in page.asks)
