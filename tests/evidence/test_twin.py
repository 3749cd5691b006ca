"""The twin says what the paper says, to eyes and ears that a PDF does not reach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from itertools import pairwise
from typing import Any

import pytest
from bs4 import BeautifulSoup

from portal.evidence.paper import twin
from portal.evidence.policy import CoacheeFacts, CommonFacts, PaperFacts
from tests.evidence.sample import ANA, LUKASZ, clause, coachee, common, sponsored

SEALED = "5a" * 32
SAMPLES = [common(), coachee(), *sponsored(), *sponsored(inked=True)]
#: Facts that are no words for people: codes, what is drawn, what is attached.
CODES = {"code", "role", "effect", "meaning", "record", "receipt", "mark", "locale", "owner",
         "read_by", "way", "how", "answer", "capacity", "version_hash", "root_certificate",
         "root_fingerprint", "front_door", "check_page", "story", "ledger_genesis"}


def read(facts: PaperFacts) -> BeautifulSoup:
    return BeautifulSoup(twin(facts, SEALED), "html.parser")


def words(facts: PaperFacts) -> str:
    return " ".join(read(facts).get_text(" ").split())


def texts(value: Any) -> Iterator[str]:
    """Yield the words of facts, at any depth."""
    if isinstance(value, str):
        yield " ".join(value.split())
    elif isinstance(value, tuple):
        for item in value:
            yield from texts(item)
    elif is_dataclass(value):
        for field in fields(value):
            if field.name not in CODES:
                yield from texts(getattr(value, field.name))


@pytest.mark.parametrize("facts", SAMPLES)
def test_says_every_word_of_the_facts(facts: PaperFacts) -> None:
    said = words(facts)
    missing = [text for text in texts(facts) if text not in said]
    assert missing == []
    assert facts.version.version_hash in said
    assert SEALED in said


@pytest.mark.parametrize("facts", SAMPLES)
def test_gives_the_same_bytes_for_the_same_facts(facts: PaperFacts) -> None:
    assert twin(facts, SEALED) == twin(replace(facts), SEALED)
    assert twin(facts, SEALED) != twin(facts, "6b" * 32)


def test_z1_says_the_same_to_everyone_whatever_the_coachee_chose() -> None:
    (yes, own_yes), (no, own_no) = sponsored(yes=True), sponsored(yes=False)
    assert twin(yes, SEALED) == twin(no, SEALED)
    assert twin(own_yes, SEALED) != twin(own_no, SEALED)
    for private in ("Not agreed", "mailbox", "read aloud", "consent.jsonld"):
        assert private not in words(yes)
    assert isinstance(yes, CommonFacts)
    assert isinstance(own_yes, CoacheeFacts)


@pytest.mark.parametrize("facts", SAMPLES)
def test_needs_nothing_from_outside_and_runs_nothing(facts: PaperFacts) -> None:
    soup = read(facts)
    assert soup.find_all(["script", "link", "img", "iframe", "object", "embed", "form"]) == []
    assert [tag for tag in soup.find_all(True) for name in tag.attrs
            if name in ("src", "href", "style") or name.startswith("on")] == []
    [style] = soup.find_all("style")
    assert not re.search(r"url\(|@import|@font-face", style.get_text())
    policy = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
    assert policy is not None
    assert str(policy["content"]).startswith("default-src 'none'")


def test_names_no_person_in_its_title() -> None:
    title = read(coachee()).title
    assert title is not None
    assert title.get_text() == (
        "Coachee confidentiality terms. Sealed copy, coachee’s edition, as a page")
    assert ANA not in title.get_text()


def test_says_of_itself_that_the_seal_is_on_the_paper() -> None:
    said = words(common())
    assert "The seal is on the PDF alone; where the two differ, the PDF counts." in said
    assert "One electronic seal covers this file" not in said


def test_draws_a_signature_and_says_that_it_is_one() -> None:
    [drawn] = read(common()).find_all("svg")
    assert drawn["aria-label"] == "Drawn signature"
    assert "40 60" in drawn.path["d"]
    assert f"{LUKASZ}" in words(common())


def test_is_heard_where_the_exact_words_begin() -> None:
    said = words(common())
    assert "This is topic 1. The exact words: What is said about topic 1 stays here." in said


def test_shows_what_somebody_wrote_as_words_and_never_as_markup() -> None:
    hostile = "<script>alert(1)</script> & “quoted”"
    soup = read(common(clauses=(clause(1, hostile),)))
    assert soup.find("script") is None
    assert hostile in soup.get_text()


def test_has_one_heading_of_the_first_rank_and_skips_none() -> None:
    ranks = [int(tag.name[1]) for tag in read(coachee()).find_all(re.compile("^h[1-6]$"))]
    assert ranks[0] == 1
    assert ranks.count(1) == 1
    assert all(later <= rank + 1 for rank, later in pairwise(ranks))
