"""Another password behind a link that went to the mailbox: a door, then the password itself with a
second factor (ASVS 6.4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, session, url_for

from portal.factors.actions import (
    RESET,
    CodeRefused,
    hold_reset,
    prove,
    reset_password,
    use_recovery_code,
)
from portal.factors.forms import EnterForm, ResetForm
from portal.factors.queries import reset_signer, resettable, resettable_by_id
from portal.factors.views import bp
from portal.factors.views.parts import SETTING_UP, code_trouble, recovery_trouble
from portal.factors.views.passkeys import asks, blamed, given, ways_of, wishes
from portal.factors.views.sign_in import HALFWAY, let_in
from portal.people.queries import (
    address_of_person,
    names_of,
    person_or_missing,
    practice_or_missing,
)
from portal.people.views import onward, practice_frame
from portal.throttles.views import counts_made_up
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import _, again, alive, blame, go, go_to, page

if TYPE_CHECKING:
    from flask import Response

    from portal.factors.models import Factor, PasswordReset
    from portal.ground.work import Work
    from portal.people.models import Account, Person

#: The link whose button was pressed; the cookie is encrypted, the token has left the address.
RESETTING = "resetting"


@bp.get("/password/<token>")
@counts_made_up(reset_signer)
@guard(Door.ANYONE)
def reset_door(work: Work, token: str) -> Response:
    """Show whose link it is: a practice and a button. Changes nothing (Z9)."""
    found = alive(resettable(work, token))
    practice_frame(practice_or_missing(work, found[1].practice_id))
    return page("factors/reset_door.html", form=EnterForm())


@bp.post("/password/<token>")
@counts_made_up(reset_signer)
@guard(Door.ANYONE)
def reset_enter(work: Work, token: str) -> Response:
    """Take the token out of the address; nothing in the database changes."""
    found = alive(resettable(work, token))
    session[RESETTING] = found[0].id
    return go("factors.reset")


def _behind(work: Work) -> tuple[PasswordReset, Account, Person]:
    found = alive(resettable_by_id(work, session.get(RESETTING, "")))
    practice_frame(practice_or_missing(work, found[1].practice_id))
    return *found, person_or_missing(work, found[1].practice_id, found[1].person_id)


def _values(work: Work, person: Person) -> dict[str, Any]:
    form = ResetForm()
    form.about = (names_of(work, [person.id])[person.id], address_of_person(work, person.id))
    return {"form": form, "ways": ways_of(work, person)}


@bp.get("/sign-in/password")
@guard(Door.ANYONE)
def reset(work: Work) -> Response:
    """Ask for another password and for the second factor."""
    _row, _account, person = _behind(work)
    return page("factors/reset.html", **_values(work, person))


@bp.post("/sign-in/password")
@guard(Door.ANYONE)
def keep_reset(work: Work) -> Response:
    """Keep it, where a second factor is proven too; then the person is in, and nobody else."""
    row, account, person = _behind(work)
    values = _values(work, person)
    form = values["form"]
    if not form.validate_on_submit():
        return again("factors/reset.html", **values)
    if asks():
        return wishes(work, person, RESET)
    hold_reset(work, row, account)
    pending = _proven(work, person, form)
    if form.errors:
        return again("factors/reset.html", **values)
    reset_password(work, row, account, form.password.data or "")
    return _onward(work, account, person, pending)


def _onward(work: Work, account: Account, person: Person, pending: Factor | None) -> Response:
    """Let the person in, or have the app set up that takes the place of the lost one."""
    session.pop(RESETTING, None)
    if pending is not None:
        session[HALFWAY], session[SETTING_UP] = [account.id, work.now.timestamp()], pending.id
        flash(_("Your password is changed. Your old app no longer works here. Set up a new one."))
        return go("factors.enrol")
    let_in(work, account, person)
    flash(_("Your password is changed. Every other session has ended."))
    return go_to(onward(work, "coach", url_for("desk.today")))


def _proven(work: Work, person: Person, form: ResetForm) -> Factor | None:
    """Prove the second factor, or blame its field; returns the app that is to be set up after a
    recovery code."""
    if said(form.recovery):
        pending = use_recovery_code(work, person, said(form.recovery))
        if not isinstance(pending, CodeRefused):
            return pending
        blame(form, "recovery", recovery_trouble(pending))
        return None
    taken = prove(work, person, RESET, given(work, form))
    if isinstance(taken, CodeRefused):
        blame(form, blamed(form), code_trouble(taken))
    return None
