"""A code or passkey once more, before an act that only the person at the keyboard may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request, url_for

from portal.factors import actions
from portal.factors.actions import Act, CodeRefused
from portal.factors.forms import ProofForm
from portal.factors.views import bp
from portal.factors.views.parts import code_trouble
from portal.factors.views.passkeys import asks, blamed, given, ways_of, wishes
from portal.people.actions import prove_again
from portal.people.queries import person_or_missing
from portal.people.views import change_token
from portal.plain.errors import Missing
from portal.web.guards import Door, guard
from portal.web.late import keep, sent
from portal.web.pages import _, blame, go_to, next_path, page

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from portal.ground.actor import Actor
    from portal.ground.work import Work
    from portal.people.models import Person

#: What is never written into a page again, whatever form it was sent with.
_UNTOLD = frozenset({"password", "repeated", "current", "passphrase"})
_OWN = frozenset({"csrf_token", "next", "proof", "proof_passkey", "carries"})
#: What a passkey signs then.
AGAIN = Act("prove again")


def _acting(work: Work) -> Actor:
    if work.actor is None:
        raise Missing("actor")
    return work.actor


def _carried() -> list[tuple[str, str]]:
    """Return what was sent to the page that asked for a code, to be sent there again."""
    return [(name, value) for name, value in request.form.items(multi=True)
            if name not in _OWN | _UNTOLD]


def keep_carried(work: Work) -> bool:
    """Keep what came along, for where it was meant to go."""
    path = next_path()
    return path is not None and keep(work, path, sent(_OWN))


def _is_whole() -> bool:
    """Tell whether everything that was sent can be carried: no file and no password can."""
    return not request.files and not _UNTOLD & set(request.form)


def _values(work: Work, form: ProofForm, carries: str) -> dict[str, Any]:
    return {"form": form, "next": next_path(), "carried": _carried(), "carries": carries,
            "ways": ways_of(work, _person(work))}


def _person(work: Work) -> Person:
    actor = _acting(work)
    return person_or_missing(work, actor.practice_id, actor.person_id)


@bp.get("/sign-in/again")
@guard(Door.DESK)
def again(work: Work) -> Response:
    """Ask for a code or passkey before a page that needs one."""
    return page("factors/again.html", **_values(work, ProofForm(formdata=None), ""))


@bp.post("/sign-in/again")
@guard(Door.DESK, keep=keep_carried)
def prove(work: Work) -> AnyResponse:
    """Take the code or passkey, give the session another token, and go on with what was begun.

    A form arrives here by a 307 with all that was typed, and leaves the same way: with the code
    it is sent where it was meant to go. Files and passwords are not written into a page, so
    whoever sent one sees their form again.
    """
    if "proof" not in request.form:
        carries = "all" if _is_whole() else "less"
        return page("factors/again.html", 403, **_values(work, ProofForm(formdata=None), carries))
    form, actor = ProofForm(), _acting(work)
    carries = request.form.get("carries", "")
    if form.validate_on_submit():
        if asks():
            return wishes(work, _person(work), AGAIN)
        taken = actions.prove(work, _person(work), AGAIN, given(work, form))
        if not isinstance(taken, CodeRefused):
            change_token("coach", prove_again(work, actor.session_id))
            return _onward(carries)
        blame(form, blamed(form), code_trouble(taken))
    return page("factors/again.html", 422, **_values(work, form, carries))


def _onward(carries: str) -> AnyResponse:
    path = next_path() or url_for("desk.today")
    if carries == "all":
        return redirect(path, code=307)
    if carries == "less":
        flash(_("That was you. Now choose your file or enter your password once more."))
    return go_to(path)
