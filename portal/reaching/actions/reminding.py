"""Asking again: by the coach, by the clockwork, and as the person wishes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.agreements.queries import standing_of_one
from portal.engagements.actions import hold, note, tell
from portal.engagements.queries import party_of_person
from portal.links.queries import of_engagements, of_person
from portal.notices.actions import Renewed
from portal.reaching.actions.links import last_day, renewed
from portal.reaching.policy import Nudge, RemindNo, nudge, reminder_due, wants_reminders
from portal.reaching.queries import asked_facts, is_their_own, open_checks, to_be_sent

if TYPE_CHECKING:
    from portal.engagements.models import Engagement, Party
    from portal.ground.work import Work
    from portal.notices.actions import Claimed


def remind(work: Work, engagement: Engagement, party: Party) -> Nudge:
    """Let all that waits be said again in the letter of the day, with a pause between two
    reminders; a return says why nothing goes out, and when.

    The coach is told the same either way: what a party answered stays theirs (Z4).
    """
    standing = standing_of_one(work, engagement.id)
    facts = asked_facts(work, standing, party, of_engagements(work, [engagement.id]))
    if facts is None:
        return Nudge(RemindNo.NOTHING_WAITS, work.now)
    waits = bool(to_be_sent(standing, party, work.now))
    found = nudge(facts, work.now, waits=waits)
    if found.why in (None, RemindNo.NOTHING_WAITS):
        _say_again(work, engagement, party, waits=waits, dedupe=work.now.isoformat())
    return found


def remind_on_its_day(work: Work, engagement: Engagement, party: Party) -> bool:
    """Remind a party where one of the days of domain 2.8 has come; tells whether it had.

    The record says so for silence and for a decline alike (Z4); a letter tells only whom
    something waits for.
    """
    standing = standing_of_one(work, engagement.id)
    facts = asked_facts(work, standing, party, of_engagements(work, [engagement.id]))
    beat = reminder_due(facts, work.now) if facts is not None else None
    if facts is None or beat is None:
        return False
    waits = bool(to_be_sent(standing, party, work.now))
    _say_again(work, engagement, party, waits=waits,
               dedupe=f"{facts.asked_at.isoformat()}:{beat.day}")
    return True


def _say_again(
    work: Work, engagement: Engagement, party: Party, *, waits: bool, dedupe: str
) -> None:
    note(work, engagement, "party.reminded", party.id)
    if waits:
        tell(work, engagement, party, "reminder", dedupe=f"reminder:{party.id}:{dedupe}")


def renew(work: Work, mail: Claimed, shared: Renewed | None) -> Renewed | None:
    """Return what a reminder says when it goes out: its link is made now, so that the one before
    works until then. None where it has become needless."""
    if mail.engagement_id is None or mail.recipient_id is None:
        return Renewed({})
    engagement = hold(work, mail.engagement_id)
    party = party_of_person(work, engagement.id, mail.recipient_id)
    standing = standing_of_one(work, engagement.id)
    if not wants_reminders(party.id, standing.events):
        return None
    if mail.name == "pairing_wanted":
        return Renewed({}) if party.id in open_checks(standing, work.now) else None
    waits = to_be_sent(standing, party, work.now)
    links = of_person(work, engagement.practice_id, engagement.id, party.person_id)
    if (not waits or not is_their_own(work, party)
            or any(link.issued_at > mail.created_at for link in links)):
        return None
    return renewed(work, engagement, party, mail.name, until=last_day(waits), texts=len(waits),
                   shared=shared)


def wish(work: Work, party: Party, *, reminders: bool) -> bool:
    """Record whether a person wants to be reminded of an engagement, and return whether that is
    new. It changes nothing that they may do, and no other mail."""
    engagement = hold(work, party.engagement_id)
    if wants_reminders(party.id, standing_of_one(work, engagement.id).events) is reminders:
        return False
    kind = "party.reminders_wanted" if reminders else "party.reminders_stopped"
    note(work, engagement, kind, party.id, by=party.person_id)
    return True
