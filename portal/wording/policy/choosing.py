"""What a coach chooses for one line: whether it keeps to the offer, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from portal.wording.policy.bounds import WhyNotLine, why_not_line
from portal.wording.policy.editing import LineChoices, LineEdit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portal.wording.policy.editing import Offer
    from portal.wording.policy.lines import Dates, Line
    from portal.wording.policy.pack import Template

CATEGORIES, RECIPIENTS, PURPOSES, CHANNELS = "categories", "recipients", "purposes", "channels"
FORM, STARTS, ENDS = "max_form", "starts", "ends"
#: The key of a line that is not among the lines yet.
NEW = "new"
_ADDED = "added-"

_PLACES = {
    WhyNotLine.NO_PERIOD: ENDS, WhyNotLine.ENDS_BEFORE_IT_STARTS: ENDS,
    WhyNotLine.LONGER_THAN_24_MONTHS: ENDS, WhyNotLine.NOT_A_CONDITION: CATEGORIES,
    WhyNotLine.MUST_BE_OPTIONAL: CATEGORIES, WhyNotLine.RECIPIENT_NOT_NAMED: RECIPIENTS,
    WhyNotLine.SESSION_NOT_NAMED: PURPOSES,
}


@dataclass(frozen=True, slots=True)
class LineFault:
    """Say which part of a line will not do, by the name that it has in an edit, and why."""

    where: str
    why: WhyNotLine


def why_not_edit(
    line: Line, offer: Offer, template: Template, dates: Dates
) -> tuple[LineFault, ...]:
    """Return what speaks against a permit that was put together from an offer, one fault for
    each part: INV-8, INV-17, INV-18, INV-19, and whatever the offer does not hold."""
    found: dict[str, WhyNotLine] = {}
    for why in why_not_line(line, template, dates):
        for where in _where(why, line, dates):
            found.setdefault(where, why)
    for where in _beyond(line, offer):
        found.setdefault(where, WhyNotLine.ABOVE_THE_CEILING)
    return tuple(LineFault(where, why) for where, why in found.items())


def _where(why: WhyNotLine, line: Line, dates: Dates) -> Iterable[str]:
    if why is WhyNotLine.NOTHING_NAMED:
        return [part for part in (CATEGORIES, RECIPIENTS, PURPOSES, CHANNELS)
                if not getattr(line, part)]
    if why is WhyNotLine.OUTSIDE_THE_VERSION:
        late = line.ends is not None and line.ends > dates.valid_to
        early = line.starts < dates.effective_from
        return [part for part, is_wrong in ((STARTS, early), (ENDS, late)) if is_wrong]
    return [_PLACES[why]] if why in _PLACES else []


def _beyond(line: Line, offer: Offer) -> Iterable[str]:
    offered = {CATEGORIES: offer.categories, PURPOSES: offer.purposes, CHANNELS: offer.channels,
               RECIPIENTS: offer.recipients}
    yield from (part for part, parts in offered.items()
                if not set(getattr(line, part)) <= set(parts))
    if line.max_form not in offer.forms:
        yield FORM
    if line.ends is not None and line.ends > offer.last_day:
        yield ENDS


def edit_of(chosen: LineEdit, base: Line | None, dates: Dates) -> LineEdit:
    """Return an edit that says no more than what differs from the line as the template has it,
    or, without one, from a line that is as long as its version: so days move with the version."""
    if base is None:
        return replace(chosen,
                       starts=None if chosen.starts == dates.effective_from else chosen.starts,
                       ends=None if chosen.ends == dates.valid_to else chosen.ends)
    roles = tuple(who.role for who in base.recipients)
    return LineEdit(
        categories=_unless(chosen.categories, base.categories),
        recipients=_unless(chosen.recipients, roles),
        purposes=_unless(chosen.purposes, base.purposes),
        channels=_unless(chosen.channels, base.channels),
        max_form=None if chosen.max_form == base.max_form else chosen.max_form,
        starts=None if chosen.starts == base.starts else chosen.starts,
        ends=None if chosen.ends == base.ends else chosen.ends)


def _unless(said: tuple[str, ...] | None, same: tuple[str, ...]) -> tuple[str, ...] | None:
    return None if said is None or set(said) == set(same) else said


def place_of(key: str) -> int | None:
    """Return the place of an added line among the added ones, counted from 0, or None."""
    number = key.removeprefix(_ADDED)
    return int(number) - 1 if key.startswith(_ADDED) and number.isdecimal() else None


def with_line(choices: LineChoices, key: str, edit: LineEdit) -> LineChoices:
    """Return the choices with another edit of one line, or with one line more; it is asked."""
    place, added = place_of(key), list(choices.added)
    if key == NEW:
        return replace(choices, added=[*added, edit])
    if place is not None:
        return replace(choices, added=[*added[:place], edit, *added[place + 1:]])
    edits = {**choices.edits, key: edit}
    if edit == LineEdit():
        del edits[key]
    return replace(choices, edits=edits, leave_out=set(choices.leave_out) - {key})


def without_line(choices: LineChoices, key: str) -> LineChoices:
    """Return the choices without one line: an added one is gone, another is left out and keeps
    its edit."""
    place, added = place_of(key), list(choices.added)
    if place is not None:
        return replace(choices, added=added[:place] + added[place + 1:])
    return replace(choices, leave_out={*choices.leave_out, key})
