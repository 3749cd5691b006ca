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


def narrowed(world: World, recipient: str, category: str | None = None) -> Narrowed:
    """Return what the permissions to somebody speak of, or those about one category of theirs.

    Whether a permission holds does not matter here: a question about one that was refused is
    worth asking too.
    """
    codes = [category] if category else list(CLASSES)
    about = {code: world.lines_about.get((recipient, code), NONE).permits for code in codes}
    permits = [permit for found in about.values() for permit in found]
    return Narrowed(
        tuple(code for code in codes if about[code]),
        _in_order(_PURPOSES, (permit.purposes for permit in permits)),
        _in_order(_CHANNELS, (permit.channels for permit in permits)),
        _in_order(FORMS, (FORMS[:permit.rung + 1] for permit in permits)),
        tuple(sorted({code for permit in permits for code in permit.line.sessions})),
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
