"""What stands in an engagement: the facts of every version, for the rules."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from portal.agreements import policy
from portal.agreements.models import Agreement, AgreementVersion, Signature, SignerSlot
from portal.agreements.policy import (
    FEELS_KINDS,
    REVIEWED,
    Rhythm,
    SignedFacts,
    SlotFacts,
    VersionFacts,
)
from portal.agreements.queries.reviewed import answers_of, called_of, checked_of, settled
from portal.agreements.queries.taken import TAKEN, disputes_of, withdrawn_of
from portal.engagements.models import CoachingSession
from portal.engagements.queries import coaching, parties_of
from portal.ledger.queries import events_of, some_events_of, told_of
from portal.plain.errors import Missing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from portal.engagements.models import Engagement, Party
    from portal.ground.work import Work
    from portal.ledger.policy import Event
    from portal.ledger.queries import Line


@dataclass(frozen=True, slots=True)
class Standing:
    """Hold the agreements of one engagement with their record, read at one instant."""

    agreements: dict[str, Agreement]
    versions: list[VersionFacts]
    events: list[Event]

    @property
    def dropped(self) -> set[str]:
        """Return the agreements that are pursued no further: nobody is asked for them."""
        return {event.subject_id for event in self.events if event.kind == "agreement.dropped"}

    def newest(self, agreement_id: str) -> VersionFacts | None:
        """Return the newest issued version of an agreement."""
        own = [v for v in self.versions if v.agreement_id == agreement_id]
        return own[-1] if own else None

    def predecessor(
        self, agreement_id: str, party_ids: Iterable[str], now: datetime
    ) -> VersionFacts | None:
        """Return what a text that is issued now names as the one before it: the newest one that
        these parties had in force, or else the newest one."""
        return (policy.held_before(self.versions, agreement_id, party_ids, now)
                or self.newest(agreement_id))

    def signed_by(self, party_ids: Collection[str]) -> list[VersionFacts]:
        """Return the versions that one of these parties signs or signed, oldest first.

        To a coach no others are open: after a hand-over the texts of the old coach stay closed.
        """
        return [v for v in self.versions if any(s.party_id in party_ids for s in v.slots)]

    def version(self, version_id: str) -> VersionFacts:
        """Return one version, or raise `Missing`."""
        for facts in self.versions:
            if facts.version_id == version_id:
                return facts
        raise Missing("version")

    def own_version(self, version_id: str, party_ids: Collection[str]) -> VersionFacts:
        """Return a version that one of these parties signs or signed, or raise `Missing`."""
        for facts in self.signed_by(party_ids):
            if facts.version_id == version_id:
                return facts
        raise Missing("version")

    def of_party(self, party_id: str) -> list[Agreement]:
        """Return the agreements that this party signs as the third person, oldest first."""
        return [a for a in self.agreements.values() if a.party_id == party_id]

    def waiting(self, party: Party, now: datetime) -> list[VersionFacts]:
        """Return the versions that wait for a party's signature, in the order to read them.

        What somebody else declined still waits (Z4); what this person declined does not, nor
        what is pursued no further.
        """
        declined = {event.subject_id for event in self.events
                    if event.kind == "version.declined" and event.actor_id == party.person_id}
        found = [facts for facts in self.versions
                 if facts.waits_for(party.id) and facts.version_id not in declined
                 and facts.agreement_id not in self.dropped and policy.is_waiting(facts, now)]
        return sorted(found, key=lambda v: self.agreements[v.agreement_id].template_code)

    def bound_since(self, party_id: str, now: datetime) -> datetime | None:
        """Return when the first agreement that this party signs came into force."""
        starts = [policy.in_force_spans(facts, now)[0][0] for facts in self.versions
                  if any(slot.party_id == party_id for slot in facts.slots)
                  and policy.in_force_spans(facts, now)]
        return min(starts, default=None)

    def mandatory_spans(self, now: datetime) -> list[tuple[datetime, datetime | None]]:
        """Return when all mandatory agreements were in force together.

        One whose person is not asked after all is dropped, and holds nothing up (Z6).
        """
        common: list[tuple[datetime, datetime | None]] | None = None
        for agreement in self.agreements.values():
            if agreement.mandatory and agreement.id not in self.dropped:
                own = [span for facts in self.versions if facts.agreement_id == agreement.id
                       for span in policy.in_force_spans(facts, now)]
                common = own if common is None else _overlap(common, own)
        return common or []


def _overlap(
    left: list[tuple[datetime, datetime | None]], right: list[tuple[datetime, datetime | None]]
) -> list[tuple[datetime, datetime | None]]:
    found = []
    for start, end in left:
        for start2, end2 in right:
            ends = [e for e in (end, end2) if e is not None]
            first, last = max(start, start2), min(ends, default=None)
            if last is None or first < last:
                found.append((first, last))
    return found


_WHOLE = (
    select(
        Agreement, AgreementVersion.id, AgreementVersion.agreement_id, AgreementVersion.number,
        AgreementVersion.hash, AgreementVersion.issued_at, AgreementVersion.sign_by,
        AgreementVersion.effective_from, AgreementVersion.valid_to,
        AgreementVersion.starts_on, AgreementVersion.ends_on, AgreementVersion.timezone,
        AgreementVersion.review_months, AgreementVersion.grace_days,
        AgreementVersion.silence_days, AgreementVersion.review_moments,
        AgreementVersion.check_in_months,
        SignerSlot.id, SignerSlot.party_id, SignerSlot.role, SignerSlot.required,
        SignerSlot.vouching, SignerSlot.meaning,
        Signature.id, Signature.slot_id, Signature.version_hash, Signature.signed_at,
        CoachingSession.starts_at, CoachingSession.ends_at, CoachingSession.cancelled_at,
    )
    .outerjoin(AgreementVersion, AgreementVersion.agreement_id == Agreement.id)
    .outerjoin(SignerSlot, SignerSlot.version_id == AgreementVersion.id)
    .outerjoin(Signature, Signature.slot_id == SignerSlot.id)
    .outerjoin(CoachingSession, CoachingSession.id == Agreement.session_id)
    .where(Agreement.engagement_id.in_(bindparam("wanted", expanding=True)))
    .order_by(Agreement.created_at, Agreement.id, AgreementVersion.number, SignerSlot.id)
)
_VERSION, _SLOT, _SIGNATURE, _SESSION = (
    slice(1, 17), slice(17, 23), slice(23, 27), slice(27, 30))
_SIGNED = 23
#: Acts whose entries the rules read whole.
_SAID = (*TAKEN, *REVIEWED, *FEELS_KINDS.values())


@dataclass(slots=True)
class _Gathered:
    agreements: dict[str, Agreement] = field(default_factory=dict)
    versions: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    slots: dict[str, list[SlotFacts]] = field(default_factory=lambda: defaultdict(list))
    signed: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))
    sessions: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)

    def take(self, row: tuple[Any, ...]) -> None:
        """Take one row of the big join: an agreement, perhaps a version, a slot, a signature,
        and the one session that it is for."""
        agreement, version, slot = row[0], row[_VERSION], row[_SLOT]
        self.agreements[agreement.id] = agreement
        if version[0] is not None:
            self.versions[version[0]] = version
        if slot[0] is not None:
            self.slots[version[0]].append(SlotFacts(*slot))
        if row[_SIGNED] is not None:
            self.signed[version[0]].append(row[_SIGNATURE])
        starts_at, ends_at, cancelled_at = row[_SESSION]
        if starts_at is not None:
            self.sessions[agreement.id] = (starts_at, min(ends_at, cancelled_at or ends_at))

    def facts(self, events: list[Event], told: list[Line]) -> list[VersionFacts]:
        """Return the facts of every version; an addendum is cut to its session (INV-9)."""
        found = [_facts(row, self.slots[i], self.signed[i], events)
                 for i, row in self.versions.items()]
        if told:
            found = [_with_told(facts, told, events) for facts in found]
            known = {facts.version_id: facts for facts in found}
            found = [settled(facts, told, known) for facts in found]
        return [facts.for_session(*self.sessions[facts.agreement_id])
                if facts.agreement_id in self.sessions else facts for facts in found]


def _with_told(facts: VersionFacts, told: list[Line], events: list[Event]) -> VersionFacts:
    """Return the facts of a version with what was taken back of it and how it was looked at."""
    return replace(facts, withdrawn=withdrawn_of(facts.version_id, told),
                   called=called_of(facts.version_id, told),
                   answers=answers_of(facts.version_id, told, events),
                   checked=checked_of(facts.version_id, told))


def standing_of(
    work: Work, engagement_ids: Iterable[str], kinds: Collection[str] = ()
) -> dict[str, Standing]:
    """Return what stands in many engagements, with two or three queries; events of `kinds` alone,
    if any."""
    wanted = list(engagement_ids)
    events = some_events_of(work, wanted, kinds) if kinds else events_of(work, wanted)
    found = {engagement_id: _Gathered() for engagement_id in wanted}
    for row in work.session.execute(_WHOLE, {"wanted": wanted}):
        values: tuple[Any, ...] = tuple(row)
        found[values[0].engagement_id].take(values)
    said = [e for e, known in events.items() if any(event.kind in _SAID for event in known)]
    told = told_of(work, said, _SAID) if said else {}
    return {e: Standing(g.agreements,
                        _with_successors(g.facts(events[e], told.get(e, [])), work.now),
                        events[e]) for e, g in found.items()}


_COLUMNS = ("version_id", "agreement_id", "number", "hash", "issued_at", "sign_by",
            "effective_from", "valid_to")


def _facts(
    row: Sequence[Any], slots: list[SlotFacts], signed: list[Any], events: list[Event]
) -> VersionFacts:
    version_id = row[0]
    acts, repudiated = [], {}
    disputed = disputes_of(events)
    for event in events:
        if event.kind in policy.KINDS and event.subject_id == version_id:
            acts.append((event.at, policy.KINDS[event.kind]))
        elif event.kind == "signature.repudiated":
            repudiated[event.subject_id] = event.at
    at = {slot_id: signed_at for _id, slot_id, _hash, signed_at in signed}
    heard = [event for event in events if event.kind in (policy.VOUCHED, policy.ANEW)]
    vouched = {slot.party_id: since for slot in slots
               if (since := policy.vouched_since(heard, slot.party_id, at.get(slot.slot_id)))}
    first, last, zone, months, grace, silence, moments, check_in = row[len(_COLUMNS):]
    rhythm = Rhythm(first, last, zone, months, grace, silence,
                    tuple(moments.split(",")) if moments else (), check_in)
    return VersionFacts(
        **dict(zip(_COLUMNS, row, strict=False)), slots=tuple(slots), vouched=vouched,
        rhythm=rhythm,
        acts=tuple(acts), signed=tuple(
            SignedFacts(s[0], s[1], s[2], s[3], repudiated.get(s[0]),
                        tuple(disputed.get(s[0], ()))) for s in signed),
    )


def _with_successors(versions: list[VersionFacts], now: datetime) -> list[VersionFacts]:
    by_agreement: dict[str, list[VersionFacts]] = defaultdict(list)
    for facts in versions:
        by_agreement[facts.agreement_id].append(facts)
    return [facts for own in by_agreement.values() for facts in policy.with_successors(own, now)]


def standing_of_one(work: Work, engagement_id: str) -> Standing:
    """Return what stands in one engagement."""
    return standing_of(work, [engagement_id])[engagement_id]


def coachs_version(work: Work, engagement: Engagement, version_id: str) -> VersionFacts:
    """Return a version that the present coach of an engagement signs or signed, or raise
    `Missing`: what another coach signed there before stays closed."""
    parties = parties_of(work, [engagement.id])[engagement.id]
    return standing_of_one(work, engagement.id).own_version(
        version_id, coaching(engagement, parties))
