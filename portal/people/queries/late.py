"""Forms that came too late and wait for whoever typed them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.people.models import LateForm
from portal.people.policy import LATE_KEPT
from portal.plain.late import unpack

if TYPE_CHECKING:
    from portal.ground.actor import Actor
    from portal.ground.work import Work
    from portal.plain.late import Late


def late_forms(work: Work, actor: Actor) -> list[LateForm]:
    """Return what was kept for a person in the kind of session that they act in, the newest first:
    of the same engagement for who came by a link, and nothing that was typed behind a code for who
    gave none."""
    asked = select(LateForm).where(
        LateForm.practice_id == actor.practice_id, LateForm.person_id == actor.person_id,
        LateForm.scope == actor.scope, LateForm.kept_at > work.now - LATE_KEPT)
    if actor.scope == "party":
        asked = asked.where(LateForm.engagement_id == actor.engagement_id)
    if not actor.proven:
        asked = asked.where(LateForm.level == actor.level)
    return list(work.session.scalars(asked.order_by(LateForm.kept_at.desc(), LateForm.id)))


def read_late(work: Work, row: LateForm) -> Late:
    """Return what was sent, and where to."""
    return unpack(work.reveal(row, "form"))
