"""Reading a world from JSON values, as in `tests/vectors/decide.json`.

A key that is not known is refused like a wrong value: it could be a limit with a typing mistake,
and to pass over a limit would open what it closes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from portal.sharing.policy.codes import FACT, FORMS, ROLES
from portal.sharing.policy.world import (
    DENY,
    PERMIT,
    Case,
    Line,
    Party,
    Signature,
    Sleep,
    TakenBack,
    Version,
    World,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


class BadWorld(ValueError):
    """Say where a world cannot be read, and what is wanted there."""

    def __init__(self, place: str, wanted: str) -> None:
        """Name the place as a path from the world, as in `versions[0].valid_to`."""
        super().__init__(f"{place}: {wanted}")
        self.place, self.wanted = place, wanted


def read_world(raw: object) -> World:
    """Return the world that JSON values describe; raises `BadWorld` for everything else."""
    here = Part("world", raw)
    here.knows("engagement parties k cases versions")
    engagement = here.part("engagement")
    engagement.knows("id coachee coach state")
    coachee, state = engagement.text("coachee"), engagement.text("state")
    for key in ("id", "coach"):
        engagement.text(key)
    parties = {name: _party(part) for name, part in here.named("parties")}
    if coachee not in parties:
        raise BadWorld(engagement.at("coachee"), "must be one of the parties")
    smallest = here.whole("k", 3)
    if smallest < 1:
        raise BadWorld(here.at("k"), "must be 1 or more")
    return World(
        coachee=coachee, state=state, parties=parties, smallest_group=smallest,
        versions=tuple(_version(part) for part in here.parts("versions")),
        cases=tuple(_case(part) for part in here.parts("cases", needed=False)),
    )


def _party(here: Part) -> Party:
    here.knows("role left_at")
    role = here.text("role")
    if role not in ROLES:
        raise BadWorld(here.at("role"), f"must be one of {', '.join(sorted(ROLES))}")
    return Party(role, here.moment("left_at", needed=False))


def _case(here: Part) -> Case:
    here.knows("id state ground items")
    items = []
    for item in here.parts("items"):
        item.knows("category recipient channel form")
        items.append((item.text("category"), item.text("recipient"), item.text("channel"),
                      item.text("form")))
    return Case(here.text("id"), here.text("state"), here.text("ground"), frozenset(items))


def _version(here: Part) -> Version:
    here.knows("id title hash required valid_from valid_to signatures accepted held "
               "superseded_at withdrawn_at suspended withdrawals grants")
    here.text("title", needed=False)
    lines = tuple(_line(part) for part in here.parts("grants"))
    if len({line.id for line in lines}) < len(lines):
        raise BadWorld(here.at("grants"), "two lines have the same id")
    return Version(
        id=here.text("id"), hash=here.text("hash"), required=here.texts("required"),
        valid_from=here.the_moment("valid_from"), valid_to=here.the_moment("valid_to"),
        signatures={name: _signature(part) for name, part in here.named("signatures")},
        accepted=frozenset(here.texts("accepted", needed=False)), held=here.flag("held"),
        superseded_at=here.moment("superseded_at", needed=False),
        withdrawn_at=here.moment("withdrawn_at", needed=False),
        suspended=tuple(_sleep(part) for part in here.parts("suspended", needed=False)),
        withdrawals=tuple(_taken(part) for part in here.parts("withdrawals", needed=False)),
        lines=lines,
    )


def _signature(here: Part) -> Signature:
    here.knows("hash at")
    return Signature(here.text("hash"), here.the_moment("at"))


def _sleep(here: Part) -> Sleep:
    here.knows("from to party")
    return Sleep(here.the_moment("from"), here.moment("to", needed=False),
                 here.text("party", needed=False) or None)


def _taken(here: Part) -> TakenBack:
    here.knows("grant categories at")
    categories = here.texts("categories") if here.has("categories") else None
    return TakenBack(here.text("grant"), here.the_moment("at"), categories)


def _line(here: Part) -> Line:
    here.knows("id effect categories recipients purposes channels max_form min_form optional from "
               "to sessions outside_sessions uses_left recipient_need_not_sign obligations")
    effect = here.text("effect")
    if effect not in (PERMIT, DENY):
        raise BadWorld(here.at("effect"), "must be permit or deny")
    mine, other = ("max_form", "min_form") if effect == PERMIT else ("min_form", "max_form")
    if here.has(other):
        raise BadWorld(here.at(other), f"has no meaning in a line that says {effect}")
    form = here.text(mine, needed=False) or FACT
    if effect == PERMIT and here.has("outside_sessions"):
        raise BadWorld(here.at("outside_sessions"), "has no meaning in a line that says permit")
    if form not in FORMS:
        raise BadWorld(here.at(mine), f"must be one of {', '.join(FORMS)}")
    return Line(
        id=here.text("id"), effect=effect, form=form,
        categories=here.texts("categories"), recipients=here.texts("recipients"),
        purposes=here.texts("purposes"), channels=here.texts("channels"),
        optional=here.flag("optional"), starts=here.moment("from", needed=False),
        ends=here.moment("to", needed=False), sessions=here.texts("sessions", needed=False),
        outside_sessions=here.texts("outside_sessions", needed=False),
        uses_left=here.whole("uses_left", 0) if here.has("uses_left") else None,
        recipient_need_not_sign=here.flag("recipient_need_not_sign"),
        obligations=here.texts("obligations", needed=False),
    )


@dataclass(frozen=True, slots=True)
class Part:
    """A JSON object with its place, so that whatever is wrong with it can be pointed at."""

    place: str
    raw: Any

    def __post_init__(self) -> None:
        """Refuse everything that is not an object with text for keys."""
        if not isinstance(self.raw, dict) or not all(isinstance(key, str) for key in self.raw):
            raise BadWorld(self.place, "must be an object")

    def at(self, key: str) -> str:
        """Return the place of a value."""
        return key if self.place == "world" else f"{self.place}.{key}"

    def knows(self, keys: str) -> None:
        """Refuse a key that is not in the list."""
        for key in self.raw:
            if key not in keys.split():
                raise BadWorld(self.at(key), "is not known here")

    def has(self, key: str) -> bool:
        """Tell whether a value is given; null counts as not given."""
        return self.raw.get(key) is not None

    def text(self, key: str, *, needed: bool = True) -> str:
        """Return a text that is not empty, or "" where it may be absent and is."""
        return str(self._value(key, str, "a text", "", needed=needed, empty=False))

    def flag(self, key: str) -> bool:
        """Return true or false; what is absent is false."""
        return bool(self._value(key, bool, "true or false", False, needed=False))

    def whole(self, key: str, default: int) -> int:
        """Return a whole number."""
        return int(self._value(key, int, "a whole number", default, needed=False))

    def texts(self, key: str, *, needed: bool = True) -> tuple[str, ...]:
        """Return a list of texts."""
        found = self._value(key, list, "a list of texts", [], needed=needed)
        if not all(isinstance(one, str) for one in found):
            raise BadWorld(self.at(key), "must be a list of texts")
        return tuple(found)

    def parts(self, key: str, *, needed: bool = True) -> list[Part]:
        """Return a list of objects."""
        found = self._value(key, list, "a list", [], needed=needed)
        return [Part(f"{self.at(key)}[{place}]", one) for place, one in enumerate(found)]

    def part(self, key: str) -> Part:
        """Return an object."""
        return Part(self.at(key), self._value(key, dict, "an object", {}, needed=True))

    def named(self, key: str) -> Iterator[tuple[str, Part]]:
        """Yield the objects of an object by their names."""
        for name, one in self.part(key).raw.items():
            yield name, Part(f"{self.at(key)}.{name}", one)

    def moment(self, key: str, *, needed: bool = True) -> datetime | None:
        """Return a moment with its zone, None where it may be absent and is."""
        if not needed and not self.has(key):
            return None
        return self.the_moment(key)

    def the_moment(self, key: str) -> datetime:
        """Return a moment with its zone."""
        try:
            at = datetime.fromisoformat(self.text(key))
        except ValueError as wrong:
            if isinstance(wrong, BadWorld):
                raise
            raise BadWorld(self.at(key), "must be a time as 2026-03-10T10:00:00Z") from wrong
        if at.utcoffset() is None:
            raise BadWorld(self.at(key), "must name its zone, as 2026-03-10T10:00:00Z")
        return at

    def _value(self, key: str, kind: type, wanted: str, default: Any, *, needed: bool,
               empty: bool = True) -> Any:
        value = self.raw.get(key)
        if value is None and not needed:
            return default
        if type(value) is not kind or (not empty and not value):
            raise BadWorld(self.at(key), f"must be {wanted}")
        return value
