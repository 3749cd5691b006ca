"""What helps when something went wrong: everything that lets somebody in ends in one act.

Whoever loses their way in is told how to come back: by the front door, which is the same for all
(Z10). The reason is a code in the record and stands in no mail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.engagements.actions import hold, note, tell
from portal.engagements.policy import ask_facts, may_be_asked
from portal.engagements.queries import of_practice, parties_of
from portal.ground import chance
from portal.ledger.actions import record
from portal.ledger.queries import events_of
from portal.links.actions import end_feed, end_feeds_of
from portal.links.queries import linked, of_person
from portal.people.actions import (
    end_all_sessions,
    end_sessions_in,
    end_sessions_of,
    revoke_invitation,
    revoke_tokens_of,
    write_to,
)
from portal.people.queries import account_of_person, invitations_of, members_of, person_or_missing
from portal.reaching.actions.links import end_links
from portal.reaching.policy import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portal.engagements.models import Engagement, Party
    from portal.ground.work import Work
    from portal.people.models import Person, Practice


def revoke_engagement(work: Work, engagement_id: str, reason: Reason) -> int:
    """End every link, every session and every secret address of those who were asked in an
    engagement, and return how many people that were; its coach stays in."""
    engagement = hold(work, engagement_id)
    end_sessions_in(work, engagement.id)
    return sum(_shut(work, engagement, party, reason)
               for party in parties_of(work, [engagement.id])[engagement.id]
               if party.role != "COACH")


def _shut(work: Work, engagement: Engagement, party: Party, reason: Reason) -> bool:
    """End what one party has, and tell them the way back if they were ever sent a link: not to
    whom the coachee refused, who is never written to again (Z6)."""
    if not of_person(work, engagement.practice_id, engagement.id, party.person_id):
        return False
    note(work, engagement, "party.link_revoked", party.id, {"reason": reason.value})
    end_links(work, engagement, party)
    end_feed(work, engagement.practice_id, party.person_id, engagement.id)
    events = events_of(work, [engagement.id])[engagement.id]
    if may_be_asked(ask_facts(party.id, party.role, events)):
        tell(work, engagement, party, "ways_in_ended", dedupe=f"ways_in_ended:{chance.new_id()}",
             whose="party")
    return True


def revoke_person(
    work: Work, person: Person, reason: Reason, among: Iterable[str] | None = None
) -> int:
    """End every session of a person, and every link and secret address in the engagements in which
    they were ever sent a link; of somebody with an account also the keys of their programs.

    `among` are the engagements that may be touched, all if it is None. Returns how many were.
    """
    may = None if among is None else set(among)
    end_sessions_of(work, person.id, "party")
    count = 0
    for engagement_id in linked(work, person.practice_id, person.id):
        if may is not None and engagement_id not in may:
            continue
        engagement = hold(work, engagement_id)
        count += sum(_shut(work, engagement, party, reason)
                     for party in parties_of(work, [engagement.id])[engagement.id]
                     if party.person_id == person.id and party.role != "COACH")
    account = account_of_person(work, person) if may is None else None
    if account is not None:
        end_sessions_of(work, person.id, "coach")
        revoke_tokens_of(work, account.id)
        end_feed(work, person.practice_id, person.id, None)
        record(work, person.practice_id, "revoked.person", account.id,
               practice_id=person.practice_id, actor_id=_acting(work),
               facts={"reason": reason.value})
        _tell_member(work, person)
    return count


def revoke_practice(work: Work, practice: Practice, reason: Reason) -> tuple[int, int]:
    """End every session, link, key and secret address of a practice, those of its members too, and
    every invitation to join; returns how many parties and how many members that concerned."""
    end_all_sessions(work, practice.id)
    parties = sum(revoke_engagement(work, engagement.id, reason)
                  for engagement in of_practice(work, practice.id)
                  if not work.vault.is_gone(engagement.key_id))
    members = members_of(work, practice.id)
    for member in members:
        revoke_tokens_of(work, member.account_id)
        _tell_member(work, person_or_missing(work, practice.id, member.person_id))
    end_feeds_of(work, practice.id)
    for invitation in invitations_of(work, practice.id):
        revoke_invitation(work, invitation)
    record(work, practice.id, "revoked.practice", practice.id, practice_id=practice.id,
           actor_id=_acting(work), facts={"reason": reason.value, "parties": parties,
                                          "members": len(members)})
    return parties, len(members)


def _acting(work: Work) -> str | None:
    return work.actor.person_id if work.actor is not None else None


def _tell_member(work: Work, person: Person) -> None:
    write_to(work, person, "ways_in_ended", dedupe=f"ways_in_ended:{chance.new_id()}",
             whose="member")
