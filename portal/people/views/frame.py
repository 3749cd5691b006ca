"""Who is acting: the loader behind every request, and the names that frame a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import g, session
from flask_login import LoginManager, UserMixin

from portal.ground.actor import Actor
from portal.people.actions import end_token, see
from portal.people.policy import (
    SessionFacts,
    fresh_until,
    is_alive,
    is_seen_due,
    last_used,
    only_ran_out,
)
from portal.people.queries import idle_of, names_of, session_by_token
from portal.people.views.bearer import program_by_key
from portal.web.context import ground
from portal.web.guards import ROLES, Door
from portal.web.words import speak

if TYPE_CHECKING:
    from flask import Flask, Request

    from portal.ground.work import Work
    from portal.people.models import Practice, SignIn


class Visitor(UserMixin):  # type: ignore[misc]
    """Carry the actor for Flask-Login."""

    def __init__(self, actor: Actor) -> None:
        """Stand for an actor of this request."""
        self.actor = actor

    def get_id(self) -> str:
        """Return the id of the sign-in session, never of a person."""
        return self.actor.session_id


@dataclass(frozen=True, slots=True)
class Shown:
    """Hold what a page frame says of the practice or of who is signed in."""

    name: str
    scope: str = ""
    role: str = ""


def keep_token(scope: str, token: str) -> None:
    """Give the browser a new session token of one scope, in place of the one it had.

    Everything else that the cookie held goes: nothing from before a sign-in survives it, on
    the server neither.
    """
    if scope in session:
        end_token(g.work, session[scope])
    other = "party" if scope == "coach" else "coach"
    kept = {key: session[key] for key in (other, f"{other}_seen") if key in session}
    session.clear()
    session.update(kept)
    session[scope], session[f"{scope}_seen"] = token, int(ground().clock.now().timestamp())


def change_token(scope: str, token: str) -> None:
    """Give the browser the new token of the same session; forms that are open elsewhere keep
    theirs, for it is the same person who goes on."""
    session[scope], session[f"{scope}_seen"] = token, int(ground().clock.now().timestamp())


def practice_frame(practice: Practice) -> None:
    """Let a page bear the practice's name, language and time zone."""
    g.practice = Shown(practice.name)
    speak(practice.locale, practice.timezone)


def _alive(row: SignIn, scope: str, work: Work) -> bool:
    by_cookie = datetime.fromtimestamp(session.get(f"{scope}_seen", 0), UTC)
    facts = SessionFacts(row.ends_at, row.ended_at, last_used(row.seen_at, by_cookie),
                         idle_of(work, scope))
    return row.scope == scope and is_alive(facts, work.now)


def _load(request: Request) -> Visitor | None:
    work: Work | None = g.get("work")
    if work is None:
        return None
    if g.door is Door.PROGRAM:
        actor = program_by_key(work, request.headers.get("Authorization", ""))
        return None if actor is None else Visitor(actor)
    scope = "coach" if g.door in ROLES else "party"
    scopes = ("coach", "party") if g.door is Door.ANYONE else (scope,)
    for wanted in scopes:
        found = session_by_token(work, session[wanted]) if wanted in session else None
        if found is not None and _alive(found[0], wanted, work):
            return _visitor(found, wanted, work)
        if found is not None and only_ran_out(found[0].ends_at, found[0].ended_at, work.now):
            g.late = actor_of(found[0], found[2])
    return None


def _visitor(found: tuple[SignIn, Practice, str], scope: str, work: Work) -> Visitor:
    row, practice, role = found
    # A clock that is set back and forward again makes nobody idle.
    session[f"{scope}_seen"] = max(session.get(f"{scope}_seen", 0), int(work.now.timestamp()))
    if is_seen_due(row.seen_at, work.now):
        see(work, row.id)
    if g.door is not Door.ANYONE:
        practice_frame(practice)
    return Visitor(actor_of(row, role))


def actor_of(row: SignIn, role: str) -> Actor:
    """Return who acts in a sign-in session, in their role of now."""
    return Actor(
        person_id=row.person_id, practice_id=row.practice_id, scope=row.scope, level=row.level,
        session_id=row.id, account_id=row.account_id, engagement_id=row.engagement_id,
        invitation_id=row.invitation_id, role=role, fresh_until=fresh_until(row.proved_at),
    )


def _frame() -> dict[str, Any]:
    work: Work | None = g.get("work")
    actor = work.actor if work is not None else None
    current = None
    if work is not None and actor is not None and g.door is not Door.ANYONE:
        current = Shown(names_of(work, [actor.person_id]).get(actor.person_id, ""), actor.scope,
                        actor.role)
    return {"practice": g.get("practice"), "current": current}


def register(app: Flask) -> None:
    """Teach the application who its visitors are."""
    manager = LoginManager()
    manager.session_protection = None  # Ours are rows on the server; there is nothing to guess.
    manager.init_app(app)
    manager.request_loader(_load)
    app.context_processor(_frame)
