"""Lines: the only source of permission, what each may hold, and which a template offers."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from portal.wording.policy.answers import tidied
from portal.wording.policy.fill import fill
from portal.wording.policy.pack import Ceiling, LineText, Template, Vocabulary, covers
from portal.wording.policy.words import is_named

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

#: INV-8: no permit runs longer, whatever its template says.
LONGEST_MONTHS = 24

#: INV-17: the classes that may be a condition of the programme.
CONDITION_KINDS = frozenset({"logistics", "engagement"})

PERMIT, DENY, ANY = "permit", "deny", "*"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who a line is about: a role, the name of one person or body, and for a tool its place.

    `Recipient("*")` in a deny is everyone but the coachee.
    """

    role: str
    name: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One permission or one no.

    `starts` and `ends` are days, both included; a day ends at midnight in the zone of its
    version. A deny has no end (INV-6). A deny that is `unless_named` leaves out whom a permit
    in force names, with the coachee's yes where that line is optional.
    """

    no: int
    key: str
    effect: str
    categories: tuple[str, ...]
    recipients: tuple[Recipient, ...]
    purposes: tuple[str, ...]
    channels: tuple[str, ...]
    starts: date
    ends: date | None = None
    max_form: str | None = None
    min_form: str | None = None
    optional: bool = False
    condition_of_programme: bool = False
    unless_named: bool = False
    obligations: tuple[str, ...] = ()
    data_from: date | None = None
    data_to: date | None = None


@dataclass(frozen=True, slots=True)
class Dates:
    """The days of a version; each ends at midnight in `time_zone`, an IANA name (Z19)."""

    effective_from: date
    valid_to: date
    sign_by: date
    time_zone: str


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


class WhyNotLines(StrEnum):
    """Say why lines, each good in itself, may not stand together in a text."""

    BADLY_NUMBERED = "badly_numbered"
    LOCKED_NO_MISSING = "locked_no_missing"


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later, or the last day of a shorter month."""
    place = day.year * 12 + day.month - 1 + months
    year, month = divmod(place, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_day(starts: date, months: int) -> date:
    """Return the last day of a span of whole months that begins with `starts`."""
    return add_months(starts, months) - timedelta(days=1)


def plan_dates(template: Template, issued_on: date, starts: date, time_zone: str) -> Dates:
    """Return the days that a template proposes for a version issued and starting on these days."""
    return Dates(
        effective_from=starts,
        valid_to=last_day(starts, template.valid_months),
        sign_by=issued_on + timedelta(days=template.sign_by_days),
        time_zone=time_zone,
    )


def default_lines(template: Template, answers: Mapping[str, str], names: Mapping[str, str],
                  dates: Dates, leave_out: Collection[str] = ()) -> tuple[Line, ...]:
    """Return the lines that a template offers with these answers, numbered from 1.

    `names` are printed names by role code. A line drops out while an answer or a name that it
    needs is empty, or when its key is in `leave_out`. Raises `ValueError` for a key in
    `leave_out` that the template does not have or that is locked.
    """
    values = {**tidied(answers), **{role.lower(): name for role, name in names.items()}}
    leavable = {text.key for text in template.lines if not text.locked}
    if wrong := set(leave_out) - leavable:
        raise ValueError(f"lines that cannot be left out: {', '.join(sorted(wrong))}")
    offered = [
        text for text in template.lines
        if text.key not in leave_out and all(values.get(need) for need in text.needs)
    ]
    return tuple(_line(no, text, values, dates) for no, text in enumerate(offered, start=1))


def _line(no: int, text: LineText, values: Mapping[str, str], dates: Dates) -> Line:
    recipients = tuple(
        Recipient(who["role"], *(fill(who.get(part, ""), values) for part in ("name", "place")))
        for who in text.recipients
    )
    return Line(
        no=no, key=text.key, effect=text.effect, categories=text.categories,
        recipients=recipients, purposes=text.purposes, channels=text.channels,
        starts=dates.effective_from, ends=dates.valid_to if text.effect == PERMIT else None,
        max_form=text.max_form, min_form=text.min_form, optional=text.optional,
        condition_of_programme=text.condition_of_programme, unless_named=text.unless_named,
        obligations=text.obligations,
    )


def why_not_line(line: Line, template: Template, dates: Dates) -> tuple[WhyNotLine, ...]:
    """Return everything that speaks against a line: INV-8, INV-17, INV-18, INV-19."""
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
    """Return what is wrong with lines as a whole: their numbers, or a locked no that is gone."""
    found = []
    if [line.no for line in lines] != list(range(1, len(lines) + 1)):
        found.append(WhyNotLines.BADLY_NUMBERED)
    if not all(any(_is_at_least(line, text, template.vocabulary) for line in lines)
               for text in template.lines if text.locked):
        found.append(WhyNotLines.LOCKED_NO_MISSING)
    return tuple(found)


def _permit_faults(line: Line, template: Template) -> Iterable[WhyNotLine]:
    kinds = {kind for code in line.categories for kind in template.vocabulary.kinds(code)}
    may_be_condition = kinds <= CONDITION_KINDS
    if line.condition_of_programme and (line.optional or not may_be_condition):
        yield WhyNotLine.NOT_A_CONDITION
    if not line.optional and not may_be_condition:
        yield WhyNotLine.MUST_BE_OPTIONAL
    if not any(_inside(line, top, template.vocabulary) for top in template.ceiling):
        yield WhyNotLine.ABOVE_THE_CEILING
    if not all(_is_named(who, template.vocabulary) for who in line.recipients):
        yield WhyNotLine.RECIPIENT_NOT_NAMED


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


def _inside(line: Line, top: Ceiling, words: Vocabulary) -> bool:
    return (
        all(any(covers(wide, code) for wide in top.categories) for code in line.categories)
        and all(who.role in top.roles for who in line.recipients)
        and set(line.purposes) <= set(top.purposes)
        and set(line.channels) <= set(top.channels)
        and line.max_form is not None
        and words.rung(line.max_form) <= words.rung(top.max_form)
        and line.ends is not None
        and line.ends <= last_day(line.starts, top.max_months)
        and set(top.obligations) <= set(line.obligations)
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
    )
