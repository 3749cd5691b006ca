"""Whether a line reaches no further than another, in every dimension that decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from portal.wording.policy.lines import ANY, PERMIT, Line, Recipient
from portal.wording.policy.vocabulary import Vocabulary, covers

if TYPE_CHECKING:
    from collections.abc import Iterator


def within(line: Line, other: Line, words: Vocabulary, since: date) -> bool:
    """Tell whether all that a line says from a day on is said by another one too.

    A permit that asks for a yes, or lays down more duties, reaches no further than one that does
    not; so does a no that leaves out whom a permit names.
    """
    return (
        line.effect == other.effect
        and all(any(covers(wide, code) for wide in other.categories) for code in line.categories)
        and all(any(_is_of(who, wide) for wide in other.recipients) for who in line.recipients)
        and _among(line.purposes, other.purposes) and _among(line.channels, other.channels)
        and max(line.starts, since) >= max(other.starts, since)
        and _no_later(line.ends, other.ends)
        and (_permits_within if line.effect == PERMIT else _denies_within)(line, other, words)
    )


def atoms(line: Line) -> Iterator[Line]:
    """Yield a line for each single category and recipient of it."""
    for code in line.categories:
        for who in line.recipients:
            yield replace(line, categories=(code,), recipients=(who,))


def _is_of(who: Recipient, wide: Recipient) -> bool:
    """Tell whether a recipient is meant by another: everyone, whoever has a role, or the same."""
    if wide.role == ANY:
        return True
    if who.role != wide.role:
        return False
    return not wide.name or _spelled(who) == _spelled(wide)


def _spelled(who: Recipient) -> tuple[str, ...]:
    return tuple(" ".join(text.split()).casefold() for text in (who.name, who.place))


def _among(codes: Sequence[str], wide: Sequence[str]) -> bool:
    return ANY in wide or set(codes) <= set(wide)


def _no_later(day: date | None, other: date | None) -> bool:
    return other is None or (day is not None and day <= other)


def _permits_within(line: Line, other: Line, words: Vocabulary) -> bool:
    return (
        words.rung(line.max_form or "fact") <= words.rung(other.max_form or "fact")
        and (line.optional or not other.optional)
        and (other.condition_of_programme or not line.condition_of_programme)
        and (other.recipient_need_not_sign or not line.recipient_need_not_sign)
        and set(other.obligations) <= set(line.obligations)
        and (not other.sessions or (bool(line.sessions)
                                    and set(line.sessions) <= set(other.sessions)))
        and (other.data_from is None
             or (line.data_from is not None and line.data_from >= other.data_from))
        and _no_later(line.data_to, other.data_to)
    )


def _denies_within(line: Line, other: Line, words: Vocabulary) -> bool:
    return (
        words.rung(line.min_form or "fact") >= words.rung(other.min_form or "fact")
        and (line.unless_named or not other.unless_named)
        and set(other.outside_sessions) <= set(line.outside_sessions)
    )
