"""Loading the world of one engagement, with the names and sentences that pages put to it.

Read anew for every decision, in the transaction that uses the answer (domain 3.6), and with the
same few queries however many people take part.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from portal.agreements.models import Grant
from portal.agreements.policy import SlotFacts, VersionFacts, with_successors
from portal.agreements.queries import Standing, choices_of, standing_of_one, version_rows
from portal.engagements.policy import Mandatory, engagement_state, left_at
from portal.engagements.queries import by_id, coaching, parties_of
from portal.ledger.queries import bodies_of
from portal.people.queries import names_of
from portal.sessions.queries import IN_SESSION, passes_of, sessions_of
from portal.sharing.models import Share
from portal.sharing.policy.codes import ANY
from portal.sharing.policy.loading import (
    Engaged,
    Named,
    Signed,
    Somebody,
    Text,
    doubts,
    line_id,
    plain,
    world_from,
)
from portal.sharing.policy.world import DENY, PERMIT, Line, Signature, TakenBack, Version, World

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from portal.agreements.models import AgreementVersion
    from portal.engagements.models import CoachingSession, Engagement, Party
    from portal.ground.work import Work
    from portal.sessions.models import SessionPass

#: A session's code and its instants, as pages list it.
Session = tuple[str, datetime, datetime]


@dataclass(frozen=True, slots=True)
class Said:
    """Hold a line as everybody reads it, with the title of its text."""

    id: str
    version_id: str
    agreement_id: str
    template: str
    title: str
    number: int
    effect: str
    optional: bool
    sentence: str


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
        self.parties = parties_of(work, [engagement.id])[engagement.id]
        work.vault.fetch([engagement.key_id])
        names = names_of(work, [party.person_id for party in self.parties])
        self.versions = _to_the_end(self.standing)
        ids = [facts.version_id for facts in self.versions]
        self.rows = version_rows(work, ids)
        self.records: dict[str, dict[str, Any]] = {
            row.id: json.loads(work.reveal(row, "record")) for row in self.rows.values()}
        self.grants = _grants_of(work, ids)
        self.open = {*ids} if whole else {facts.version_id for facts in self.standing.signed_by(
            coaching(engagement, self.parties))}
        self.coachee = next(p for p in self.parties if p.role == "COACHEE")
        self.choices = choices_of(work, self.coachee.id, ids)
        self.people = {p.id: self._party(p, names[p.person_id]) for p in self.parties}
        self.lines: dict[str, Said] = {}
        self.used = _uses_of(work, engagement.id)
        self.taken = bodies_of(work, engagement.id, ("line.withdrawn",))

    def all(self) -> Around:
        """Return everything together."""
        # What the present coach signs is read first: it alone may bring in more people.
        texts = {facts.version_id: self._text(facts) for facts in sorted(
            self.versions, key=lambda facts: facts.version_id not in self.open)}
        sessions = sessions_of(self.work, self.engagement.id)
        doors = self._doors(sessions)
        engaged = Engaged(self.coachee.id, self._state(), self.people)
        world = world_from(engaged, [texts[f.version_id] for f in self.versions], self.work.now)
        world = replace(world, versions=(*world.versions, *(door for door, _whom in doors)))
        events = self.standing.events
        return Around(
            self.engagement, world, self.people, self.lines,
            [(f"S{s.number}", s.starts_at, s.ends_at) for s in sessions],
            {door.id: whom for door, whom in doors}, self.standing, events[-1].seq if events else 0,
            self.work.now)

    def _state(self) -> str:
        spans = Mandatory(self.standing.mandatory_spans(self.work.now))
        return engagement_state(
            self.engagement.id, self.standing.events, spans, self.work.now)

    def _party(self, party: Party, name: str) -> Somebody:
        bound = self.standing.bound_since(party.id, self.work.now)
        return Somebody(party.id, party.role, name, since=party.created_at,
                        left_at=left_at(party.id, self.standing.events, bound))

    def _text(self, facts: VersionFacts) -> Text:
        written = {line["no"]: line for line in self.records[facts.version_id].get("lines", ())}
        is_open = facts.version_id in self.open
        lines = [_signed(grant, written.get(grant.number, {}), self.used)
                 for grant in self.grants[facts.version_id]
                 if is_open or grant.effect != PERMIT]
        if is_open:
            self._meet(facts.slots, lines)
            self._say(facts, written)
        chosen = self.choices.get(facts.version_id, {})
        taken = [TakenBack(line_id(facts.version_id, one.facts["line"]), one.at,
                           _texts(one.facts.get("categories")))
                 for one in self.taken if one.subject_id == facts.version_id]
        return Text(facts, lines, {int(n) for n, said in chosen.items() if said == "yes"}, taken,
                    doubts(facts, self.standing.events))

    def _meet(self, slots: Iterable[SlotFacts], lines: Iterable[Signed]) -> None:
        """Know everybody whom a line names and who is no party: a tool, a body, a page."""
        signing = {slot.role for slot in slots}
        known = {(who.role, plain(who.name)) for who in self.people.values()}
        for named in {named for line in lines for named in line.named}:
            if (named.role != ANY and named.name and named.role not in signing
                    and (named.role, plain(named.name)) not in known):
                who = Somebody(self._outsider(named), named.role, named.name, named.place)
                self.people[who.id] = who

    def _outsider(self, named: Named) -> str:
        """Return an id that stays the same over texts, and that says nothing about the name."""
        return self.work.ground.vault.fingerprint(
            f"{self.engagement.id}\n{named.role}\n{plain(named.name)}", "recipient")[:32]

    def _say(self, facts: VersionFacts, written: Mapping[int, Mapping[str, Any]]) -> None:
        row: AgreementVersion = self.rows[facts.version_id]
        title = self.records[facts.version_id].get("template", {}).get("name", "")
        for number, line in written.items():
            said = Said(line_id(facts.version_id, number), facts.version_id, facts.agreement_id,
                        row.template_code, title, number, line["effect"], line["optional"],
                        line["sentence"])
            self.lines[said.id] = said

    def _doors(
        self, sessions: Sequence[CoachingSession]
    ) -> list[tuple[Version, tuple[str, str]]]:
        codes = {session.id: f"S{session.number}" for session in sessions}
        return [(_door(row, self.coachee.id, codes[row.session_id]),
                 (row.party_id, codes[row.session_id]))
                for row in passes_of(self.work, self.engagement.id).values()
                if row.closed_at is not None]


def _to_the_end(standing: Standing) -> list[VersionFacts]:
    """Return every version, each knowing the newer one that will replace it by the clock alone."""
    by_agreement: dict[str, list[VersionFacts]] = defaultdict(list)
    for facts in standing.versions:
        by_agreement[facts.agreement_id].append(facts)
    return [facts for own in by_agreement.values()
            for facts in with_successors(own, max(one.valid_to for one in own))]


def _grants_of(work: Work, version_ids: Sequence[str]) -> dict[str, list[Grant]]:
    found: dict[str, list[Grant]] = {version_id: [] for version_id in version_ids}
    for grant in work.session.scalars(select(Grant).where(
            Grant.version_id.in_(version_ids)).order_by(Grant.version_id, Grant.number)):
        found[grant.version_id].append(grant)
    return found


def _uses_of(work: Work, engagement_id: str) -> dict[str, int]:
    """Return how often something was shared under each line."""
    rows = work.session.execute(
        select(Share.line, func.count()).where(Share.engagement_id == engagement_id)
        .group_by(Share.line))
    return {line: count for line, count in rows if line is not None}


def _signed(grant: Grant, written: Mapping[str, Any], used: Mapping[str, int]) -> Signed:
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


def _door(row: SessionPass, coachee: str, session: str) -> Version:
    """Return a closed door as what it is: a no that the coachee said alone, at once (INV-6)."""
    closed_at = row.closed_at
    if closed_at is None:
        raise ValueError("this door stands open")
    name = f"door-{row.id}"
    return Version(
        id=name, hash=name, required=(), valid_from=closed_at, valid_to=closed_at,
        signatures={coachee: Signature(name, closed_at)}, lines=(Line(
            id=name, effect=DENY, categories=(IN_SESSION,), recipients=(row.party_id,),
            purposes=(ANY,), channels=(ANY,), sessions=(session,)),))
