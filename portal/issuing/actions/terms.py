"""Settling the terms of drafts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from portal.agreements.actions import save_draft
from portal.issuing.queries import texts_of
from portal.people.actions import keep_answers
from portal.people.queries import answers_of, practice_or_missing
from portal.wording import policy as wording

if TYPE_CHECKING:
    from portal.engagements.models import Engagement
    from portal.ground.work import Work
    from portal.people.models import Practice


@dataclass(frozen=True, slots=True)
class OwnTerms:
    """Hold what the coach said about one text: the optional lines to leave out, its own
    questions, the organisation's rules, whether it is left for later, on which day it ends where
    that is not a whole span from its first day, and every how many months it is looked at again;
    0 is as often as before."""

    leave_out: Sequence[str] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    rules: Sequence[wording.Rule] = ()
    later: bool = False
    ends_on: date | None = None
    review_months: int = 0


@dataclass(frozen=True, slots=True)
class TermsValues:
    """Hold what the screen of terms asks: the first day, the practice's answers, what concerns
    one text alone, by its agreement, and what is kept; without rows it stays as it is."""

    starts_on: date
    answers: Mapping[str, str]
    own: Mapping[str, OwnTerms] = field(default_factory=dict)
    kept: Sequence[wording.Row] | None = None


def save_terms(work: Work, engagement: Engagement, values: TermsValues) -> None:
    """Keep the answers with the practice, and the rest with each draft. How often a text is
    looked at again is kept with both: the next one of its kind begins with it.

    Where no draft is to be sent next, this begins a new text of everything whose last one is
    over.
    """
    practice = practice_or_missing(work, engagement.practice_id)
    settled = texts_of(work, engagement).to_settle
    rhythms = {wording.rhythm_key(text.material.template.code): str(own.review_months)
               for text in settled
               if (own := values.own.get(text.material.agreement.id)) and own.review_months}
    keep_practice(work, practice, {**values.answers, **rhythms}, values.kept)
    for text in settled:
        own = values.own.get(text.material.agreement.id)
        save_draft(work, engagement, text.material.agreement, {
            "starts_on": values.starts_on.isoformat(), **(_own_values(own) if own else {})})


def keep_practice(work: Work, practice: Practice, answers: Mapping[str, str],
                  kept: Sequence[wording.Row] | None) -> None:
    """Keep what a practice says once for all texts to come, if it says anything new."""
    before = answers_of(work, practice)
    rows = wording.changed_rows(before, kept) if kept is not None else {}
    said = wording.tidied({**answers, **rows})
    if said.items() - before.items():
        keep_answers(work, practice, said)


def _own_values(own: OwnTerms) -> dict[str, Any]:
    return {"leave_out": sorted(own.leave_out), "answers": wording.tidied(own.answers),
            "rules": [asdict(rule) for rule in own.rules], "later": own.later,
            "ends_on": own.ends_on.isoformat() if own.ends_on else "",
            "review_months": own.review_months}
