"""One engagement as its coach sees it: every text, everybody at the table, what is in the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from portal.agreements.queries import standing_of_one
from portal.amending.queries import Proposal, proposals_of
from portal.desk.policy.board import Signer, Step
from portal.desk.policy.look import Scope
from portal.desk.policy.sheet import Lead, is_stuck, lead
from portal.desk.queries.text import Signed, signed_by
from portal.desk.queries.today import Asked, Row, Summary, of_engagement
from portal.desk.queries.versions import Next, next_of
from portal.engagements.policy import Mandatory, engagement_state
from portal.engagements.queries import coaching, own_or_missing, parties_of
from portal.evidence.queries import Paper, newest_paper, papers_of
from portal.inking.queries import InkRecord, inked
from portal.issuing.queries import Named, people_of
from portal.links.queries import of_engagements
from portal.notices.queries import Posted, posted
from portal.people.queries import names_of
from portal.reaching.policy import seen_outside
from portal.signing.queries import Heard, hopes_for_coach

if TYPE_CHECKING:
    from collections.abc import Collection

    from portal.agreements.policy import VersionFacts
    from portal.agreements.queries import Standing
    from portal.ground.work import Work
    from portal.links.models import Invitation


@dataclass(frozen=True, slots=True)
class Papers:
    """Hold the newest sealed paper of each edition of one version (Z1)."""

    common: Paper | None
    coachee: Paper | None


@dataclass(frozen=True, slots=True)
class Text:
    """Hold one agreement: its row of the board, whom it waits for, its papers and its ink.

    `inked` is by party. What another coach signed before is shown by its row alone, and its
    `papers` are None: it opens to this coach no more than it did before they came. `next` says
    what can be done about the next version, where the newest one is in force.
    """

    row: Row
    lead: Lead
    concerns: Sequence[Asked]
    starts: datetime | None
    papers: Papers | None
    inked: Mapping[str, InkRecord]
    next: Next | None

    @property
    def sign_day(self) -> datetime | None:
        """Return an instant of the last day to sign; the deadline is the midnight after it."""
        return self.row.sign_by - timedelta(seconds=1) if self.row.sign_by else None


@dataclass(frozen=True, slots=True)
class Earlier:
    """Hold a version that this coach signed and that the board lists no more; `is_dropped` says
    that its person is not asked after all."""

    version_id: str
    template_code: str
    number: int
    counterpart: str
    word: str
    is_dropped: bool
    issued_at: datetime
    papers: Papers
    signed: Sequence[Signed]


@dataclass(frozen=True, slots=True)
class Person:
    """Hold somebody at the table, with the request that waits for them, if any does."""

    named: Named
    asked: Asked | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Hold a notice that did not get through, and to whom it was to go; both are empty for the
    coach and for a paper."""

    mail: Posted
    name: str
    party_id: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Hold one engagement as its coach sees it."""

    id: str
    coach_id: str
    title: str
    state: str
    coachee: str
    texts: Sequence[Text]
    earlier: Sequence[Earlier]
    people: Sequence[Person]
    summary: Summary
    hopes: Sequence[Heard]
    proposals: Sequence[Proposal]
    troubles: Sequence[Trouble]
    sealing: bool

    @property
    def lead(self) -> Lead:
        """Return where all texts stand together."""
        return min((text.lead for text in self.texts), default=Lead.ENDED)

    @property
    def leading(self) -> Sequence[Text]:
        """Return the texts that stand where all do together."""
        return [text for text in self.texts if text.lead is self.lead]

    @property
    def concerned(self) -> Sequence[Asked]:
        """Return for whom it waits, each person once."""
        return list({asked.signer.party_id: asked
                     for text in self.leading for asked in text.concerns}.values())

    @property
    def to_tell(self) -> Sequence[Person]:
        """Return who gets a mail with a link and has not opened it."""
        return [person for person in self.people if person.asked is not None
                and person.asked.signer.word in ("to_send", "sent")
                and not person.asked.signer.wrong_person]

    @property
    def mine(self) -> Text | None:
        """Return the text whose next step is the coach's own, and most urgent."""
        return min((text for text in self.texts if text.row.mine), key=lambda text: text.lead,
                   default=None)

    @property
    def stepping(self) -> Sequence[Text]:
        """Return the texts whose next step is offered beside them: each step once."""
        first = {_step(text): text for text in reversed(self.texts)}
        if self.mine is not None:
            first.pop(_step(self.mine))
        return list(first.values())


def _step(text: Text) -> tuple[Step, str, str | None]:
    """Return what makes two steps the same: a link is a person's, a paper is for one text."""
    row, to = text.row, text.row.step_for
    return (row.step, to.signer.party_id if to is not None else "",
            row.version_id if row.step is Step.PAPER else None)


