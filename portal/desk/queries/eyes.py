"""What somebody else would get to see, if the coachee answered so: looked at, never answered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from portal.agreements.policy import is_waiting, state
from portal.desk.policy import Spoken
from portal.desk.queries.own import own_of
from portal.engagements.queries import parties_of
from portal.plain.errors import Missing
from portal.sharing.policy import Sight, imagined, scope
from portal.sharing.policy.codes import CLASSES
from portal.sharing.queries import around
from portal.signing.queries import progress_of
from portal.wording.queries import load_pack

if TYPE_CHECKING:
    from portal.agreements.policy import VersionFacts
    from portal.desk.queries.own import Own
    from portal.ground.work import Work
    from portal.sharing.policy import Cell
    from portal.sharing.queries import Around
    from portal.signing.queries import Seat

#: Whose page can be looked at: people at the table, whether they sign or are only named.
_ROLES = ("SPONSOR", "LINE_MANAGER", "HR_PARTNER", "ASSISTANT", "SUPPORTER", "GUEST")


@dataclass(frozen=True, slots=True)
class Reader:
    """Hold somebody through whose eyes the coachee may look."""

    id: str
    name: str
    role: str
    label: str


@dataclass(frozen=True, slots=True)
class Flip:
    """Hold an optional line about a reader, with the answer that stands so far."""

    id: str
    sentence: str
    is_yes: bool


@dataclass(frozen=True, slots=True)
class Told:
    """Hold a kind of information that a reader may hear of, in the words of the coachee."""

    code: str
    name: str
    form: str
    form_words: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class Eyes:
    """Hold what a reader would get: what they may hear, and their own page of what they sign.

    `gained` and `lost` say what is different from the answers that stand so far.
    """

    reader: Reader
    flips: Sequence[Flip]
    told: Sequence[Told]
    gained: Sequence[str]
    lost: Sequence[str]
    owns: Sequence[Own]


@dataclass(frozen=True)
class Looking:
    """Look at one engagement with the coachee's answers so far; writes nothing."""

    work: Work
    seat: Seat
    there: Around

    @cached_property
    def versions(self) -> Mapping[str, VersionFacts]:
        """Give, by its id, of each agreement the newest version that waits or is in force."""
        found = {}
        for facts in self.seat.standing.versions:
            alive = (is_waiting(facts, self.work.now)
                     or state(facts, self.work.now) in ("IN_FORCE", "SUSPENDED", "SCHEDULED"))
            if alive and facts.agreement_id not in self.seat.standing.dropped:
                found[facts.agreement_id] = facts
        return {facts.version_id: facts for facts in found.values()}

    @cached_property
    def so_far(self) -> frozenset[str]:
        """Give the optional lines with a yes: as signed and not taken back, or as saved in the
        sitting and not signed yet."""
        saved = progress_of(self.work, self.seat.engagement.id, self.seat.person.id)
        found = set()
        for version in self.there.world.versions:
            facts = self.versions.get(version.id)
            if facts is None:
                continue
            if facts.signed_at(self.seat.party.id) is not None:
                taken = {one.grant for one in version.withdrawals}
                found |= {line for line in version.accepted if line not in taken}
            else:
                answers = saved.of(version.id)
                found |= {line.id for line in version.lines if line.optional and answers.get(
                    f"line-{line.id.rpartition(':')[2]}") == "yes"}
        return frozenset(found)

    def readers(self) -> list[Reader]:
        """Return through whose eyes one may look: whoever is at the table and was not refused."""
        words, refused = load_pack().vocabulary.roles, self._refused()
        found = [Reader(who.id, who.name, who.role, words[who.role].label)
                 for who in self.there.people.values()
                 if who.role in _ROLES and who.left_at is None and who.id not in refused]
        return sorted(found, key=lambda one: (_ROLES.index(one.role), one.name, one.id))

    def _refused(self) -> set[str]:
        return {event.subject_id for event in self.seat.standing.events
                if event.kind == "party.refused"}

    def reader(self, reader_id: str) -> Reader:
        """Return one of the readers, or raise `Missing`."""
        for reader in self.readers():
            if reader.id == reader_id:
                return reader
        raise Missing("reader")

    def flips(self, reader: Reader) -> list[Flip]:
        """Return the optional lines that name a reader, in the order of their texts."""
        return [Flip(line.id, self.there.lines[line.id].sentence, line.id in self.so_far)
                for version in self.there.world.versions if version.id in self.versions
                for line in version.lines
                if line.optional and reader.id in line.recipients and line.id in self.there.lines]

    def eyes(self, reader: Reader, chosen: Collection[str] | None = None) -> Eyes:
        """Return what a reader would get, with these lines of theirs accepted; None stands for
        the answers so far."""
        flips = self.flips(reader)
        own = {flip.id for flip in flips}
        before = self._told(reader, self.so_far)
        after = before if chosen is None else self._told(
            reader, (self.so_far - own) | (own & set(chosen)))
        had, has = {one.name for one in before}, {one.name for one in after}
        yes = {flip.id for flip in flips if flip.is_yes} if chosen is None else set(chosen)
        return Eyes(
            reader, [replace(flip, is_yes=flip.id in yes) for flip in flips], after,
            [one.name for one in after if one.name not in had],
            [one.name for one in before if one.name not in has], self._owns(reader))

    def _told(self, reader: Reader, accepted: Collection[str]) -> list[Told]:
        """Return what a reader may hear of, each kind as the decision answers it."""
        same = {facts.agreement_id for facts in self.versions.values()}
        world = imagined(
            self.there.world, self.there.at, in_force=self.versions, accepted=accepted,
            replaced={facts.version_id for facts in self.seat.standing.versions
                      if facts.agreement_id in same and facts.version_id not in self.versions})
        cells, words = scope(world, self.there.at), load_pack().vocabulary
        found = [(code, cells[code, reader.id]) for code in CLASSES]
        return [Told(code, words.categories[code].name, cell.form or "",
                     words.forms[cell.form].name if cell.form else "", cell)
                for code, cell in found
                if cell.sight in (Sight.FULL, Sight.PART) or cell.starts is not None]

    def _owns(self, reader: Reader) -> list[Own]:
        """Return what a reader signs as it stands on their own pages once it is in force."""
        mine = [facts for facts in self.versions.values()
                if any(slot.party_id == reader.id for slot in facts.slots)]
        if not mine:
            return []
        parties = parties_of(self.work, [self.seat.engagement.id])[self.seat.engagement.id]
        theirs = replace(self.seat, party=next(p for p in parties if p.id == reader.id))
        return [replace(own, word=Spoken.IN_FORCE) for own in own_of(self.work, theirs, mine)]


def looking(work: Work, seat: Seat) -> Looking:
    """Return the engagement of a coachee, to be looked at through the eyes of others."""
    return Looking(work, seat, around(work, seat.engagement.id))
