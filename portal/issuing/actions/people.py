"""Naming who takes part, and taking a name back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import delete

from portal.agreements.actions import begin_agreement
from portal.agreements.models import Agreement, TermsDraft
from portal.agreements.queries import standing_of_one
from portal.engagements.actions import NewEngagement, add_party, meet_organisation, note, start
from portal.engagements.models import Party
from portal.engagements.policy import NAMED_ONLY, ask_facts
from portal.engagements.queries import is_known_elsewhere, known_person
from portal.issuing.policy import MANDATORY, TEMPLATES, NewParty, domain_of, why_not_note_asked
from portal.issuing.queries import text_is_out, why_not_people
from portal.people.actions import (
    PRINT,
    NewPerson,
    add_address,
    forget_person,
    meet_person,
    name_person,
)
from portal.people.policy import Owner, normal_address, why_not_address
from portal.people.queries import person_or_missing, point_of, practice_or_missing
from portal.plain.errors import Missing, require
from portal.reaching.actions import drop
from portal.sessions.actions import forget_passes

if TYPE_CHECKING:
    from portal.engagements.models import Engagement
    from portal.ground.work import Work
    from portal.people.models import ContactPoint, Person, Practice


def name_coachee(work: Work, values: NewPerson, title: str) -> Engagement:
    """Start an engagement with its coach and coachee and the draft of T1; nothing is sent.

    Raises `Refused` for an address that is not the coachee's own (Z7).
    """
    require(why_not_address("COACHEE", values.owner, values.read_by))
    practice = _own_practice(work)
    person, point = meet_person(work, practice.id, values)
    return _begin(work, practice, person, point, title)


def name_coachee_on_paper(work: Work, name: str, title: str) -> Engagement:
    """Start an engagement as `name_coachee` does, with a coachee who has no address: they sign on
    paper, and nothing is ever sent to them (Z26)."""
    practice = _own_practice(work)
    return _begin(work, practice, name_person(work, practice.id, name), None, title)


def _own_practice(work: Work) -> Practice:
    if work.actor is None:
        raise Missing("coach")
    return practice_or_missing(work, work.actor.practice_id)


def _begin(
    work: Work, practice: Practice, person: Person, point: ContactPoint | None, title: str
) -> Engagement:
    coach = person_or_missing(work, practice.id, work.actor.person_id if work.actor else "")
    engagement = start(work, practice.id, coach, NewEngagement(title, practice.country))
    add_party(work, engagement, coach, "COACH", point_of(work, coach.id))
    work.session.flush()
    add_party(work, engagement, person, "COACHEE", point, on_paper=point is None)
    begin_agreement(work, engagement, "T1", mandatory=True)
    return engagement


def add_people(work: Work, engagement: Engagement, people: Sequence[NewParty]) -> list[Party]:
    """Name people who are to take part, each with the agreement that they would sign.

    Nothing is sent: the coachee is asked first (Z6). Raises `Refused` for the first who cannot
    be named like this.
    """
    for _number, fault in why_not_people(work, engagement, people):
        require(fault.why)
    return [_add(work, engagement, new) for new in people]


def _add(work: Work, engagement: Engagement, new: NewParty) -> Party:
    practice = practice_or_missing(work, engagement.practice_id)
    if new.role in NAMED_ONLY:
        return add_party(work, engagement, name_person(work, practice.id, new.name), new.role,
                         None)
    person, point = _meet(work, engagement, new)
    organisation = None
    if new.organisation:
        own = [domain_of(new.email)] if new.owner is Owner.EMPLOYER else []
        organisation = meet_organisation(work, practice, new.organisation, own)
    party = add_party(work, engagement, person, new.role, point, organisation=organisation,
                      asked_for_on=new.asked_for_on, on_paper=new.on_paper)
    code = TEMPLATES[new.role]
    begin_agreement(work, engagement, code, mandatory=code in MANDATORY, party_id=party.id)
    return party


def _meet(
    work: Work, engagement: Engagement, new: NewParty
) -> tuple[Person, ContactPoint | None]:
    """Return the person, new or known from another engagement of this coach, and the address
    with what was just said about it. Without an address nobody is known from elsewhere."""
    if new.on_paper:
        return name_person(work, engagement.practice_id, new.name), None
    values = NewPerson(new.name, new.email, new.owner, new.read_by)
    print_ = work.vault.fingerprint(normal_address(values.email), PRINT)
    found = known_person(work, engagement, print_, values.name)
    if found is None:
        person, point = meet_person(work, engagement.practice_id, values)
    else:
        person, point = found
        if (point.owner, point.read_by) != (values.owner.value, values.read_by.value):
            point = add_address(work, person, values.email, values.owner, values.read_by)
    work.session.flush()
    return person, point


def note_asked(work: Work, engagement: Engagement, party: Party) -> None:
    """Note that the coachee asked for a person today, as the coach says; the coachee is shown
    the day, and the person is written to as soon as their text is sent (Z6).

    Raises `Refused` where the coachee's word is there already or the text is out.
    """
    standing = standing_of_one(work, engagement.id)
    require(why_not_note_asked(ask_facts(party.id, party.role, standing.events),
                               out=text_is_out(standing, party.id, work.now)))
    practice = practice_or_missing(work, engagement.practice_id)
    party.asked_for_on = work.now.astimezone(ZoneInfo(practice.timezone)).date()
    note(work, engagement, "party.asked_for", party.id, {"on": party.asked_for_on.isoformat()})


def take_out(work: Work, engagement: Engagement, party: Party) -> None:
    """Take a person out again: without a trace but the record's where nothing was ever sent or
    frozen, else by dropping their agreement and recalling what waits.

    Raises `Missing` for coach and coachee, and `Refused` for somebody who is bound already.
    """
    if party.role in ("COACH", "COACHEE"):
        raise Missing("party")
    standing = standing_of_one(work, engagement.id)
    own = [agreement.id for agreement in standing.of_party(party.id)]
    touched = {e.subject_id for e in standing.events if e.kind in ("party.invited",
                                                                   "party.refused")}
    if party.id in touched or any(v.agreement_id in own for v in standing.versions):
        return drop(work, engagement, party)
    for agreement_id in own:
        note(work, engagement, "agreement.dropped", agreement_id)
    note(work, engagement, "party.dropped", party.id)
    work.session.execute(delete(TermsDraft).where(TermsDraft.agreement_id.in_(own)))
    work.session.execute(delete(Agreement).where(Agreement.id.in_(own)))
    forget_passes(work, party.id)
    work.session.execute(delete(Party).where(Party.id == party.id))
    if not is_known_elsewhere(work, party.person_id):
        forget_person(work, person_or_missing(work, engagement.practice_id, party.person_id))
    return None
