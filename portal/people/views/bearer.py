"""Who acts when a program calls: the coach whose key it holds (RFC 6750)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request

from portal.ground.actor import Actor
from portal.people.policy import CALL, DEAD_KEYS, token_lives
from portal.people.queries import token_by_text
from portal.people.queries.tokens import CALLED
from portal.throttles.actions import hit
from portal.throttles.policy import Try
from portal.throttles.views import network
from portal.web.guards import ROLES, Door, before
from portal.web.words import speak

if TYPE_CHECKING:
    from portal.ground.work import Ground, Work
    from portal.people.models import ApiToken, Person, Practice


def program_by_key(work: Work, header: str) -> Actor | None:
    """Return who acts by the key in an `Authorization` header; None for every key that is dead
    or unknown alike. Each call is a line of the access log.
    """
    found = _found(work, header)
    if found is None:
        return None
    row, practice, person, role = found
    ids = {"practice_id": row.practice_id, "person_id": person.id, "subject_id": row.id}
    if not token_lives(row.expires_at, row.ended_at, work.now) or role not in ROLES[Door.COACH]:
        work.note("api.refused", "dead_key", **ids)
        return None
    work.note(CALLED, "let_in", **ids)
    speak(practice.locale, practice.timezone)
    return Actor(person_id=person.id, practice_id=row.practice_id, scope="program",
                 level="factor", session_id=row.id, account_id=row.account_id, role=role)


def _found(work: Work, header: str) -> tuple[ApiToken, Practice, Person, str] | None:
    scheme, _, key = header.partition(" ")
    return token_by_text(work, key.strip()) if scheme.lower() == "bearer" else None


def _count(ground: Ground, _values: dict[str, Any]) -> None:
    """Count a call before it is answered: by its key, and where that is dead by its network."""
    with ground.work(writes=False) as work:
        found = _found(work, request.headers.get("Authorization", ""))
        living = found is not None and token_lives(
            found[0].expires_at, found[0].ended_at, work.now)
    hit(ground, Try(CALL, found[0].id) if found is not None and living
        else Try(DEAD_KEYS, network()))


#: Marks a view for programs: its calls are counted.
counted = before(_count)
