"""The privacy notice of first contact (Z28; GDPR Articles 13 and 14)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from portal.wording.policy import Controller, Draft, MissingValue, privacy_notice

if TYPE_CHECKING:
    from collections.abc import Callable


def _text(draft: Draft, controller: Controller) -> str:
    return "\n".join(line for part in privacy_notice(draft, controller)
                     for line in (part.heading, *part.text))


@pytest.mark.parametrize("words", [
    "Ana Berg of Berg Coaching asks you",  # who
    "Coachee confidentiality terms",  # for what
    "privacy@berg-coaching.example",  # contact
    "Ana Berg named you",  # source, Article 14(2)(f)
    "Article 6(1)(b)", "Article 6(1)(a)", "Article 6(1)(f)", "Article 9(2)(a)",  # legal basis
    "Fay Okafor; International Coaching Federation;",  # recipients
    "a locked cabinet in the coach's office",  # where
    "keeps data outside your country",  # transfers
    "12 months after the last session", "6 years after the coaching ends", "90 days",  # how long
    "to see your data", "put right", "deleted", "object", "take along",  # rights
    "take it back at any time",  # withdrawal
    "complain to the data protection authority where you live or work",  # complaint
    "You need not sign", "made by a machine alone",
])
def test_says_what_first_contact_must_say_z28(
        ana_and_ben: Draft, controller: Controller, words: str) -> None:
    assert words in _text(ana_and_ben, controller)


def test_names_no_recipient_if_no_line_allows_one(
        draft_of: Callable[..., Draft], controller: Controller) -> None:
    closed = draft_of(leave_out=("supervision", "hours_log", "reference", "recording"))
    text = _text(closed, controller)
    assert "Fay Okafor" not in text
    assert "Only with your yes" not in text
    assert "Article 6(1)(a)" not in text


def test_names_the_hosting_firms_and_the_authority_if_they_are_given(
        ana_and_ben: Draft, controller: Controller) -> None:
    known = replace(controller, hosting="Wolke GmbH (Germany)", authority="the HmbBfDI in Hamburg")
    text = _text(ana_and_ben, known)
    assert "for Berg Coaching: Wolke GmbH (Germany)." in text
    assert "complain to the HmbBfDI in Hamburg, or to the data protection authority" in text


@pytest.mark.parametrize("sponsor", ["", "Carla Stone"])
def test_leaves_no_brace_open(
        draft_of: Callable[..., Draft], controller: Controller, sponsor: str) -> None:
    assert "{{" not in _text(draft_of(sponsor=sponsor), controller)


@pytest.mark.parametrize("field", ["practice", "country", "contact"])
def test_raises_if_the_practice_left_out_a_fact(
        ana_and_ben: Draft, controller: Controller, field: str) -> None:
    with pytest.raises(MissingValue):
        privacy_notice(ana_and_ben, replace(controller, **{field: ""}))
