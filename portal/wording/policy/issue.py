"""Whether a draft may be frozen and signed: its answers, days, names and lines together."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from portal.wording.policy.answers import tidy, why_not_answers
from portal.wording.policy.bounds import LONGEST_MONTHS, why_not_line, why_not_lines
from portal.wording.policy.lines import last_day, longest_end
from portal.wording.policy.rules import why_not_rules
from portal.wording.policy.schedule import own_rows, why_not_schedule

if TYPE_CHECKING:
    from datetime import date

    from portal.wording.policy.draft import Draft


class WhyNotDraft(StrEnum):
    """Say why the days, the names or the facts of a draft do not hold."""

    ENDS_BEFORE_IT_STARTS = "version_ends_before_it_starts"
    LONGER_THAN_ITS_TEMPLATE = "version_longer_than_its_template"
    NO_TIME_TO_SIGN = "no_time_to_sign"
    SIGNER_NOT_NAMED = "signer_not_named"
    FACT_MISSING = "fact_missing"


def why_not_issue(draft: Draft, today: date) -> tuple[StrEnum, ...]:
    """Return every reason against issuing a draft today, without doubles; none means it may be.

    `today` is the day in the zone of the draft. Holds INV-8, INV-17, INV-18 and INV-19 for all
    lines, that a version runs no longer than its template says, nor than 24 months, and that
    each row of what is kept has all its parts (S1-2).
    """
    template = draft.template
    found: list[StrEnum] = [fault.code for fault in why_not_answers(template, draft.answers)]
    if template.schedule:
        found += [fault.code for fault in why_not_schedule(own_rows(draft.answers))]
    found += [fault.code for fault in why_not_rules(draft.listed)]
    found += _dates_faults(draft, today)
    if not all(draft.printed.get(signer.role) for signer in template.signers):
        found.append(WhyNotDraft.SIGNER_NOT_NAMED)
    if not all(tidy(draft.facts.get(fact, "")) for fact in template.facts):
        found.append(WhyNotDraft.FACT_MISSING)
    for line in draft.lines:
        found += why_not_line(line, template, draft.dates)
    found += why_not_lines(draft.lines, template)
    return tuple(dict.fromkeys(found))


def _dates_faults(draft: Draft, today: date) -> list[StrEnum]:
    dates, template = draft.dates, draft.template
    latest = min(longest_end(template, dates.effective_from),
                 last_day(dates.effective_from, LONGEST_MONTHS))
    found: list[StrEnum] = []
    if dates.valid_to < dates.effective_from:
        found.append(WhyNotDraft.ENDS_BEFORE_IT_STARTS)
    if dates.valid_to > latest:
        found.append(WhyNotDraft.LONGER_THAN_ITS_TEMPLATE)
    if dates.sign_by < today or dates.sign_by > dates.valid_to:
        found.append(WhyNotDraft.NO_TIME_TO_SIGN)
    return found
