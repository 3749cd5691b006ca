"""The reading in pages: clauses by topic, and one page for each optional line (Z24)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.wording.policy.fill import fill, fill_all
from portal.wording.policy.sentences import phrase

if TYPE_CHECKING:
    from portal.wording.policy.lines import Line
    from portal.wording.policy.pack import ChoiceText
    from portal.wording.policy.render import Draft

#: Z24: T1 takes at most this many screens.
MOST_PAGES = 9

#: The last page of a reading says how one signs; choices stand right before it.
_LAST = "signing"


@dataclass(frozen=True, slots=True)
class Choice:
    """What is asked about one optional line."""

    heading: str
    in_short: tuple[str, ...]
    question: str
    if_no: str


@dataclass(frozen=True, slots=True)
class Page:
    """One screen: clauses of one topic, or the choice on line `line_no` with its question."""

    key: str
    heading: str
    in_short: tuple[str, ...]
    clauses: tuple[str, ...] = ()
    line_no: int | None = None
    question: str = ""
    if_no: str = ""


def pages(draft: Draft, reader: str = "COACHEE") -> tuple[Page, ...]:
    """Return the screens that a reader of this role goes through, in order.

    Every clause stands on exactly one of them, and every optional line has one of its own if
    the reader is the coachee, who alone answers them (Z15). A role without pages of its own in
    the template reads none.
    """
    texts = [
        Page(page.key, fill(page.heading, draft.values), fill_all(page.in_short, draft.values),
             clauses=tuple(c.code for c in draft.template.clauses if c.topic == page.key))
        for page in draft.template.pages.get(reader, ())
    ]
    choices = [_choice_page(line, draft) for line in draft.lines
               if line.optional and reader == "COACHEE"]
    last = [page for page in texts if page.key == _LAST]
    return (*(page for page in texts if page.key != _LAST), *choices, *last)


def choice(line: Line, draft: Draft) -> Choice:
    """Return what is asked about a line and what happens on a no."""
    offered = {text.key: text.choice for text in draft.template.lines}
    text: ChoiceText = offered.get(line.key) or draft.template.generic_choice
    values = {**draft.values, "phrase": phrase(line, draft.printed, draft.template)}
    return Choice(fill(text.heading, values), fill_all(text.in_short, values),
                  fill(text.question, values), fill(text.if_no, values))


def _choice_page(line: Line, draft: Draft) -> Page:
    asked = choice(line, draft)
    return Page(f"line-{line.no}", asked.heading, asked.in_short, line_no=line.no,
                question=asked.question, if_no=asked.if_no)
