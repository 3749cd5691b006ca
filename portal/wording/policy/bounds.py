"""What a line may hold, and which lines may stand together: INV-8, INV-17, INV-18, INV-19."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from portal.wording.policy.lines import (
    ANY,
    DENY,
    NAMED_SESSION,
    PERMIT,
    Dates,
    Line,
    Recipient,
    last_day,
)
from portal.wording.policy.vocabulary import Vocabulary, covers
from portal.wording.policy.words import is_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from portal.wording.policy.pack import Ceiling, LineText, Template

#: INV-8: no permit runs longer, whatever its template says.
LONGEST_MONTHS = 24

#: INV-17: the classes that may be a condition of the programme.
CONDITION_KINDS = frozenset({"logistics", "engagement"})


class WhyNotLine(StrEnum):
    """Say why a line may not stand in a text."""

    UNKNOWN_WORD = "unknown_word"
    NOTHING_NAMED = "nothing_named"
    NO_PERIOD = "no_period"
    ENDS_BEFORE_IT_STARTS = "ends_before_it_starts"
    LONGER_THAN_24_MONTHS = "longer_than_24_months"
    OUTSIDE_THE_VERSION = "outside_the_version"
    NO_CANNOT_BE_OPTIONAL = "no_cannot_be_optional"
    NOT_A_CONDITION = "not_a_condition"
    MUST_BE_OPTIONAL = "must_be_optional"
    ABOVE_THE_CEILING = "above_the_ceiling"
    RECIPIENT_NOT_NAMED = "recipient_not_named"
    SESSION_NOT_NAMED = "session_not_named"


class WhyNotLines(StrEnum):
    """Say why lines, each good in itself, may not stand together in a text."""

    BADLY_NUMBERED = "badly_numbered"
    LOCKED_NO_MISSING = "locked_no_missing"
    CLOSED_BY_A_NO = "closed_by_a_no"


def why_not_line(line: Line, template: Template, dates: Dates) -> tuple[WhyNotLine, ...]:
    """Return everything that speaks against a line: INV-8, INV-9, INV-17, INV-18, INV-19."""
    if not _known(line, template.vocabulary):
        return (WhyNotLine.UNKNOWN_WORD,)
    found = [*_period_faults(line, dates)]
    if not all((line.categories, line.recipients, line.purposes, line.channels)):
        found.append(WhyNotLine.NOTHING_NAMED)
    if line.effect == DENY:
        if line.optional or line.condition_of_programme:
            found.append(WhyNotLine.NO_CANNOT_BE_OPTIONAL)
        return tuple(found)
    found += _permit_faults(line, template)
    return tuple(found)


def why_not_lines(lines: Sequence[Line], template: Template) -> tuple[WhyNotLines, ...]:
    """Return what is wrong with lines as a whole.

    Their numbers, a locked no that is gone or weaker, or a permit that a no beside it closes:
    it would promise what never holds.
    """
    words = template.vocabulary
    found = []
    if [line.no for line in lines] != list(range(1, len(lines) + 1)):
        found.append(WhyNotLines.BADLY_NUMBERED)
    if not all(any(_is_at_least(line, text, words) for line in lines)
               for text in template.lines if text.locked and text.effect == DENY):
        found.append(WhyNotLines.LOCKED_NO_MISSING)
    if any(closes(no, line, words) for no in lines if no.effect == DENY
           for line in lines if line.effect == PERMIT):
        found.append(WhyNotLines.CLOSED_BY_A_NO)
    return tuple(found)


def inside(line: Line, top: Ceiling, words: Vocabulary) -> bool:
    """Tell whether a permit stays inside a ceiling in every dimension (INV-18)."""
    return (
        all(any(covers(wide, code) for wide in top.categories) for code in line.categories)
        and all(who.role in top.roles for who in line.recipients)
        and set(line.purposes) <= set(top.purposes)
        and set(line.channels) <= set(top.channels)
        and line.max_form in list(words.forms)[:words.rung(top.max_form) + 1]
        and line.ends is not None
        and line.ends <= last_day(line.starts, top.max_months)
        and set(top.obligations) <= set(line.obligations)
    )


def closes(no: Line, line: Line, words: Vocabulary) -> bool:
    """Tell whether a no takes away any part of a permit: any no beats every yes (INV-6)."""
    roles = {who.role for who in no.recipients}
    return (
        not no.unless_named
        and not (line.sessions and set(line.sessions) <= set(no.outside_sessions))
        and any(covers(a, b) or covers(b, a) for a in no.categories for b in line.categories)
        and (ANY in roles or any(who.role in roles for who in line.recipients))
        and (ANY in no.purposes or bool(set(no.purposes) & set(line.purposes)))
        and (ANY in no.channels or bool(set(no.channels) & set(line.channels)))
        and words.rung(no.min_form or "fact") <= words.rung(line.max_form or "fact")
    )


def _permit_faults(line: Line, template: Template) -> Iterable[WhyNotLine]:
    kinds = {kind for code in line.categories for kind in template.vocabulary.kinds(code)}
    may_be_condition = kinds <= CONDITION_KINDS
    if line.condition_of_programme and (line.optional or not may_be_condition):
        yield WhyNotLine.NOT_A_CONDITION
    if not line.optional and not may_be_condition:
        yield WhyNotLine.MUST_BE_OPTIONAL
    if not any(inside(line, top, template.vocabulary) for top in template.ceiling):
        yield WhyNotLine.ABOVE_THE_CEILING
    if not all(_is_named(who, template.vocabulary) for who in line.recipients):
        yield WhyNotLine.RECIPIENT_NOT_NAMED
    if NAMED_SESSION in line.purposes and not (line.sessions and all(line.sessions)):
        yield WhyNotLine.SESSION_NOT_NAMED


def _period_faults(line: Line, dates: Dates) -> Iterable[WhyNotLine]:
    if line.ends is None:
        if line.effect == PERMIT:
            yield WhyNotLine.NO_PERIOD
        return
    if line.ends < line.starts or (
            line.data_from and line.data_to and line.data_to < line.data_from):
        yield WhyNotLine.ENDS_BEFORE_IT_STARTS
    if line.ends > last_day(line.starts, LONGEST_MONTHS):
        yield WhyNotLine.LONGER_THAN_24_MONTHS
    if line.starts < dates.effective_from or line.ends > dates.valid_to:
        yield WhyNotLine.OUTSIDE_THE_VERSION


def _known(line: Line, words: Vocabulary) -> bool:
    forms = [form for form in (line.max_form, line.min_form) if form is not None]
    return (
        line.effect in (PERMIT, DENY)
        and (line.max_form if line.effect == PERMIT else line.min_form) is not None
        and all(form in words.forms for form in forms)
        and all(words.category(code) for code in line.categories)
        and all(who.role in {ANY, *words.roles} for who in line.recipients)
        and {ANY, *words.purposes} >= set(line.purposes)
        and {ANY, *words.channels} >= set(line.channels)
    )


def _is_named(who: Recipient, words: Vocabulary) -> bool:
    if who.role == ANY:
        return False
    kind = words.roles[who.role].kind
    return is_named(who.name, kind) and (kind != "tool" or bool(who.place.strip()))


def _is_at_least(line: Line, text: LineText, words: Vocabulary) -> bool:
    """Tell whether a no of the draft is as wide as the one that its template locks."""
    roles = {who.role for who in line.recipients}
    return (
        line.effect == DENY
        and line.min_form is not None and text.min_form is not None
        and words.rung(line.min_form) <= words.rung(text.min_form)
        and all(any(covers(wide, code) for wide in line.categories) for code in text.categories)
        and (ANY in roles or {who["role"] for who in text.recipients} <= roles)
        and (ANY in line.purposes or set(text.purposes) <= set(line.purposes))
        and (ANY in line.channels or set(text.channels) <= set(line.channels))
        and (text.unless_named or not line.unless_named)
        and (text.outside_session or not line.outside_sessions)
    )
