"""What each party sees of sessions on their own pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from portal.agreements.policy import in_force_spans
from portal.engagements.queries import parties_of
from portal.people.policy import Sees
from portal.people.queries import lookers_of, names_of
from portal.plain.calendar import Entry, uid_for
from portal.plain.errors import Missing
from portal.sessions.policy import Mode, Word
from portal.sessions.queries.dates import dates_of, sessions_of
from portal.sessions.queries.people import SCHEDULE, let_in, openings, passes_of, thirds_of
from portal.web.words import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from portal.agreements.queries import Standing
    from portal.engagements.models import CoachingSession, Engagement, Party
    from portal.ground.work import Work
    from portal.sessions.models import SessionPass
    from portal.sessions.queries.dates import Dates
    from portal.sessions.queries.people import Third


@dataclass(frozen=True, slots=True)
class Someone:
    """Hold a name with what that person is here, and how they take part."""

    name: str
    role: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class OwnSession:
    """Hold one session as one party may know it.

    `people` is who is there, to those who are there. `thirds` is for the coachee alone: each
    with their door. `ended` says that an addendum for it holds no more; then dates may be None.
    """

    dates: Dates | None
    code: str
    mode: Mode | None = None
    people: Sequence[Someone] = ()
    thirds: Sequence[Third] = ()
    ended: bool = False
    session_id: str = ""


@dataclass(frozen=True, slots=True)
class OwnPage:
    """Hold the sessions of one party; `seers` is who else can open the coachee's dates."""

    role: str
    coming: Sequence[OwnSession] = ()
    past: Sequence[OwnSession] = ()
    seers: Sequence[Someone] = field(default=())


@dataclass(frozen=True, slots=True)
class _Room:
    """Hold everything that was read about an engagement's sessions."""

    work: Work
    engagement: Engagement
    party: Party
    standing: Standing
    parties: Sequence[Party]
    sessions: Sequence[CoachingSession]
    thirds: dict[str, list[Third]]
    names: dict[str, str]

    def both(self) -> list[Someone]:
        """Return the two who are in every session."""
        coachee = next(p for p in self.parties if p.role == "COACHEE")
        return [Someone(self.names[self.engagement.coach_id], "COACH", Mode.FULL),
                Someone(self.names[coachee.person_id], "COACHEE", Mode.FULL)]

    def people(self, session: CoachingSession) -> list[Someone]:
        """Return who takes part in a session, by name and mode."""
        return self.both() + [Someone(third.name, third.role, third.mode)
                              for third in self.thirds[session.id] if third.is_in]


def own_page(work: Work, engagement: Engagement, party: Party, standing: Standing) -> OwnPage:
    """Return what a party may know of the sessions now, or raise `Missing` where there is never
    anything to know.

    A coachee knows all of it; a supporter and a guest the sessions that they take part in; an
    assistant when and where, while the schedule is theirs to know, and nothing of who comes.
    """
    show = _SHOWN_TO.get(party.role)
    if show is None:
        raise Missing("sessions")
    parties, sessions = parties_of(work, [engagement.id])[engagement.id], sessions_of(
        work, engagement.id)
    names = names_of(work, [p.person_id for p in parties if p.role in ("COACH", "COACHEE")])
    thirds = thirds_of(work, standing, parties, sessions) if party.role != "ASSISTANT" else {}
    return show(_Room(work, engagement, party, standing, parties, sessions, thirds, names))


def _of_coachee(room: _Room) -> OwnPage:
    rows = [OwnSession(dates := dates_of(room.work, session), dates.code, Mode.FULL,
                       room.people(session), room.thirds[session.id], session_id=session.id)
            for session in room.sessions]
    return OwnPage("COACHEE", [row for row in rows if _to_come(row)],
                   [row for row in reversed(rows) if not _to_come(row)], _seers(room))


def _to_come(row: OwnSession) -> bool:
    return row.dates is not None and row.dates.to_come


