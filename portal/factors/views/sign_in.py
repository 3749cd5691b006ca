"""Password, then code, then in; and out again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from flask import flash, session, url_for

from portal.factors.actions import (
    Act,
    CodeRefused,
    begin_anew,
    begin_enrolment,
    prove,
    use_recovery_code,
)
from portal.factors.forms import CodeForm, RecoveryForm, SignInForm
from portal.factors.queries import has_had_factor, live_factor, reopens
from portal.factors.views import bp
from portal.factors.views.parts import SETTING_UP, code_trouble, recovery_trouble
from portal.factors.views.passkeys import asks, blamed, given, ways_of, wishes
from portal.people.actions import (
    PasswordRefused,
    begin_session,
    check_password,
    end_session,
    end_sessions_of,
    mark_of,
)
from portal.people.queries import account_of, is_ended_since, person_or_missing
from portal.people.views import keep_token, onward
from portal.throttles.views import not_yet
from portal.web.context import ground
from portal.web.devices import remember_device
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.headers import emptied
from portal.web.pages import _, again, blame, go, go_to, is_ours, next_path, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work
    from portal.people.models import Account, Person

#: Whose password was right a moment ago; a code has to follow within ten minutes.
HALFWAY = "halfway"
_HALFWAY_SECONDS = 600
#: What a passkey signs behind the password.
SIGN_IN = Act("sign in")


def halfway(work: Work) -> tuple[Account, Person] | None:
    """Return the account whose password was just right, or None after ten minutes, and where the
    account has another password since."""
    kept = session.get(HALFWAY)
    if not kept or work.now.timestamp() - kept[1] > _HALFWAY_SECONDS:
        return None
    account = account_of(work, kept[0])
    if account is None or is_ended_since(work, account, datetime.fromtimestamp(kept[1], UTC)):
        return None
    return account, person_or_missing(work, account.practice_id, account.person_id)


def held_halfway(work: Work) -> tuple[Account, Person] | None:
    """Return the same, and let nobody change the account's password until it is used."""
    found = halfway(work)
    if found is not None:
        work.lock(found[0])
    return halfway(work)


def let_in(work: Work, account: Account, person: Person) -> None:
    """Begin a coach's session after password and code; what the cookie held before is gone. From
    now on this browser is known to the account, so that strangers' guesses do not concern it."""
    minutes = ground().settings.coach_session_minutes
    keep_token("coach", begin_session(
        work, person, scope="coach", level="factor", lasts=timedelta(minutes=minutes),
        account_id=account.id))
    remember_device(mark_of(work, account.login_print))


@bp.get("/sign-in")
@guard(Door.ANYONE)
def sign_in(work: Work) -> Response:
    """Ask for mail address and password."""
    if work.actor is not None and work.actor.scope == "coach":
        return go("desk.today")
    return page("factors/sign_in.html", form=SignInForm(), next=next_path())


@bp.post("/sign-in")
@guard(Door.ANYONE)
def password(work: Work) -> Response:
    """Check the password; the answer is the same for unknown accounts."""
    form = SignInForm()
    if not form.validate_on_submit():
        return again("factors/sign_in.html", form=form, next=next_path())
    found = check_password(work, said(form.email), form.password.data or "")
    if isinstance(found, PasswordRefused) and found.until is not None:
        return not_yet(work, "factors/sign_in.html", found.until, form=form, next=next_path())
    if isinstance(found, PasswordRefused):
        blame(form, "password", _("Mail address and password do not fit together. After several "
                                  "tries there is a pause of some minutes."))
        return again("factors/sign_in.html", form=form, next=next_path())
    session[HALFWAY] = [found.id, work.now.timestamp()]
    session["wanted"] = next_path()
    return go(_next(work, person_or_missing(work, found.practice_id, found.person_id)))


def _next(work: Work, person: Person) -> str:
    """Return where somebody goes whose password was right."""
    if reopens(work, person):
        session[SETTING_UP] = begin_anew(work, person).id
        return "factors.enrol"
    if live_factor(work, person.id) is not None:
        return "factors.code"
    if has_had_factor(work, person.id):
        # A password alone never sets up the next app: the last one may have been guessed at.
        return "factors.recovery"
    begin_enrolment(work, person)
    return "factors.enrol"


@bp.get("/sign-in/code")
@guard(Door.ANYONE)
def code(work: Work) -> Response:
    """Ask for a code or a passkey."""
    found = halfway(work)
    if found is None:
        return go("factors.sign_in")
    return page("factors/code.html", form=CodeForm(), ways=ways_of(work, found[1]))


@bp.post("/sign-in/code")
@guard(Door.ANYONE)
def take_code(work: Work) -> Response:
    """Let the coach in."""
    found = held_halfway(work)
    if found is None:
        return go("factors.sign_in")
    form, ways = CodeForm(), ways_of(work, found[1])
    if not form.validate_on_submit():
        return again("factors/code.html", form=form, ways=ways)
    if asks():
        return wishes(work, found[1], SIGN_IN)
    taken = prove(work, found[1], SIGN_IN, given(work, form))
    if isinstance(taken, CodeRefused):
        blame(form, blamed(form), code_trouble(taken))
        return again("factors/code.html", form=form, ways=ways)
    wanted = is_ours(session.get("wanted"))
    let_in(work, *found)
    return go_to(onward(work, "coach", wanted or url_for("desk.today")))


@bp.get("/sign-in/recovery")
@guard(Door.ANYONE)
def recovery(work: Work) -> Response:
    """Ask for a recovery code instead."""
    if halfway(work) is None:
        return go("factors.sign_in")
    return page("factors/recovery.html", form=RecoveryForm())


@bp.post("/sign-in/recovery")
@guard(Door.ANYONE)
def recover(work: Work) -> Response:
    """Retire the lost authenticator and begin a new one."""
    found = held_halfway(work)
    if found is None:
        return go("factors.sign_in")
    form = RecoveryForm()
    if not form.validate_on_submit():
        return again("factors/recovery.html", form=form)
    pending = use_recovery_code(work, found[1], said(form.code))
    if isinstance(pending, CodeRefused):
        blame(form, "code", recovery_trouble(pending))
        return again("factors/recovery.html", form=form)
    end_sessions_of(work, found[1].id, "coach")
    session[SETTING_UP] = pending.id
    flash(_("Your old app no longer works here. Set up a new one."))
    return go("factors.enrol")


@bp.post("/sign-out")
@guard(Door.DESK)
def sign_out(work: Work) -> Response:
    """End the session on the server; the cookie is worth nothing from now on."""
    if work.actor is not None:
        end_session(work, work.actor.session_id)
    session.clear()
    flash(_("You are signed out."))
    return emptied(go("factors.sign_in"))
