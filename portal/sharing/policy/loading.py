"""Making the world of an engagement out of what was frozen, signed and recorded.

A line's id is its version's id and its number; parts of one no share its id. What is made here
answers as the signed sentences say, which is more than their codes:

- a no "unless a line that … said yes to names them" leaves out every recipient and category that
  a permission names. Whether that permission holds need not be looked at: where none does, the
  answer is a no all the same, and its reason is then the one of the permission;
- a no about all sessions but one (INV-9) leaves out, of the categories that another such text
  opens to the same person, the session of that text too: a guest may come twice.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.agreements.policy import GIVES, history, unheard
from portal.sharing.policy.codes import ANY, FACT, RUNG, spread
from portal.sharing.policy.world import (
    DENY,
    PERMIT,
    Line,
    Party,
    Signature,
    Sleep,
    TakenBack,
    Version,
    World,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from portal.agreements.policy import VersionFacts
    from portal.ledger.policy import Event

@dataclass(frozen=True, slots=True)
class Named:
    """Say whom a line names: a role, and perhaps one person or body; `*` is all but the coachee."""

    role: str
    name: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Somebody:
    """Hold somebody whom a line can name: a party since `since`, or, without it, no party."""

    id: str
    role: str
    name: str
    place: str = ""
    since: datetime | None = None
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Hold a line in the codes in which it was signed."""

    number: int
    effect: str
    categories: tuple[str, ...]
    named: tuple[Named, ...]
    purposes: tuple[str, ...]
    channels: tuple[str, ...]
    form: str | None = None
    optional: bool = False
    starts: datetime | None = None
    ends: datetime | None = None
    sessions: tuple[str, ...] = ()
    outside_sessions: tuple[str, ...] = ()
    unless_named: bool = False
    recipient_need_not_sign: bool = False
    obligations: tuple[str, ...] = ()
    uses_left: int | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """Hold a version with its lines, the optional ones with a yes, and what was taken back.

    `asleep` are the times in which one of its signatures was in doubt or somebody was silent.
    """

    facts: VersionFacts
    lines: Sequence[Signed]
    accepted: Collection[int] = ()
    taken: Sequence[TakenBack] = ()
    asleep: Sequence[Sleep] = ()


@dataclass(frozen=True, slots=True)
class Engaged:
    """Hold the engagement itself: who is coached, its state, and everybody by id."""

    coachee: str
    state: str
    people: Mapping[str, Somebody]


def line_id(version_id: str, number: int) -> str:
    """Return the id of a line in the world."""
    return f"{version_id}:{number}"


def world_from(engaged: Engaged, texts: Iterable[Text], now: datetime) -> World:
    """Return the world at `now`; what the clock alone will still bring is in it.

    A text with no permissions in `lines` closes without opening anything.
    """
    found = [(text, [(line, _whom(line, text.facts, engaged)) for line in text.lines])
             for text in texts]
    opened = _opened(line for _text, lines in found for line in lines)
    return World(
        coachee=engaged.coachee, state=engaged.state,
        parties={who.id: Party(who.role, who.left_at) for who in engaged.people.values()},
        versions=tuple(_version(text, tuple(
            part for line, whom in lines for part in _parts(line, text, whom, opened)), now)
            for text, lines in found))


def doubts(facts: VersionFacts, events: Iterable[Event]) -> list[Sleep]:
    """Return when a signature of a version was in doubt: from the dispute until it was upheld."""
    slots = {slot.slot_id: slot for slot in facts.slots}
    mine = {signed.signature_id: slots[signed.slot_id] for signed in facts.signed}
    open_since: dict[str, datetime] = {}
    found = []
    for event in events:
        if event.subject_id not in mine:
            continue
        if event.kind == "signature.disputed":
            open_since.setdefault(event.subject_id, event.at)
        elif event.kind == "signature.upheld" and event.subject_id in open_since:
            found.append((event.subject_id, open_since.pop(event.subject_id), event.at))
    every = [*found, *((signature, at, None) for signature, at in open_since.items())]
    return [Sleep(start, end, None if mine[signature].role in GIVES
                  else mine[signature].party_id) for signature, start, end in every]


def silences(facts: VersionFacts) -> list[Sleep]:
    """Return when the permissions to somebody sleep because they were silent at a review (2.5)."""
    return [Sleep(start, end, party) for party, spans in unheard(facts).items()
            for start, end in spans]


