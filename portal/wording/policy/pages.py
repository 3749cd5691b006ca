"""The reading in pages: clauses by topic, and what the coachee is asked beside them (Z15, Z24)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from portal.wording.policy.draft import Draft
from portal.wording.policy.fill import fill, fill_all
from portal.wording.policy.pack import LINES, PERSON, RULES
from portal.wording.policy.rules import rule_name, rule_text
from portal.wording.policy.sentences import phrase, what_and_who

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.wording.policy.lines import Line
    from portal.wording.policy.pack import AskText, PageText

#: What an ask is about: a line or a person is answered with yes or no, a rule with having seen it.
ASK_LINE, ASK_PERSON, ASK_SIGHT = "line", "person", "sight"

_COACHEE = "COACHEE"


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that the coachee answers; `key` is unique within a reading."""

    key: str
    kind: str
    line: int | None
    heading: str
    in_short: tuple[str, ...]
    question: str
    if_no: str


@dataclass(frozen=True, slots=True)
class Page:
    """One screen: clauses of some topics, and related asks."""

    key: str
    heading: str
    in_short: tuple[str, ...]
    clauses: tuple[str, ...] = ()
    asks: tuple[Ask, ...] = ()


def pages(draft: Draft, reader: str = _COACHEE) -> tuple[Page, ...]:
    """Return the screens that a reader of this role goes through, in order.

    Every clause stands on exactly one of them. The coachee, who alone is asked (Z15), also finds
    every optional line, the person and every listed rule there once. A line that no page of the
    template takes has one of its own before the last. A role without pages reads none.
    """
    texts = draft.template.pages.get(reader, ())
    asks = _asks(draft) if reader == _COACHEE else {}
    placed = {key for text in texts for key in text.asks}
    screens = []
    for text in texts:
        page = _page(text, draft, _taken(text, asks, placed))
        if page.clauses or page.asks:
            screens.append(page)
    own = [] if LINES in placed else [
        Page(ask.key, ask.heading, ask.in_short, asks=(ask,))
        for key, group in asks.items() if key not in placed for ask in group
        if ask.kind == ASK_LINE]
    return (*screens[:-1], *own, *screens[-1:])


def ask_line(line: Line, draft: Draft) -> Ask:
    """Return what is asked about a line and what happens on a no."""
    template = draft.template
    offered = {text.key: text.ask for text in template.lines}
    return _ask(f"line-{line.no}", offered.get(line.key) or template.any_line, {
        **draft.values, **what_and_who(line, template),
        "phrase": phrase(line, draft.printed, template),
    }, ASK_LINE, line.no)


def _asks(draft: Draft) -> dict[str, tuple[Ask, ...]]:
    """Return all that the coachee is asked, by what a page calls it."""
    found: dict[str, tuple[Ask, ...]] = {
        line.key: (ask_line(line, draft),) for line in draft.lines if line.optional}
    if draft.template.counterpart and draft.asks_person:
        found[PERSON] = (_ask(PERSON, draft.template.person, draft.values, ASK_PERSON),)
    patterns = draft.template.vocabulary.patterns
    found[RULES] = tuple(
        replace(_ask(f"rule-{number}", draft.template.rule,
                     {**draft.values, "rule": rule_name(rule, patterns)}, ASK_SIGHT),
                in_short=rule_text(rule, patterns))
        for number, rule in enumerate(draft.listed, start=1))
    return found


def _taken(text: PageText, asks: Mapping[str, tuple[Ask, ...]],
           placed: set[str]) -> tuple[Ask, ...]:
    rest = [key for key in asks if key not in placed | {PERSON, RULES}]
    keys = [one for key in text.asks for one in (rest if key == LINES else [key])]
    return tuple(ask for key in keys for ask in asks.get(key, ()))


def _page(text: PageText, draft: Draft, asks: tuple[Ask, ...]) -> Page:
    clauses = tuple(c.code for c in draft.template.clauses if c.topic in text.topics)
    return Page(text.key, fill(text.heading, draft.values), fill_all(text.in_short, draft.values),
                clauses, asks)


def _ask(key: str, text: AskText, values: Mapping[str, str], kind: str,
         line: int | None = None) -> Ask:
    return Ask(key, kind, line, fill(text.heading, values), fill_all(text.in_short, values),
               fill(text.question, values), fill(text.if_no, values))
