"""The record of an engagement as a story, read a page at a time with a constant number of
queries, however long it has become."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from portal.agreements.queries import Standing, standing_of
from portal.desk.policy.story import ALWAYS, DECIDES, PAGE, TOLD, Turn, spans_of, turns
from portal.desk.policy.timeline import FOREVER
from portal.engagements.models import CoachingSession
from portal.engagements.queries import coaching, own_or_missing, parties_of
from portal.handing.models import HandOver
from portal.ledger.queries import Line, Lines, Shown, lines_of
from portal.links.models import Invitation
from portal.people.queries import names_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portal.engagements.models import Engagement, Party
    from portal.ground.work import Work


@dataclass(frozen=True, slots=True)
class Told:
    """Hold one thing that happened, as the words need it.

    `who` did it: a name, "you" for the reader, or nothing for the portal itself. `name` is whom it
    is about; `text` the code of the template, `number` of the text or of the session, `line` of a
    line, of which perhaps only a `part` is meant. `hash` is empty for what follows from the clock
    alone.
    """

    at: datetime
    kind: str
    who: str = ""
    you: bool = False
    name: str = ""
    own: bool = False
    role: str = ""
    text: str = ""
    number: int = 0
    line: int = 0
    part: bool = False
    how: str = ""
    day: date | None = None
    starts: datetime | None = None
    before: str = ""
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Minute:
    """Hold what happened within one minute, in the order in which it did."""

    at: datetime
    told: list[Told]


@dataclass(frozen=True, slots=True)
class Story:
    """Hold one page of the story, the newest minute first; `newer` and `older` are where the
    pages beside it begin, each the id of an entry, or None."""

    engagement_id: str
    title: str
    coachee: str
    minutes: list[Minute]
    newer: str | None
    older: str | None
    took_over: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """Hold what was read about one engagement, to say what ids mean."""

    engagement: Engagement
    parties: dict[str, Party]
    standing: Standing
    invited: dict[str, str]
    sessions: dict[str, int]
    proposals: dict[str, HandOver]
    names: dict[str, str]

    def person(self, line: Line) -> str | None:
        """Return the person whom an entry is about."""
        party = self.parties.get(line.facts.get("party") or line.facts.get("by")
                                 or line.subject_id)
        if party is not None:
            return party.person_id
        proposal = self.proposals.get(line.facts.get("hand_over") or line.subject_id)
        return proposal.to_person_id if proposal else self.invited.get(line.subject_id)


def story_of(work: Work, engagement_id: str, *, before: str = "", after: str = "") -> Story:
    """Return a page of the story of one of the acting coach's engagements, or raise `Missing`."""
    engagement = own_or_missing(work, engagement_id)
    parties = parties_of(work, [engagement_id])[engagement_id]
    coaches = [(p.created_at, p.person_id) for p in parties if p.role == "COACH"]
    spans = spans_of(coaches, engagement.coach_id)
    page = lines_of(work, Shown(engagement_id, TOLD, spans), PAGE, before=before, after=after)
    found = _find(work, engagement, parties, page)
    told = [*(_told(found, line) for line in reversed(page.lines)),
            *_turned(work, found, page, spans)]
    coachee = next(p.person_id for p in parties if p.role == "COACHEE")
    return Story(
        engagement_id, work.reveal(engagement, "title"), found.names[coachee],
        _by_minute(told),
        newer=page.lines[0].id if page.lines and page.until else None,
        older=page.lines[-1].id if page.has_older else None,
        took_over=not page.has_older and spans[0][0] > ALWAYS)


def _by_minute(told: list[Told]) -> list[Minute]:
    # What a moment brought about stays behind what brought it about: sorting keeps that.
    groups = groupby(sorted(told, key=lambda one: one.at),
                     lambda one: one.at.replace(second=0, microsecond=0))
    return [Minute(at, list(group)) for at, group in groups][::-1]


def _find(work: Work, engagement: Engagement, parties: list[Party], page: Lines) -> _Found:
    invited = work.session.execute(
        select(Invitation.id, Invitation.person_id)
        .where(Invitation.id.in_([line.subject_id for line in page.lines]))).all()
    sessions = work.session.execute(
        select(CoachingSession.id, CoachingSession.number)
        .where(CoachingSession.engagement_id == engagement.id)).all()
    proposals = {row.id: row for row in work.session.scalars(
        select(HandOver).where(HandOver.engagement_id == engagement.id))}
    people = {p.person_id for p in parties} | {line.actor_id for line in page.lines
                                               if line.actor_id is not None}
    people |= {i for row in proposals.values() for i in (row.from_person_id, row.to_person_id)}
    work.vault.fetch([engagement.key_id])
    return _Found(
        engagement, {p.id: p for p in parties},
        standing_of(work, [engagement.id], DECIDES)[engagement.id],
        {row.id: row.person_id for row in invited}, {row.id: row.number for row in sessions},
        proposals, names_of(work, people))


#: What says how something was done: by voice, which edition, in which mode, told in which way.
_HOW = ("how", "edition", "mode", "told", "direction")


def _told(found: _Found, line: Line) -> Told:
    facts, person = line.facts, found.person(line)
    party = found.parties.get(line.subject_id)
    text, number = _text(found, line)
    session = found.sessions.get(facts.get("session") or line.subject_id)
    return Told(
        at=line.at, kind=line.kind, who=found.names.get(line.actor_id or "", ""),
        you=line.actor_id == found.engagement.coach_id,
        name=found.names.get(person or "", ""), own=person == found.engagement.coach_id,
        role=party.role if party is not None else "", text=text, number=session or number,
        line=facts.get("line") or 0, part=bool(facts.get("categories")),
        how=next((facts[key] for key in _HOW if facts.get(key)), ""),
        day=_day(facts), starts=_instant(facts.get("starts")),
        before=found.names.get(facts.get("from") or "", ""), hash=line.hash)


def _text(found: _Found, line: Line) -> tuple[str, int]:
    """Return the template and the number of the text that an entry is about."""
    wanted = (line.subject_id, line.facts.get("version"))
    facts = next((v for v in found.standing.versions if v.version_id in wanted), None)
    agreement = found.standing.agreements.get(
        facts.agreement_id if facts else line.facts.get("agreement") or line.subject_id)
    return agreement.template_code if agreement else "", facts.number if facts else 0


def _day(facts: dict[str, Any]) -> date | None:
    spelled = facts.get("on") or facts.get("day")
    return date.fromisoformat(spelled) if spelled else None


def _instant(spelled: str | None) -> datetime | None:
    return datetime.fromisoformat(spelled) if spelled else None


def _turned(
    work: Work, found: _Found, page: Lines, spans: Iterable[tuple[datetime, datetime]]
) -> list[Told]:
    """Return where texts came to stand between the first and the last entry of a page."""
    standing, told = found.standing, []
    since = page.lines[-1].at if page.has_older else None
    for facts in standing.signed_by(coaching(found.engagement, found.parties.values())):
        agreement = standing.agreements[facts.agreement_id]
        told += [Told(turn.at, f"text.{turn.word}", text=agreement.template_code,
                      number=facts.number)
                 for turn in turns(facts, work.now, dropped=agreement.id in standing.dropped)
                 if _is_here(turn, spans) and (since is None or turn.at >= since)
                 and turn.at < (page.until or FOREVER)]
    return told


def _is_here(turn: Turn, spans: Iterable[tuple[datetime, datetime]]) -> bool:
    return any(begin <= turn.at < end for begin, end in spans)
