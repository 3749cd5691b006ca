"""Mails to a person about their own standing: never bundled, and of no engagement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.notices.actions import put_mail
from portal.people.queries import old_addresses, point_of, practice_or_missing

if TYPE_CHECKING:
    from portal.ground.work import Work
    from portal.people.models import Person


def warn(work: Work, person: Person, name: str, *, dedupe: str, **values: str) -> None:
    """Tell somebody at once, at the address that is known and at each from which they may still
    object to it, that something about how they sign in was changed.

    The practice's contact line is in it, for an answer to a mail may reach who should not know.
    """
    write_to(work, person, name, dedupe=dedupe, **values)
    for number, address in enumerate(old_addresses(work, person.id)):
        write_at(work, person, address, name, dedupe=f"{dedupe}:old{number}", former="yes",
                 **values)


def write_to(
    work: Work, person: Person, name: str, *, dedupe: str, reply_to: str = "", **values: str
) -> None:
    """Put a mail to a person into the outbox, under their own key; without any address of theirs
    nothing happens."""
    point = point_of(work, person.id)
    if point is not None:
        write_at(work, person, work.reveal(point, "value"), name, dedupe=dedupe,
                 reply_to=reply_to, **values)


def write_at(
    work: Work, person: Person, address: str, name: str, *, dedupe: str, reply_to: str = "",
    **values: str,
) -> None:
    """Put a mail to one address of a person into the outbox, under their own key."""
    practice = practice_or_missing(work, person.practice_id)
    base = work.ground.settings.base_url.rstrip("/")
    put_mail(
        work, name, address,
        {"practice": practice.name, "hello": work.reveal(person, "name"),
         "contact": work.reveal(practice, "contact"), "front_door": f"{base}/lost",
         "sign_in": f"{base}/sign-in", "reply_to": reply_to, **values},
        dedupe=dedupe, practice_id=practice.id, key_id=person.key_id, subject_id=person.id,
    )
