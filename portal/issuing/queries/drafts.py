"""What the drafts of an engagement are made of, gathered once and read as a whole."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from portal.agreements.policy import held_before, holds
from portal.agreements.queries import Kept, difference_of_draft, drafts_of, standing_of_one
from portal.engagements.policy import AskFacts, ask_facts
from portal.engagements.queries import organisation_names, parties_of
from portal.people.queries import answers_of, names_of, practice_or_missing
from portal.plain.errors import Missing
from portal.sessions.queries import Addendum, addendum_of
from portal.wording import policy as wording
from portal.wording.queries import template

if TYPE_CHECKING:
    from portal.agreements.models import Agreement
    from portal.agreements.policy import VersionFacts
    from portal.agreements.queries import Differs, Standing
    from portal.engagements.models import Engagement, Party
    from portal.ground.work import Work
    from portal.people.models import Practice


@dataclass(frozen=True, slots=True)
class Material:
    """Hold all that the next text of one agreement is made of.

    `parties` are those whom the text prints or asks to sign, by role; where two have the same
    role, the agreement's own. `answers` are the practice's and the agreement's own. `issued`
    says that the text is out already, so that its values are a draft no longer. `addendum` is
    the one session that the text is for, if it is for one. `before` is the newest version between
    the same people that ever came into force, and `holding` the same where it still is: then this
    text takes over from it.
    """

    engagement: Engagement
    agreement: Agreement
    template: wording.Template
    practice: Practice
    parties: Mapping[str, Party]
    names: Mapping[str, str]
    answers: Mapping[str, str]
    dates: wording.Dates
    facts: Mapping[str, str]
    rules: tuple[wording.Rule, ...]
    choices: wording.LineChoices
    kept: Kept
    today: date
    addendum: Addendum | None = None
    before: VersionFacts | None = None
    holding: VersionFacts | None = None

    @property
    def issued(self) -> bool:
        """Tell whether these values were issued, and no new text was begun since."""
        return self.kept.issued

    def lines(self, choices: wording.LineChoices | None = None) -> tuple[wording.Line, ...]:
        """Return the lines as the coach has them, or with other choices."""
        said = self.choices if choices is None else choices
        return wording.lines_of(self.template, self.answers, self.names, self.dates, said,
                                self.facts)

    def draft(self, choices: wording.LineChoices | None = None) -> wording.Draft:
        """Return the text, ready for `why_not_issue`."""
        return wording.Draft(self.template, self.answers, self.names, self.dates,
                             self.lines(choices), self.facts, self.rules,
                             asks_person=self.holding is None)

    @property
    def signers(self) -> list[str]:
        """Return the parties who sign, as far as they are named."""
        return _signers(self.template, self.parties)

    def offers(self, line: wording.Line | None = None) -> tuple[wording.Offer, ...]:
        """Return what can be chosen for a line, or for each kind of line to add."""
        return wording.offers(self.template, self.answers, self.names, self.dates, line,
                              self.facts)


@dataclass(frozen=True, slots=True)
class Composed:
    """Hold a text as it would be frozen, and the privacy notice of each who signs it."""

    material: Material
    draft: wording.Draft
    record: dict[str, Any]
    notices: Mapping[str, list[dict[str, Any]]]


def materials_of(
    work: Work, engagement: Engagement, standing: Standing | None = None
) -> list[Material]:
    """Return what every agreement that is pursued is made of, in the order to read them, with
    the same number of queries however many there are. `standing` is what was read of it."""
    standing = standing or standing_of_one(work, engagement.id)
    pursued = [a for a in standing.agreements.values() if a.id not in standing.dropped]
    found = _gather(work, engagement, standing, pursued)
    return [_material(work, found, agreement)
            for agreement in sorted(pursued, key=lambda a: a.template_code)]


def material_of(work: Work, engagement: Engagement, agreement_id: str) -> Material:
    """Return what one agreement is made of; `Missing` for another engagement's, or for one that
    is pursued no more."""
    standing = standing_of_one(work, engagement.id)
    agreement = standing.agreements.get(agreement_id)
    if agreement is None or agreement.id in standing.dropped:
        raise Missing("agreement")
    return _material(work, _gather(work, engagement, standing, [agreement]), agreement)


def composed(work: Work, material: Material, standing: Standing) -> Composed:
    """Return the text as it would be frozen now; whether it may be, `why_not_issue` says."""
    draft, practice = material.draft(), material.practice
    people = {role: party.person_id for role, party in material.parties.items()}
    newest = standing.newest(material.agreement.id)
    before = standing.predecessor(material.agreement.id, material.signers, work.now)
    record = wording.canonical_record(draft, wording.slots_of(draft, people), wording.Terms(
        material.agreement.id, newest.number + 1 if newest else 1,
        before.hash if before else None))
    controller = wording.Controller(practice.name, practice.country,
                                    work.reveal(practice, "contact"))
    return Composed(material, draft, record, {
        signer.role: _plain(wording.privacy_notice(
            draft, controller, signer.role,
            has_mailbox=material.parties[signer.role].contact_point_id is not None))
        for signer in material.template.signers})


def difference_of(work: Work, one: Composed) -> Differs | None:
    """Return what a text would change against the version before it, if there is one."""
    before = one.material.before
    return difference_of_draft(work, before, one.record) if before is not None else None


def _plain(notice: Sequence[wording.Section]) -> list[dict[str, Any]]:
    sections: list[dict[str, Any]] = json.loads(json.dumps([asdict(part) for part in notice]))
    return sections


@dataclass(frozen=True, slots=True)
class _Gathered:
    """Hold what is read once for all agreements of an engagement."""

    engagement: Engagement
    practice: Practice
    standing: Standing
    parties: Sequence[Party]
    names: Mapping[str, str]
    organisations: Mapping[str, str]
    answers: Mapping[str, str]
    drafts: Mapping[str, Kept]
    today: date


def _gather(
    work: Work, engagement: Engagement, standing: Standing, agreements: Sequence[Agreement]
) -> _Gathered:
    practice = practice_or_missing(work, engagement.practice_id)
    parties = [p for p in parties_of(work, [engagement.id])[engagement.id]
               if not _is_out(ask_facts(p.id, p.role, standing.events))
               and (p.role != "COACH" or p.person_id == engagement.coach_id)]
    return _Gathered(
        engagement, practice, standing, parties, names_of(work, [p.person_id for p in parties]),
        organisation_names(work, parties), answers_of(work, practice),
        drafts_of(work, [a.id for a in agreements]),
        work.now.astimezone(ZoneInfo(practice.timezone)).date())


def _is_out(facts: AskFacts) -> bool:
    """Tell whether no new text speaks of a person: they left, or the coachee said no to them."""
    return facts.gone or facts.answer is False


def _material(work: Work, found: _Gathered, agreement: Agreement) -> Material:
    kept = found.drafts.get(agreement.id, Kept())
    pack = wording.with_rhythm(template(agreement.template_code), found.answers,
                               kept.values.get("review_months") or 0)
    parties = _of_text(pack, agreement, found.parties)
    third = parties.get(pack.counterpart or "")
    facts: dict[str, str] = {}
    if third is not None:
        facts = wording.asked_fact(pack, third.asked_for_on)
        facts["organisation"] = found.organisations.get(third.organisation_id or "", "")
    addendum = addendum_of(work, agreement) if agreement.session_id is not None else None
    if addendum is not None:
        facts |= wording.session_facts(pack, addendum.session, addendum.starts_at,
                                       addendum.ends_at, addendum.end_at)
    before = held_before(found.standing.versions, agreement.id, _signers(pack, parties), work.now)
    own = {q.key for q in wording.questions(pack, wording.ENGAGEMENT)}
    said = {key: text for key, text in kept.values.get("answers", {}).items() if key in own}
    return Material(
        engagement=found.engagement, agreement=agreement, template=pack,
        practice=found.practice, parties=parties,
        names={role: found.names[party.person_id] for role, party in parties.items()},
        answers={**found.answers, **said}, dates=_dates(pack, found, kept.values, addendum),
        facts=facts, rules=tuple(wording.Rule(**rule) for rule in kept.values.get("rules", ())),
        choices=wording.read_choices(kept.values), kept=kept, today=found.today,
        addendum=addendum, before=before,
        holding=before if before is not None and holds(before, work.now) else None)


def _signers(pack: wording.Template, parties: Mapping[str, Party]) -> list[str]:
    return [parties[signer.role].id for signer in pack.signers if signer.role in parties]


def _of_text(
    pack: wording.Template, agreement: Agreement, parties: Sequence[Party]
) -> dict[str, Party]:
    """Return whom a text prints, by role: of two in one role the first, or the agreement's own."""
    there = {p.role: p for p in reversed(parties) if p.role in pack.roles}
    return there | {p.role: p for p in parties if p.id == agreement.party_id}


def _dates(
    pack: wording.Template, found: _Gathered, values: Mapping[str, Any],
    addendum: Addendum | None,
) -> wording.Dates:
    if addendum is not None:
        return wording.plan_dates(pack, found.today, addendum.starts_at.date(),
                                  found.practice.timezone)
    starts = date.fromisoformat(values["starts_on"]) if "starts_on" in values else found.today
    dates = wording.plan_dates(pack, found.today, starts, found.practice.timezone)
    ends = date.fromisoformat(values.get("ends_on") or dates.valid_to.isoformat())
    # A day that was kept from an earlier version may be over by now, or too far away. One that is
    # near is the last day to sign as well.
    return replace(dates, valid_to=ends, sign_by=min(dates.sign_by, ends)) if (
        starts <= ends <= dates.valid_to) else dates
