"""The way back for whoever lost their authenticator: behind the link, without a code of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import flash, make_response, session

from portal.engagements.queries import by_id
from portal.factors.actions import CodeRefused
from portal.factors.forms import RecoveryForm
from portal.factors.policy import ANEW
from portal.factors.queries import app_being_set_up
from portal.factors.views.parts import (
    SETTING_UP,
    code_trouble,
    enrolment_of,
    qr_picture,
    recovery_trouble,
    shown_here,
)
from portal.people.queries import names_of, practice_or_missing
from portal.plain.errors import DeadLink
from portal.returning import actions as returning
from portal.returning.policy import BackNo, stage, why_not_ask, why_not_back, why_not_recover
from portal.returning.queries import asked_facts, back_facts, open_request, own_request
from portal.signing import actions
from portal.signing.forms import BackForm, CodeForm, DigitsForm
from portal.signing.views import bp
from portal.signing.views.link import WAITING, entered, lasts, let_in, to_wait
from portal.vouching.queries import digits_on_screen
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.factors.models import Factor
    from portal.factors.views.parts import Enrolment
    from portal.ground.work import Work
    from portal.links.models import Invitation
    from portal.returning.models import WayBack


@dataclass(frozen=True, slots=True)
class _Behind:
    """Hold whose link it is, and who coaches there."""

    invitation: Invitation
    coach: str


def _behind(work: Work) -> _Behind:
    """Return who is behind the link of this browser and may come back this way; raises
    `DeadLink`."""
    invitation = entered(work)
    if why_not_back(back_facts(work, invitation.person_id)) not in (None, BackNo.HAS_ACCOUNT):
        raise DeadLink
    coach_id = by_id(work, invitation.engagement_id).coach_id
    return _Behind(invitation, names_of(work, [coach_id])[coach_id])


def back_words(no: BackNo) -> str:
    """Return what to do for whoever does not come back in the way that they chose."""
    return {
        BackNo.NOTHING_LOST: _("You set your app up when you sign. Nothing is lost yet."),
        BackNo.HAS_ACCOUNT: _("You have an account here with a password. Sign in with it, and use "
                              "a recovery code of the account there."),
        BackNo.TOO_OFTEN: _("This was asked for five times within a day. Try it again tomorrow, "
                            "or call."),
        BackNo.LINK_OLD: _("For this your link must not be older than a day. Have a new one sent "
                           "to you, and come here with it."),
        BackNo.NOT_OPEN: _("What was asked for has ended. Ask anew."),
    }[no]


def _page(work: Work, behind: _Behind, form: BackForm) -> dict[str, Any]:
    asked = open_request(work, behind.invitation.person_id)
    form.name_choices(behind.coach, asked=asked is not None)
    return {"form": form, "coach": behind.coach, "asked": asked}


@bp.get("/p/back")
@guard(Door.ANYONE)
def back(work: Work) -> Response:
    """Offer the ways back; opening this changes nothing."""
    behind = _behind(work)
    return page("signing/back.html", **_page(work, behind, BackForm()))


@bp.post("/p/back")
@guard(Door.ANYONE)
def choose_back(work: Work) -> Response:
    """Go the way that was chosen."""
    behind = _behind(work)
    form = BackForm()
    shown = _page(work, behind, form)
    if not form.validate_on_submit():
        return again("signing/back.html", **shown)
    if form.way.data == "code":
        return go("signing.recovery")
    if form.way.data == "stop":
        return _stop(work, shown["asked"])
    no = why_not_ask(back_facts(work, behind.invitation.person_id))
    if no is not None:
        blame(form, "way", back_words(no))
        return again("signing/back.html", **shown)
    session[SETTING_UP] = returning.begin(work, behind.invitation).id
    return go("signing.new_app")


def _stop(work: Work, asked: WayBack) -> Response:
    returning.stop(work, asked, "stopped")
    flash(_("It is stopped. The app that you had counts as before."))
    return go("signing.code")


def _why_not(work: Work, behind: _Behind) -> BackNo | None:
    invitation = behind.invitation
    return why_not_recover(back_facts(work, invitation.person_id), invitation.issued_at, work.now)


def _recovery(form: RecoveryForm, no: BackNo | None) -> dict[str, Any]:
    return {"form": form, "no": no, "why_not": back_words(no) if no is not None else ""}


@bp.get("/p/back/code")
@guard(Door.ANYONE)
def recovery(work: Work) -> Response:
    """Ask for a recovery code, or say why none is looked at here."""
    behind = _behind(work)
    return page("signing/recovery.html", **_recovery(RecoveryForm(), _why_not(work, behind)))


@bp.post("/p/back/code")
@guard(Door.ANYONE)
def recover(work: Work) -> Response:
    """Take a recovery code: what was lost counts no more, and a new app is set up next."""
    behind = _behind(work)
    form, no = RecoveryForm(), _why_not(work, behind)
    if no is not None or not form.validate_on_submit():
        return again("signing/recovery.html", **_recovery(form, no))
    app = returning.recover(work, behind.invitation, said(form.code))
    if isinstance(app, CodeRefused):
        blame(form, "code", recovery_trouble(app))
        return again("signing/recovery.html", **_recovery(form, None))
    session[SETTING_UP] = app.id
    return go("signing.new_app")


def _app(work: Work, behind: _Behind) -> Factor | None:
    return app_being_set_up(work, behind.invitation.person_id, shown_here())


def _from_the_start() -> Response:
    flash(_("No new app is being set up here any more. Choose again what you still have."), "error")
    return go("signing.back")


def _enrolment(work: Work, app: Factor) -> Enrolment:
    return enrolment_of(work, app, practice_or_missing(work, app.practice_id).name)


@bp.get("/p/back/app")
@guard(Door.ANYONE)
def new_app(work: Work) -> Response:
    """Show how to set up the new app, to the browser alone that began it."""
    behind = _behind(work)
    app = _app(work, behind)
    if app is None:
        return _from_the_start()
    return page("signing/new_app.html", form=CodeForm(), coach=behind.coach,
                enrolment=_enrolment(work, app), waits=app.set_up_as == ANEW)


@bp.get("/p/back/app/qr.svg")
@guard(Door.ANYONE)
def new_app_qr(work: Work) -> Response:
    """Draw the new app as a QR code."""
    app = _app(work, _behind(work))
    if app is None:
        return make_response("", 404)
    return qr_picture(_enrolment(work, app).uri)


@bp.post("/p/back/app")
@guard(Door.ANYONE)
def new_app_code(work: Work) -> Response:
    """Take the first code of the new app: with it the person comes in, or asks to be heard."""
    behind = _behind(work)
    app = _app(work, behind)
    if app is None:
        return _from_the_start()
    form, waits = CodeForm(), app.set_up_as == ANEW
    values = {"form": form, "coach": behind.coach, "enrolment": _enrolment(work, app),
              "waits": waits}
    if not form.validate_on_submit():
        return again("signing/new_app.html", **values)
    done = (returning.ask(work, behind.invitation, app, said(form.code)) if waits else
            actions.come_back(work, behind.invitation, said(form.code), lasts()))
    if isinstance(done, CodeRefused):
        blame(form, "code", code_trouble(done))
        return again("signing/new_app.html", **values)
    session.pop(SETTING_UP, None)
    if not isinstance(done, str):
        return to_wait(work, behind.invitation)
    inside = let_in(work, behind.invitation, done)
    # Only now: whatever a browser held before it came in is gone.
    flash(_("Your new app counts from now on. The old one no longer does."))
    return inside


def _request(work: Work, behind: _Behind) -> WayBack | None:
    return own_request(work, behind.invitation.person_id, session.get(WAITING, ""))


@bp.get("/p/back/wait")
@guard(Door.ANYONE)
def heard(work: Work) -> Response:
    """Show whoever gave a code of the new app what it waits for: the digits, or the day."""
    behind = _behind(work)
    request = _request(work, behind)
    if request is None:
        return go("signing.code")
    facts = asked_facts(request)
    shown = digits_on_screen(work, request.party_id)
    if shown is not None and shown[1].factor_id != request.factor_id:
        shown = None
    return page("signing/heard.html", form=DigitsForm(), coach=behind.coach,
                stage=stage(facts, work.now), ready=facts.ready_at, until=request.expires_at,
                digits=shown[0] if shown else None,
                digits_until=shown[1].expires_at if shown else None)


@bp.post("/p/back/wait")
@guard(Door.ANYONE)
def heard_digits(work: Work) -> Response:
    """Put fresh digits on the screen, to be read aloud to the coach."""
    behind = _behind(work)
    request = _request(work, behind)
    if request is None:
        return go("signing.code")
    returning.show_digits_anew(work, request)
    return go("signing.heard")
