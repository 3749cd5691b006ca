"""The screen lock of this device beside what counts already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash

from portal.factors import actions
from portal.factors.actions import Answer, CodeRefused
from portal.factors.forms import LockForm
from portal.factors.views.own import acting, at_both, led_back
from portal.factors.views.parts import code_trouble
from portal.factors.views.passkeys import Ways, asks, given, here, ways_of, wishes
from portal.web.forms import said
from portal.web.pages import _, again, blame, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.factors.views.own import Place
    from portal.ground.work import Work


def _values(work: Work, place: Place, form: LockForm) -> dict[str, Any]:
    actor, person = acting(work)
    has_app = ways_of(work, person).app
    return {"place": place, "form": form, "asks": has_app or not actor.is_fresh(work.now),
            "ways": Ways(has_app, passkey=False, makes=True)}


@at_both("/lock")
def lock(work: Work, place: Place) -> Response:
    """Ask for a word for this device and for a code of the app; the device does the rest. Whoever
    has no app, because passkeys alone count for them, has come in within ten minutes."""
    if not here(work):
        return go(f"factors.{place.prefix}apps")
    return led_back(work, place, acting(work)[1]) or page(
        "factors/lock.html", **_values(work, place, LockForm()))


@at_both("/lock", "POST")
def set_up_lock(work: Work, place: Place) -> Response:
    """Let the passkey that this device made count from now on, beside the others."""
    _actor, person = acting(work)
    if not here(work):
        return go(f"factors.{place.prefix}apps")
    if (back := led_back(work, place, person)) is not None:
        return back
    form = LockForm()
    values = _values(work, place, form)
    if not _is_complete(form, asked=values["asks"]):
        return again("factors/lock.html", **values)
    if asks():
        return wishes(work, person, actions.ADD_PASSKEY, makes=True)
    refused = _set_up(work, form, asked=values["asks"])
    if refused is not None:
        blame(form, refused[0], code_trouble(refused[1]))
        return again("factors/lock.html", **values)
    flash(_("This device counts from now on."))
    return go(f"factors.{place.prefix}apps")


def _is_complete(form: LockForm, *, asked: bool) -> bool:
    valid = bool(form.validate_on_submit())
    if asked and not said(form.code):
        blame(form, "code", _("Enter the 6-digit code from your app."))
    if not said(form.passkey):
        blame(form, "passkey", _("Press the button for the screen lock."))
    return valid and not form.errors


def _set_up(work: Work, form: LockForm, *, asked: bool) -> tuple[str, CodeRefused] | None:
    """Take a code where one is asked for, and then what the device signed; return which of the two
    did not count, and why."""
    _actor, person = acting(work)
    if asked:
        code = actions.use_code(work, person, said(form.code))
        if isinstance(code, CodeRefused):
            return "code", code
    answer = given(work, form)
    if not isinstance(answer, Answer):
        return None
    taken = actions.add_passkey(work, person, answer, said(form.name))
    return ("passkey", taken) if isinstance(taken, CodeRefused) else None
