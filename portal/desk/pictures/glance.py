"""An engagement at a glance: who is bound to whom, and for whom one has waited how long.

Both pictures are made of what the page of the engagement shows, and ask nothing more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from portal.desk.pictures.shapes import Bond, Dot, Triangle, bond, dots, triangle
from portal.reaching.policy import Word

if TYPE_CHECKING:
    from portal.desk.policy.board import Signer
    from portal.desk.queries.sheet import Sheet
    from portal.desk.queries.today import Row

#: Texts whose signers one waits for, or has waited for.
_ASKED = ("open", "held", "coming", "in_force")


@dataclass(frozen=True, slots=True)
class Corner:
    """Hold somebody beside coachee and coach, the texts that bind them, and how far."""

    name: str
    role: str
    rows: Sequence[Row]
    bond: Bond


@dataclass(frozen=True, slots=True)
class Relations:
    """Hold who is bound to whom: the texts of coachee and coach alone, and everybody else."""

    places: Triangle
    rows: Sequence[Row]
    bond: Bond
    corners: Sequence[Corner]

    @property
    def bonds(self) -> list[Bond]:
        """Return which bonds there are, each once, the strongest first."""
        found = {self.bond, *(corner.bond for corner in self.corners)}
        return [one for one in Bond if one in found]

    @property
    def every_row(self) -> list[Row]:
        """Return all texts."""
        return [*self.rows, *(row for corner in self.corners for row in corner.rows)]


def relations(sheet: Sheet) -> Relations:
    """Return who is bound to whom by the texts of an engagement."""
    rows = [text.row for text in sheet.texts]
    whose = {row.agreement_id: {asked.signer.party_id for asked in row.asked} for row in rows}
    corners = []
    for person in sheet.people:
        named = person.named
        if named.role != "COACHEE":
            own = [row for row in rows if row.counterpart == named.name
                   or named.party_id in whose[row.agreement_id]]
            corners.append(Corner(named.name, named.role, own, bond(row.word for row in own)))
    alone = [row for row in rows if row.counterpart is None]
    return Relations(triangle(len(corners)), alone, bond(row.word for row in alone), corners)


@dataclass(frozen=True, slots=True)
class Wait:
    """Hold for whom one waits or has waited, since when, and what happened on the way."""

    name: str
    role: str
    asked_at: datetime
    opened_at: datetime | None
    reminded_at: datetime | None
    signed_at: datetime | None
    dots: Sequence[Dot]


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """Hold everybody who was asked, longest awaited first, on one line of days."""

    first: datetime
    last: datetime
    waits: Sequence[Wait]

    @property
    def kinds(self) -> set[str]:
        """Return which marks there are."""
        return {dot.kind for wait in self.waits for dot in wait.dots}

    @property
    def longest(self) -> Wait | None:
        """Return for whom one has waited longest, or None where everybody has signed."""
        return next((wait for wait in self.waits if wait.signed_at is None), None)


def waiting_line(sheet: Sheet, now: datetime) -> WaitingLine | None:
    """Return for whom one has waited how long, or None where nobody was asked.

    A decline looks like silence here too: nothing is read but where each request stands (Z4).
    """
    requests: dict[str, list[Signer]] = {}
    names = {}
    for row in (text.row for text in sheet.texts if text.row.word in _ASKED):
        for asked in row.asked:
            if asked.signer.role != "COACH" and asked.signer.asked_at is not None:
                requests.setdefault(asked.signer.party_id, []).append(asked.signer)
                names[asked.signer.party_id] = asked.name or ""
    if not requests:
        return None
    first = min(_asked(signers) for signers in requests.values())
    last = max(now, first + timedelta(hours=1))
    waits = [_wait(names[party_id], signers, first, last)
             for party_id, signers in requests.items()]
    return WaitingLine(first, last, sorted(
        waits, key=lambda wait: (wait.signed_at is not None, wait.asked_at)))


def _asked(signers: Sequence[Signer]) -> datetime:
    return min(signer.asked_at for signer in signers if signer.asked_at is not None)


def _wait(name: str, signers: Sequence[Signer], first: datetime, last: datetime) -> Wait:
    missing = [signer for signer in signers if not signer.signed]
    asked_at = _asked(missing or signers)
    opened = [s.since for s in missing if s.word in (Word.OPENED, Word.IDENTIFIED)]
    reminded = [s.reminded_at for s in missing or signers if s.reminded_at is not None]
    signed_at = None if missing else max(signer.since for signer in signers)
    opened_at, reminded_at = min(opened, default=None), max(reminded, default=None)
    return Wait(name, signers[0].role, asked_at, opened_at, reminded_at, signed_at, dots(
        (("asked", asked_at), ("opened", opened_at), ("reminded", reminded_at),
         ("signed", signed_at)), first, last))
