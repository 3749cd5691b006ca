"""Telling somebody at once that something about how they sign in was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.notices.actions import put_mail
from portal.people.queries import point_of, practice_or_missing

if TYPE_CHECKING:
    from portal.ground.work import Work
    from portal.people.models import Person


def warn(work: Work, person: Person, name: str, *, dedupe: str) -> None:
    """Put a warning to a person into the outbox, to the address that is known; never bundled.

    The practice's contact line is in it, for an answer to a mail may reach who should not know.
    """
    point = point_of(work, person.id)
    if point is None:
        return
    practice = practice_or_missing(work, person.practice_id)
    base = work.ground.settings.base_url.rstrip("/")
    put_mail(
        work, name, work.reveal(point, "value"),
        {"practice": practice.name, "hello": work.reveal(person, "name"),
         "contact": work.reveal(practice, "contact"), "front_door": f"{base}/lost"},
        dedupe=dedupe, practice_id=practice.id, key_id=person.key_id, subject_id=person.id,
    )
