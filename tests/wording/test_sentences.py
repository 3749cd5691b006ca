"""The one sentence of a line."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from portal.agreements.policy import laid_out
from portal.wording.policy import (
    Draft,
    Line,
    MissingValue,
    Recipient,
    Template,
    Vocabulary,
    canonical_record,
    render,
    sentence,
    slots_of,
)
from tests.wording.conftest import CAST, CODES, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

PERIOD = "from 23 November 2026 to 22 November 2027."
ANYONE = (Recipient("*"),)


@pytest.fixture
def said(line_of: Callable[..., Line], names: dict[str, str],
         t1: Template) -> Callable[..., str]:
    """Give a maker of sentences with a sponsor in the room."""
    people = {**names, "SPONSOR": "Carla Stone"}
    return lambda **change: sentence(line_of(**change), people, t1)


def test_says_a_permit_with_all_its_dimensions(said: Callable[..., str]) -> None:
    assert said() == (
        "Ana Berg may tell Fay Okafor (supervisor) about the case of Ben Adler, without names and "
        "with details changed, for the supervision of Ana Berg's work, in person or by video "
        f"call, as a short summary at most, {PERIOD}")


@pytest.mark.parametrize("change, words", [
    ({"channels": ("portal",)}, ", in the portal, "),
    ({"channels": ("portal", "post", "video")}, ", in the portal, by letter or by video call, "),
    ({"purposes": ("supervise", "credential")},
     "for the supervision of Ana Berg's work and to show coaching hours for a credential, "),
    ({"max_form": "fact"}, ", as bare facts at most, "),
    ({"max_form": "raw"}, ", up to the full record, "),
    ({"recipients": (Recipient("SPONSOR", "Carla Stone"), Recipient("LINE_MANAGER", "Dev Rao"))},
     "may tell Carla Stone (sponsor) and Dev Rao (manager) about"),
    ({"categories": ("PRG.GOALS", "PRG.ACTIONS", "LOG.ATTENDANCE")},
     "the agreed goals, the action steps and whether and how many sessions took place, "),
    ({"categories": ("PRC.HOURS_LOG",)},
     "may give Fay Okafor (supervisor) the name of Ben Adler and the hours of coaching, "),
    ({"categories": ("CNT.RECORDING",),
      "recipients": (Recipient("TOOL", "Noteline", "servers in Ireland"),)},
     "may let Noteline (tool, keeps its data here: servers in Ireland) record sessions"),
    ({"categories": ("PRC.REFERENCE",), "recipients": (Recipient("PUBLIC_USE", "the page X"),)},
     "may name Ben Adler as a reference in one place, the page X, "),
    ({"data_from": date(2026, 1, 2), "data_to": date(2026, 3, 4)},
     "at most, about the time from 2 January 2026 to 4 March 2026, from 23"),
    ({"data_from": date(2026, 1, 2)}, "at most, about the time from 2 January 2026 on, from"),
    ({"data_to": date(2026, 3, 4)}, "at most, about the time up to 4 March 2026, from"),
    ({"starts": date(2027, 1, 1), "ends": date(2027, 1, 1)},
     "on 1 January 2027."),
])
def test_says_each_dimension_of_a_permit(
        said: Callable[..., str], change: dict[str, Any], words: str) -> None:
    text = said(**change)
    assert words in text
    assert text.startswith("Ana Berg may ")


@pytest.mark.parametrize("change, text", [
    ({"categories": ("*",), "purposes": ("appraisal",)},
     ("Ana Berg will not tell anyone but Ben Adler anything about Ben Adler or the coaching for "
     "appraisal, pay, promotion or discipline.")),
    ({"categories": ("ENG.EXISTENCE",), "unless_named": True},
     ("Ana Berg will not tell anyone but Ben Adler that Ben Adler is coached, unless a line that "
     "Ben Adler said yes to names them.")),
    ({"categories": ("CNT.NOTES", "PRG"), "recipients": (
        Recipient("SPONSOR", "Carla Stone"), Recipient("LINE_MANAGER", "Dev Rao"))},
     ("Ana Berg will not tell Carla Stone (sponsor) or Dev Rao (manager) what is in the coach's "
     "notes; or the goals, the progress or the results.")),
    ({"categories": ("*",), "channels": ("hr_file",)},
     ("Ana Berg will not tell anyone but Ben Adler anything about Ben Adler or the coaching, "
     "through a personnel file or HR system.")),
    ({"categories": ("PRG",), "min_form": "report"},
     ("Ana Berg will not tell anyone but Ben Adler the goals, the progress or the results, as a "
     "detailed report or in more detail.")),
])
def test_says_a_no(said: Callable[..., str], change: dict[str, Any], text: str) -> None:
    no = {"effect": "deny", "max_form": None, "min_form": "fact", "ends": None,
          "recipients": ANYONE, "purposes": ("*",), "channels": ("*",)}
    assert said(**{**no, **change}) == text


def test_has_words_for_all_that_the_vocabulary_holds(
        said: Callable[..., str], words: Vocabulary) -> None:
    for code in (*words.categories, *words.groups):
        assert said(categories=(code,)).endswith(PERIOD)
        assert said(effect="deny", min_form="fact", ends=None, categories=(code,)).endswith(".")
    for dimension, codes in (("purposes", words.purposes), ("channels", words.channels)):
        for code in codes:
            assert said(**{dimension: (code,)}).endswith(PERIOD)
    for form in words.forms:
        assert said(max_form=form).endswith(PERIOD)
        assert said(effect="deny", min_form=form, ends=None).endswith(".")
    for role in words.roles:
        assert "Ali Demir" in said(recipients=(Recipient(role, "Ali Demir"),))


@pytest.mark.parametrize("code", CODES)
def test_is_the_same_in_the_text_in_the_record_and_for_every_reader(
        code: str, terms: Any) -> None:
    draft = text_of(code)
    record = canonical_record(draft, slots_of(draft, dict.fromkeys(CAST, "p")), terms)
    text = "\n".join(part for clause in render(draft).clauses for part in clause.text)
    for line in record["lines"]:
        assert text.count(line["sentence"]) == 1
    for role in draft.template.pages:
        shown = laid_out(record, role)
        assert [line["sentence"] for line in shown["lines"]] == [
            sentence(line, draft.printed, draft.template) for line in draft.lines]


def test_needs_the_names_of_coach_and_coachee(line_of: Callable[..., Line], t1: Template) -> None:
    with pytest.raises(MissingValue):
        sentence(line_of(), {"COACH": "Ana Berg"}, t1)


def test_stays_short_enough_to_be_read_in_one_breath(ana_and_ben: Draft) -> None:
    for line in ana_and_ben.lines:
        said = sentence(line, ana_and_ben.printed, ana_and_ben.template)
        assert len(said.split()) <= 65, said
