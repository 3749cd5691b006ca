"""What somebody can take back, what they took back, and which signatures are in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from portal.agreements.queries import choices_of, shown_text, version_rows
from portal.ledger.queries import bodies_of
from portal.people.queries import names_of
from portal.plain.errors import Missing
from portal.signing.policy import third_name
from portal.taking.models import SeenByMistake
from portal.taking.policy import gives, left_of, reference_of
from portal.wording.queries import category_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from portal.agreements.models import AgreementVersion
    from portal.agreements.policy import VersionFacts
    from portal.agreements.queries import Standing
    from portal.engagements.models import Engagement, Party
    from portal.ground.work import Work
    from portal.ledger.queries import Line as Entry


@dataclass(frozen=True, slots=True)
class Permit:
    """Hold a permit line of a version: `left` is what it is about and was not taken back, each
    code with its name. `yes` says that it counts unless it is taken back."""

    number: int
    sentence: str
    heading: str
    optional: bool
    yes: bool
    recipients: Sequence[str]
    left: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Text:
    """Hold a version that somebody signed, with its permit lines."""

    facts: VersionFacts
    title: str
    third: str
    reference: str
    lines: Sequence[Permit]

    @property
    def id(self) -> str:
        """Return the id of the version."""
        return self.facts.version_id

    @property
    def given(self) -> list[Permit]:
        """Return the lines that give something now, or will when it comes into force."""
        return [line for line in self.lines if line.yes and line.left]

    def line(self, number: int) -> Permit:
        """Return one permit line, or raise `Missing`."""
        for line in self.lines:
            if line.number == number:
                return line
        raise Missing("line")


def texts_of(
    work: Work, party: Party, versions: Sequence[VersionFacts]
) -> list[Text]:
    """Return versions that a party signed as they may take them back, with a constant number of
    queries."""
    ids = [facts.version_id for facts in versions]
    rows, choices = version_rows(work, ids), choices_of(work, party.id, ids)
    return [_text(work, party, facts, rows[facts.version_id],
                  choices.get(facts.version_id, {})) for facts in versions]


def giving_of(work: Work, standing: Standing, party: Party) -> list[Text]:
    """Return every version that a party signed and that gives something, or may come to."""
    found = [facts for facts in standing.versions if gives(facts, party.id, work.now)]
    return texts_of(work, party, sorted(
        found, key=lambda v: standing.agreements[v.agreement_id].template_code))


def text_of(work: Work, standing: Standing, party: Party, version_id: str) -> Text:
    """Return one version that a party signed, or raise `Missing`."""
    facts = standing.version(version_id)
    if facts.signed_at(party.id) is None:
        raise Missing("version")
    return texts_of(work, party, [facts])[0]


def _text(
    work: Work, party: Party, facts: VersionFacts, row: AgreementVersion,
    choices: Mapping[str, str],
) -> Text:
    shown = shown_text(work, row, party.role)
    headings = {ask["line"]: ask["heading"] for page in shown["pages"] for ask in page["asks"]}
    lines = [_permit(facts, line, headings, choices) for line in shown["lines"]
             if line["effect"] == "permit"]
    third = third_name(facts.slots, shown["names"]) if party.role == "COACHEE" else ""
    return Text(facts, shown["title"], third, reference_of(facts), lines)


def _permit(
    facts: VersionFacts, line: Mapping[str, Any], headings: Mapping[int, str],
    choices: Mapping[str, str],
) -> Permit:
    number = line["number"]
    return Permit(
        number, line["sentence"], headings.get(number, line["sentence"]), line["optional"],
        not line["optional"] or choices.get(str(number)) == "yes",
        [who["name"] for who in line["recipients"] if who["name"]],
        [(code, category_name(code)) for code in left_of(facts, number, line["categories"])])


@dataclass(frozen=True, slots=True)
class Receipt:
    """Hold one thing that was taken back: a line, kinds of information of it, or the whole.

    `hash` is what the record keeps it under.
    """

    at: datetime
    line: Permit | None
    kinds: Sequence[str]
    by_phone: bool
    hash: str


def receipts_of(work: Work, text: Text, party: Party, engagement: Engagement) -> list[Receipt]:
    """Return what a party took back of a version, newest first."""
    told = [entry for entry in bodies_of(
        work, engagement.id, ("line.withdrawn", "version.withdrawn", "version.declined"))
        if entry.subject_id == text.id and entry.facts.get("by") == party.id]
    return [_receipt(text, entry) for entry in reversed(told)]


def _receipt(text: Text, entry: Entry) -> Receipt:
    number = entry.facts.get("line")
    return Receipt(
        entry.at, text.line(number) if number is not None else None,
        [category_name(code) for code in entry.facts.get("categories") or ()],
        entry.facts["told"] == "phone", entry.hash)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Hold a signature that its signer says is not theirs, or what came of that."""

    signature_id: str
    party_id: str
    name: str
    facts: VersionFacts
    template_code: str
    since: datetime
    state: str


def doubts_of(
    work: Work, standing: Standing, versions: Iterable[VersionFacts], parties: Iterable[Party]
) -> list[Doubt]:
    """Return every signature of these versions that was ever said not to be genuine."""
    people = {party.id: party.person_id for party in parties}
    found = []
    for facts in versions:
        slots = {slot.slot_id: slot.party_id for slot in facts.slots}
        found += [(facts, signed, slots[signed.slot_id]) for signed in facts.signed
                  if signed.disputed]
    names = names_of(work, [people[party_id] for _facts, _signed, party_id in found]) \
        if found else {}
    return [Doubt(signed.signature_id, party_id, names[people[party_id]], facts,
                  standing.agreements[facts.agreement_id].template_code,
                  signed.disputed[-1][0], signed.state(work.now))
            for facts, signed, party_id in found]


@dataclass(frozen=True, slots=True)
class Mistake:
    """Hold that a party saw something by mistake; the note is for the coach alone."""

    name: str
    role: str
    at: datetime
    note: str


def mistakes_of(
    work: Work, engagement: Engagement, parties: Iterable[Party], *, notes: bool
) -> list[Mistake]:
    """Return what parties saw by mistake, newest first; `notes` lets their words be read."""
    rows = work.session.scalars(
        select(SeenByMistake).where(SeenByMistake.engagement_id == engagement.id)
        .order_by(SeenByMistake.told_at.desc(), SeenByMistake.id)).all()
    people = {party.id: party for party in parties}
    names = names_of(work, [people[row.party_id].person_id for row in rows]) if rows else {}
    return [Mistake(names[people[row.party_id].person_id], people[row.party_id].role,
                    row.told_at, work.reveal(row, "note") if notes else "") for row in rows]
