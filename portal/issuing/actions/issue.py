"""From a name to a sent invitation."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from portal.agreements.actions import (
    NewLine,
    NewSlot,
    NewVersion,
    freeze,
    save_draft,
    settle_draft,
    sign,
)
from portal.agreements.policy import OPEN_STATES, laid_out, state
from portal.agreements.queries import agreement_by_template, draft_values, standing_of_one
from portal.engagements.actions import hold, note
from portal.engagements.queries import own_or_missing, parties_of
from portal.factors.actions import CodeRefused, CodeTaken, use_code
from portal.issuing import policy
from portal.issuing.policy import IssueNo
from portal.ledger.policy import instant
from portal.ledger.queries import head_of
from portal.people.actions import keep_answers
from portal.people.queries import answers_of, names_of, person_or_missing, practice_or_missing
from portal.plain.errors import Missing, Refused, require
from portal.reaching.actions import invite_waiting
from portal.signing.policy import Mark, Proof, SignedBy, manifest, shown_digest
from portal.wording import policy as wording
from portal.wording.queries import template

if TYPE_CHECKING:
    from portal.agreements.models import AgreementVersion
    from portal.engagements.models import Engagement, Party
    from portal.ground.work import Work

T1 = "T1"


@dataclass(frozen=True, slots=True)
class TermsValues:
    """Hold what the second screen asks: dates, answers, and the optional lines to leave out."""

    starts_on: date
    answers: Mapping[str, str]
    leave_out: Sequence[str]


def save_terms(work: Work, engagement: Engagement, values: TermsValues) -> None:
    """Keep the second screen: the answers with the practice, the rest with the draft."""
    agreement = agreement_by_template(work, engagement.id, T1)
    practice = practice_or_missing(work, engagement.practice_id)
    keep_answers(work, practice, wording.tidied(values.answers))
    save_draft(work, engagement, agreement, {
        "starts_on": values.starts_on.isoformat(), "leave_out": sorted(values.leave_out)})


@dataclass(frozen=True, slots=True)
class Composed:
    """Hold a text that is ready to be frozen, and what it looks like."""

    draft: wording.Draft
    record: dict[str, Any]
    notice: list[dict[str, Any]]
    parties: dict[str, Party]


def compose(work: Work, engagement: Engagement) -> Composed:
    """Return the text as it would be issued now, checked by every rule of wording.

    Raises `Refused` when an answer is missing or a line goes beyond the template.
    """
    pack = template(T1)
    practice = practice_or_missing(work, engagement.practice_id)
    answers = answers_of(work, practice)
    require(IssueNo.ANSWERS_MISSING if wording.why_not_answers(pack, answers) else None)
    agreement = agreement_by_template(work, engagement.id, T1)
    kept = draft_values(work, agreement.id)
    if not kept:
        raise Refused(IssueNo.ANSWERS_MISSING)
    parties = {p.role: p for p in parties_of(work, [engagement.id])[engagement.id]}
    people = {role: p.person_id for role, p in parties.items()}
    printed = names_of(work, people.values())
    names = {role: printed[person_id] for role, person_id in people.items()}
    today = work.now.astimezone(ZoneInfo(practice.timezone)).date()
    dates = wording.plan_dates(pack, today, date.fromisoformat(kept["starts_on"]),
                               practice.timezone)
    lines = wording.default_lines(pack, answers, names, dates, kept["leave_out"])
    draft = wording.Draft(pack, answers, names, dates, lines)
    require(next(iter(wording.why_not_issue(draft, today)), None))
    before = standing_of_one(work, engagement.id).newest(agreement.id)
    record = wording.canonical_record(
        draft, wording.slots_of(draft, people),
        wording.Terms(agreement.id, before.number + 1 if before else 1,
                      before.hash if before else None))
    notice = wording.privacy_notice(draft, wording.Controller(
        practice.name, practice.country, work.reveal(practice, "contact")))
    return Composed(draft, record, json.loads(json.dumps([asdict(s) for s in notice])), parties)


def issue(
    work: Work, engagement: Engagement, name: str, code: str
) -> AgreementVersion | CodeRefused:
    """Freeze the text, sign the coach's own part with a code, and send the coachee's link.

    All together or not at all (Z15). A code that does not count is returned, and nothing else
    has happened then.
    """
    hold(work, engagement.id)
    agreement = agreement_by_template(work, engagement.id, T1)
    newest = standing_of_one(work, engagement.id).newest(agreement.id)
    if newest is not None and state(newest, work.now) in OPEN_STATES | {"SCHEDULED", "IN_FORCE"}:
        raise Refused(IssueNo.ALREADY_OPEN)
    composed = compose(work, engagement)
    coach = person_or_missing(work, engagement.practice_id, engagement.coach_id)
    taken = use_code(work, coach, code)
    if isinstance(taken, CodeRefused):
        return taken
    version = freeze(work, engagement, agreement, _new_version(composed))
    settle_draft(work, agreement)
    if newest is None:
        note(work, engagement, "engagement.contracting_opened", engagement.id)
        note(work, engagement, "party.invited", composed.parties["COACH"].id)
        note(work, engagement, "party.identified", composed.parties["COACH"].id)
    _sign_own_part(work, engagement, version, composed, name, taken)
    invite_waiting(work, engagement)
    return version


def _new_version(composed: Composed) -> NewVersion:
    draft, dates = composed.draft, composed.draft.dates
    pack = draft.template
    return NewVersion(
        template_version=pack.version, locale=pack.locale, timezone=dates.time_zone,
        record=composed.record, notice=composed.notice,
        slots=[NewSlot(composed.parties[signer.role].id, signer.role, signer.meaning,
                       vouching=signer.vouching) for signer in pack.signers],
        lines=[NewLine(
            line.no, line.effect, line.optional, line.condition_of_programme, _scope(line),
            policy.start_of(line.starts, dates.time_zone),
            policy.end_of(line.ends, dates.time_zone) if line.ends else None,
        ) for line in draft.lines],
        starts_on=dates.effective_from, ends_on=dates.valid_to,
        effective_from=policy.start_of(dates.effective_from, dates.time_zone),
        valid_to=policy.end_of(dates.valid_to, dates.time_zone),
        sign_by=policy.end_of(dates.sign_by, dates.time_zone),
        review_months=pack.review_months, grace_days=pack.grace_days,
    )


def _scope(line: wording.Line) -> dict[str, list[str] | str | bool | None]:
    return {"key": line.key, "categories": list(line.categories),
            "recipients": [who.role for who in line.recipients],
            "purposes": list(line.purposes), "channels": list(line.channels),
            "max_form": line.max_form, "min_form": line.min_form,
            "obligations": list(line.obligations), "sessions": list(line.sessions),
            "outside_sessions": list(line.outside_sessions),
            "recipient_need_not_sign": line.recipient_need_not_sign}


def _sign_own_part(
    work: Work, engagement: Engagement, version: AgreementVersion, composed: Composed, name: str,
    taken: CodeTaken,
) -> None:
    party = composed.parties["COACH"]
    facts = standing_of_one(work, engagement.id).version(version.id)
    slot = facts.slot_of(party.id)
    if slot is None:
        raise Missing("slot")
    shown = laid_out(composed.record, "COACH")
    who = SignedBy(
        party.id, slot.slot_id, "COACH", "self", slot.meaning, name.strip(), Mark.TYPE, (),
        shown["intents"]["COACH"], shown["erecord"])
    proof = Proof(
        factor_id=taken.factor.id, step=taken.step, fails_before=taken.fails_before,
        enrolled_now=False, invitation_id=None, invited_at=None, address_owner=None,
        address_read_by=None, token_print=None, signed_in_with="password and code",
        network=work.origin.network, browser=work.origin.browser)
    sign(work, engagement, facts, slot, manifest(
        who, proof, version_hash=version.hash, text_hash=shown_digest(shown),
        locale=version.locale, zone=version.timezone, choices={},
        pages_read=[], ledger_head=head_of(work, engagement.id), at=instant(work.now)))


def own(work: Work, engagement_id: str) -> Engagement:
    """Return an engagement of the acting coach, held for writing."""
    own_or_missing(work, engagement_id)
    return hold(work, engagement_id)
