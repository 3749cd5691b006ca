"""The reading in pages (Z24)."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, combinations
from typing import TYPE_CHECKING

import pytest

from portal.wording.policy import Draft, ask_line, pages

if TYPE_CHECKING:
    from collections.abc import Callable

OPTIONAL = ("supervision", "hours_log", "reference", "recording")
COMBINATIONS = list(chain.from_iterable(combinations(OPTIONAL, n) for n in range(5)))


@pytest.mark.parametrize("sponsor", ["", "Carla Stone"])
@pytest.mark.parametrize("left_out", COMBINATIONS)
def test_takes_at_most_nine_screens_in_every_combination_z24(
        draft_of: Callable[..., Draft], left_out: tuple[str, ...], sponsor: str) -> None:
    draft = draft_of(sponsor=sponsor, leave_out=left_out)
    screens = pages(draft)
    assert len(screens) <= draft.template.most_pages["COACHEE"] == 9
    assert len(screens) == 5 + 4 - len(left_out)
    read = [code for page in screens for code in page.clauses]
    assert sorted(read) == sorted(clause.code for clause in draft.template.clauses)
    asked = [ask.line for page in screens for ask in page.asks]
    assert asked == [line.no for line in draft.lines if line.optional]


@pytest.mark.parametrize("sponsor", ["", "Carla Stone"])
@pytest.mark.parametrize("left_out", COMBINATIONS)
def test_gives_each_page_a_sentence_as_heading_and_two_to_four_bullets(
        draft_of: Callable[..., Draft], left_out: tuple[str, ...], sponsor: str) -> None:
    screens = pages(draft_of(sponsor=sponsor, leave_out=left_out))
    assert len({page.heading for page in screens}) == len(screens)
    assert len({page.key for page in screens}) == len(screens)
    for page in screens:
        assert 2 <= len(page.in_short) <= 4
        assert len(page.heading.split()) >= 5
        assert not page.heading.endswith(".")
        assert all(bullet.endswith(".") for bullet in page.in_short)
        assert all(len(bullet.split()) <= 30 for bullet in page.in_short)


def test_gives_the_limits_of_privacy_a_page_of_their_own(ana_and_ben: Draft) -> None:
    limits = next(page for page in pages(ana_and_ben) if page.key == "limits")
    assert limits.clauses == ("K06", "K07")
    assert "may have to tell" in limits.heading


def test_asks_each_optional_line_after_the_text_and_before_the_signing(ana_and_ben: Draft) -> None:
    assert [page.key for page in pages(ana_and_ben)] == [
        "sharing", "limits", "records", "rules", "line-1", "line-2", "line-3", "line-4", "signing"]


def test_says_on_each_choice_what_is_asked_and_what_happens_on_a_no(ana_and_ben: Draft) -> None:
    for page in pages(ana_and_ben):
        assert bool(page.asks) == (page.clauses == ())
        for ask in page.asks:
            assert (ask.key, ask.kind, page.key) == (f"line-{ask.line}", "line", ask.key)
            assert ask.question.startswith("May Ana Berg ")
            assert ask.question.endswith("?")
            assert "The coaching goes on" in ask.if_no
            assert "tells no one about your no" in ask.if_no


def test_asks_nobody_but_the_coachee_z15(ana_and_ben: Draft) -> None:
    assert pages(ana_and_ben, "COACH") == ()


def test_has_words_for_a_line_that_its_template_does_not_know(ana_and_ben: Draft) -> None:
    own = replace(ana_and_ben.lines[0], key="own")
    asked = ask_line(own, ana_and_ben)
    assert asked.question == (
        "May Ana Berg tell Fay Okafor (supervisor) about the case of Ben Adler, without names "
        "and with details changed?")
    assert asked.if_no.startswith("The coaching goes on")