def _version(text: Text, lines: tuple[Line, ...], now: datetime) -> Version:
    facts = text.facts
    states = history(facts, max(now, facts.valid_to))
    slots = {slot.slot_id: slot.party_id for slot in facts.slots}
    force = facts.force_at()
    ended = {name: at for at, name in reversed(states)}
    left = [ended[name] for name in ("WITHDRAWN", "TERMINATED") if name in ended]
    # A night ends by waking up alone: whatever else comes after it is an end of everything.
    nights = [Sleep(at, next((end for end, name in states[place + 1:place + 2]
                              if name == "IN_FORCE"), None))
              for place, (at, was) in enumerate(states) if was == "SUSPENDED"]
    expired = ended.get("EXPIRED", facts.valid_to)
    return Version(
        id=facts.version_id, hash=facts.hash, lines=lines,
        required=tuple(slot.party_id for slot in facts.slots if slot.required),
        valid_from=facts.effective_from if force is None else force,
        # That silence would end it is no end of it before it has.
        valid_to=expired if expired <= now else facts.valid_to,
        signatures={slots[one.slot_id]: Signature(one.hash, one.at) for one in facts.signed},
        accepted=frozenset(line_id(facts.version_id, number) for number in text.accepted),
        held=force is None or "DECLINED" in ended or "VOID" in ended,
        superseded_at=facts.successor_in_force_at, withdrawn_at=min(left, default=None),
        suspended=(*nights, *text.asleep), withdrawals=tuple(text.taken))


def _whom(line: Signed, facts: VersionFacts, engaged: Engaged) -> set[str]:
    return {who for named in line.named for who in _ids(named, facts, engaged)}


def _ids(named: Named, facts: VersionFacts, engaged: Engaged) -> Iterable[str]:
    """Return whom a name in a text means: who signs it in this role, or whoever bore this name in
    this role when it was issued. A role without a name is everybody in it."""
    if named.role == ANY:
        return engaged.people.keys() - {engaged.coachee}
    signs = {slot.party_id for slot in facts.slots if slot.role == named.role}
    if signs:
        return signs
    alike = [who for who in engaged.people.values() if who.role == named.role]
    if not named.name:
        return {who.id for who in alike}
    return {who.id for who in alike if plain(who.name) == plain(named.name)
            and (who.since is None or who.since <= facts.issued_at)}


def plain(name: str) -> str:
    """Return a name as names are compared: without regard to case and spaces."""
    return " ".join(name.split()).casefold()


def _opened(lines: Iterable[tuple[Signed, set[str]]]) -> dict[tuple[str, str], set[str]]:
    """Return which recipient and category is named by a permission, with its sessions."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for line, whom in lines:
        if line.effect == PERMIT:
            for who in whom:
                for code in spread(line.categories):
                    found[who, code] |= {*line.sessions}
    return dict(found)


def _parts(
    line: Signed, text: Text, whom: set[str], opened: Mapping[tuple[str, str], set[str]]
) -> Iterable[Line]:
    """Return a line of the world; a no that leaves somebody or a session out becomes several."""
    if line.effect == PERMIT or not (line.unless_named or line.outside_sessions):
        yield _line(line, text, line.categories, whom, line.outside_sessions)
        return
    codes, untouched = spread(line.categories), set[str]()
    for who in sorted(whom):
        left = {code for code in codes if (who, code) in opened}
        if not left:
            untouched.add(who)
            continue
        yield _line(line, text, sorted(codes - left), {who}, line.outside_sessions)
        if not line.unless_named:
            for code in sorted(left):
                outside = {*line.outside_sessions} | opened[who, code]
                yield _line(line, text, [code], {who}, sorted(outside))
    yield _line(line, text, line.categories, untouched, line.outside_sessions)


def _line(
    line: Signed, text: Text, categories: Iterable[str], whom: set[str], outside: Iterable[str]
) -> Line:
    # A permission in a form that nobody knows opens the least, a no closes all.
    form = line.form if line.form in RUNG else FACT
    return Line(
        id=line_id(text.facts.version_id, line.number),
        effect=PERMIT if line.effect == PERMIT else DENY, categories=tuple(categories),
        recipients=tuple(sorted(whom)), purposes=line.purposes, channels=line.channels,
        form=form or FACT, optional=line.optional, starts=line.starts, ends=line.ends,
        sessions=line.sessions, outside_sessions=tuple(outside),
        recipient_need_not_sign=line.recipient_need_not_sign, obligations=line.obligations,
        uses_left=line.uses_left)
