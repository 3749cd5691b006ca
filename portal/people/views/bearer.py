"""Who acts when a program calls: the coach whose key it holds (RFC 6750)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from portal.ground.work import Actor
from portal.people.policy import token_lives
from portal.people.queries import token_by_text, wait_of
from portal.people.queries.tokens import CALLED
from portal.plain.errors import TooSoon
from portal.web.guards import ROLES, Door
from portal.web.words import speak

if TYPE_CHECKING:
    from portal.ground.work import Work


def program_by_key(work: Work, header: str) -> Actor | None:
    """Return who acts by the key in an `Authorization` header; None for every key that is dead
    or unknown alike. Raises `TooSoon` for one that has called too often.

    Each call that counts is a line of the access log.
    """
    scheme, _, key = header.partition(" ")
    found = token_by_text(work, key.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        return None
    row, practice, person, role = found
    ids = {"practice_id": row.practice_id, "person_id": person.id, "subject_id": row.id}
    if not token_lives(row.expires_at, row.ended_at, work.now) or role not in ROLES[Door.COACH]:
        work.note("api.refused", "dead_key", **ids)
        return None
    wait = wait_of(work, row.id)
    if wait is not None:
        raise TooSoon(math.ceil(wait.total_seconds()))
    work.note(CALLED, "let_in", **ids)
    speak(practice.locale, practice.timezone)
    return Actor(person_id=person.id, practice_id=row.practice_id, scope="program",
                 level="factor", session_id=row.id, account_id=row.account_id, role=role)
