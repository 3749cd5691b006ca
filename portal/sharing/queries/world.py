"""Loading the world of one engagement, with the names and sentences that pages put to it.

Read anew for every decision, in the transaction that uses the answer (domain 3.6), and with the
same few queries however many people take part.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from portal.agreements.policy import VersionFacts, state, with_successors
from portal.agreements.queries import Standing, standing_of_one
from portal.engagements.policy import PARTY_ENDS, Mandatory, engagement_state, left_at
from portal.engagements.queries import by_id
from portal.ledger.queries import bodies_of
from portal.sessions.queries import IN_SESSION
from portal.sharing.policy.codes import ANY
from portal.sharing.policy.loading import (
    Engaged,
    Named,
    Signed,
    Somebody,
    Text,
    doubts,
    line_id,
    silences,
    world_from,
)
from portal.sharing.policy.world import DENY, PERMIT, Line, Signature, TakenBack, Version, World
from portal.sharing.queries import rows
from portal.sharing.queries.glance import Said, meet, said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portal.engagements.models import Engagement
    from portal.ground.work import Work
    from portal.sharing.queries.rows import Being, Closed

#: A session's code and its instants, as pages list it.
Session = tuple[str, datetime, datetime]


@dataclass(frozen=True, slots=True)
class Around:
    """Hold a world with its words.

    `people` are all whom something can be shared with, by id, and the coach; `lines` only those
    of texts that the present coach signs or signed: what was agreed with another coach stays
    closed, and all that reaches the world of it are its noes (Z23). `revision` is the length of
    the engagement's chain. `doors` are the noes that a coachee said by closing a door, by id:
    whom to, and of which session.
    """

    engagement: Engagement
    world: World
    people: Mapping[str, Somebody]
    lines: Mapping[str, Said]
    sessions: Sequence[Session]
    doors: Mapping[str, tuple[str, str]]
    standing: Standing
    revision: int
    at: datetime

    @property
    def coachee(self) -> Somebody:
        """Return who is coached."""
        return self.people[self.world.coachee]

    @property
    def coach(self) -> Somebody:
        """Return who coaches now."""
        return next(who for who in self.people.values()
                    if who.role == "COACH" and who.left_at is None)

    def text_for(self, line: str | None, recipient: str) -> str | None:
        """Return the agreement whose next version could get a line for somebody: that of the line
        which came nearest, or one that they sign or stand in. None where none is in force."""
        alive = {facts.version_id: facts for facts in self.standing.versions
                 if state(facts, self.at) == "IN_FORCE"}
        near = self.lines.get(line or "")
        if near is not None and near.version_id in alive:
            return near.agreement_id
        signs = [facts for facts in alive.values() if facts.slot_of(recipient) is not None]
        named = [alive[text.id] for text in self.world.versions if text.id in alive and any(
            one.effect == PERMIT and recipient in one.recipients for one in text.lines)]
        found = [*signs, *named]
        return found[0].agreement_id if found else None


def world_of(work: Work, engagement_id: str) -> World:
    """Return the world of an engagement as it stands now; `Missing` where there is none."""
    return around(work, engagement_id).world


def around(work: Work, engagement_id: str, *, whole: bool = False) -> Around:
    """Return the world of an engagement as it stands now, with its words.

    `whole` opens the texts of earlier coaches too: for the coachee, who signed them all.
    """
    return _Loading(work, by_id(work, engagement_id), whole=whole).all()


class _Loading:
    """Read all that a world is made of: each kind of thing once."""

    def __init__(self, work: Work, engagement: Engagement, *, whole: bool) -> None:
        self.work, self.engagement = work, engagement
        self.standing = standing_of_one(work, engagement.id)
        kinds = {event.kind for event in self.standing.events}
        self.parties = rows.beings(work, engagement)
        self.versions = _to_the_end(self.standing)
        self.frozen = rows.frozen(work, engagement)
        self.grants = rows.grants(work, engagement.id)
        self.accepted = rows.accepted(work, engagement.id)
        coaches = {one.id for one in self.parties
                   if one.role == "COACH" and one.person_id == engagement.coach_id}
        self.open = {facts.version_id for facts in (
            self.versions if whole else self.standing.signed_by(coaches))}
        self.coachee = next(one for one in self.parties if one.role == "COACHEE")
        self.people = {one.id: self._party(one) for one in self.parties}
        self.lines: dict[str, Said] = {}
        self.used = rows.used(work, engagement.id) if "share.recorded" in kinds else {}
        self.taken = (bodies_of(work, engagement.id, ("line.withdrawn",))
                      if "line.withdrawn" in kinds else ())

    def all(self) -> Around:
        """Return everything together."""
        # What the present coach signs is read first: it alone may bring in more people.
        texts = {facts.version_id: self._text(facts) for facts in sorted(
            self.versions, key=lambda facts: facts.version_id not in self.open)}
        sessions, closed = rows.meetings(self.work, self.engagement.id)
        doors = [(_door(one, self.coachee.id), (one.party_id, one.session)) for one in closed]
        engaged = Engaged(self.coachee.id, self._state(), self.people)
        world = world_from(engaged, [texts[f.version_id] for f in self.versions], self.work.now)
        world = replace(world, versions=(*world.versions, *(door for door, _whom in doors)))
        events = self.standing.events
        return Around(
            self.engagement, world, self.people, self.lines, sessions,
            {door.id: whom for door, whom in doors}, self.standing,
            events[-1].seq if events else 0, self.work.now)

    def _state(self) -> str:
        spans = Mandatory(self.standing.mandatory_spans(self.work.now))
        return engagement_state(
            self.engagement.id, self.standing.events, spans, self.work.now)

    def _party(self, one: Being) -> Somebody:
        told = [event for event in self.standing.events if event.subject_id == one.id]
        gone = None
        if any(event.kind in PARTY_ENDS for event in told):
            gone = left_at(one.id, told, self.standing.bound_since(one.id, self.work.now))
        return Somebody(one.id, one.role, one.name, since=one.since, left_at=gone)

    def _text(self, facts: VersionFacts) -> Text:
        written = self.frozen[facts.version_id]
        is_open = facts.version_id in self.open
        lines = [_signed(grant, written.lines.get(grant.number, {}), self.used)
                 for grant in self.grants.get(facts.version_id, ())
                 if is_open or grant.effect != PERMIT]
        if is_open:
            meet(self.work, self.engagement, self.people, {slot.role for slot in facts.slots},
                 (named for line in lines for named in line.named))
            self.lines |= said(written)
        taken = [TakenBack(line_id(facts.version_id, one.facts["line"]), one.at,
                           _texts(one.facts.get("categories")))
                 for one in self.taken if one.subject_id == facts.version_id]
        return Text(facts, lines, self.accepted.get(facts.version_id, ()), taken,
                    [*doubts(facts, self.standing.events), *silences(facts)])


def _to_the_end(standing: Standing) -> list[VersionFacts]:
    """Return every version, each knowing the newer one that will replace it by the clock alone."""
    by_agreement: dict[str, list[VersionFacts]] = defaultdict(list)
    for facts in standing.versions:
        by_agreement[facts.agreement_id].append(facts)
    return [facts for own in by_agreement.values()
            for facts in with_successors(own, max(one.valid_to for one in own))]


def _signed(grant: Any, written: Mapping[str, Any], used: Mapping[str, int]) -> Signed:
    """Return a line by the codes that decide, and the names that stand in the frozen text."""
    scope, most = grant.scope, grant.scope.get("uses_max")
    name = line_id(grant.version_id, grant.number)
    named = written.get("recipients") or [
        {"role": role, "name": ""} for role in _texts(scope.get("recipients")) or ()]
    every = () if grant.effect == PERMIT else (ANY,)
    return Signed(
        number=grant.number, effect=grant.effect, optional=grant.optional,
        categories=_texts(scope.get("categories")) or (),
        named=tuple(Named(who["role"], who["name"], who.get("place", "")) for who in named),
        purposes=_texts(scope.get("purposes")) or every,
        channels=_texts(scope.get("channels")) or every,
        form=_text(scope.get("max_form" if grant.effect == PERMIT else "min_form")),
        starts=grant.starts, ends=grant.ends, sessions=_texts(scope.get("sessions")) or (),
        outside_sessions=_texts(scope.get("outside_sessions")) or (),
        unless_named=bool(written.get("unless_named")),
        recipient_need_not_sign=bool(scope.get("recipient_need_not_sign")),
        obligations=_texts(scope.get("obligations")) or (),
        uses_left=most - used.get(name, 0) if isinstance(most, int) else None)


def _texts(value: object) -> tuple[str, ...] | None:
    return tuple(value) if isinstance(value, list | tuple) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _door(closed: Closed, coachee: str) -> Version:
    """Return a closed door as what it is: a no that the coachee said alone, at once (INV-6)."""
    name = f"door-{closed.id}"
    return Version(
        id=name, hash=name, required=(), valid_from=closed.at, valid_to=closed.at,
        signatures={coachee: Signature(name, closed.at)}, lines=(Line(
            id=name, effect=DENY, categories=(IN_SESSION,), recipients=(closed.party_id,),
            purposes=(ANY,), channels=(ANY,), sessions=(closed.session,)),))
