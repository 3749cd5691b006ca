"""Issuing links, and what happens to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import update

from portal.ground import chance
from portal.ground.tokens import SECRET_BYTES, fingerprint
from portal.ledger.actions import record, step
from portal.ledger.queries import events_of
from portal.links import policy
from portal.links.models import CalendarFeed, Invitation
from portal.links.queries import feed_signer, feeds_of, of_person

if TYPE_CHECKING:
    from portal.ground.work import Work
    from portal.ledger.policy import Event
    from portal.notices.actions import Claimed
    from portal.notices.policy import Outcome


@dataclass(frozen=True, slots=True)
class Known:
    """Hold the links and the events of an engagement that were read before."""

    links: Sequence[Invitation]
    events: Sequence[Event]


def issue(
    work: Work, *, practice_id: str, engagement_id: str, person_id: str, contact_point_id: str,
    purpose: str, lasts: timedelta, known: Known | None = None,
) -> tuple[Invitation, str]:
    """Make a link and return it with its token, the only time the token is known.

    Links that this person had for this engagement end in the same transaction (Z9). Whoever
    makes several brings what is `known`.
    """
    revoke_all(work, practice_id, engagement_id, person_id, known)
    secret = chance.secret_bytes(SECRET_BYTES)
    invitation = Invitation(
        id=chance.new_id(), practice_id=practice_id, engagement_id=engagement_id,
        person_id=person_id, contact_point_id=contact_point_id, purpose=purpose,
        secret_hash=fingerprint(secret), issued_at=work.now, expires_at=work.now + lasts,
    )
    work.session.add(invitation)
    record(work, engagement_id, "invitation.created", invitation.id, practice_id=practice_id,
           actor_id=work.actor.person_id if work.actor else None,
           facts={"person": person_id, "contact_point": contact_point_id, "purpose": purpose})
    return invitation, work.ground.links.make(secret)


def state_of(work: Work, invitation: Invitation) -> str:
    """Return the state of a link now."""
    events = _events(work, invitation)
    return policy.state(invitation.id, invitation.expires_at, events, work.now)


def advance(
    work: Work, invitation: Invitation, kind: str, *, by: str | None = None,
    events: list[Event] | None = None,
) -> None:
    """Record an event of a link, or refuse what its machine does not list.

    `events` are those of the engagement where the caller has read them; the new one is added.
    """
    known = events if events is not None else _events(work, invitation)
    current = policy.state(invitation.id, invitation.expires_at, known, work.now)
    if current == "CREATED" and kind in ("invitation.opened", "invitation.bounced"):
        # The mail went out and its worker died before saying so: being opened proves it.
        known.append(_write(work, invitation, "invitation.sent"))
        current = "SENT"
    event = policy.KINDS[kind]
    if current == "CREATED" and event == "revoke_or_reissue":
        event = "revoke"
    step(work, policy.MACHINE, current, event, subject_id=invitation.id)
    known.append(_write(work, invitation, kind, by))


def _events(work: Work, invitation: Invitation) -> list[Event]:
    return events_of(work, [invitation.engagement_id])[invitation.engagement_id]


def _write(work: Work, invitation: Invitation, kind: str, by: str | None = None) -> Event:
    return record(work, invitation.engagement_id, kind, invitation.id,
                  practice_id=invitation.practice_id,
                  actor_id=by or (work.actor.person_id if work.actor else None))


def revoke_all(
    work: Work, practice_id: str, engagement_id: str, person_id: str, known: Known | None = None
) -> int:
    """End every link of a person for an engagement, and return how many were still alive."""
    if known is None:
        known = Known(of_person(work, practice_id, engagement_id, person_id),
                      events_of(work, [engagement_id])[engagement_id])
    ended = 0
    for old in known.links:
        alive = policy.state(old.id, old.expires_at, known.events, work.now) in policy.OPENS
        if old.person_id == person_id and alive:
            _write(work, old, "invitation.revoked")
            ended += 1
    return ended


def record_delivery(work: Work, mail: Claimed, outcome: Outcome) -> None:
    """Write into the record that a link's mail went out or came back."""
    invitation = work.session.get(Invitation, mail.subject_id) if mail.subject_id else None
    if invitation is None:
        return
    current = state_of(work, invitation)
    if outcome.value == "done" and current == "CREATED":
        _write(work, invitation, "invitation.sent")
    elif outcome.value == "bounced" and current in ("CREATED", "SENT"):
        if current == "CREATED":
            _write(work, invitation, "invitation.sent")
        _write(work, invitation, "invitation.bounced")


def make_feed(
    work: Work, practice_id: str, person_id: str, engagement_id: str | None, *,
    titles: bool = False,
) -> str:
    """Make a person's secret address for calendars, for an engagement or for their account, and
    return its token, the only time it is known. The one before ends in the same transaction."""
    end_feed(work, practice_id, person_id, engagement_id)
    secret = chance.secret_bytes(SECRET_BYTES)
    work.session.add(CalendarFeed(
        id=chance.new_id(), practice_id=practice_id, person_id=person_id,
        engagement_id=engagement_id, titles=titles, secret_hash=fingerprint(secret),
        made_at=work.now))
    return feed_signer(work.ground).make(secret)


def end_feed(work: Work, practice_id: str, person_id: str, engagement_id: str | None) -> None:
    """End a person's address for calendars at once, if there is one."""
    for found in feeds_of(work, practice_id, person_id, engagement_id):
        found.ended_at = work.now


def end_feeds_of(work: Work, practice_id: str) -> None:
    """End every address for calendars of a practice at once."""
    work.session.execute(
        update(CalendarFeed).where(CalendarFeed.practice_id == practice_id,
                                   CalendarFeed.ended_at.is_(None)).values(ended_at=work.now))
