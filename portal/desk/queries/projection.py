"""The board's rows as the records give them: written by `keep_board`, compared by the tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from portal.agreements.models import Agreement, TermsDraft
from portal.agreements.policy import VersionFacts, with_successors
from portal.agreements.queries import Standing, standing_of
from portal.desk.policy.board import (
    LIVE,
    MINE,
    UNSENT,
    RequestFacts,
    Signer,
    held_up,
    next_step,
    request,
)
from portal.desk.policy.timeline import (
    FOREVER,
    Timeline,
    braid,
    engagement_words,
    goes_on,
    review_words,
    text_words,
    turns,
)
from portal.engagements.models import Engagement
from portal.engagements.policy import ask_facts, may_be_asked
from portal.engagements.queries import parties_of
from portal.ground.vault import DataKey
from portal.links.queries import of_engagements
from portal.reaching.policy import Word, wants_reminders
from portal.reviews.policy import next_moment

if TYPE_CHECKING:
    from portal.engagements.models import Party
    from portal.ground.work import Work
    from portal.ledger.policy import Event
    from portal.links.models import Invitation

_OWN = (
    select(Engagement.id, Engagement.practice_id, Engagement.coach_id, Agreement.id,
           TermsDraft.changed_at, TermsDraft.discarded_at, TermsDraft.issued_at)
    .outerjoin(Agreement, Agreement.engagement_id == Engagement.id)
    .outerjoin(TermsDraft, TermsDraft.agreement_id == Agreement.id)
    .join(DataKey, DataKey.id == Engagement.key_id)
    .where(Engagement.id.in_(bindparam("ids", expanding=True)), DataKey.destroyed_at.is_(None))
)


@dataclass(frozen=True, slots=True)
class Projected:
    """Hold the rows of one engagement as values for the two tables, without their ids, and when
    the clock alone brings something next."""

    practice_id: str
    rows: list[dict[str, Any]]
    slots: list[dict[str, Any]]
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Own:
    """Hold whose an engagement is."""

    id: str
    practice_id: str
    coach_id: str


@dataclass(frozen=True, slots=True)
class _Draft:
    """Say since when a draft waits, and whether it still does."""

    since: datetime
    waits: bool


@dataclass(frozen=True, slots=True)
class _Records:
    """Hold what was read about one engagement."""

    engagement: _Own
    standing: Standing
    parties: list[Party]
    links: list[Invitation]
    drafts: dict[str, _Draft]
    said: Timeline

    def person(self, party_id: str | None) -> str | None:
        """Return the person behind a party."""
        return next((p.person_id for p in self.parties if p.id == party_id), None)


def project(work: Work, engagement_ids: Iterable[str]) -> dict[str, Projected]:
    """Return the rows of some engagements, with a constant number of queries; what was erased is
    left out, for there is nothing left to do in it."""
    found: dict[str, _Own] = {}
    drafts: dict[str, _Draft] = {}
    for row in work.session.execute(_OWN, {"ids": list(engagement_ids)}):
        own, (agreement_id, changed_at, discarded_at, issued_at) = row[:3], row[3:]
        found[own[0]] = _Own(*own)
        if changed_at is not None:
            drafts[agreement_id] = _Draft(changed_at, discarded_at is None and issued_at is None)
    standing, parties = standing_of(work, found), parties_of(work, found)
    links = defaultdict(list)
    for link in of_engagements(work, list(found)):
        links[link.engagement_id].append(link)
    return {i: _project(_records(own, standing[i], parties[i], links[i], drafts), work.now)
            for i, own in found.items()}


def _records(
    engagement: _Own, read: Standing, parties: list[Party], links: list[Invitation],
    drafts: dict[str, _Draft],
) -> _Records:
    # All that the clock alone will change is known already: so it is asked about the end of time.
    versions = [facts for agreement in read.agreements
                for facts in with_successors(
                    [v for v in read.versions if v.agreement_id == agreement], FOREVER)]
    standing = replace(read, versions=versions)
    said = engagement_words(engagement.id, read.events, standing.mandatory_spans(FOREVER))
    return _Records(engagement, standing, parties, links, drafts, said)


def _project(records: _Records, now: datetime) -> Projected:
    rows, slots = [], []
    last, told = records.standing.events[-1].at, by_subject(records.standing.events)
    for agreement in records.standing.agreements.values():
        if agreement.id in records.standing.dropped:
            continue
        facts = records.standing.newest(agreement.id)
        draft = records.drafts.get(agreement.id)
        drafted = draft.waits if draft is not None else facts is None
        if drafted:
            rows += _draft_rows(records, agreement, draft, last)
        for older in records.standing.versions:
            if older.agreement_id == agreement.id:
                words = (("in_force",) if older is not facts else LIVE if drafted else None)
                signers = signers_of(older, records.parties, records.links, told)
                found = list(_version_rows(records, agreement, older, signers, last))
                rows += [row for row in found if words is None or row["word"] in words]
                slots += [_slot(records, older, signer) for signer in signers]
    shown = {row["version_id"] for row in rows}
    return Projected(records.engagement.practice_id, rows,
                     [slot for slot in slots if slot["version_id"] in shown],
                     next_moment(records.standing.versions, now))


def _draft_rows(
    records: _Records, agreement: Agreement, draft: _Draft | None, last: datetime
) -> list[dict[str, Any]]:
    since = draft.since if draft is not None else agreement.created_at
    stretches = braid(_sayer(agreement), [(since, "draft")], records.said)
    empty = dict.fromkeys(("version_id", "sign_by", "force_at", "valid_to", "review_at"))
    drafted = {**_common(records, agreement), **empty, "number": 0, "word": "draft",
               "asked_at": since, "signed": 0, "waiting": 0, "unsent": 0, "mine": True,
               "asked": agreement.party_id is None, "review": "", "turn": ""}
    return [{**drafted, "held_up": s.values[1], "starts": s.starts, "ends": s.ends}
            for s in stretches if goes_on(s, last)]


def _common(records: _Records, agreement: Agreement) -> dict[str, Any]:
    engagement = records.engagement
    coachee = next(p for p in records.parties if p.role == "COACHEE")
    return {"practice_id": engagement.practice_id, "coach_id": engagement.coach_id,
            "engagement_id": engagement.id, "agreement_id": agreement.id,
            "template_code": agreement.template_code, "mandatory": agreement.mandatory,
            "coachee_id": coachee.person_id,
            "counterpart_id": records.person(agreement.party_id)}


def _version_rows(
    records: _Records, agreement: Agreement, facts: VersionFacts, signers: Sequence[Signer],
    last: datetime,
) -> Iterator[dict[str, Any]]:
    shared = {
        **_common(records, agreement), "version_id": facts.version_id, "number": facts.number,
        "asked_at": facts.issued_at, "signed": sum(s.signed for s in signers),
        "unsent": sum(s.word in UNSENT for s in signers),
        "waiting": sum(not s.signed and s.word not in UNSENT for s in signers),
        "sign_by": facts.sign_by, "force_at": facts.force_at(), "valid_to": facts.valid_to,
        "asked": all(s.word is not Word.NOT_YET for s in signers
                     if s.party_id == agreement.party_id),
    }
    found = braid(_sayer(agreement), text_words(facts), records.said, review_words(facts))
    for s, turn in zip(found, turns(facts, found), strict=True):
        said, waits, (review, review_at) = s.values
        if goes_on(s, last):
            yield {**shared, "word": said, "held_up": waits, "starts": s.starts, "ends": s.ends,
                   "review": review, "review_at": review_at, "turn": turn,
                   "mine": next_step(said, signers)[0] in MINE}


def _sayer(agreement: Agreement) -> Callable[..., tuple[Any, ...]]:
    """Return what a row says of a text: its word, what waits for it, how its reviews stand."""

    def say(
        word: str, engagement: str, review: tuple[str, datetime | None] = ("", None)
    ) -> tuple[Any, ...]:
        return (word, held_up(word, engagement, mandatory=agreement.mandatory),
                review if word == "in_force" else ("", None))

    return say


def signers_of(
    facts: VersionFacts, parties: Sequence[Party], links: Sequence[Invitation],
    events: Mapping[str, Sequence[Event]],
) -> list[Signer]:
    """Return where the request to each signer of a version stands, in the order of the parties.

    `events` are those of the engagement by their subject.
    """
    signed = {s.slot_id: s.at for s in facts.signed}
    found = []
    for party in parties:
        slot = facts.slot_of(party.id)
        if slot is None:
            continue
        own = [link.id for link in links if link.person_id == party.person_id
               and link.issued_at >= facts.issued_at]
        told = sorted((e for subject in (*own, party.id) for e in events.get(subject, ())
                       if e.at >= facts.issued_at), key=lambda e: e.seq)
        found.append(request(RequestFacts(
            party_id=party.id, person_id=party.person_id, role=slot.role,
            may_be_asked=may_be_asked(ask_facts(party.id, party.role, events.get(party.id, ()))),
            on_paper=party.on_paper, issued_at=facts.issued_at,
            no_reminders=not wants_reminders(party.id, events.get(party.id, ())),
            vouching=slot.vouching,
            signed_at=signed.get(slot.slot_id), vouched_at=facts.vouched.get(party.id),
            links=own, told=told)))
    return found


def by_subject(events: Iterable[Event]) -> dict[str, list[Event]]:
    """Return events by what they are about."""
    found: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        found[event.subject_id].append(event)
    return found


def _slot(records: _Records, facts: VersionFacts, signer: Signer) -> dict[str, Any]:
    return {"practice_id": records.engagement.practice_id,
            "engagement_id": records.engagement.id, "version_id": facts.version_id,
            **asdict(signer)}
