"""The privacy notice of first contact (Z28; GDPR Articles 13 and 14)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from portal.wording.policy import Controller, Draft, MissingValue, privacy_notice
from tests.wording.conftest import CODES, text_of

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


@pytest.mark.parametrize("code, role, words", [
    ("T2", "SPONSOR", "Ana Berg named you as the person who signs for Acme GmbH"),
    ("T2", "SPONSOR", "the person whom Acme GmbH names (GDPR Article 6(1)(f))"),
    ("T3", "ASSISTANT", "Ana Berg named you as the assistant of Ben Adler"),
    ("T4", "SUPPORTER", "Ana Berg named you as the supporter of Ben Adler"),
    ("T5", "GUEST", "Ana Berg named you as a guest of one session"),
])
def test_tells_each_signer_where_the_data_come_from_z28(
        controller: Controller, code: str, role: str, words: str) -> None:
    said = _of(code, role, controller)
    assert words in said
    for always in ("asks you", "privacy@berg-coaching.example", "6 years after the coaching ends",
                   "90 days", "to see your data", "You need not sign", "sealed copy",
                   "complain to the data protection authority where you live or work"):
        assert always in said


@pytest.mark.parametrize("code", CODES)
def test_tells_nobody_but_the_coachee_who_hears_through_which_line(
        controller: Controller, code: str) -> None:
    draft = text_of(code)
    assert set(draft.template.notice) == {s.role for s in draft.template.signers} - {"COACH"}
    assert privacy_notice(draft, controller, "COACH") == ()
    for role in draft.template.notice:
        said = _of(code, role, controller)
        assert "{{" not in said
        assert ("line of the text allows" in said or "your yes" in said) is (role == "COACHEE")


def test_asks_for_a_clear_yes_where_the_help_that_is_needed_is_told(
        controller: Controller) -> None:
    assert "Article 9(2)(a)" in _of("T4", "COACHEE", controller)
    assert "Without these terms signed" in _of("T1", "COACHEE", controller)
    assert "Without these terms signed" not in _of("T2", "COACHEE", controller)


def _of(code: str, role: str, controller: Controller) -> str:
    return "\n".join(line for part in privacy_notice(text_of(code), controller, role)
                     for line in (part.heading, *part.text))
