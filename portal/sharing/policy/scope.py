"""Who may see what, until when: every cell is an answer of `decide` (design 5.1).

A cell holds the most detailed form in which one kind of information may reach one person now, by
whatever way its lines name, and the first moment at which that is no longer so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

from portal.sharing.policy.codes import (
    ANY,
    CHANNELS,
    CLASSES,
    FORMS,
    LIMITS_DISCLOSURE,
    PURPOSES,
    RUNG,
    Code,
)
from portal.sharing.policy.deciding import YES, Decision, decide
from portal.sharing.policy.request import Request
from portal.sharing.policy.world import NONE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from portal.sharing.policy.world import Placed, World


class Sight(StrEnum):
    """Name the mark of a cell, by the one set of discs (design 2.5)."""

    FULL = "full"
    PART = "part"
    NONE = "none"
    ASKED = "asked"
    ENDED = "ended"


#: Classes in which there is no more than the fact itself: who has that has all of it.
_WHOLE = frozenset({"logistics", "engagement"})
#: The codes of a yes that is over or sleeps, and of one that somebody has still to sign.
_OVER = frozenset({Code.WITHDRAWN, Code.EXPIRED, Code.SUPERSEDED, Code.SUSPENDED})
_UNSIGNED = frozenset({Code.NOT_IN_FORCE, Code.NO_COACHEE_CONSENT})
#: The states of an engagement that has not begun.
_BEFORE = frozenset({"DRAFT", "CONTRACTING"})
#: Which of several permissions that do not hold is shown: what may still come, then what was.
_ORDER = (Sight.ASKED, Sight.ENDED, Sight.NONE)


@dataclass(frozen=True, slots=True)
class Cell:
    """Hold what one person may learn of one kind of information.

    `until` is the first moment at which it is less than now (exclusive), `since` is when a yes
    ended, `starts` is when one that is agreed begins; None where there is none. `code` and `by`
    are those of the decision.
    """

    category: str
    recipient: str
    sight: Sight
    code: Code
    by: str | None = None
    form: str | None = None
    until: datetime | None = None
    since: datetime | None = None
    starts: datetime | None = None


def scope(
    world: World, now: datetime, *, waiting: Collection[str] = (), categories: Iterable[str] = ()
) -> dict[tuple[str, str], Cell]:
    """Return a cell for each kind of information and each person but coach and coachee.

    `waiting` are the versions that can still come into force; a permission of any other version
    that is not in force was never given, or is over.
    """
    looking = _Looking(world, now, frozenset(waiting))
    people = [who for who, party in world.parties.items()
              if who != world.coachee and party.role != "COACH"]
    return {(category, who): looking.cell(category, who)
            for category in (categories or CLASSES) for who in people}


@dataclass(frozen=True)
class _Looking:
    """Ask about one world at one moment."""

    world: World
    now: datetime
    waiting: frozenset[str]

    @cached_property
    def opened(self) -> World:
        """Give the same world as if the engagement were running: what the lines alone say."""
        return self.world if self.world.state == "ACTIVE" else replace(self.world, state="ACTIVE")

    def cell(self, category: str, who: str) -> Cell:
        """Return one cell."""
        best = self._best(category, who, self.now)
        if best is None:
            return self._closed(category, who)
        form, decision = best
        full = CLASSES[category] in _WHOLE or RUNG[form] >= RUNG["report"]
        return Cell(category, who, Sight.FULL if full else Sight.PART, decision.code, decision.by,
                    form, self._until(category, who, form))

    def _permits(self, category: str, who: str) -> Sequence[Placed]:
        return self.world.lines_about.get((who, category), NONE).permits

    def _best(self, category: str, who: str, at: datetime) -> tuple[str, Decision] | None:
        """Return the most detailed form that is a yes at a moment, with the decision; or None."""
        permits = self._permits(category, who)
        ways = {way for permit in permits for way in _ways(permit)}
        most = max((permit.rung for permit in permits), default=-1)
        for form in reversed(FORMS[:most + 1]):
            said = [decide(self.world, Request(category, who, purpose, channel, form, at, session))
                    for purpose, channel, session in ways]
            yes = [decision for decision in said if decision.decision == YES]
            if yes:
                return form, min(yes, key=lambda decision: decision.by or "")
        return None

    def _until(self, category: str, who: str, form: str) -> datetime | None:
        """Return the first moment at which less than `form` is a yes; only where the clock alone
        changes something can that be."""
        for at in self._moments(category, who):
            best = self._best(category, who, at)
            if best is None or RUNG[best[0]] < RUNG[form]:
                return at
        return None

    def _moments(self, category: str, who: str) -> list[datetime]:
        """Return the moments to come at which a permission may end, in order.

        That it will sleep unless it is looked at again is no end of it: its review is to come.
        """
        about = self.world.lines_about.get((who, category), NONE)
        found = {self.world.parties[who].left_at, *(no.line.starts for no in about.denies)}
        for permit in about.permits:
            version = permit.version
            found |= {version.valid_to, version.superseded_at, version.withdrawn_at,
                      permit.line.ends}
            found |= {taken.at for taken in version.withdrawals}
        return sorted(at for at in found if at is not None and at > self.now)

    def _closed(self, category: str, who: str) -> Cell:
        """Return the cell of a no: asked for, over, or never given."""
        cells = [self._no(permit, category, who) for permit in self._permits(category, who)]
        if cells:
            return min(cells, key=lambda cell: (_ORDER.index(cell.sight), cell.by or ""))
        said = decide(self.world, Request(category, who, "inform_progress", "portal", FORMS[0],
                                          self.now))
        return Cell(category, who, Sight.NONE, said.code, said.by)

    def _no(self, permit: Placed, category: str, who: str) -> Cell:
        """Return what one permission that does not hold leaves: asked by its own way and form."""
        purpose, channel, session = next(iter(_ways(permit)))
        asked = Request(category, who, purpose, channel, permit.line.form, self.now, session)
        said, without = decide(self.world, asked), decide(self.opened, asked)
        sight = self._sight(without, permit)
        return Cell(
            category, who, sight, said.code, said.by or without.by, permit.line.form,
            since=_since(permit, category, who, self.now) if sight is Sight.ENDED else None,
            starts=_starts(permit, self.now) if without.code is Code.NOT_YET else None)

    def _sight(self, without: Decision, permit: Placed) -> Sight:
        """Return the mark of a no; `without` is the answer if the engagement were running."""
        if without.decision == YES:
            return Sight.ASKED if self.world.state in _BEFORE else Sight.ENDED
        if without.code in _UNSIGNED and permit.version.id in self.waiting:
            return Sight.ASKED
        given = not permit.line.optional or permit.line.id in permit.version.accepted
        if without.code is Code.NOT_YET and given:
            return Sight.ASKED
        return Sight.ENDED if without.code in _OVER and given else Sight.NONE


def _ways(permit: Placed) -> Iterable[tuple[str, str, str | None]]:
    """Return the ways that a permission names: purpose, channel and session."""
    line = permit.line
    purposes = PURPOSES - {LIMITS_DISCLOSURE} if ANY in line.purposes else line.purposes
    channels = CHANNELS if ANY in line.channels else line.channels
    return product(sorted(purposes), sorted(channels), line.sessions or (None,))


def _since(permit: Placed, category: str, who: str, now: datetime) -> datetime | None:
    """Return when a permission ended or fell asleep, None where the engagement alone rests."""
    version, line = permit.version, permit.line
    ends = [version.valid_to, version.superseded_at, version.withdrawn_at, line.ends]
    ends += [taken.at for taken in version.withdrawals if taken.takes(line, category, now)]
    ends += [sleep.starts for sleep in version.suspended
             if sleep.party in (None, who) and sleep.holds(now)]
    return min((at for at in ends if at is not None and at <= now), default=None)


def _starts(permit: Placed, now: datetime) -> datetime | None:
    """Return when a permission that is agreed begins."""
    begin = (permit.version.valid_from, permit.line.starts)
    return max((at for at in begin if at is not None and at > now), default=None)
