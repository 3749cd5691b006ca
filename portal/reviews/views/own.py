"""A party's own page: keep, change or end, with one code or passkey for all that is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import flash

from portal.agreements.policy import Feels, Says
from portal.agreements.queries import shown_text, version_row
from portal.amending.queries import proposals_for
from portal.factors.actions import Act, CodeRefused, prove
from portal.factors.queries import mark_of_sign_in
from portal.factors.views.parts import code_trouble
from portal.factors.views.passkeys import asks, blamed, given, ways_of, wishes
from portal.reviews import actions
from portal.reviews.forms import CheckInForm, LookForm, look_form
from portal.reviews.queries import next_check, own_looks
from portal.reviews.views import bp
from portal.signing.actions import take_seat
from portal.signing.queries import Seat, seat_of
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from flask import Response

    from portal.ground.work import Work
    from portal.people.models import Person
    from portal.reviews.actions import Pick
    from portal.reviews.queries import Look

#: For so long the code of a sign-in counts for the sitting that it began (Z12).
SITTING = timedelta(minutes=10)


def _values(work: Work, seat: Seat) -> dict[str, Any]:
    looks = own_looks(work, seat)
    waiting = [look for look in looks if look.waits]
    going_on = {one.agreement_id: one for one in proposals_for(work, seat)
                if one.own and one.is_open} if waiting else {}
    return {"seat": seat, "looks": waiting, "done": [look for look in looks if not look.waits],
            "going_on": going_on, "form": look_form(waiting, role=seat.party.role),
            "code": given_mark(work) is None, "ways": ways_of(work, seat.person)}


def given_mark(work: Work) -> int | str | None:
    """Return the mark of the code or passkey with which this sitting began, or None where one is
    needed."""
    if work.actor is None:
        return None
    return mark_of_sign_in(work, work.actor.session_id, work.now - SITTING)


@bp.get("/p/reviews")
@guard(Door.PARTY)
def look(work: Work) -> Response:
    """Show what waits to be looked at again, and what was said to it; a question between reviews
    comes first where nothing else waits."""
    seat = seat_of(work)
    values = _values(work, seat)
    if not values["looks"] and next_check(work, seat) is not None:
        return go("reviews.check_in")
    return page("reviews/look.html", **values)


@bp.get("/p/check-in")
@guard(Door.PARTY)
def check_in(work: Work) -> Response:
    """Ask the one question between reviews, about one text after the other."""
    return page("reviews/check_in.html", **_check_values(work, seat_of(work)))


@bp.post("/p/check-in")
@guard(Door.PARTY)
def checked_in(work: Work) -> Response:
    """Take the answer; nothing hangs on it."""
    seat = take_seat(work)
    values = _check_values(work, seat)
    form, asked = values["form"], values["asked"]
    if asked is None or asked.version_id != said(form.about):
        return go("reviews.check_in")
    if not form.validate_on_submit():
        return again("reviews/check_in.html", **values)
    actions.answer_check_in(work, seat, asked, Feels(form.feels.data))
    flash(_("Thank you. What you said is written down."))
    return go("reviews.check_in")


def _check_values(work: Work, seat: Seat) -> dict[str, Any]:
    asked, form = next_check(work, seat), CheckInForm()
    form.name_choices(seat.coach_name)
    if asked is not None and not form.about.data:
        form.about.data = asked.version_id
    return {"seat": seat, "asked": asked, "form": form, "title": "" if asked is None else
            shown_text(work, version_row(work, asked.version_id), seat.party.role)["title"]}


@bp.post("/p/reviews")
@guard(Door.PARTY)
def answer(work: Work) -> Response:
    """Take the answers: a code or passkey for what is kept, none for what ends (Z13)."""
    seat = take_seat(work)
    values = _values(work, seat)
    if not values["looks"]:
        return go("reviews.look")
    picks = checked(values["form"], values["looks"], values["going_on"])
    if asks() and not values["form"].errors:
        return wishes(work, seat.person, keeping(picks))
    mark = mark_for(work, seat.person, values["form"], picks)
    if values["form"].errors:
        return again("reviews/look.html", **values)
    actions.answer_as_party(work, seat, picks, step=mark)
    flash(_("Thank you. What you said is written down."))
    if any(pick.says is Says.END for pick in picks) and seat.party.role != "COACHEE":
        return go("desk.consents")
    return go("reviews.look")


def checked(
    form: LookForm, looks: Sequence[Look], going_on: Collection[str] = ()
) -> list[Pick]:
    """Return what was chosen; what is missing is blamed on its field. `going_on` are the agreements
    about which a proposal of theirs is still talked about: no words are added to that one."""
    valid = form.validate_on_submit()
    picks = form.picks(looks)
    if valid and not picks:
        blame(form, f"answer-{looks[0].id}", _("Choose what shall become of it."))
    words = {look.id: f"words-{look.id}" for look in looks}
    for pick in picks:
        if pick.says is not Says.CHANGE:
            continue
        field, goes_on = words[pick.facts.version_id], pick.facts.agreement_id in going_on
        if goes_on and pick.words:
            blame(form, field, _("What you proposed before is still talked about. Take that back "
                                 "first, or send this without words."))
        elif not goes_on and not pick.words:
            blame(form, field, _("Write what you would like changed."))
    return picks


def keeping(picks: Sequence[Pick]) -> Act:
    """Return what a passkey signs: to keep these texts."""
    return Act("keep", tuple(pick.facts.hash for pick in picks if pick.says is Says.KEEP))


def mark_for(
    work: Work, person: Person, form: LookForm, picks: Sequence[Pick]
) -> int | str | None:
    """Return the mark of the code or passkey that goes with what is kept: that of the sign-in that
    began this sitting, or one that is given now. It is used up only where all else is right."""
    if form.errors or all(pick.says is not Says.KEEP for pick in picks):
        return None
    if (mark := given_mark(work)) is not None:
        return mark
    if not (said(form.code) or said(form.passkey)):
        blame(form, "code", _("Enter the 6-digit code from your app."))
        return None
    taken = prove(work, person, keeping(picks), given(work, form))
    if isinstance(taken, CodeRefused):
        blame(form, blamed(form), code_trouble(taken))
        return None
    return taken.mark
