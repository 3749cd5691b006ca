"""Starting engagements and bringing people into them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import update

from portal.engagements.models import Engagement, Expectation, Organisation, Party
from portal.engagements.queries import coach_of, domains_of, organisation_by_name, own_or_missing
from portal.ground import chance
from portal.ledger.actions import lock_chain, open_chain, record
from portal.notices.actions import put_mail
from portal.notices.policy import is_reminder
from portal.people.actions import list_name
from portal.people.queries import (
    address_of,
    address_of_person,
    names_of,
    person_or_missing,
    practice_or_missing,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from portal.ground.tokens import LinkSigner
    from portal.ground.work import Ground, Work
    from portal.people.models import ContactPoint, Person, Practice


@dataclass(frozen=True, slots=True)
class NewEngagement:
    """Hold what an engagement starts with; the title is neutral: it may stand in a calendar."""

    title: str
    jurisdiction: str
    kind: str = "coaching"
    setting: str = "independent"
    language: str = "en"


def start(work: Work, practice_id: str, coach: Person, values: NewEngagement) -> Engagement:
    """Start an engagement as a draft, with its data key and its own chain of the record."""
    key_id = work.vault.new_key(practice_id, "engagement", work.now)
    work.session.flush()
    engagement = Engagement(
        id=chance.new_id(), practice_id=practice_id, key_id=key_id, coach_id=coach.id,
        kind=values.kind, setting=values.setting, jurisdiction=values.jurisdiction,
        language=values.language, created_at=work.now,
    )
    work.hide(engagement, "title", values.title)
    work.session.add(engagement)
    work.session.flush()
    list_name(work, engagement, values.title)
    open_chain(work, engagement.id, practice_id, "engagement")
    record(work, engagement.id, "engagement.started", engagement.id, practice_id=practice_id,
           actor_id=coach.id)
    return engagement


def add_party(
    work: Work, engagement: Engagement, person: Person, role: str,
    point: ContactPoint | None, *, organisation: Organisation | None = None,
    asked_for_on: date | None = None, on_paper: bool = False,
) -> Party:
    """Name a person as a party; nothing is sent by this.

    `organisation` is whom the person signs for. `asked_for_on` is the day on which the coachee
    asked for this person, as the coach says; the coachee is shown it (Z6). Somebody who signs
    `on_paper` from the start gets no link, and needs no address (Z26).
    """
    party = Party(
        id=chance.new_id(), practice_id=engagement.practice_id, engagement_id=engagement.id,
        person_id=person.id, role=role, created_at=work.now, asked_for_on=asked_for_on,
        contact_point_id=point.id if point is not None else None,
        organisation_id=organisation.id if organisation is not None else None,
        capacity="for_organisation" if organisation is not None else "self", on_paper=on_paper,
    )
    work.session.add(party)
    work.session.flush()
    note(work, engagement, "party.proposed", party.id, {"role": role, "person": person.id})
    if asked_for_on is not None:
        note(work, engagement, "party.asked_for", party.id, {"on": asked_for_on.isoformat()})
    if on_paper:
        note(work, engagement, "party.on_paper", party.id)
    return party


def meet_organisation(
    work: Work, practice: Practice, name: str, domains: Iterable[str] = ()
) -> Organisation:
    """Return the practice's organisation of this name, made now if it is new.

    `domains` are added to the mail domains that are known to be its own.
    """
    found = organisation_by_name(work, practice, name)
    if found is None:
        found = Organisation(id=chance.new_id(), practice_id=practice.id, key_id=practice.key_id,
                             created_at=work.now)
        work.hide(found, "name", name)
        work.hide(found, "domains", json.dumps(sorted({*domains})))
        work.session.add(found)
        list_name(work, found, name)
    else:
        known = domains_of(work, found)
        work.hide(found, "domains", json.dumps(sorted({*known, *domains})))
    return found


def hold(work: Work, engagement_id: str) -> Engagement:
    """Lock an engagement until the transaction ends: acts on it happen one after the other.

    The lock is the row of its chain, to which every act appends. What was read of it before is
    read again: it may have another coach by now.
    """
    first = engagement_id not in work.locked
    lock_chain(work, engagement_id)
    return work.session.get_one(Engagement, engagement_id, populate_existing=first)


def own(work: Work, engagement_id: str) -> Engagement:
    """Return an engagement of the acting coach, held for writing; anybody else's does not exist
    (Z5), nor does one that the coachee handed over a moment ago."""
    own_or_missing(work, engagement_id)
    hold(work, engagement_id)
    return own_or_missing(work, engagement_id)


def note(
    work: Work, engagement: Engagement, kind: str, subject_id: str,
    facts: dict[str, str | int | bool | list[str] | None] | None = None,
    *, by: str | None = None,
) -> None:
    """Record an act in the engagement's chain."""
    record(work, engagement.id, kind, subject_id, practice_id=engagement.practice_id,
           actor_id=by or (work.actor.person_id if work.actor else None), facts=facts)


