"""Listing names, so that they can be found while they are stored encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import delete, insert

from portal.ground import chance
from portal.people.models import NamePrint
from portal.people.queries import name_prints
from portal.plain.names import beginnings

if TYPE_CHECKING:
    from portal.ground.work import Work


class Named(Protocol):
    """Describe what has a name: a person, an engagement with its title, an organisation."""

    id: Any
    practice_id: Any
    key_id: Any


def list_name(work: Work, named: Named, name: str) -> None:
    """Let something be found by the beginnings of the words of its name, in place of those it
    had. Only keyed digests are kept, and they vanish with the data key of the name (Z18)."""
    work.session.execute(delete(NamePrint).where(NamePrint.subject_id == named.id))
    values = [
        {"id": chance.new_id(), "practice_id": named.practice_id, "subject_id": named.id,
         "key_id": named.key_id, "print": print_}
        for print_ in name_prints(work, named.practice_id, beginnings(name))
    ]
    if values:
        work.session.execute(insert(NamePrint), values)
