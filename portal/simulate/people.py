"""What the people of a simulation do: the acts of the demo's people, and looking again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.agreements.policy import Says
from portal.agreements.queries import standing_of_one
from portal.demo.cast import Character
from portal.demo.hands import taken
from portal.demo.story import Everyone
from portal.engagements.queries import parties_of
from portal.factors.actions import use_code
from portal.issuing.policy import NewParty
from portal.links.queries import is_living
from portal.people.models import Person
from portal.people.policy import Owner, ReadBy
from portal.reviews import actions as reviews
from portal.reviews.queries import coach_looks, own_looks
from portal.sharing import actions as sharing
from portal.signing.actions import take_seat
from portal.simulate.policy import COACH, COACHEE, Life
from portal.taking.actions import step_out, take_line
from portal.taking.queries import giving_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from portal.agreements.models import Agreement
    from portal.reviews.queries import Look

#: What a coach asks before telling something to each.
QUESTIONS = {
    "SPONSOR": ("PRG.GOALS", "inform_progress", "portal", "summary"),
    "ASSISTANT": ("LOG.SCHEDULE", "arrange", "email_work", "fact"),
    "SUPPORTER": ("CNT.SESSION", "take_part", "in_session", "report"),
}
_NAMES = {COACHEE: "Coachee", "SPONSOR": "Sponsor", "ASSISTANT": "Assistant",
          "SUPPORTER": "Supporter"}


def who(life: Life, role: str) -> Character:
    """Return the person of a role in one engagement: named by number, for there are many."""
    name = f"{_NAMES[role]} Number {_letters(life.number)}"
    return Character(name, f"{role.lower()}.{life.number}@people.example")


def _letters(number: int) -> str:
    """Return a number in letters, as a name may hold them: A to Z, then AA …"""
    found = ""
    while number >= 0:
        number, rest = divmod(number, 26)
        found, number = chr(65 + rest) + found, number - 1
    return found


class Simulated(Everyone):
    """Let the people of a simulation act."""

    def contracts(self, key: str, life: Life) -> None:
        """Let the coach name everybody, settle the texts and send them."""
        self.names(key, who(life, COACHEE), f"Engagement {_letters(life.number)}", *(
            NewParty(role, who(life, role).name, who(life, role).email, Owner.PRIVATE,
                     ReadBy.NOBODY, "Acme GmbH" if role == "SPONSOR" else "")
            for role in life.thirds))
        self.settles(key)
        self.sends(key)

    def comes_back(self, key: str, role: str, address: str) -> None:
        """Let somebody in by their link; where it is over, by a new one from the front door."""
        with self.ground.work(writes=False) as work:
            alive = is_living(work, self.link(work, key, role))
        if not alive:
            self.asks_at_the_door(address)
            self.runs("door")
        self.opens(key, role)

    def looks_again(self, key: str, life: Life, role: str, texts: Collection[str]) -> int:
        """Let somebody keep those of some texts that wait for them; returns how many did."""
        if role == COACH:
            return self._coach_keeps(key, texts)
        self.comes_back(key, role, who(life, role).email)
        with self.in_seat(key, role) as work:
            seat = take_seat(work)
            picks = [reviews.Pick(look.facts, Says.KEEP) for look in own_looks(work, seat)
                     if look.waits and _is_one(look, seat.standing.agreements, texts)]
            if picks:
                reviews.answer_as_party(work, seat, picks, step=None)
            return len(picks)

    def _coach_keeps(self, key: str, texts: Collection[str]) -> int:
        person_id = self.desks["ana"].person_id
        code = self.fresh_code(person_id)
        with self.at_desk() as work:
            own = self._own(work, key)
            step = taken(use_code(work, work.session.get_one(Person, person_id), code)).step
            coach = next(party for party in parties_of(work, [own.id])[own.id]
                         if party.role == COACH)
            agreements = standing_of_one(work, own.id).agreements
            looks = [look for look in coach_looks(work, own)
                     if look.waits and _is_one(look, agreements, texts)]
            for look in looks:
                reviews.answer_as_coach(work, own, coach, reviews.Pick(look.facts, Says.KEEP),
                                        step=step)
            return len(looks)

    def takes_a_line_back(self, key: str, life: Life) -> tuple[str, int] | None:
        """Let the coachee take back the first line that gives something; returns its text and
        number, or None where nothing gives anything."""
        self.comes_back(key, COACHEE, who(life, COACHEE).email)
        with self.in_seat(key, COACHEE) as work:
            seat = take_seat(work)
            for text in giving_of(work, seat.standing, seat.party):
                if text.given:
                    take_line(work, seat.engagement, seat.party, text, text.given[0].number)
                    agreement = seat.standing.agreements[text.facts.agreement_id]
                    return agreement.template_code, text.given[0].number
        return None

    def leaves(self, key: str, life: Life, role: str) -> bool:
        """Let somebody but coach and coachee step out; returns whether they had not before."""
        self.comes_back(key, role, who(life, role).email)
        with self.in_seat(key, role) as work:
            seat = take_seat(work)
            return step_out(work, seat.engagement, seat.party)

    def shares(self, key: str, role: str) -> str:
        """Let the coach ask whether something may be told to somebody, and tell it on a yes;
        returns the reason of the answer."""
        category, purpose, channel, form = QUESTIONS[role]
        with self.at_desk() as work:
            own = self._own(work, key)
            question = sharing.ask(work, own, sharing.Asked(
                self.party(work, key, role).id, category, purpose, channel, form))
            if question.decision == "PERMIT":
                sharing.share(work, own, question.id)
            return question.code


def _is_one(look: Look, agreements: Mapping[str, Agreement], texts: Collection[str]) -> bool:
    return agreements[look.facts.agreement_id].template_code in texts

