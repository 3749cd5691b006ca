"""One's own authenticators, beside each other, and recovery codes: for accounts, and for whoever
comes by a link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flask import flash, make_response, session, url_for

from portal.factors import actions
from portal.factors.actions import Act, CodeRefused
from portal.factors.forms import AppForm, CodeForm, ReadyForm
from portal.factors.policy import APP, PASSKEY, AppNo, why_not_another, why_not_remove
from portal.factors.queries import (
    app_being_set_up,
    factor_or_missing,
    live_factors,
    own_factors,
    recovery_codes,
)
from portal.factors.views import bp
from portal.factors.views.parts import (
    SETTING_UP,
    code_trouble,
    enrolment_of,
    qr_picture,
    shown_here,
)
from portal.factors.views.passkeys import asks, blamed, given, here, ways_of, wishes
from portal.people.queries import person_or_missing, practice_or_missing
from portal.plain.errors import Missing
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.factors.models import Factor
    from portal.factors.views.parts import Enrolment
    from portal.ground.actor import Actor
    from portal.ground.work import Work
    from portal.people.models import Person


@dataclass(frozen=True, slots=True)
class Place:
    """Hold where somebody looks after their authenticators, and who they are."""

    root: str
    prefix: str
    door: Door

    def url(self, endpoint: str, **values: Any) -> str:
        """Return the address of one of the pages here."""
        return url_for(f"factors.{self.prefix}{endpoint}", **values)


#: What a passkey signs to get recovery codes.
CODES = Act("make recovery codes")
PARTY = Place("/p/account", "own_", Door.PARTY)
DESK = Place("/account/authenticators", "desk_", Door.DESK)

View = Callable[..., "Response"]


def at_both(path: str, method: str = "GET") -> Callable[[View], View]:
    """Let a view answer at both places, each behind its own door."""
    def mark(view: View) -> View:
        for place in (PARTY, DESK):
            def own(work: Work, *, _place: Place = place, **values: Any) -> Response:
                return view(work, _place, **values)

            bp.add_url_rule(place.root + path, f"{place.prefix}{view.__name__}",
                            guard(place.door)(own), methods=[method])
        return view

    return mark


def acting(work: Work) -> tuple[Actor, Person]:
    """Return who acts, and which person that is."""
    if work.actor is None:
        raise Missing("actor")
    return work.actor, person_or_missing(work, work.actor.practice_id, work.actor.person_id)


def app_words(no: AppNo) -> str:
    """Return why the list of authenticators stays as it is."""
    return {
        AppNo.TOO_MANY: _("You have as many apps as one person can have. Remove one first."),
        AppNo.LAST: _("This is the only one that counts. Add another one first."),
    }[no]


@at_both("")
def apps(work: Work, place: Place) -> Response:
    """Show what counts as mine: each app with when it was set up and last used, and how many
    recovery codes are left."""
    _actor, person = acting(work)
    own = own_factors(work, person.id)
    return page("factors/own.html", place=place, own=own,
                left=len(recovery_codes(work, person.id)),
                full=why_not_another(len(own)), last=why_not_remove(len(own)), lock=here(work))


def led_back(work: Work, place: Place, person: Person) -> Response | None:
    """Lead back whoever has as many apps as there can be, before a code is typed for nothing; None
    where there is room for one more."""
    no = why_not_another(len(live_factors(work, person.id)))
    if no is None:
        return None
    flash(app_words(no), "error")
    return go(f"factors.{place.prefix}apps")


@at_both("/app")
def another(work: Work, place: Place) -> Response:
    """Ask for a code of an app that counts, and for a word for the new one."""
    _actor, person = acting(work)
    return led_back(work, place, person) or page(
        "factors/another.html", place=place, form=AppForm(), ways=ways_of(work, person))


@at_both("/app", "POST")
def begin_another(work: Work, place: Place) -> Response:
    """Take the code, and go on to the new app in this browser alone."""
    _actor, person = acting(work)
    form = AppForm()
    if (back := led_back(work, place, person)) is not None:
        return back
    if not form.validate_on_submit():
        return again("factors/another.html", place=place, form=form,
                     ways=ways_of(work, person))
    if asks():
        return wishes(work, person, actions.ADD)
    app = actions.begin_beside(work, person, given(work, form), said(form.name))
    if isinstance(app, CodeRefused):
        blame(form, blamed(form), code_trouble(app))
        return again("factors/another.html", place=place, form=form,
                     ways=ways_of(work, person))
    session[SETTING_UP] = app.id
    return go(f"factors.{place.prefix}set_up")


def _app(work: Work, person: Person) -> Factor | None:
    return app_being_set_up(work, person.id, shown_here())


def _enrolment(work: Work, app: Factor) -> Enrolment:
    return enrolment_of(work, app, practice_or_missing(work, app.practice_id).name)


@at_both("/app/new")
def set_up(work: Work, place: Place) -> Response:
    """Show how to set up the other app."""
    app = _app(work, acting(work)[1])
    if app is None:
        return go(f"factors.{place.prefix}another")
    return page("factors/set_up.html", place=place, form=CodeForm(),
                enrolment=_enrolment(work, app))


@at_both("/app/qr.svg")
def set_up_qr(work: Work, place: Place) -> Response:
    """Draw the other app as a QR code."""
    app = _app(work, acting(work)[1])
    if app is None:
        return make_response("", 404)
    return qr_picture(_enrolment(work, app).uri)


@at_both("/app/new", "POST")
def finish_set_up(work: Work, place: Place) -> Response:
    """Take the first code of the other app; from now on both count."""
    _actor, person = acting(work)
    app, form = _app(work, person), CodeForm()
    if app is None:
        return go(f"factors.{place.prefix}another")
    values = {"place": place, "form": form, "enrolment": _enrolment(work, app)}
    if not form.validate_on_submit():
        return again("factors/set_up.html", **values)
    taken = actions.finish_beside(work, person, app, said(form.code))
    if isinstance(taken, CodeRefused):
        blame(form, "code", code_trouble(taken))
        return again("factors/set_up.html", **values)
    session.pop(SETTING_UP, None)
    flash(_("Both apps count from now on."))
    return go(f"factors.{place.prefix}apps")


@at_both("/apps/<factor_id>/removal")
def removal(work: Work, place: Place, factor_id: str) -> Response:
    """Ask for a code of an app that is kept before one is removed."""
    return page("factors/removal.html", form=CodeForm(), **_removal(work, place, factor_id))


def _removal(work: Work, place: Place, factor_id: str) -> dict[str, Any]:
    _actor, person = acting(work)
    factor_or_missing(work, person.id, factor_id)
    own = own_factors(work, person.id)
    one = next((one for one in own if one.id == factor_id), None)
    if one is None:
        raise Missing("factor")
    no = why_not_remove(len(own))
    # What is kept proves it: an app by its code, a passkey by what it signs.
    kinds = [kept.kind for kept in own if kept.id != factor_id]
    ways = replace(ways_of(work, person), app=APP in kinds, passkey=PASSKEY in kinds)
    return {"place": place, "one": one, "ways": ways,
            "why_not": app_words(no) if no is not None else ""}


@at_both("/apps/<factor_id>/removal", "POST")
def remove(work: Work, place: Place, factor_id: str) -> Response:
    """Remove an app for good, and end every other session."""
    actor, person = acting(work)
    shown, form = _removal(work, place, factor_id), CodeForm()
    if shown["why_not"] or not form.validate_on_submit():
        return again("factors/removal.html", form=form, **shown)
    if asks():
        return wishes(work, person, actions.REMOVE)
    taken = actions.remove(work, person, factor_or_missing(work, person.id, factor_id),
                           given(work, form), session_id=actor.session_id, scope=actor.scope)
    if isinstance(taken, CodeRefused):
        blame(form, blamed(form), code_trouble(taken))
        return again("factors/removal.html", form=form, **shown)
    flash(_("It is removed, and every other session of yours has ended."))
    return go(f"factors.{place.prefix}apps")


def _codes(work: Work, place: Place) -> dict[str, Any]:
    actor, person = acting(work)
    just_now = actor.is_fresh(work.now)
    return {"place": place, "form": ReadyForm() if just_now else CodeForm(),
            "asks": not just_now, "ways": ways_of(work, person),
            "left": len(recovery_codes(work, person.id))}


@at_both("/codes")
def codes(work: Work, place: Place) -> Response:
    """Say what recovery codes are for, and how many are left."""
    return page("factors/codes.html", **_codes(work, place))


@at_both("/codes", "POST")
def make_codes(work: Work, place: Place) -> Response:
    """Make new recovery codes and show them this one time."""
    _actor, person = acting(work)
    shown = _codes(work, place)
    form = shown["form"]
    if not form.validate_on_submit():
        return again("factors/codes.html", **shown)
    if shown["asks"]:
        if asks():
            return wishes(work, person, CODES)
        taken = actions.prove(work, person, CODES, given(work, form))
        if isinstance(taken, CodeRefused):
            blame(form, blamed(form), code_trouble(taken))
            return again("factors/codes.html", **shown)
    made = actions.make_recovery_codes(work, person)
    return page("factors/recovery_codes.html", codes=made, onward=place.url("apps"))
