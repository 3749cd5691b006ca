"""The people of an engagement, as its coachee sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from portal.engagements.policy import NAMED_ONLY, ask_facts, party_state
from portal.engagements.queries import organisation_names, parties_of
from portal.people.queries import names_of
from portal.plain.errors import Missing

if TYPE_CHECKING:
    from portal.engagements.models import Party
    from portal.ground.work import Work
    from portal.signing.queries import Seat


@dataclass(frozen=True, slots=True)
class OwnPerson:
    """Hold somebody whom the coach has named.

    `word` is "named" (signs nothing), "undecided" (the coachee has not said yet), "may" (may be
    asked), "asked" (has a link), "part" (an agreement is in force), "refused" or "gone".
    `since` is when that came to be, where there is a moment. Somebody who is `on_paper` is
    never written to.
    """

    party_id: str
    name: str
    role: str
    organisation: str
    word: str
    since: datetime | None
    asked_for_on: date | None
    on_paper: bool

    @property
    def can_end(self) -> bool:
        """Tell whether a no of the coachee would change anything."""
        return self.word in ("undecided", "may", "asked", "part")


def people_of(work: Work, seat: Seat) -> list[OwnPerson]:
    """Return everybody but coach and coachee, in the order they were named; raises `Missing`
    for anybody but the coachee."""
    if seat.party.role != "COACHEE":
        raise Missing("people")
    parties = [party for party in parties_of(work, [seat.engagement.id])[seat.engagement.id]
               if party.role not in ("COACH", "COACHEE")]
    names = names_of(work, [party.person_id for party in parties])
    firms = organisation_names(work, parties)
    return [_person(work, seat, party, names[party.person_id],
                    firms.get(party.organisation_id or "", "")) for party in parties]


def _person(work: Work, seat: Seat, party: Party, name: str, firm: str) -> OwnPerson:
    word, since = _word(seat, party, work.now)
    return OwnPerson(party.id, name, party.role, firm, word, since, party.asked_for_on,
                     party.on_paper)


#: What ends somebody's part, the latest first.
_GONE = ("party.removed", "party.left")


def _word(seat: Seat, party: Party, now: datetime) -> tuple[str, datetime | None]:
    events = seat.standing.events
    when = {event.kind: event.at for event in events if event.subject_id == party.id}
    facts = ask_facts(party.id, party.role, events)
    bound = seat.standing.bound_since(party.id, now)
    if facts.answer is False:
        return "refused", when["party.refused"]
    if facts.gone:
        return "gone", next((when[kind] for kind in _GONE if kind in when), None)
    if party.role in NAMED_ONLY:
        return "named", None
    if party_state(party.id, events, bound, now) == "BOUND":
        return "part", bound
    if "party.invited" in when:
        return "asked", when["party.invited"]
    return ("may", when.get("party.accepted")) if facts.answer or facts.asked_for else (
        "undecided", None)


def readers_of(work: Work, seat: Seat) -> list[str]:
    """Return the names of all who can open what they sign with the coachee: whoever has a link,
    and whoever signed (INV-24)."""
    if seat.party.role != "COACHEE":
        return []
    signed = {slot.party_id for facts in seat.standing.versions for slot in facts.slots
              if facts.signed_at(slot.party_id) is not None}
    return [person.name for person in people_of(work, seat)
            if person.word in ("asked", "part") or person.party_id in signed]
