"""What the people of the practice do in the demo."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from portal.agreements.queries import standing_of_one
from portal.demo import cast
from portal.demo.hands import DESK, Hands, OutOfStep, signed_in, taken
from portal.engagements.actions import hold
from portal.factors.actions import begin_enrolment, make_recovery_codes, use_code
from portal.founding import Founding, found
from portal.ground.onetime import code_at
from portal.handing import actions as handing
from portal.inking.actions import InkValues, Scan, record_ink, set_on_paper, take_scan
from portal.inking.policy import Basis
from portal.inking.queries import sheet_of
from portal.issuing import actions as issuing
from portal.issuing.queries import texts_of
from portal.people import actions as people
from portal.people.models import MembershipInvitation, Person, Practice
from portal.people.policy import Owner, ReadBy, Role
from portal.reaching.actions import recall, remind, revoke
from portal.sessions import actions as sessions
from portal.sessions.policy import Mode, Span, span_of
from portal.sessions.queries import session_or_missing
from portal.vouching.actions import vouch
from portal.vouching.queries import digits_on_screen
from portal.web.words import today

if TYPE_CHECKING:
    from datetime import time

    from portal.demo.cast import Character
    from portal.engagements.models import Engagement
    from portal.ground.work import Work
    from portal.issuing.policy import NewParty
    from portal.vouching.policy import How

DAY = timedelta(days=1)


class Desk(Hands):
    """Let Ana, Dora and Hana do what their pages let them do."""

    def founds(self) -> None:
        """Let Ana found her practice, answer its questions, and sign in."""
        with self.ground.work(writes=True) as work:
            account = found(work, Founding(
                cast.ANA.name, cast.ANA.email, cast.PRACTICE, cast.COUNTRY, cast.ZONE,
                cast.CONTACT, cast.PASSWORD))
            practice = work.session.get_one(Practice, account.practice_id)
            people.keep_answers(work, practice, cast.ANSWERS)
            self._sits_down(work, "ana", account.person_id, account.id)

    def takes_on(self, key: str, who: Character, role: Role) -> None:
        """Let Ana invite somebody into the practice, who joins within the hour."""
        with self.at_desk() as work:
            practice = work.session.get_one(Practice, self.desks["ana"].practice_id)
            invited = people.invite_member(
                work, practice, people.NewMember(who.name, who.email, role)).id
        self.runs("mail")
        self.clock.move(minutes=50)
        with self.ground.work(writes=True, origin=DESK) as work:
            account = people.join(work, work.session.get_one(MembershipInvitation, invited),
                                  cast.PASSWORD, Owner.PRIVATE, ReadBy.NOBODY)
            self._sits_down(work, key, account.person_id, account.id)

    def _sits_down(self, work: Work, key: str, person_id: str, account_id: str) -> None:
        person = work.session.get_one(Person, person_id)
        factor = begin_enrolment(work, person)
        work.session.flush()
        taken(use_code(work, person, code_at(work.reveal(factor, "secret"), work.now)))
        make_recovery_codes(work, person)
        self.desks[key] = signed_in(work, people.begin_session(
            work, person, scope="coach", level="factor", lasts=timedelta(hours=12),
            account_id=account_id))

    def names(self, engagement: str, who: Character, title: str, *others: NewParty,
              coach: str = "ana") -> None:
        """Let a coach name a coachee, and whoever else takes part; nothing is sent."""
        with self.at_desk(coach) as work:
            made = issuing.name_coachee(work, people.NewPerson(
                who.name, who.email, Owner.PRIVATE, ReadBy.NOBODY), title)
            issuing.add_people(work, made, others)
            self.engagements[engagement] = made.id

    def adds(self, engagement: str, *others: NewParty) -> None:
        """Let Ana name somebody else later."""
        with self.at_desk() as work:
            issuing.add_people(work, self._own(work, engagement), others)

    def settles(self, engagement: str, *, starts_in: int = 0, coach: str = "ana") -> None:
        """Let a coach settle the terms of every draft, from so many days ahead."""
        with self.at_desk(coach) as work:
            own = self._own(work, engagement)
            drafts = [text.material for text in texts_of(work, own).drafts]
            issuing.save_terms(work, own, issuing.TermsValues(
                today(work.now) + starts_in * DAY, cast.ANSWERS, {
                    draft.agreement.id: issuing.OwnTerms(
                        answers=cast.OWN_ANSWERS.get(draft.template.code, {}))
                    for draft in drafts}))

    def sends(self, engagement: str, *, coach: str = "ana") -> None:
        """Let a coach sign all drafts with one code, and send what waits."""
        code = self.fresh_code(self.desks[coach].person_id)
        with self.at_desk(coach) as work:
            taken(issuing.issue(work, self._own(work, engagement), cast.COACHES[coach].name, code))

    def hears(self, engagement: str, role: str, how: How, *, coach: str = "ana") -> None:
        """Let a coach hear somebody read their digits, and type them."""
        with self.at_desk(coach) as work:
            party = self.party(work, engagement, role)
            shown = digits_on_screen(work, party.id)
            own = self._own(work, engagement)
            if shown is None or vouch(work, own, party, shown[0], how) is not None:
                raise OutOfStep("the digits were not taken")

    def reminds(self, engagement: str, role: str) -> None:
        """Let Ana remind somebody of what waits for them."""
        with self.at_desk() as work:
            if remind(work, self._own(work, engagement),
                      self.party(work, engagement, role)).why is not None:
                raise OutOfStep("no reminder went out")

    def recalls(self, engagement: str) -> None:
        """Let Ana take back every text that is out and not signed by all."""
        with self.at_desk() as work:
            own = self._own(work, engagement)
            for facts in standing_of_one(work, own.id).versions:
                if facts.complete_at() is None:
                    recall(work, own, facts.version_id)

    def revokes(self, engagement: str, role: str) -> None:
        """Let Ana end somebody's link."""
        with self.at_desk() as work:
            revoke(work, self._own(work, engagement), self.party(work, engagement, role))

    def sets_on_paper(self, engagement: str, role: str) -> None:
        """Let Ana note that somebody signs with ink."""
        with self.at_desk() as work:
            set_on_paper(work, self._own(work, engagement), self.party(work, engagement, role))

    def records_ink(self, engagement: str, role: str, scan: bytes) -> None:
        """Let Ana record the first text that somebody signed on paper, the day before."""
        code = self.fresh_code(self.desks["ana"].person_id)
        with self.at_desk() as work:
            own = hold(work, self.engagements[engagement])
            party = self.party(work, engagement, role)
            first = standing_of_one(work, own.id).versions[0].version_id
            sheet, kept = sheet_of(work, own.id, first, party.id), take_scan(scan)
            if not isinstance(kept, Scan):
                raise OutOfStep("the scan was not taken")
            answers = {ask["key"]: "yes" for ask in sheet.asks}
            taken(record_ink(work, sheet, InkValues(
                sheet.name, today(work.now) - DAY, Basis.THIS_PRINT, answers, kept), code))

    def plans(self, engagement: str, in_days: int, start: time, end: time, place: str) -> str:
        """Let Ana plan a session, on a weekday from so many days ahead; returns its id."""
        with self.at_desk() as work:
            day = (work.now + in_days * DAY).astimezone(ZoneInfo(cast.ZONE)).date()
            while day.weekday() > 4:
                day += DAY
            span = span_of(day, start, end, cast.ZONE)
            if isinstance(span, Span):
                return sessions.plan(work, self._own(work, engagement), span, place).id
            raise OutOfStep("no such time")

    def brings_in(self, engagement: str, session_id: str, who: Character, topic: str) -> None:
        """Let Ana name a guest of one session, and begin the addendum for it."""
        with self.at_desk() as work:
            own = self._own(work, engagement)
            sessions.bring_in(work, own, session_or_missing(work, own.id, session_id),
                              sessions.NewGuest(people.NewPerson(
                                  who.name, who.email, Owner.PRIVATE, ReadBy.NOBODY),
                                  topic, Mode.WHEN_ASKED))

    def proposes(self, engagement: str, colleague: str) -> None:
        """Let Ana ask the coachee whether a colleague may go on with them."""
        with self.at_desk() as work:
            handing.propose(work, self._own(work, engagement), self.desks[colleague].person_id)

    def _own(self, work: Work, engagement: str) -> Engagement:
        return issuing.own(work, self.engagements[engagement])
