"""Who is in which session: read from the agreements that hold at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.agreements.models import Grant
from portal.agreements.policy import LineFacts, line_state, sleeps_for, state
from portal.agreements.queries import choices_of
from portal.engagements.policy import party_state
from portal.people.queries import names_of
from portal.sessions.models import SessionPass
from portal.sessions.policy import (
    MODES,
    Mode,
    PassFacts,
    Presence,
    presence_of,
    reaches,
    usual_mode,
)
from portal.sessions.queries.dates import facts_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from portal.agreements.policy import VersionFacts
    from portal.agreements.queries import Standing
    from portal.engagements.models import CoachingSession, Party
    from portal.ground.work import Work

IN_SESSION = "CNT.SESSION"
SCHEDULE = "LOG.SCHEDULE"


@dataclass(frozen=True, slots=True)
class Opening:
    """Say when an agreement that all have signed lets a party have one category of information,
    and in which session, where it is for one alone."""

    party_id: str
    session_id: str | None
    starts: datetime
    until: datetime

    def holds(self, now: datetime) -> bool:
        """Tell whether it lets them have it now."""
        return self.starts <= now < self.until


@dataclass(frozen=True, slots=True)
class Third:
    """Hold a third person and one session, as coach and coachee may know it."""

    party_id: str
    name: str
    role: str
    mode: Mode
    presence: Presence
    closed: bool
    left: bool

    @property
    def is_in(self) -> bool:
        """Tell whether this person takes part."""
        return self.presence is Presence.IN


def openings(work: Work, standing: Standing, category: str) -> list[Opening]:
    """Return what third persons may have of a category, now or from a day that is fixed, by a
    permit line that nobody refused.

    Whoever left or was refused is bound by nothing and gets nothing (Z23).
    """
    signed = {facts.version_id: facts for facts in standing.versions
              if facts.force_at() is not None and _third(standing, facts) is not None
              and state(facts, work.now) in ("SCHEDULED", "IN_FORCE")}
    choices = choices_of(work, _coachee(signed.values()), signed) if signed else {}
    found = []
    for grant in _permits(work, signed):
        facts = signed[grant.version_id]
        said = _said(choices, grant)
        if (_names(grant, standing, facts, category) and (opening := _opening(
                work, grant, standing, facts, category, accepted=said == "yes")) is not None):
            found.append(opening)
    return [one for one in found if not is_out(work, standing, one.party_id)]


def let_in(work: Work, standing: Standing, texts: Iterable[VersionFacts]) -> bool:
    """Tell whether one of these texts let its third person into a session: the coachee neither
    refused the line that does nor took it back."""
    signed = {facts.version_id: facts for facts in texts}
    choices = choices_of(work, _coachee(signed.values()), signed) if signed else {}
    return any(_names(grant, standing, signed[grant.version_id], IN_SESSION)
               and (not grant.optional or _said(choices, grant) == "yes")
               and _taken_at(grant, signed[grant.version_id], IN_SESSION) is None
               for grant in _permits(work, signed))


def _taken_at(grant: Grant, facts: VersionFacts, category: str) -> datetime | None:
    """Return when the coachee took back that a line lets somebody have a category (INV-7)."""
    return next((taken.at for taken in facts.taken_from(grant.number)
                 if taken.categories is None or category in taken.categories), None)


def _said(choices: Mapping[str, Mapping[str, str]], grant: Grant) -> str | None:
    return choices.get(grant.version_id, {}).get(str(grant.number))


def _permits(work: Work, version_ids: Collection[str]) -> Sequence[Grant]:
    if not version_ids:
        return ()
    return work.session.scalars(
        select(Grant).where(Grant.version_id.in_(version_ids), Grant.effect == "permit")).all()


def is_out(work: Work, standing: Standing, party_id: str) -> bool:
    """Tell whether a party left, was removed or was refused."""
    bound = standing.bound_since(party_id, work.now)
    return party_state(party_id, standing.events, bound, work.now) in ("LEFT", "REMOVED")


def _third(standing: Standing, facts: VersionFacts) -> str | None:
    return standing.agreements[facts.agreement_id].party_id


def _names(grant: Grant, standing: Standing, facts: VersionFacts, category: str) -> bool:
    slot = facts.slot_of(_third(standing, facts) or "")
    return (slot is not None and slot.role in _listed(grant, "recipients")
            and category in _listed(grant, "categories"))


def _listed(grant: Grant, key: str) -> list[str]:
    found = grant.scope.get(key)
    return found if isinstance(found, list) else []


def _coachee(signed: Iterable[VersionFacts]) -> str:
    return next((slot.party_id for facts in signed for slot in facts.slots
                 if slot.role == "COACHEE"), "")


def _opening(
    work: Work, grant: Grant, standing: Standing, facts: VersionFacts, category: str, *,
    accepted: bool,
) -> Opening | None:
    """Return when a line opens; None where it was refused, taken back or has ended."""
    until = min(grant.ends or facts.valid_to, facts.valid_to)
    accepted = accepted or not grant.optional
    third = _third(standing, facts) or ""
    line = LineFacts(grant.number, grant.optional, until, accepted,
                     asleep=sleeps_for(facts, third, work.now))
    accepted = accepted and _taken_at(grant, facts, category) is None
    if not accepted or line_state(line, facts, work.now) not in ("PROPOSED", "ACTIVE"):
        return None
    force = facts.force_at() or until
    return Opening(third,
                   standing.agreements[facts.agreement_id].session_id,
                   max(force, grant.starts or force), until)


def passes_of(work: Work, engagement_id: str) -> dict[tuple[str, str], SessionPass]:
    """Return what was decided about people in sessions, by session and party."""
    rows = work.session.scalars(
        select(SessionPass).where(SessionPass.engagement_id == engagement_id))
    return {(row.session_id, row.party_id): row for row in rows}


def thirds_of(
    work: Work, standing: Standing, parties: Iterable[Party], sessions: Sequence[CoachingSession]
) -> dict[str, list[Third]]:
    """Return for each session every supporter, and every guest who was named for it."""
    people = [p for p in parties if p.role in MODES and not is_out(work, standing, p.id)]
    names = names_of(work, [party.person_id for party in people])
    opened = openings(work, standing, IN_SESSION)
    passes = passes_of(work, people[0].engagement_id) if people else {}
    named = {(a.session_id, a.party_id) for a in standing.agreements.values()
             if a.session_id is not None and a.id not in standing.dropped}
    return {session.id: [
        _third_in(party, names[party.person_id], session, opened,
                  passes.get((session.id, party.id)))
        for party in people if party.role == "SUPPORTER" or (session.id, party.id) in named
    ] for session in sessions}


def _third_in(
    party: Party, name: str, session: CoachingSession, opened: Iterable[Opening],
    row: SessionPass | None,
) -> Third:
    facts = facts_of(session)
    fits = [one for one in opened if one.party_id == party.id
            and one.session_id in (None, session.id)]
    best = next((one for one in fits if reaches(one.starts, one.until, facts)), None)
    mode = Mode(row.mode) if row is not None else usual_mode(party.role)
    closed, left = (row.closed_at, row.left_at) if row is not None else (None, None)
    presence = presence_of(PassFacts(
        best.starts if best else None, best.until if best else None, mode, closed, left), facts)
    return Third(party.id, name, party.role, mode, presence, closed is not None,
                 left is not None)
