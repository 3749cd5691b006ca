"""Whether a draft may be frozen and signed: its answers, days, names and lines together."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from portal.wording.policy.answers import why_not_answers
from portal.wording.policy.lines import LONGEST_MONTHS, last_day, why_not_line, why_not_lines

if TYPE_CHECKING:
    from datetime import date

    from portal.wording.policy.render import Draft


class WhyNotDraft(StrEnum):
    """Say why the days or the names of a draft do not hold."""

    ENDS_BEFORE_IT_STARTS = "version_ends_before_it_starts"
    LONGER_THAN_ITS_TEMPLATE = "version_longer_than_its_template"
    NO_TIME_TO_SIGN = "no_time_to_sign"
    SIGNER_NOT_NAMED = "signer_not_named"


def why_not_issue(draft: Draft, today: date) -> tuple[StrEnum, ...]:
    """Return every reason against issuing a draft today, without doubles; none means it may be.

    `today` is the day in the zone of the draft. Holds INV-8, INV-17, INV-18 and INV-19 for all
    lines, and that a version runs no longer than its template says, nor than 24 months.
    """
    template = draft.template
    found: list[StrEnum] = [fault.code for fault in why_not_answers(template, draft.answers)]
    found += _dates_faults(draft, today)
    if not all(draft.printed.get(signer.role) for signer in template.signers):
        found.append(WhyNotDraft.SIGNER_NOT_NAMED)
    for line in draft.lines:
        found += why_not_line(line, template, draft.dates)
    found += why_not_lines(draft.lines, template)
    return tuple(dict.fromkeys(found))


def _dates_faults(draft: Draft, today: date) -> list[StrEnum]:
    dates, template = draft.dates, draft.template
    months = min(template.valid_months, LONGEST_MONTHS)
    found: list[StrEnum] = []
    if dates.valid_to < dates.effective_from:
        found.append(WhyNotDraft.ENDS_BEFORE_IT_STARTS)
    if dates.valid_to > last_day(dates.effective_from, months):
        found.append(WhyNotDraft.LONGER_THAN_ITS_TEMPLATE)
    if dates.sign_by < today or dates.sign_by > dates.valid_to:
        found.append(WhyNotDraft.NO_TIME_TO_SIGN)
    return found
