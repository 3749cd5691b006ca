"""What the practice says of itself: an owner sets it, a coach reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash

from portal.people.actions import change_practice
from portal.people.forms import PracticeForm
from portal.people.queries import PracticeSettings, practice_or_missing, settings_of
from portal.people.views import bp
from portal.people.views.frame import practice_frame
from portal.people.views.members import acting
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import _, again, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work


def _form(settings: PracticeSettings) -> PracticeForm:
    form = PracticeForm(obj=settings)
    form.name_choices(settings.timezone)
    return form


@bp.get("/practice/settings")
@guard(Door.COACH)
def settings(work: Work) -> Response:
    """Show name, contact, time zone, and what remains when nobody can be reached."""
    said_now = settings_of(work, practice_or_missing(work, acting(work).practice_id))
    if acting(work).role != "owner":
        return page("people/settings_read.html", settings=said_now)
    return page("people/settings.html", form=_form(said_now), settings=said_now)


@bp.post("/practice/settings")
@guard(Door.OWNER, fresh=True)
def keep_settings(work: Work) -> Response:
    """Keep what the practice says of itself from now on; signed texts never change."""
    practice = practice_or_missing(work, acting(work).practice_id)
    before = settings_of(work, practice)
    form = _form(before)
    if not form.validate_on_submit():
        return again("people/settings.html", form=form, settings=before)
    changed = change_practice(work, practice, PracticeSettings(
        name=said(form.name), contact=said(form.contact), timezone=str(form.timezone.data),
        withdrawal=said(form.withdrawal), successor_name=said(form.successor_name),
        successor_contact=said(form.successor_contact)))
    practice_frame(practice)
    flash(_("Kept. New papers and mails say it like this; what is signed stays as it is.")
          if changed else _("Nothing was changed."))
    return go("people.settings")
