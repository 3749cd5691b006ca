"""Freezing all drafts, signing them with one code or passkey, and sending what waits."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from portal.agreements.actions import NewLine, NewSlot, NewVersion, freeze, sign
from portal.agreements.policy import laid_out
from portal.amending.actions import TAKES_UP, send_next
from portal.engagements.actions import hold, note
from portal.factors.actions import Act, Answer, CodeRefused, CodeTaken, prove
from portal.issuing import policy
from portal.issuing.policy import IssueNo
from portal.issuing.queries import Composed, Text, Texts, composed, difference_of, texts_of
from portal.ledger.actions import held_head
from portal.ledger.policy import instant
from portal.people.queries import person_or_missing
from portal.plain.canonical import canonical_bytes
from portal.plain.days import end_of, start_of
from portal.plain.errors import Missing, Refused, require
from portal.reaching.actions import invite_waiting
from portal.signing.policy import Mark, Proof, SignedBy, manifest, shown_digest
from portal.wording import policy as wording

if TYPE_CHECKING:
    from portal.agreements.models import AgreementVersion
    from portal.agreements.policy import VersionFacts
    from portal.engagements.models import Engagement, Party
    from portal.ground.work import Work


def compose(work: Work, texts: Texts, text: Text) -> Composed:
    """Return a text as it would be issued now, checked by every rule of wording.

    Raises `Refused` when an answer is missing or a line goes beyond the template (INV-8,
    INV-17, INV-18, INV-19).
    """
    material = text.material
    require(None if text.is_begun else IssueNo.ANSWERS_MISSING)
    require(next(iter(wording.why_not_issue(material.draft(), material.today)), None))
    return composed(work, material, texts.standing)


def issuing(records: Iterable[Mapping[str, Any]]) -> Act:
    """Return what a passkey signs when a coach issues texts: the SHA-256 of each record. The hash
    of a version is over the same record, and random bits that are drawn when it is frozen."""
    return Act("issue", tuple(hashlib.sha256(canonical_bytes(dict(one))).hexdigest()
                              for one in records))


def issue(
    work: Work, engagement: Engagement, name: str, given: str | Answer, *,
    shown: str | None = None,
) -> list[AgreementVersion] | CodeRefused:
    """Freeze every draft that is not left for later, sign the coach's own part of all with one
    code or passkey, and write to whom may be asked.

    All together or not at all (Z12, Z15). What does not count is returned, and nothing else has
    happened then. `shown` is the digest of what a page showed: raises `Refused` before
    any code is looked at where the drafts were changed since, in another window.
    """
    hold(work, engagement.id)
    texts = texts_of(work, engagement)
    if not texts.to_send:
        raise Refused(IssueNo.ALREADY_OPEN)
    ready = [compose(work, texts, text) for text in texts.to_send]
    now = policy.digest_of(one.record for one in ready)
    require(IssueNo.TEXT_CHANGED if shown is not None and shown != now else None)
    coach = person_or_missing(work, engagement.practice_id, engagement.coach_id)
    taken = prove(work, coach, issuing(one.record for one in ready), given)
    if isinstance(taken, CodeRefused):
        return taken
    # Nothing read below depends on what is written here: few flushes are enough.
    with work.session.no_autoflush:
        frozen = freeze(work, engagement, texts.standing, [
            (one.material.agreement, _new_version(one)) for one in ready])
        if not any(e.kind == "engagement.contracting_opened" for e in texts.standing.events):
            _open_contracting(work, engagement, ready[0].material.parties["COACH"])
        for one, (_version, facts) in zip(ready, frozen, strict=True):
            _sign_own_part(work, engagement, facts, one, name, taken)
    for one, (version, _facts) in zip(ready, frozen, strict=True):
        if one.material.holding and (differs := difference_of(work, one)) is not None:
            send_next(work, engagement, version, differs.direction,
                      one.material.kept.values.get(TAKES_UP, ()))
    invite_waiting(work, engagement)
    return [version for version, _facts in frozen]


def _open_contracting(work: Work, engagement: Engagement, coach: Party) -> None:
    note(work, engagement, "engagement.contracting_opened", engagement.id)
    note(work, engagement, "party.invited", coach.id)
    note(work, engagement, "party.identified", coach.id)


def _new_version(one: Composed) -> NewVersion:
    draft, dates, addendum = one.draft, one.draft.dates, one.material.addendum
    pack = draft.template
    valid_to = end_of(dates.valid_to, dates.time_zone)
    sign_by = end_of(dates.sign_by, dates.time_zone)
    if addendum is not None:
        # The days in its text are those of these instants (INV-9).
        valid_to, sign_by = addendum.end_at, addendum.starts_at
    return NewVersion(
        template_version=pack.version, locale=pack.locale, timezone=dates.time_zone,
        record=one.record, notices=one.notices,
        slots=[NewSlot(one.material.parties[signer.role].id, signer.role, signer.meaning,
                       vouching=signer.vouching) for signer in pack.signers],
        lines=[NewLine(
            line.no, line.effect, line.optional, line.condition_of_programme, _scope(line),
            start_of(line.starts, dates.time_zone),
            min(end_of(line.ends, dates.time_zone), valid_to) if line.ends else None,
        ) for line in draft.lines],
        starts_on=dates.effective_from, ends_on=dates.valid_to,
        effective_from=start_of(dates.effective_from, dates.time_zone),
        valid_to=valid_to, sign_by=sign_by,
        review_months=pack.review_months, grace_days=pack.grace_days,
        silence_days=pack.silence_days, check_in_months=pack.check_in_months,
        review_moments=pack.review_moments,
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
    work: Work, engagement: Engagement, facts: VersionFacts, one: Composed, name: str,
    taken: CodeTaken,
) -> None:
    party = one.material.parties["COACH"]
    slot = facts.slot_of(party.id)
    if slot is None:
        raise Missing("slot")
    shown = laid_out(one.record, "COACH")
    who = SignedBy(
        party.id, slot.slot_id, "COACH", "self", slot.meaning, name.strip(), Mark.TYPE, (),
        shown["intents"]["COACH"], shown["erecord"])
    proof = Proof(
        factor_id=taken.factor.id, step=taken.step, fails_before=taken.fails_before,
        enrolled_now=False, passkey=taken.passkey, invitation_id=None, invited_at=None,
        address_owner=None, address_read_by=None, token_print=None,
        signed_in_with="password and code", network=work.origin.network,
        browser=work.origin.browser)
    sign(work, engagement, facts, slot, manifest(
        who, proof, version_hash=facts.hash, text_hash=shown_digest(shown),
        locale=one.draft.template.locale, zone=one.draft.dates.time_zone, choices={},
        pages_read=[], ledger_head=held_head(work, engagement.id), at=instant(work.now)))
