"""What stands in the calendars of others: neutral titles, no name, and for a party what
everybody knows (Z3)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from portal.agreements.policy import days_of, known_force
from portal.agreements.queries import standing_of_one
from portal.engagements.queries import parties_of
from portal.ground.mail import Enclosure
from portal.plain.calendar import MEDIA, Entry, calendar, uid_for
from portal.web.words import _
from portal.witness.queries import goes_along

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from portal.agreements.policy import VersionFacts
    from portal.engagements.models import Party
    from portal.ground.work import Work
    from portal.notices.actions import Claimed

#: Mails with which the days of what somebody signed go along.
_WITH_DAYS = frozenset({"review", "concluded", "copy_ready"})


def text_entries(
    party: Party, versions: Iterable[VersionFacts], now: datetime
) -> list[Entry]:
    """Return the days that texts name to a signer as entries of that one's calendar."""
    owner_id = party.person_id if party.role == "COACH" else party.id
    return [day_entry(owner_id, day.version_id, day.on, day.changed_at, last=day.key is None,
                      over=day.over)
            for facts in versions for day in days_of(facts, party.id, now)]


def day_entry(
    owner_id: str, version_id: str, day: date, changed_at: datetime, *, last: bool,
    over: bool = False,
) -> Entry:
    """Return a day of a text as an entry of somebody's calendar."""
    uid = uid_for(owner_id, f"{version_id}-{'last' if last else day.isoformat()}")
    title = _("An agreement ends") if last else _("Look at an agreement again")
    return Entry(uid, title, day, changed_at, sequence=int(over), cancelled=over)


def in_calendar(
    versions: Iterable[VersionFacts], party_id: str, now: datetime
) -> list[VersionFacts]:
    """Return the texts whose days belong into the calendar of a signer: those that came into
    force, as everybody knows."""
    return [facts for facts in versions
            if facts.signed_at(party_id) is not None and known_force(facts, now)]


def along(work: Work, mail: Claimed) -> Sequence[Enclosure]:
    """Return what goes along with a mail: what `portal.witness` says, and with one that names a
    day the days for a calendar, which tell nothing, whoever reads the mailbox."""
    return (*goes_along(work, mail), *_days(work, mail))


def _days(work: Work, mail: Claimed) -> Sequence[Enclosure]:
    party = _reader(work, mail) if mail.name in _WITH_DAYS else None
    if party is None:
        return ()
    versions = standing_of_one(work, party.engagement_id).versions
    entries = text_entries(party, in_calendar(versions, party.id, work.now), work.now)
    if not entries:
        return ()
    host = urlsplit(work.ground.settings.base_url).hostname or "localhost"
    return (Enclosure("dates.ics", MEDIA, calendar(entries, host)),)


def _reader(work: Work, mail: Claimed) -> Party | None:
    """Return the party to whom a mail goes, or None."""
    found = parties_of(work, [mail.engagement_id])[mail.engagement_id] if mail.engagement_id else ()
    own = [party for party in found if party.person_id == mail.recipient_id]
    return max(own, key=lambda party: party.created_at, default=None)
