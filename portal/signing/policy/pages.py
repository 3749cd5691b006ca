"""What a page of a text asks, and when it is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

Page = Mapping[str, Any]
#: Answers to one text, by the key of the page or of the question on it.
Answers = Mapping[str, str]

_PAGE, _LINE, _PERSON, _SIGHT = "page", "line", "person", "sight"


class Answer(StrEnum):
    """Say what a person answered: to a page or a rule "read", to a line or a person yes or no."""

    READ = "read"
    YES = "yes"
    NO = "no"
    TALK = "talk"


#: What settles each kind of question. Wanting to talk first leaves all of them open.
_SETTLED_BY = {
    _PAGE: frozenset({Answer.READ}), _SIGHT: frozenset({Answer.READ}),
    _LINE: frozenset({Answer.YES, Answer.NO}), _PERSON: frozenset({Answer.YES, Answer.NO}),
}


def questions(page: Page) -> list[tuple[str, str]]:
    """Return key and kind of all that a page asks; without questions it is itself one: read?"""
    return [(ask["key"], ask["kind"]) for ask in page["asks"]] or [(page["key"], _PAGE)]


def is_page_done(page: Page, answers: Answers) -> bool:
    """Tell whether everything on a page is answered."""
    return all(answers.get(key) in _SETTLED_BY[kind] for key, kind in questions(page))


def settled(pages: Sequence[Page], answers: Answers, *kinds: str) -> bool:
    """Tell whether every question of these kinds is answered."""
    return all(answers.get(key) in _SETTLED_BY[kind] for page in pages
               for key, kind in questions(page) if kind in kinds)


def is_refused(pages: Sequence[Page], answers: Answers) -> bool:
    """Tell whether the coachee said that the third person is not to be asked: then there is
    nothing left to read or to sign (Z6)."""
    return person_answer(pages, answers) == Answer.NO


def person_answer(pages: Sequence[Page], answers: Answers) -> str | None:
    """Return what was answered to "May … be asked?", or None where nobody is asked about."""
    return next((answers.get(key) for page in pages for key, kind in questions(page)
                 if kind == _PERSON), None)


def choices_of(pages: Sequence[Page], answers: Answers) -> dict[str, str]:
    """Return the answers to optional lines, by the number of the line."""
    return {str(ask["line"]): answers[ask["key"]] for page in pages for ask in page["asks"]
            if ask["kind"] == _LINE and ask["key"] in answers}


def sights_of(pages: Sequence[Page], answers: Answers) -> list[str]:
    """Return the rules that were seen, by the keys of their questions."""
    return [key for page in pages for key, kind in questions(page)
            if kind == _SIGHT and answers.get(key) == Answer.READ]
