"""What is worth asking of one person, and which one change would turn a no into a yes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portal.sharing.policy.codes import CHANNELS, CLASSES, FORMS, PURPOSES, RUNG
from portal.sharing.policy.deciding import YES, decide
from portal.sharing.policy.world import NONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from portal.sharing.policy.request import Request
    from portal.sharing.policy.world import Placed, World


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Hold the words that the permissions to one person are made of, each list in its order."""

    categories: tuple[str, ...]
    purposes: tuple[str, ...]
    channels: tuple[str, ...]
    forms: tuple[str, ...]
    sessions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spoken:
    """Hold the words of one permission."""

    categories: frozenset[str]
    purposes: tuple[str, ...]
    channels: tuple[str, ...]
    form: str
    sessions: tuple[str, ...] = ()


def narrowed_from(permits: Iterable[Spoken], category: str | None = None) -> Narrowed:
    """Return what permissions speak of, or those of them that are about one category.

    Whether a permission holds does not matter here: a question about one that was refused is
    worth asking too.
    """
    found = [one for one in permits if category is None or category in one.categories]
    codes = {code for one in found for code in one.categories}
    return Narrowed(
        tuple(code for code in CLASSES if code in codes and category in (None, code)),
        _in_order(_PURPOSES, (one.purposes for one in found)),
        _in_order(_CHANNELS, (one.channels for one in found)),
        _in_order(FORMS, (FORMS[:RUNG[one.form] + 1] for one in found)),
        tuple(sorted({code for one in found for code in one.sessions})),
    )


_PURPOSES, _CHANNELS = sorted(PURPOSES), sorted(CHANNELS)


def _in_order(known: Iterable[str], found: Iterable[Iterable[str]]) -> tuple[str, ...]:
    there = {code for codes in found for code in codes}
    return tuple(code for code in known if code in there)


def one_change(world: World, request: Request, sessions: Iterable[str]) -> dict[str, str]:
    """Return the one answer, by its field, that would make this question a yes; none, if none.

    A less detailed form is looked for first, then another way, another reason, another session:
    in each the nearest that is permitted. What it is about and whom it goes to are not changed.
    """
    tried: Mapping[str, Iterable[str]] = {
        "form": FORMS[:RUNG[request.form]][::-1],
        "channel": _named_first(world, request, "channels", _CHANNELS),
        "purpose": _named_first(world, request, "purposes", _PURPOSES),
        "session": sessions,
    }
    for field, values in tried.items():
        for value in values:
            changed: dict[str, Any] = {field: value}
            if decide(world, request._replace(**changed)).decision == YES:
                return {field: value}
    return {}


def _named_first(
    world: World, request: Request, kind: str, known: Iterable[str]
) -> Iterable[str]:
    permits: Iterable[Placed] = world.lines_about.get(
        (request.recipient, request.category), NONE).permits
    named = {code for permit in permits for code in getattr(permit, kind)}
    return [code for code in known if code in named]