def change_contact(work: Work, party: Party, point: ContactPoint) -> None:
    """Let a party be written to at another of their addresses."""
    work.session.execute(
        update(Party).where(Party.id == party.id).values(contact_point_id=point.id)
    )
    party.contact_point_id = point.id


def keep_hopes_private(work: Work, engagement: Engagement) -> None:
    """Let what parties hope for be theirs alone again: they shared it with somebody else."""
    work.session.execute(
        update(Expectation).where(Expectation.engagement_id == engagement.id)
        .values(shared_with="", shared_at=None)
    )


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Hold what every mail of an engagement says, whoever gets it; `zone` is for its hours."""

    practice: str
    coach: str
    contact: str
    front_door: str
    reply_to: str
    zone: str


def letterhead(work: Work, engagement: Engagement) -> Letterhead:
    """Return the practice's name and contact, the coach's name and address, the front door."""
    practice = practice_or_missing(work, engagement.practice_id)
    return Letterhead(
        practice.name, names_of(work, [engagement.coach_id])[engagement.coach_id],
        work.reveal(practice, "contact"),
        f"{work.ground.settings.base_url.rstrip('/')}/lost",
        address_of_person(work, engagement.coach_id), practice.timezone)


def tell(
    work: Work, engagement: Engagement, party: Party, name: str, *, dedupe: str,
    subject_id: str | None = None, head: Letterhead | None = None, **values: str,
) -> None:
    """Put a mail to a party into the outbox, under their own key; the same `dedupe` once only.

    Every mail says what the letterhead says, which whoever writes several brings along, and
    where the recipient's own page is. Values never hold what was agreed. What can wait joins the
    recipient's letter of the day, in the hours of their own zone; a reminder says how to get no
    more of them. Nobody is written to who signs on paper, and nobody about what was erased.
    """
    if party.contact_point_id is None or party.on_paper:
        return
    person = person_or_missing(work, engagement.practice_id, party.person_id)
    work.vault.fetch([engagement.key_id, person.key_id])
    if work.vault.is_gone(engagement.key_id) or work.vault.is_gone(person.key_id):
        return
    head = head or letterhead(work, engagement)
    own = party.person_id == engagement.coach_id
    base = work.ground.settings.base_url.rstrip("/")
    put_mail(
        work, name, address_of(work, party.contact_point_id),
        {**asdict(head), "reply_to": "" if own else head.reply_to, "role": party.role,
         "page": f"{base}/engagements/{engagement.id}" if own else f"{base}/p",
         "hello": work.reveal(person, "name"), "zone": person.timezone or head.zone,
         "stop": (f"{base}/stop/{stop_token(work, party.id)}" if is_reminder(name) and not own
                  else ""),
         **values},
        dedupe=dedupe, practice_id=engagement.practice_id, key_id=person.key_id,
        engagement_id=engagement.id, subject_id=subject_id, recipient_id=person.id,
    )


def stop_token(work: Work, party_id: str) -> str:
    """Return what stands in an address by which a person gets no more reminders about one
    engagement. It is signed, opens nothing, and says no more than a random id."""
    return work.ground.stops.make(party_id.encode("ascii"))


def stop_signer(ground: Ground) -> LinkSigner:
    """Return what signs the addresses that stop reminders."""
    return ground.stops


def party_to_stop(work: Work, token: str) -> Party | None:
    """Return whose reminders a token stops, or None for anything that we did not write."""
    secret = work.ground.stops.read(token)
    if secret is None:
        return None
    return work.session.get(Party, secret.decode("ascii", "replace"))


def tell_coach(
    work: Work, engagement: Engagement, name: str, *, dedupe: str, coach: Party | None = None,
    head: Letterhead | None = None, **values: str,
) -> None:
    """Put a mail to the engagement's coach into the outbox; `coach` is their party if read."""
    tell(work, engagement, coach or coach_of(work, engagement), name, dedupe=dedupe, head=head,
         **values)
