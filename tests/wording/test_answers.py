"""What a practice is asked once, and what it may not answer."""

from __future__ import annotations

import pytest

from portal.wording import queries
from portal.wording.policy import (
    ENGAGEMENT,
    PRACTICE,
    Fault,
    FaultCode,
    Template,
    example_answers,
    questions,
    tidy,
    why_not_answer,
    why_not_answers,
)


def test_asks_for_all_that_t1_says_about_the_practice(t1: Template) -> None:
    asked = {question.key for question in questions(t1)}
    assert asked >= {
        "notes.how", "notes.what", "notes.purpose", "notes.where", "notes.security",
        "notes.retention", "notes.access", "storage.active", "storage.inactive",
        "retention.records", "retention.evidence", "code.name", "code.version", "code.url",
        "code.complaints", "paper_contact", "breach_hours", "tools", "supervisor", "esign_scope"}


def test_leaves_only_names_and_uses_optional(t1: Template) -> None:
    optional = {question.key for question in questions(t1) if not question.required}
    assert optional == {"supervisor", "reference.use", "recording.tool", "recording.place"}


def test_has_a_label_and_a_ready_answer_for_every_question(t1: Template) -> None:
    for question in questions(t1):
        assert question.label
        assert question.default or question.examples
        for answer in (question.default, *question.examples):
            assert not answer or why_not_answer(question, answer) == ()


def test_proposes_defaults_only_where_they_are_promises_and_not_facts(t1: Template) -> None:
    prefilled = {question.key for question in questions(t1) if question.default}
    assert prefilled == {"notes.what", "notes.purpose", "notes.retention", "notes.access",
                         "retention.records", "retention.evidence", "breach_hours", "esign_scope"}


def test_accepts_its_own_examples(t1: Template, answers: dict[str, str]) -> None:
    assert why_not_answers(t1, answers) == ()


@pytest.mark.parametrize("key, answer, code", [
    ("notes.how", "", FaultCode.EMPTY), ("notes.how", " . ", FaultCode.EMPTY),
    ("notes.how", "x" * 201, FaultCode.TOO_LONG),
    ("notes.how", "by {{hand}}", FaultCode.PLACEHOLDER),
    ("notes.how", "by hand }}", FaultCode.PLACEHOLDER),
    ("notes.how", "by\u0000hand", FaultCode.CONTROL_CHARACTER),
    ("notes.how", "by \ud800 hand", FaultCode.CONTROL_CHARACTER),
    ("notes.security", "100 % safe", FaultCode.OVERCLAIM),
    ("notes.security", "it is fully confidential", FaultCode.OVERCLAIM),
    ("notes.access", "only the client", FaultCode.BANNED_WORD),
    ("tools", "a mail client in Ireland", FaultCode.BANNED_WORD),
    ("breach_hours", "soon", FaultCode.NOT_A_NUMBER), ("breach_hours", "0", FaultCode.NOT_A_NUMBER),
    ("breach_hours", "73", FaultCode.NOT_A_NUMBER), ("breach_hours", "-1", FaultCode.NOT_A_NUMBER),
    ("breach_hours", "7²", FaultCode.NOT_A_NUMBER), ("breach_hours", "٤", FaultCode.NOT_A_NUMBER),
    ("code.url", "my site", FaultCode.NOT_A_URL), ("code.url", "ftp://a.org", FaultCode.NOT_A_URL),
    ("code.url", "javascript:alert(1)", FaultCode.NOT_A_URL),
    ("code.url", "https://a b.org", FaultCode.NOT_A_URL),
    ("code.url", "https://localhost", FaultCode.NOT_A_URL),
])
def test_refuses_an_answer_and_says_why(
        t1: Template, key: str, answer: str, code: FaultCode) -> None:
    question = next(question for question in questions(t1) if question.key == key)
    assert code in {fault.code for fault in why_not_answer(question, answer)}


