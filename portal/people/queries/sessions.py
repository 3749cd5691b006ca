"""Where a person is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from portal.people.models import SignIn
from portal.people.policy import SessionFacts, is_alive
from portal.plain.errors import Missing

if TYPE_CHECKING:
    from portal.ground.actor import Actor
    from portal.ground.work import Work


@dataclass(frozen=True, slots=True)
class Place:
    """Hold a session as its owner sees it: where it began, in the short form that is kept, and
    when it was last used, to a few minutes."""

    id: str
    browser: str
    network: str
    by_link_alone: bool
    since: datetime
    seen_at: datetime
    is_here: bool


def idle_of(work: Work, scope: str) -> timedelta:
    """Return after how long unused a session of this kind ends."""
    settings = work.ground.settings
    return timedelta(minutes=settings.coach_idle_minutes if scope == "coach"
                     else settings.party_idle_minutes)


_OPEN = (
    select(SignIn)
    .where(SignIn.person_id == bindparam("person"), SignIn.scope == bindparam("of"),
           SignIn.ended_at.is_(None), SignIn.ends_at > bindparam("now"))
    .order_by(SignIn.seen_at.desc(), SignIn.started_at.desc(), SignIn.id)
)


def places_of(work: Work, actor: Actor) -> list[Place]:
    """Return where somebody is signed in with the kind of session they act in, this one first."""
    idle = idle_of(work, actor.scope)
    rows = [row for row in work.session.scalars(
                _OPEN, {"person": actor.person_id, "of": actor.scope, "now": work.now})
            if is_alive(SessionFacts(row.ends_at, row.ended_at, row.seen_at, idle), work.now)]
    places = [Place(row.id, row.browser or "", row.network or "", row.level == "mailbox",
                    row.started_at, row.seen_at, row.id == actor.session_id) for row in rows]
    return sorted(places, key=lambda place: not place.is_here)


def own_session(work: Work, actor: Actor, sign_in_id: str) -> SignIn:
    """Return a session of the person who acts, of the same kind; raises `Missing` for any other."""
    found = work.session.get(SignIn, sign_in_id)
    if found is None or (found.person_id, found.scope) != (actor.person_id, actor.scope):
        raise Missing("session")
    return found


def is_shut_out(work: Work, session_id: str) -> bool:
    """Tell whether a sign-in session was ended, by whatever was committed until now."""
    return work.session.scalar(
        select(SignIn.ended_at).where(SignIn.id == session_id)) is not None
