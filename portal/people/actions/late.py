"""Forms that came after their session had run out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.ground import chance
from portal.people.models import LateForm
from portal.people.policy import MOST_LATE
from portal.people.queries import late_forms, person_or_missing, read_late
from portal.plain.errors import Missing

if TYPE_CHECKING:
    from portal.ground.work import Work
    from portal.plain.late import Late


def keep_late(work: Work, late: Late) -> None:
    """Keep a form for the person who acts, under their own key, in place of one that they sent to
    the same address before; of more than a few the oldest go."""
    actor = work.actor
    if actor is None:
        raise Missing("actor")
    person = person_or_missing(work, actor.practice_id, actor.person_id)
    for older in late_forms(work, actor):
        if read_late(work, older).path == late.path:
            work.session.delete(older)
    for older in late_forms(work, actor)[MOST_LATE - 1:]:
        work.session.delete(older)
    row = LateForm(
        id=chance.new_id(), practice_id=person.practice_id, person_id=person.id,
        key_id=person.key_id, engagement_id=actor.engagement_id or late.engagement_id,
        scope=actor.scope, level=actor.level, kept_at=work.now)
    work.hide(row, "form", late.packed())
    work.session.add(row)
    work.note("late_form.kept", actor.scope, engagement_id=row.engagement_id, subject_id=row.id)


def let_go_of_late(work: Work, late_id: str, path: str) -> bool:
    """Delete a form of the person who acts, if it was for this address; tell whether it was."""
    row = own_late_or_none(work, late_id)
    if row is None or read_late(work, row).path.partition("?")[0] != path:
        return False
    work.session.delete(row)
    return True


def own_late_or_none(work: Work, late_id: str) -> LateForm | None:
    """Return a form that was kept for the person who acts, or None."""
    rows = late_forms(work, work.actor) if work.actor is not None else []
    return next((row for row in rows if row.id == late_id), None)


def throw_away(work: Work, late_id: str) -> None:
    """Delete a form that the person who acts does not want any more; raises `Missing` for that of
    anybody else."""
    row = own_late_or_none(work, late_id)
    if row is None:
        raise Missing("late form")
    work.session.delete(row)
