"""What a practice says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.people.models import Practice, Successor

if TYPE_CHECKING:
    from portal.ground.work import Work


@dataclass(frozen=True, slots=True)
class PracticeSettings:
    """Hold what an owner sets: name, contact line, time zone, and who and what remains when the
    coach or the portal cannot be reached. What is not set is an empty text."""

    name: str
    contact: str
    timezone: str
    withdrawal: str = ""
    successor_name: str = ""
    successor_contact: str = ""


@dataclass(frozen=True, slots=True)
class ContactBlock:
    """Hold whom a paper names: the practice, its successor, and where to take a yes back without
    the portal. What nobody has named is an empty text."""

    contact: str
    successor_name: str
    successor_contact: str
    withdrawal_address: str


def settings_of(work: Work, practice: Practice) -> PracticeSettings:
    """Return what the practice says of itself now."""
    successor = successor_of(work, practice.id)
    return PracticeSettings(
        name=practice.name, contact=work.reveal(practice, "contact"), timezone=practice.timezone,
        withdrawal=work.reveal(practice, "withdrawal") if practice.withdrawal_enc else "",
        successor_name=work.reveal(successor, "name") if successor else "",
        successor_contact=work.reveal(successor, "contact") if successor else "",
    )


def successor_of(work: Work, practice_id: str) -> Successor | None:
    """Return who acts for a practice that can no longer act itself, or None."""
    return work.session.scalar(
        select(Successor).where(Successor.practice_id == practice_id,
                                Successor.ended_at.is_(None))
        .order_by(Successor.named_at.desc()).limit(1)
    )


def contact_block(work: Work, practice: Practice) -> ContactBlock:
    """Return whom a paper of this practice names for the day when the portal is gone."""
    said = settings_of(work, practice)
    return ContactBlock(said.contact, said.successor_name, said.successor_contact,
                        said.withdrawal)
