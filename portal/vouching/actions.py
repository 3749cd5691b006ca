"""Showing the digits, and matching them."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from portal.agreements.queries import standing_of_one
from portal.engagements.actions import note
from portal.factors.models import Factor
from portal.ground import chance
from portal.ground.onetime import cleaned
from portal.notices.actions import put_seal
from portal.vouching import policy
from portal.vouching.models import Pairing
from portal.vouching.policy import How, VouchNo
from portal.vouching.queries import is_vouched, newest

if TYPE_CHECKING:
    from portal.engagements.models import Engagement, Party
    from portal.ground.work import Work


def show_digits(work: Work, engagement: Engagement, party: Party, factor_id: str) -> Pairing:
    """Put fresh digits on the signer's screen for ten minutes; the old ones end at once."""
    old = newest(work, party.id)
    if old is not None and old.ended_at is None:
        old.ended_at, old.ended_as = work.now, "replaced"
    pairing = Pairing(
        id=chance.new_id(), practice_id=engagement.practice_id, engagement_id=engagement.id,
        party_id=party.id, factor_id=factor_id, key_id=engagement.key_id, shown_at=work.now,
        expires_at=work.now + policy.LASTS, fails=0,
    )
    work.hide(pairing, "digits", chance.digits(policy.DIGITS))
    work.session.add(pairing)
    note(work, engagement, "pairing.shown", party.id, {"factor": factor_id})
    return pairing


def vouch(
    work: Work, engagement: Engagement, party: Party, typed: str, how: How
) -> VouchNo | None:
    """Match what the coach typed with the signer's screen; None means that it fits.

    A refusal is returned, so that the counted try is kept. On a match the vouching is recorded
    with how they spoke.
    """
    if is_vouched(work, engagement.id, party.id):
        return VouchNo.ALREADY
    found = match(work, engagement, party, typed)
    if isinstance(found, VouchNo):
        return found
    record_vouching(work, engagement, party, {"how": how.value, "factor": found.factor_id})
    return None


def match(
    work: Work, engagement: Engagement, party: Party, typed: str, factor_id: str | None = None
) -> Pairing | VouchNo:
    """Match what the coach typed with the digits that stand beside an authenticator, and return
    them: one that counts, or the given one that somebody is about to set up.

    A refusal is returned, so that the counted try is kept.
    """
    digits = cleaned(typed)
    if len(digits) != policy.DIGITS or not digits.isdigit():
        return VouchNo.NOT_EIGHT_DIGITS
    pairing = newest(work, party.id)
    facts = policy.PairingFacts(pairing.expires_at, pairing.fails, pairing.ended_at is not None
                                ) if pairing is not None else None
    if (pairing is None or not policy.is_live(facts, work.now)
            or not _stands_beside(work, pairing, factor_id)):
        return VouchNo.NONE_SHOWN
    if not hmac.compare_digest(digits, work.reveal(pairing, "digits")):
        pairing.fails += 1
        if pairing.fails >= policy.TRIES:
            pairing.ended_at, pairing.ended_as = work.now, "failures"
        work.note("vouching", "wrong", engagement_id=engagement.id, subject_id=party.id)
        return VouchNo.DEAD if pairing.ended_at else VouchNo.WRONG
    pairing.ended_at, pairing.ended_as = work.now, "matched"
    return pairing


def _stands_beside(work: Work, pairing: Pairing, factor_id: str | None) -> bool:
    # Digits that were shown beside an app that never came to count vouch for nobody's signature.
    factor = work.session.get_one(Factor, pairing.factor_id)
    if factor_id is not None:
        return factor.id == factor_id and factor.disabled_at is None
    return factor.enrolled_at is not None


def record_vouching(
    work: Work, engagement: Engagement, party: Party, facts: dict[str, str]
) -> None:
    """Record that the coach vouches for a party, and have the coachee's papers sealed anew that
    name them: each of them tells it."""
    note(work, engagement, "party.vouched", party.id, dict(facts))
    for version in standing_of_one(work, engagement.id).versions:
        if version.slot_of(party.id) is not None and version.complete_at() is not None:
            known = sum(slot.party_id in version.vouched for slot in version.slots)
            put_seal(work, policy.occasion(known), version.version_id,
                     practice_id=engagement.practice_id, engagement_id=engagement.id)