def sheet_of(work: Work, engagement_id: str) -> Sheet:
    """Return one engagement of the acting coach with a constant number of queries, or raise
    `Missing`."""
    engagement = own_or_missing(work, engagement_id)
    standing = standing_of_one(work, engagement.id)
    parties = parties_of(work, [engagement.id])[engagement.id]
    own = standing.signed_by(coaching(engagement, parties))
    board = of_engagement(work, Scope(engagement.practice_id, engagement.coach_id, own=True,
                                      reminds=True), engagement.id)
    papers = {version_id: Papers(newest_paper(found, "common"), newest_paper(found, "coachee"))
              for version_id, found in papers_of(work, [v.version_id for v in own]).items()}
    ink = inked(work, papers)
    following = next_of(work, standing, [row.agreement_id for row in board.rows])
    texts = [_text(row, standing, papers, ink, following) for row in board.rows]
    people = people_of(work, engagement.id, standing)
    persons = {party.id: party.person_id for party in parties}
    names = names_of(work, persons.values())
    mails, links = posted(work, [engagement.id])[engagement.id], of_engagements(
        work, [engagement.id])
    return Sheet(
        id=engagement.id, coach_id=engagement.coach_id,
        title=work.reveal(engagement, "title"), coachee=people.coachee.name,
        state=engagement_state(engagement.id, standing.events,
                               Mandatory(standing.mandatory_spans(work.now)), work.now),
        texts=texts, summary=board.summary, hopes=hopes_for_coach(work, engagement.id),
        proposals=proposals_of(work, engagement, standing),
        earlier=_earlier(work, standing, own, {row.version_id for row in board.rows}, papers,
                         {party: names[person] for party, person in persons.items()}, ink),
        people=[Person(named, _asked(named, texts))
                for named in (people.coachee, *people.others)],
        troubles=_troubles(mails, links, standing, persons, names, engagement.coach_id),
        sealing=any(m.topic == "seal" and m.settled_at is None for m in mails),
    )


def _text(
    row: Row, standing: Standing, papers: Mapping[str, Papers],
    ink: Mapping[tuple[str, str], InkRecord], following: Mapping[str, Next],
) -> Text:
    leads, concerns = lead(row.word, [asked.signer for asked in row.asked])
    starts = [v.effective_from for v in standing.versions if v.version_id == row.version_id]
    return Text(
        row, leads, [asked for asked in row.asked if asked.signer in concerns],
        starts[0] if starts else None, papers.get(row.version_id or ""),
        {party: record for (version, party), record in ink.items() if version == row.version_id},
        following.get(row.agreement_id))


def _earlier(
    work: Work, standing: Standing, own: Sequence[VersionFacts], shown: Collection[str | None],
    papers: Mapping[str, Papers], names: Mapping[str, str],
    ink: Mapping[tuple[str, str], InkRecord],
) -> list[Earlier]:
    found = []
    for facts in reversed(own):
        agreement = standing.agreements[facts.agreement_id]
        if facts.version_id not in shown:
            found.append(Earlier(
                facts.version_id, agreement.template_code, facts.number,
                names.get(agreement.party_id or "", ""), seen_outside(facts, work.now),
                agreement.id in standing.dropped, facts.issued_at, papers[facts.version_id],
                signed_by(facts, {s.role: names[s.party_id] for s in facts.slots}, ink)))
    return found


def _asked(named: Named, texts: Sequence[Text]) -> Asked | None:
    """Return the open request to somebody: first what is stuck, then the oldest."""
    waits = [asked for text in texts if text.row.word == "open" for asked in text.row.missing
             if asked.signer.party_id == named.party_id]
    return min(waits, key=lambda asked: _urgency(asked.signer), default=None)


def _urgency(signer: Signer) -> tuple[bool, datetime]:
    return not is_stuck(signer), signer.since


def _troubles(
    mails: Sequence[Posted], links: Sequence[Invitation], standing: Standing,
    people: Mapping[str, str], names: Mapping[str, str], coach_id: str,
) -> list[Trouble]:
    """Return the notices in trouble that still matters: a newer link, a corrected address or a
    mail that arrived settles what became of the older one to the same person. `people` are by
    party."""
    newest = {link.person_id: link.id for link in links}
    sitting = {link.id for link in links}
    corrected = {people.get(e.subject_id): e.at for e in standing.events
                 if e.kind == "party.address_changed"}
    parties = {person: party for party, person in people.items()}
    arrived: set[str | None] = set()
    found = []
    for mail in mails:  # The newest first.
        person = mail.recipient_id if mail.topic != "seal" else None
        old = ((mail.subject_id in sitting and newest[person or ""] != mail.subject_id)
               or (person in arrived and mail.settled_at is not None))
        if not old and _matters(mail, corrected.get(person)):
            other = person if person != coach_id else None
            found.append(Trouble(mail, names.get(other or "", ""), parties.get(other or "", "")))
        if person is not None and mail.settled_as == "done":
            arrived.add(person)
    return found


def _matters(mail: Posted, mended: datetime | None) -> bool:
    """Tell whether a notice is in trouble that the coach should know of.

    Not of a reminder, unless its address is dead: to somebody who declined none goes out, so
    neither may the coach see one that waits for a mail server, or waited in vain (Z4).
    """
    if mail.name == "reminder" and mail.settled_as != "bounced":
        return False
    if mail.settled_at is None:
        return mail.trouble is not None
    return (mail.settled_as in ("bounced", "given_up")
            and (mended is None or mended <= mail.created_at))
