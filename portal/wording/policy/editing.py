"""The lines of one draft: what its template offers, narrowed, dropped and added to by the coach."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from portal.wording.policy.answers import tidied
from portal.wording.policy.bounds import LONGEST_MONTHS, inside
from portal.wording.policy.fill import fill, named
from portal.wording.policy.lines import (
    DENY,
    NAMED_SESSION,
    PERMIT,
    Dates,
    Line,
    Recipient,
    add_months,
    last_day,
)

if TYPE_CHECKING:
    from portal.wording.policy.pack import Ceiling, LineText, Template


_DAYS = ("starts", "ends")
_PARTS = ("categories", "recipients", "purposes", "channels", "max_form", *_DAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineEdit:
    """What a coach says about one permit; what is None stays as the template has it.

    Recipients are given by role: their names come from the draft, never from what is typed.
    """

    categories: tuple[str, ...] | None = None
    recipients: tuple[str, ...] | None = None
    purposes: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None
    max_form: str | None = None
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class LineChoices:
    """All that a coach changed about the lines of a draft: keys to leave out, edits, new lines."""

    leave_out: Collection[str] = ()
    edits: Mapping[str, LineEdit] = field(default_factory=dict)
    added: Sequence[LineEdit] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be chosen for one line: any part of each dimension, together with any of the rest.

    `name` says what kind of line it is. Forms are the lowest first. A line that begins on
    `first_day` or later and ends by `last_day` keeps within its version and its ceiling.
    """

    key: str
    name: str
    categories: tuple[str, ...]
    recipients: tuple[Recipient, ...]
    purposes: tuple[str, ...]
    channels: tuple[str, ...]
    forms: tuple[str, ...]
    first_day: date
    last_day: date


def lines_of(template: Template, answers: Mapping[str, str], names: Mapping[str, str],
             dates: Dates, choices: LineChoices | None = None,
             facts: Mapping[str, str] | None = None) -> tuple[Line, ...]:
    """Return the lines of a draft, numbered from 1: permits, added permits, noes.

    `names` are printed names by role code. A line drops out while a value that it needs is
    empty, or when the coach left it out. Added lines are always optional. Raises `ValueError`
    for a line that may not be changed: a no, a locked one, one that the template lacks. What
    comes out may still be too wide: ask `why_not_line`.
    """
    said = choices or LineChoices()
    _refuse_strangers(template, said)
    values = values_for_lines(template, answers, names, facts or {})
    offered = [text for text in template.lines
               if text.key not in said.leave_out and all(values.get(key) for key in text.needs)]
    permits = [_edited(_line(text, template, values, dates), said.edits.get(text.key),
                       template, values) for text in offered if text.effect == PERMIT]
    permits += [_added(number, edit, template, values, dates)
                for number, edit in enumerate(said.added, start=1)]
    noes = [_line(text, template, values, dates) for text in offered if text.effect == DENY]
    return tuple(replace(line, no=no) for no, line in enumerate([*permits, *noes], start=1))


def offers(template: Template, answers: Mapping[str, str], names: Mapping[str, str],
           dates: Dates, line: Line | None = None,
           facts: Mapping[str, str] | None = None) -> tuple[Offer, ...]:
    """Return what can be chosen for a line, or, without one, for each kind of line to add.

    Whatever is put together from one offer is inside the ceiling: impossible combinations are
    never offered. A kind whose recipients have no name is left out (INV-19).
    """
    known = known_recipients(template, values_for_lines(template, answers, names, facts or {}))
    tops = template.ceiling if line is None else _ceiling_of(line, template)
    found = [_offer(top, template, known, dates) for top in tops]
    return tuple(offer for offer in found if offer.recipients)


def values_for_lines(template: Template, answers: Mapping[str, str], names: Mapping[str, str],
                     facts: Mapping[str, str]) -> dict[str, str]:
    """Return what lines are filled with: answers, facts, and the names that this text may print."""
    people = {role.lower(): name for role, name in names.items() if role in template.roles}
    return tidied({**answers, **facts}) | people


def known_recipients(template: Template, values: Mapping[str, str]) -> dict[str, Recipient]:
    """Return every recipient that has a name here, by role."""
    found = {role: Recipient(role, values[role.lower()])
             for role in sorted(template.roles) if values.get(role.lower())}
    offered = (_recipient(who, values) for text in template.lines for who in text.recipients)
    return found | {who.role: who for who in offered if who.name}


def read_choices(raw: Mapping[str, Any]) -> LineChoices:
    """Return the choices that were kept as JSON: `leave_out`, `edits` and `added`."""
    return LineChoices(
        tuple(raw.get("leave_out", ())),
        {key: _read_edit(edit) for key, edit in raw.get("edits", {}).items()},
        tuple(_read_edit(edit) for edit in raw.get("added", ())),
    )


def choices_values(choices: LineChoices) -> dict[str, Any]:
    """Return choices in the form in which a draft keeps them."""
    return {
        "leave_out": sorted(choices.leave_out),
        "edits": {key: _edit_values(edit) for key, edit in sorted(choices.edits.items())},
        "added": [_edit_values(edit) for edit in choices.added],
    }