@pytest.mark.parametrize("key, answer", [
    ("supervisor", ""), ("supervisor", "Nguyễn Thị Ánh"), ("breach_hours", "1"),
    ("breach_hours", "72"), ("code.url", "http://example.org"),
    ("code.url", "https://example.org/a/b.html?x=1#y"), ("notes.how", "x" * 200),
    ("notes.how", "on paper\nand on cards"),
])
def test_accepts_an_answer(t1: Template, key: str, answer: str) -> None:
    question = next(question for question in questions(t1) if question.key == key)
    assert why_not_answer(question, answer) == ()


@pytest.mark.parametrize("change, fault", [
    ({"supervisor": "my supervisor"},
     Fault(FaultCode.NOBODY_NAMED, "supervisor", "my supervisor")),
    ({"code.body": "the association"},
     Fault(FaultCode.NOBODY_NAMED, "code.body", "the association")),
    ({"reference.use": "the internet"},
     Fault(FaultCode.NOBODY_NAMED, "reference.use", "the internet")),
    ({"recording.tool": "an AI app"},
     Fault(FaultCode.NOBODY_NAMED, "recording.tool", "an AI app")),
    ({"recording.tool": ""},
     Fault(FaultCode.NEEDS_THE_OTHER, "recording.place", "recording.tool")),
    ({"recording.place": ""},
     Fault(FaultCode.NEEDS_THE_OTHER, "recording.tool", "recording.place")),
    ({"tools": ""}, Fault(FaultCode.EMPTY, "tools")),
])
def test_refuses_answers_that_name_nobody_or_lack_their_other_half_inv_19(
        t1: Template, answers: dict[str, str], change: dict[str, str], fault: Fault) -> None:
    assert why_not_answers(t1, {**answers, **change}) == (fault,)


@pytest.mark.parametrize("answer", [
    "helps because of ADHD", "she is deaf", "due to his depression", "after the diagnosis",
    "for people with disabilities",
])
def test_refuses_a_task_that_says_what_somebody_has_z30(answer: str) -> None:
    task = next(one for one in questions(queries.template("T4")) if one.key == "support_task")
    assert [fault.code for fault in why_not_answer(task, answer)] == [FaultCode.DIAGNOSIS]


@pytest.mark.parametrize("answer", [
    "reading out what is shown", "turning speech into sign language", "adding up the numbers",
    "keeping time and calling for breaks", "speaking slowly and repeating what was said",
])
def test_accepts_a_task_that_says_what_help_is_needed_z30(answer: str) -> None:
    task = next(one for one in questions(queries.template("T4")) if one.key == "support_task")
    assert why_not_answer(task, answer) == ()


@pytest.mark.parametrize("code, own", [
    ("T1", []), ("T2", ["sponsor.wishes"]), ("T3", []), ("T4", ["support_task"]), ("T5", ["topic"]),
])
def test_asks_once_for_the_practice_and_anew_for_each_agreement_s1_18(
        code: str, own: list[str]) -> None:
    one = queries.template(code)
    assert [question.key for question in questions(one, ENGAGEMENT)] == own
    assert {*questions(one, PRACTICE), *questions(one, ENGAGEMENT)} == set(questions(one))
    assert [fault.where for fault in why_not_answers(one, {}, ENGAGEMENT)] == own
    answers = {**example_answers(one), **dict.fromkeys(own, "")}
    assert why_not_answers(one, answers, PRACTICE) == ()


def test_asks_a_practice_each_thing_once_for_all_texts() -> None:
    keys = [question.key for question in queries.practice_questions()]
    assert len(keys) == len(set(keys))
    assert {"notes.how", "plan.coachee", "plan.sponsor"} <= set(keys)
    assert not {"sponsor.wishes", "support_task", "topic"} & set(keys)


@pytest.mark.parametrize("answer, said", [
    (" by  hand. ", "by hand"), ("a;\nb ;", "a; b"), ("e\u0301te\u0301", "\u00e9t\u00e9"),
    ("https://example.org/", "https://example.org/"), ("...", ""),
])
def test_tidies_an_answer_for_its_sentence(answer: str, said: str) -> None:
    assert tidy(answer) == said
