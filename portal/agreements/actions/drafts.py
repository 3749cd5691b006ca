"""Beginning agreements, and keeping what is entered for their next texts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from portal.agreements import policy
from portal.agreements.models import Agreement, TermsDraft
from portal.agreements.queries import draft_values
from portal.engagements.actions import note
from portal.ground import chance
from portal.ledger.actions import step

if TYPE_CHECKING:
    from portal.engagements.models import Engagement
    from portal.ground.work import Work

#: Where a draft keeps what stood before it, so that it can be put away.
_BEFORE = "before"


def begin_agreement(
    work: Work, engagement: Engagement, code: str, *, mandatory: bool,
    party_id: str | None = None, session_id: str | None = None,
) -> Agreement:
    """Begin an agreement by a template; its first version is still a draft.

    `party_id` is the third person who signs it, where there is one; `session_id` the one session
    that an addendum is for.
    """
    agreement = Agreement(
        id=chance.new_id(), practice_id=engagement.practice_id, engagement_id=engagement.id,
        party_id=party_id, session_id=session_id, template_code=code, mandatory=mandatory,
        created_at=work.now,
    )
    work.session.add(agreement)
    work.session.flush()
    work.touched.add(engagement.id)
    return agreement


def save_draft(
    work: Work, engagement: Engagement, agreement: Agreement, values: Mapping[str, Any]
) -> None:
    """Keep what the coach has entered for the next version, merged over what was there."""
    draft = work.session.scalar(select(TermsDraft).where(TermsDraft.agreement_id == agreement.id))
    if draft is None:
        draft = TermsDraft(id=chance.new_id(), practice_id=agreement.practice_id,
                           agreement_id=agreement.id, key_id=engagement.key_id)
        known: dict[str, Any] = {}
    else:
        known = {} if draft.discarded_at else json.loads(work.reveal(draft, "values"))
    work.hide(draft, "values", json.dumps({**known, **values}, sort_keys=True))
    draft.changed_at, draft.discarded_at, draft.issued_at = work.now, None, None
    work.session.add(draft)
    work.touched.add(engagement.id)


def discard_draft(work: Work, engagement: Engagement, agreement: Agreement) -> None:
    """Throw the draft of a version away (machine: DRAFT, discard)."""
    draft = work.session.scalar(
        select(TermsDraft).where(TermsDraft.agreement_id == agreement.id,
                                 TermsDraft.discarded_at.is_(None))
    )
    if draft is not None:
        step(work, policy.VERSION, "DRAFT", "discard", subject_id=agreement.id)
        draft.discarded_at = work.now
        note(work, engagement, "version.draft_discarded", agreement.id)


def renew_draft(work: Work, engagement: Engagement, agreement: Agreement) -> None:
    """Let the next text of an agreement begin empty: what was entered before is thrown away."""
    discard_draft(work, engagement, agreement)
    work.session.flush()
    save_draft(work, engagement, agreement, {})


def reopen_draft(
    work: Work, engagement: Engagement, agreement: Agreement, values: Mapping[str, Any]
) -> None:
    """Let the next text of an agreement begin with the values of the last one, and `values` over
    them; `put_away` brings back what stood."""
    stood = draft_values(work, agreement.id)
    kept = {key: value for key, value in stood.items() if key != _BEFORE}
    save_draft(work, engagement, agreement, {**values, _BEFORE: kept})


def put_away(work: Work, engagement: Engagement, agreement: Agreement) -> None:
    """Put the draft of a next text away: the values of the last text stand again (machine: DRAFT,
    discard)."""
    step(work, policy.VERSION, "DRAFT", "discard", subject_id=agreement.id)
    stood = draft_values(work, agreement.id).get(_BEFORE, {})
    draft = work.session.scalars(
        select(TermsDraft).where(TermsDraft.agreement_id == agreement.id)).one()
    work.hide(draft, "values", json.dumps(stood, sort_keys=True))
    draft.changed_at = draft.issued_at = work.now
    note(work, engagement, "version.draft_discarded", agreement.id)


def settle_drafts(work: Work, agreements: Iterable[Agreement]) -> None:
    """Let drafts be ones no longer: their texts were issued. The next texts begin with their
    values."""
    work.session.execute(
        update(TermsDraft).where(TermsDraft.agreement_id.in_([a.id for a in agreements]))
        .values(issued_at=work.now)
    )