def _refuse_strangers(template: Template, said: LineChoices) -> None:
    leavable = {text.key for text in template.lines if not text.locked}
    editable = {text.key for text in template.lines if text.effect == PERMIT}
    wrong = (set(said.leave_out) - leavable) | (set(said.edits) - editable)
    if wrong:
        raise ValueError(f"lines that cannot be left out or edited: {', '.join(sorted(wrong))}")


def _line(text: LineText, template: Template, values: Mapping[str, str], dates: Dates) -> Line:
    starts, session = dates.effective_from, values.get("session", "")
    if text.last_months:
        day_after = dates.valid_to + timedelta(days=1)
        starts = max(starts, add_months(day_after, -text.last_months))
    recipients = tuple(_recipient(who, values) for who in text.recipients)
    return _settled(Line(
        no=0, key=text.key, effect=text.effect, categories=text.categories,
        recipients=recipients, purposes=text.purposes, channels=text.channels,
        starts=starts, ends=dates.valid_to if text.effect == PERMIT else None,
        max_form=text.max_form, min_form=text.min_form, optional=text.optional,
        condition_of_programme=text.condition_of_programme, unless_named=text.unless_named,
        obligations=text.obligations,
        outside_sessions=(session,) if text.outside_session and session else (),
    ), template, values)


def _added(number: int, edit: LineEdit, template: Template, values: Mapping[str, str],
           dates: Dates) -> Line:
    """Return a line that the coach adds: always optional, as long as its version."""
    bare = Line(no=0, key=f"added-{number}", effect=PERMIT, categories=(), recipients=(),
                purposes=(), channels=(), starts=dates.effective_from, ends=dates.valid_to,
                max_form="fact", optional=True)
    return _edited(bare, edit, template, values)


def _edited(line: Line, edit: LineEdit | None, template: Template,
            values: Mapping[str, str]) -> Line:
    if edit is None:
        return line
    known = known_recipients(template, values)
    change: dict[str, Any] = {
        part: value for part in _PARTS
        if part != "recipients" and (value := getattr(edit, part)) is not None
    }
    if edit.recipients is not None:
        change["recipients"] = tuple(known.get(role, Recipient(role)) for role in edit.recipients)
    return _settled(replace(line, **change), template, values)


def _settled(line: Line, template: Template, values: Mapping[str, str]) -> Line:
    """Return a permit with what follows from it: duties, sessions, whether all sign who hear."""
    if line.effect == DENY:
        return line
    session = values.get("session", "")
    signing = {signer.role for signer in template.signers}
    sure = replace(
        line, sessions=(session,) if NAMED_SESSION in line.purposes and session else (),
        recipient_need_not_sign=any(who.role not in signing for who in line.recipients))
    for top in template.ceiling:
        bound = replace(sure, obligations=tuple(dict.fromkeys(line.obligations + top.obligations)))
        if inside(bound, top, template.vocabulary):
            return bound
    return sure


def _recipient(who: Mapping[str, str], values: Mapping[str, str]) -> Recipient:
    there = {key for key, value in values.items() if value}
    texts = [who.get(part, "") for part in ("name", "place")]
    return Recipient(who["role"], *(fill(t, values) if named(t) <= there else "" for t in texts))


def _ceiling_of(line: Line, template: Template) -> tuple[Ceiling, ...]:
    """Return the ceiling that a line stands under, or else one that knows what it is about."""
    words = template.vocabulary
    holds = [top for top in template.ceiling if inside(line, top, words)]
    shares = [top for top in template.ceiling if set(top.categories) & set(line.categories)]
    return tuple((holds + shares)[:1])


def _offer(top: Ceiling, template: Template, known: Mapping[str, Recipient],
           dates: Dates) -> Offer:
    words = template.vocabulary
    forms = tuple(words.forms)[:words.rung(top.max_form) + 1]
    longest = last_day(dates.effective_from, min(top.max_months, LONGEST_MONTHS))
    return Offer(
        top.key, top.name, top.categories,
        tuple(known[role] for role in top.roles if role in known),
        top.purposes, top.channels, forms, dates.effective_from, min(dates.valid_to, longest))


def _read_edit(raw: Mapping[str, Any]) -> LineEdit:
    parts: dict[str, Any] = {part: _read_part(part, raw[part]) for part in _PARTS
                             if raw.get(part) is not None}
    return LineEdit(**parts)


def _edit_values(edit: LineEdit) -> dict[str, Any]:
    return {part: _plain_part(part, value) for part in _PARTS
            if (value := getattr(edit, part)) is not None}


def _read_part(part: str, value: Any) -> Any:
    if part in _DAYS:
        return date.fromisoformat(value)
    return value if part == "max_form" else tuple(value)


def _plain_part(part: str, value: Any) -> Any:
    if part in _DAYS:
        return value.isoformat()
    return value if part == "max_form" else list(value)
