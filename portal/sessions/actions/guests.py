"""Bringing somebody into one session: a person, a topic, and the draft of an addendum (T5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from portal.agreements.actions import begin_agreement, save_draft
from portal.agreements.queries import standing_of_one
from portal.engagements.actions import add_party
from portal.engagements.queries import known_person, parties_of
from portal.people.actions import PRINT, NewPerson, meet_person
from portal.people.policy import normal_address, why_not_address
from portal.people.queries import points_by_address, practice_or_missing
from portal.plain.errors import Refused, require
from portal.reaching.policy import seen_outside
from portal.sessions.actions.doors import give_pass
from portal.sessions.policy import Mode, SessionNo, reaches, why_not_bring, why_not_mode
from portal.sessions.queries import addendum_of, facts_of, is_out
from portal.wording.policy import is_named

if TYPE_CHECKING:
    from enum import StrEnum

    from portal.agreements.models import Agreement
    from portal.agreements.queries import Standing
    from portal.engagements.models import CoachingSession, Engagement, Party
    from portal.ground.work import Work

T5, GUEST = "T5", "GUEST"


@dataclass(frozen=True, slots=True)
class NewGuest:
    """Hold who is brought in, for which one topic, and how they take part.

    `asked_for_on` is the day on which the coachee asked for this person, if they did (Z6).
    """

    person: NewPerson
    topic: str
    mode: Mode
    asked_for_on: date | None = None


def bring_in(
    work: Work, engagement: Engagement, session: CoachingSession, values: NewGuest
) -> Agreement:
    """Name a guest for exactly one session, and begin the addendum that they will sign.

    Nothing is sent yet. Raises `Refused` for a session that has begun, an address that is not
    the guest's own (Z7), and somebody who takes part already.
    """
    require(why_not_bring(facts_of(session), work.now))
    require(_why_not_guest(work, engagement, values))
    require(why_not_mode(GUEST, values.mode))
    standing = standing_of_one(work, engagement.id)
    party = _guest(work, engagement, standing, values)
    agreement = _unissued(work, standing, session, party) or begin_agreement(
        work, engagement, T5, mandatory=False, party_id=party.id, session_id=session.id)
    save_draft(work, engagement, agreement, {
        "starts_on": addendum_of(work, agreement).starts_at.date().isoformat(),
        "answers": {"topic": values.topic}, "later": False})
    give_pass(work, engagement, session, party.id, values.mode)
    return agreement


def _why_not_guest(work: Work, engagement: Engagement, values: NewGuest) -> StrEnum | None:
    if not is_named(values.person.name, "person"):
        return SessionNo.NOBODY_NAMED
    zone = practice_or_missing(work, engagement.practice_id).timezone
    today = work.now.astimezone(ZoneInfo(zone)).date()
    if values.asked_for_on is not None and values.asked_for_on > today:
        return SessionNo.NOT_YET
    return why_not_address(GUEST, values.person.owner, values.person.read_by)


def _guest(work: Work, engagement: Engagement, standing: Standing, values: NewGuest) -> Party:
    """Return the guest that this address belongs to in the engagement, or a new one.

    Somebody whom the coachee refused is asked for anew, as another party: a no is never undone.
    """
    print_ = work.vault.fingerprint(normal_address(values.person.email), PRINT)
    people = {point.person_id for point in points_by_address(work, print_)}
    for party in parties_of(work, [engagement.id])[engagement.id]:
        if party.person_id in people and not is_out(work, standing, party.id):
            require(None if party.role == GUEST else SessionNo.TAKES_PART_ALREADY)
            return party
    person, point = (known_person(work, engagement, print_, values.person.name)
                     or meet_person(work, engagement.practice_id, values.person))
    work.session.flush()
    return add_party(work, engagement, person, GUEST, point, asked_for_on=values.asked_for_on)


def _unissued(
    work: Work, standing: Standing, session: CoachingSession, party: Party
) -> Agreement | None:
    """Return the addendum of this guest and session that was not sent yet.

    Raises `Refused` where one waits or reaches the session; what was not concluded, or does not
    reach it, is followed by a new one.
    """
    for agreement in standing.of_party(party.id):
        if agreement.session_id != session.id or agreement.id in standing.dropped:
            continue
        facts = standing.newest(agreement.id)
        if facts is None:
            return agreement
        if (seen_outside(facts, work.now) in ("open", "held", "in_force")
                and reaches(facts.effective_from, facts.valid_to, facts_of(session))):
            raise Refused(SessionNo.ASKED_ALREADY)
    return None
