"""Lines: the only source of permission; and the days between which they count."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portal.wording.policy.pack import Template

PERMIT, DENY, ANY = "permit", "deny", "*"

#: INV-9: a permit for this purpose counts in the session that its agreement names.
NAMED_SESSION = "named_session"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who a line is about: a role, the name of one person or body, and for a tool its place.

    In a no, `Recipient("*")` is everyone but the coachee, and a role without a name is whoever
    has that role.
    """

    role: str
    name: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One permission or one no.

    `starts` and `ends` are days, both included; a day ends at midnight in the zone of its
    version. A deny has no end (INV-6). A deny that is `unless_named` leaves out whom a permit
    in force names, with the coachee's yes where that line is optional. A permit with `sessions`
    counts in these alone (INV-9); a deny with `outside_sessions` counts in all others.
    """

    no: int
    key: str
    effect: str
    categories: tuple[str, ...]
    recipients: tuple[Recipient, ...]
    purposes: tuple[str, ...]
    channels: tuple[str, ...]
    starts: date
    ends: date | None = None
    max_form: str | None = None
    min_form: str | None = None
    optional: bool = False
    condition_of_programme: bool = False
    unless_named: bool = False
    recipient_need_not_sign: bool = False
    obligations: tuple[str, ...] = ()
    data_from: date | None = None
    data_to: date | None = None
    sessions: tuple[str, ...] = ()
    outside_sessions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dates:
    """The days of a version; each ends at midnight in `time_zone`, an IANA name (Z19)."""

    effective_from: date
    valid_to: date
    sign_by: date
    time_zone: str


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later, or the last day of a shorter month."""
    place = day.year * 12 + day.month - 1 + months
    year, month = divmod(place, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_day(starts: date, months: int) -> date:
    """Return the last day of a span of whole months that begins with `starts`."""
    return add_months(starts, months) - timedelta(days=1)


def longest_end(template: Template, starts: date) -> date:
    """Return the last day that a version of a template can have when it begins on a day."""
    if template.valid_days:
        return starts + timedelta(days=template.valid_days)
    return last_day(starts, template.valid_months)


def plan_dates(template: Template, issued_on: date, starts: date, time_zone: str) -> Dates:
    """Return the days that a template proposes for a version issued and starting on these days.

    One that runs for days, as for a named session, has to be signed before its first day is over.
    """
    sign_by = starts if template.valid_days else issued_on + timedelta(days=template.sign_by_days)
    return Dates(starts, longest_end(template, starts), sign_by, time_zone)
