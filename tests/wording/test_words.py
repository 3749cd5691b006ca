"""Words that may not stand in a signed text, and names that name nobody."""

from __future__ import annotations

import pytest

from portal.wording.policy.words import banned_words, is_named, overclaims


@pytest.mark.parametrize("text", [
    "We promise total privacy.", "It is totally private.", "100 % private", "100% safe",
    "100 percent secure", "Your talks are fully confidential.", "completely anonymous",
    "absolute confidentiality", "Everything you say here stays private.",
    "Everything is confidential.", "We guarantee it.", "guaranteed", "a qualified signature",
    "legally binding everywhere", "legally binding in all countries", "unhackable",
    "It cannot be hacked.", "can never be broken", "bank-grade", "military grade locks",
    "a watertight contract", "tamper-proof",
])
def test_finds_an_overclaim(text: str) -> None:
    assert overclaims(text)


@pytest.mark.parametrize("text", [
    "Privacy has limits.", "Totals that would give them away are left out.",
    "The coach keeps it private.", "100 metres away", "an electronic signature",
    "the quality of the coaching", "What no line allows is not shared.", "It can be broken.",
    "a complete list of sessions",
])
def test_lets_a_plain_promise_pass(text: str) -> None:
    assert overclaims(text) == ()


@pytest.mark.parametrize("text, found", [
    ("The client signs.", ("client",)), ("My Clients'", ("Clients",)),
    ("e-mail client", ("client",)), ("clientele", ()), ("the coachee", ()),
])
def test_finds_the_word_that_could_mean_two_people(text: str, found: tuple[str, ...]) -> None:
    assert banned_words(text) == found


@pytest.mark.parametrize("name", [
    "", " ", "the company", "The Company", "HR", "hr department", "management",
    "the management team", "our board", "everyone", "All staff", "the sponsor", "my supervisor",
    "third parties", "IT team", "human resources", "“HR”", "n/a", "the IT department",
    "Acme GmbH", "Acme Ltd.", "Acme HR", "Acme management",
])
def test_knows_that_this_names_no_person_inv_19(name: str) -> None:
    assert not is_named(name, "person")


@pytest.mark.parametrize("name", [
    "Fay Okafor", "Łukasz Żółkiewski", "Nguyễn Thị Ánh", "张伟", "عمر الفاروق", "Hugo Boss",
    "Ab Klink", "Prince", "Dr. Ines Team-Wolff", "O'Neill",
])
def test_never_refuses_a_real_person_inv_19(name: str) -> None:
    assert is_named(name, "person")


@pytest.mark.parametrize("name, kind, named", [
    ("International Coaching Federation", "body", True), ("EMCC Global", "body", True),
    ("Acme GmbH", "body", True), ("the authorities", "body", False),
    ("professional body", "body", False), ("Noteline", "tool", True),
    ("an AI tool", "tool", False), ("the software", "tool", False),
    ("the page “References” on berg.example", "place", True), ("the internet", "place", False),
    ("a web site", "place", False),
])
def test_asks_of_bodies_tools_and_places_that_they_have_a_name_inv_19(
        name: str, kind: str, named: bool) -> None:
    assert is_named(name, kind) is named
