"""Who takes part so far, and who cannot be named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from portal.agreements.queries import standing_of_one
from portal.engagements.policy import NAMED_ONLY, AskFacts, ask_facts
from portal.engagements.queries import domains_of, organisations_of, own_or_missing, parties_of
from portal.issuing.policy import (
    ORDER,
    OUT,
    NewParty,
    PartyFacts,
    PartyFault,
    domain_of,
    why_not_note_asked,
    why_not_party,
)
from portal.people.policy import normal_address
from portal.people.queries import names_of, points_and_people, practice_or_missing
from portal.reaching.policy import seen_outside

if TYPE_CHECKING:
    from portal.agreements.queries import Standing
    from portal.engagements.models import Engagement, Party
    from portal.ground.work import Work


@dataclass(frozen=True, slots=True)
class Named:
    """Hold one person as the coach sees them before and while they are asked. Somebody who is
    `on_paper` gets no link, and may have no address.

    `works_at` names the organisation to whose domain a private address belongs: worth a look.
    """

    party_id: str
    role: str
    name: str
    organisation: str
    address: str
    works_at: str
    asked_for_on: date | None
    asking: AskFacts
    sent: bool
    frozen: bool
    on_paper: bool
    out: bool

    @property
    def may_note_asked(self) -> bool:
        """Tell whether the coach can note that the coachee asked for this person."""
        return why_not_note_asked(self.asking, out=self.out) is None


@dataclass(frozen=True, slots=True)
class People:
    """Hold who takes part in an engagement, coach and coachee apart."""

    engagement: Engagement
    coachee: Named
    others: Sequence[Named]

    @property
    def has_sponsor(self) -> bool:
        """Tell whether somebody signs for an organisation."""
        return any(named.role == "SPONSOR" for named in self.others)


def people_of(work: Work, engagement_id: str, standing: Standing | None = None) -> People:
    """Return who takes part in the acting coach's engagement; who left is not among them. What
    stands there is read where it was not read before."""
    engagement = own_or_missing(work, engagement_id)
    parties = [p for p in parties_of(work, [engagement.id])[engagement.id] if p.role != "COACH"]
    found = _find(work, standing or standing_of_one(work, engagement.id), parties)
    named = [_named(party, found) for party in parties]
    others = [n for n in named if n.role != "COACHEE" and not n.asking.gone]
    return People(engagement, next(n for n in named if n.role == "COACHEE"),
                  sorted(others, key=lambda n: ORDER.index(n.role)))


@dataclass(frozen=True, slots=True)
class _Found:
    """Hold what was read about all of them: names, addresses and organisations in clear."""

    standing: Standing
    names: dict[str, str]
    addresses: dict[str, str]
    organisations: dict[str, str]
    domains: dict[str, str]
    now: datetime


def _find(work: Work, standing: Standing, parties: Sequence[Party]) -> _Found:
    points = points_and_people(work, [p.contact_point_id for p in parties if p.contact_point_id])
    organisations = organisations_of(work, parties)
    called = {key: work.reveal(row, "name") for key, row in organisations.items()}
    return _Found(
        standing, names_of(work, [p.person_id for p in parties]),
        {point.id: work.reveal(point, "value") for point, _person in points}, called,
        {domain: called[key] for key, row in organisations.items()
         for domain in domains_of(work, row)}, work.now)


def _named(party: Party, found: _Found) -> Named:
    standing, address = found.standing, found.addresses.get(party.contact_point_id or "", "")
    signs = any(facts.slot_of(party.id) is not None for facts in standing.versions)
    sponsored = any(standing.agreements[facts.agreement_id].template_code == "T2"
                    for facts in standing.versions)
    return Named(
        party_id=party.id, role=party.role, name=found.names[party.person_id], address=address,
        organisation=found.organisations.get(party.organisation_id or "", ""),
        works_at="" if party.role == "SPONSOR" else found.domains.get(domain_of(address), ""),
        asked_for_on=party.asked_for_on, on_paper=party.on_paper,
        asking=ask_facts(party.id, party.role, standing.events),
        sent=any(e.kind == "party.invited" and e.subject_id == party.id
                 for e in standing.events),
        frozen=signs or (party.role in NAMED_ONLY and sponsored),
        out=text_is_out(standing, party.id, found.now))


def text_is_out(standing: Standing, party_id: str, now: datetime) -> bool:
    """Tell whether a text that a person would sign is out, in the coach's own eyes (Z4)."""
    own = {agreement.id for agreement in standing.of_party(party_id)}
    return any(facts.agreement_id in own and seen_outside(facts, now) in OUT
               for facts in standing.versions)


def why_not_people(
    work: Work, engagement: Engagement, people: Sequence[NewParty]
) -> list[tuple[int, PartyFault]]:
    """Return what speaks against naming these people, each with its place in the list."""
    practice = practice_or_missing(work, engagement.practice_id)
    today = work.now.astimezone(ZoneInfo(practice.timezone)).date()
    here = people_of(work, engagement.id)
    sponsor = here.has_sponsor or any(new.role == "SPONSOR" for new in people)
    taken = {normal_address(named.address) for named in (here.coachee, *here.others)} - {""}
    found: list[tuple[int, PartyFault]] = []
    for number, new in enumerate(people):
        address = normal_address(new.email)
        found += [(number, fault) for fault in why_not_party(
            new, PartyFacts(today, sponsor, address in taken))]
        taken |= {address} - {""}
    return found
