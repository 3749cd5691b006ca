"""What is read of the tables for one world: few statements, built once, and columns alone.

A page that asks is held in a hand in a corridor; mapping whole rows would take most of its time.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, and_, bindparam, exists, func, or_, select

from portal.agreements.models import AgreementVersion, Grant, Signature, SignerSlot
from portal.engagements.models import CoachingSession, Party
from portal.engagements.policy import PARTY_ENDS
from portal.ledger.models import Entry
from portal.people.models import Person
from portal.sessions.models import SessionPass
from portal.sharing.models import Share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from portal.engagements.models import Engagement
    from portal.ground.work import Work

_READ = json.JSONDecoder().raw_decode
_HERE: BindParameter[str] = bindparam("engagement")
_GONE = exists(select(Entry.id).where(
    Entry.chain_id == _HERE, Entry.subject_id == Party.id,
    or_(*(Entry.kind == kind for kind in sorted(PARTY_ENDS)))))
_PEOPLE = (
    select(Party.id, Party.role, Party.person_id, Party.created_at, Person.key_id,
           Person.name_enc, _GONE.label("gone"))
    .join(Person, Person.id == Party.person_id).where(Party.engagement_id == _HERE)
    .order_by(Party.created_at, Party.role, Party.id)
)
_TEXTS = (
    select(AgreementVersion.id, AgreementVersion.agreement_id, AgreementVersion.key_id,
           AgreementVersion.template_code, AgreementVersion.record_enc)
    .where(AgreementVersion.engagement_id == _HERE)
)
_OWN_TEXTS = (
    _TEXTS.join(SignerSlot, SignerSlot.version_id == AgreementVersion.id)
    .join(Party, Party.id == SignerSlot.party_id)
    .where(Party.role == "COACH", Party.person_id == bindparam("coach"))
)
_GRANTS = (
    select(Grant.version_id, Grant.number, Grant.effect, Grant.optional, Grant.scope,
           Grant.starts, Grant.ends)
    .join(AgreementVersion, AgreementVersion.id == Grant.version_id)
    .where(AgreementVersion.engagement_id == _HERE).order_by(Grant.version_id, Grant.number)
)
_CHOSEN = (
    select(Signature.id, Signature.version_id, Signature.key_id, Signature.manifest_enc)
    .join(Party, Party.id == Signature.party_id)
    .where(Signature.engagement_id == _HERE, Party.role == "COACHEE")
)
_MEETINGS = (
    select(CoachingSession.number, CoachingSession.starts_at, CoachingSession.ends_at,
           SessionPass.id, SessionPass.party_id, SessionPass.closed_at)
    .outerjoin(SessionPass, and_(SessionPass.session_id == CoachingSession.id,
                                 SessionPass.closed_at.is_not(None)))
    .where(CoachingSession.engagement_id == _HERE)
    .order_by(CoachingSession.starts_at, CoachingSession.number)
)
_USED = (
    select(Share.line, func.count()).where(Share.engagement_id == _HERE).group_by(Share.line)
)


@dataclass(frozen=True, slots=True)
class Being:
    """Hold a party with their name; `gone` says that something ended their part."""

    id: str
    role: str
    person_id: str
    since: datetime
    name: str
    gone: bool


@dataclass(frozen=True, slots=True)
class Frozen:
    """Hold what a frozen text says of its lines, by number, and its title."""

    version_id: str
    agreement_id: str
    template: str
    title: str
    lines: Mapping[int, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Closed:
    """Hold a door that the coachee closed: to whom, of which session, since when."""

    id: str
    party_id: str
    session: str
    at: datetime


def beings(work: Work, engagement: Engagement) -> list[Being]:
    """Return the parties of an engagement in the order they were named, and fetch its key."""
    rows = work.session.execute(_PEOPLE, {"engagement": engagement.id}).all()
    work.vault.fetch([engagement.key_id, *(row.key_id for row in rows)])
    return [Being(row.id, row.role, row.person_id, row.created_at, work.vault.unlock(
        row.key_id, f"person/{row.person_id}/name", row.name_enc).decode(), row.gone)
        for row in rows]


def frozen(work: Work, engagement: Engagement, *, own: bool = False) -> dict[str, Frozen]:
    """Return what every text of an engagement says of its lines, by version; `own` are those
    alone that the present coach signs or signed."""
    found, wanted = {}, {"engagement": engagement.id}
    if own:
        wanted["coach"] = engagement.coach_id
    for row in work.session.execute(_OWN_TEXTS if own else _TEXTS, wanted):
        record = work.vault.unlock(
            row.key_id, f"agreement_version/{row.id}/record", row.record_enc).decode()
        lines, template = _part(record, "lines", []), _part(record, "template", {})
        found[row.id] = Frozen(row.id, row.agreement_id, row.template_code,
                               template.get("name", ""), {line["no"]: line for line in lines})
    return found


def _part(record: str, key: str, default: Any) -> Any:
    """Return one value of a record without reading all of its wording.

    The bytes are canonical (RFC 8785): without spaces, and a quotation mark inside a text never
    stands bare, so a key is found as it is spelled. No value before has such a key inside.
    """
    place = record.find(f'"{key}":')
    if place < 0:
        return default
    return _READ(record, place + len(key) + 3)[0]


def grants(work: Work, engagement_id: str) -> dict[str, list[Any]]:
    """Return the lines of every text in the codes that decide, by version, in their order."""
    found: dict[str, list[Any]] = defaultdict(list)
    for row in work.session.execute(_GRANTS, {"engagement": engagement_id}):
        found[row.version_id].append(row)
    return found


def accepted(work: Work, engagement_id: str) -> dict[str, set[int]]:
    """Return the optional lines to which the coachee said yes, by version."""
    found = {}
    for row in work.session.execute(_CHOSEN, {"engagement": engagement_id}):
        manifest = json.loads(work.vault.unlock(
            row.key_id, f"signature/{row.id}/manifest", row.manifest_enc))
        found[row.version_id] = {int(number) for number, said in manifest["choices"].items()
                                 if said == "yes"}
    return found


def meetings(
    work: Work, engagement_id: str
) -> tuple[Sequence[tuple[str, datetime, datetime]], list[Closed]]:
    """Return the sessions by code with their instants, and the doors that are closed."""
    sessions, closed = {}, []
    for row in work.session.execute(_MEETINGS, {"engagement": engagement_id}):
        code = f"S{row.number}"
        sessions[code] = (code, row.starts_at, row.ends_at)
        if row.closed_at is not None:
            closed.append(Closed(row.id, row.party_id, code, row.closed_at))
    return list(sessions.values()), closed


def used(work: Work, engagement_id: str) -> dict[str, int]:
    """Return how often something was shared under each line."""
    rows = work.session.execute(_USED, {"engagement": engagement_id})
    return {line: count for line, count in rows if line is not None}