def _seers(room: _Room) -> list[Someone]:
    """Return by name who else than coach and coachee can open these dates (INV-24)."""
    knowing = _knowing(room)
    inside = {third.party_id for thirds in room.thirds.values() for third in thirds
              if third.is_in}
    seers = [(p.person_id, p.role) for p in room.parties
             if p.id in inside or (p.role == "ASSISTANT" and p.id in knowing)]
    names = names_of(room.work, [person_id for person_id, _ in seers])
    lookers = lookers_of(room.work, room.engagement.practice_id, room.engagement.coach_id)
    return [Someone(names[person_id], role, Mode.OUT) for person_id, role in seers] + [
        Someone(looker.name, "HELPER", Mode.OUT) for looker in lookers
        if looker.sees is Sees.DATES]


def _knowing(room: _Room) -> set[str]:
    """Return the parties whose agreement lets them know dates and places now."""
    return {one.party_id for one in openings(room.work, room.standing, SCHEDULE)
            if one.holds(room.work.now)}


def _of_supporter(room: _Room) -> OwnPage:
    rows = [_inside(room, session) for session in room.sessions]
    return OwnPage("SUPPORTER", [row for row in rows if row is not None])


def _inside(room: _Room, session: CoachingSession) -> OwnSession | None:
    """Return a session that the party takes part in: who is there, or that it was cancelled."""
    own = next((t for t in room.thirds[session.id] if t.party_id == room.party.id), None)
    dates = dates_of(room.work, session)
    if own is None or not own.is_in or not _worth_telling(room.work, dates):
        return None
    people = room.people(session) if dates.to_come else []
    return OwnSession(dates, dates.code, own.mode, people, session_id=session.id)


def _worth_telling(work: Work, dates: Dates) -> bool:
    """Tell whether a session is to come, or was to come and is cancelled."""
    return dates.to_come or (dates.word is Word.CANCELLED and work.now < dates.starts_at)


def _of_guest(room: _Room) -> OwnPage:
    found = [(_inside(room, session), session) for session in room.sessions]
    passes = passes_of(room.work, room.engagement.id)
    coming = [row for row, _ in found if row is not None and _to_come(row)]
    shown = {row.session_id for row in coming}
    past = [_ended(room, session) for _, session in found if session.id not in shown
            and _was_in(room, session, passes.get((session.id, room.party.id)))]
    return OwnPage("GUEST", coming, past)


def _was_in(room: _Room, session: CoachingSession, row: SessionPass | None) -> bool:
    """Tell whether an addendum of the party for this session let them in once, and the door is
    open.

    A closed door and a line that was refused look like no session at all, whatever became of the
    session (INV-16).
    """
    if row is not None and (row.closed_at or row.left_at or row.mode == Mode.OUT):
        return False
    own = {a.id for a in room.standing.agreements.values()
           if (a.session_id, a.party_id) == (session.id, room.party.id)}
    return let_in(room.work, room.standing, [
        facts for facts in room.standing.versions
        if facts.agreement_id in own and in_force_spans(facts, room.work.now)])


def _ended(room: _Room, session: CoachingSession) -> OwnSession:
    dates = dates_of(room.work, session)
    known = dates if dates.word in (Word.OVER, Word.CANCELLED) else None
    return OwnSession(known, dates.code, ended=True, session_id=session.id)


def _of_assistant(room: _Room) -> OwnPage:
    if room.party.id not in _knowing(room):
        return OwnPage("ASSISTANT")
    all_ = [dates_of(room.work, session) for session in room.sessions]
    return OwnPage("ASSISTANT", [OwnSession(dates, dates.code, session_id=dates.id)
                                 for dates in all_ if _worth_telling(room.work, dates)])


_SHOWN_TO = {"COACHEE": _of_coachee, "SUPPORTER": _of_supporter, "GUEST": _of_guest,
             "ASSISTANT": _of_assistant}


def next_of(
    work: Work, engagement: Engagement, party: Party, standing: Standing
) -> OwnSession | None:
    """Return the next session that a party may know of, or None."""
    if party.role not in _SHOWN_TO:
        return None
    return next((row for row in own_page(work, engagement, party, standing).coming
                 if _to_come(row)), None)


def appointments(owner_id: str, all_dates: Iterable[Dates]) -> list[Entry]:
    """Return sessions as calendar entries of one person or party."""
    return [Entry(
        uid_for(owner_id, dates.id), _("Appointment"), dates.starts_at, dates.changed_at,
        ends_at=dates.ends_at, sequence=dates.sequence, cancelled=dates.word is Word.CANCELLED)
        for dates in all_dates]
