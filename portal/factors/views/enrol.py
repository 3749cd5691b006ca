"""The first authenticator of an account, and its recovery codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, make_response, session, url_for

from portal.factors.actions import CodeRefused, make_recovery_codes, prove
from portal.factors.forms import CodeForm
from portal.factors.queries import live_factor, pending_factor
from portal.factors.views import bp
from portal.factors.views.parts import code_trouble, enrolment_of, may_see, qr_picture
from portal.factors.views.passkeys import asks, blamed, given, ways_of, wishes
from portal.factors.views.sign_in import SIGN_IN, halfway, held_halfway, let_in
from portal.people.queries import practice_or_missing
from portal.people.views import onward
from portal.web.guards import Door, guard
from portal.web.pages import again, blame, go, is_ours, page

if TYPE_CHECKING:
    from flask import Response

    from portal.factors.views.parts import Enrolment
    from portal.ground.work import Work


def _pending(work: Work) -> Enrolment | None:
    found = halfway(work)
    if found is None or live_factor(work, found[1].id) is not None:
        return None
    pending = pending_factor(work, found[1].id)
    if pending is None or not may_see(pending):
        return None
    return enrolment_of(work, pending, practice_or_missing(work, pending.practice_id).name)


def _page(work: Work, form: CodeForm) -> dict[str, Any]:
    found = halfway(work)
    return {"form": form, "enrolment": _pending(work),
            "ways": ways_of(work, found[1]) if found else None}


@bp.get("/sign-in/app")
@guard(Door.ANYONE)
def enrol(work: Work) -> Response:
    """Show how to set up the screen lock of a device, or an authenticator app."""
    if _pending(work) is None:
        return go("factors.sign_in")
    return page("factors/enrol.html", **_page(work, CodeForm()))


@bp.get("/sign-in/app/qr.svg")
@guard(Door.ANYONE)
def qr(work: Work) -> Response:
    """Draw the pending authenticator as a QR code."""
    pending = _pending(work)
    if pending is None:
        return make_response("", 404)
    return qr_picture(pending.uri)


@bp.post("/sign-in/app")
@guard(Door.ANYONE)
def enrolled(work: Work) -> Response:
    """Take the first code or passkey, let the coach in, and show the recovery codes once."""
    found = held_halfway(work)
    if found is None or _pending(work) is None:
        return go("factors.sign_in")
    form = CodeForm()
    if not form.validate_on_submit():
        return again("factors/enrol.html", **_page(work, form))
    if asks():
        return wishes(work, found[1], SIGN_IN)
    taken = prove(work, found[1], SIGN_IN, given(work, form))
    if isinstance(taken, CodeRefused):
        return _refused(work, form, taken)
    wanted = is_ours(session.get("wanted"))
    codes = make_recovery_codes(work, found[1])
    let_in(work, *found)
    return page("factors/recovery_codes.html", codes=codes,
                onward=onward(work, "coach", wanted or url_for("desk.today")))


def _refused(work: Work, form: CodeForm, why: CodeRefused) -> Response:
    """Say why a code did not count; after the last one that is looked at no app is set up here."""
    if _pending(work) is None:
        flash(code_trouble(why), "error")
        return go("factors.sign_in")
    blame(form, blamed(form), code_trouble(why))
    return again("factors/enrol.html", **_page(work, form))
