"""Coming in by link: a button, then "I am …", then perhaps a code."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import session, url_for

from portal.factors.actions import CodeRefused
from portal.factors.policy import CodeNo
from portal.factors.views.parts import SETTING_UP, code_trouble
from portal.factors.views.passkeys import asks, blamed, given, ways_of, wishes
from portal.links.queries import by_id, is_living, link_signer, living
from portal.people.queries import names_of, person_or_missing, practice_or_missing
from portal.people.views import keep_token, onward, practice_frame
from portal.plain.errors import DeadLink
from portal.returning.queries import open_request
from portal.signing import actions
from portal.signing.forms import CodeForm, EnterForm, WhoForm
from portal.signing.views import bp
from portal.throttles.views import counts_made_up
from portal.web.context import ground
from portal.web.guards import Door, guard
from portal.web.pages import again, alive, blame, go, go_to, is_ours, page

if TYPE_CHECKING:
    from flask import Response

    from portal.factors.views.passkeys import Ways
    from portal.ground.work import Work
    from portal.links.models import Invitation
    from portal.people.models import Person

#: The invitation whose button was pressed; the cookie is encrypted, the token has left the address.
ENTERED = "entered"
#: What somebody has asked for who gave a code of an app that does not count yet.
WAITING = "waiting"


def lasts() -> timedelta:
    """Return how long a party stays signed in at the most."""
    return timedelta(minutes=ground().settings.party_session_minutes)


def entered(work: Work) -> Invitation:
    """Return the living link whose button this browser pressed; raises `DeadLink`."""
    invitation = by_id(work, session.get(ENTERED, ""))
    if invitation is None or not is_living(work, invitation):
        raise DeadLink
    practice_frame(practice_or_missing(work, invitation.practice_id))
    return invitation


@bp.get("/i/<token>")
@counts_made_up(link_signer)
@guard(Door.ANYONE)
def door(work: Work, token: str) -> Response:
    """Show whose link this is: a practice and a button. Changes nothing (Z9)."""
    invitation = alive(living(work, token))
    practice_frame(practice_or_missing(work, invitation.practice_id))
    work.note("link.looked", "living", practice_id=invitation.practice_id,
              engagement_id=invitation.engagement_id, subject_id=invitation.id)
    return page("signing/door.html", form=EnterForm())


@bp.post("/i/<token>")
@counts_made_up(link_signer)
@guard(Door.ANYONE)
def enter(work: Work, token: str) -> Response:
    """Take the token out of the address; nothing in the database changes."""
    invitation = alive(living(work, token))
    session[ENTERED] = invitation.id
    return go("signing.who")


@bp.get("/p/who")
@guard(Door.ANYONE)
def who(work: Work) -> Response:
    """Ask "I am … / this is not me", with nothing preselected."""
    invitation = entered(work)
    return page("signing/who.html", form=_who_form(work, invitation))


def _who_form(work: Work, invitation: Invitation) -> WhoForm:
    form = WhoForm()
    form.name_choices(names_of(work, [invitation.person_id])[invitation.person_id])
    return form


@bp.post("/p/who")
@guard(Door.ANYONE)
def identify(work: Work) -> Response:
    """Open the invitation for the person it is for, or end it."""
    invitation = entered(work)
    form = _who_form(work, invitation)
    if not form.validate_on_submit():
        return again("signing/who.html", form=form)
    if form.who.data == "not_me":
        actions.not_me(work, invitation)
        session.pop(ENTERED, None)
        return page("signing/not_me.html")
    if not actions.is_new(work, invitation):
        return go("signing.code")
    own = actions.begin_own(work, invitation)
    keep_token("party", actions.come_in(work, invitation, lasts()))
    session[SETTING_UP] = own
    return go_to(onward(work, "party", url_for("signing.start")))


@bp.get("/p/code")
@guard(Door.ANYONE)
def code(work: Work) -> Response:
    """Ask a returning person for a code or passkey: the mailbox alone shows nothing of theirs."""
    invitation = entered(work)
    return page("signing/code.html", form=CodeForm(),
                ways=_ways(work, _person(work, invitation)))


def _ways(work: Work, person: Person) -> Ways:
    """Return the ways to come back: an app that does not count yet shows what it waits for."""
    ways = ways_of(work, person)
    return ways if ways.app or open_request(work, person.id) is None else replace(ways, app=True)


def _person(work: Work, invitation: Invitation) -> Person:
    return person_or_missing(work, invitation.practice_id, invitation.person_id)


@bp.post("/p/code")
@guard(Door.ANYONE)
def come_back(work: Work) -> Response:
    """Let a returning person in with link and code, or passkey."""
    invitation = entered(work)
    form, person = CodeForm(), _person(work, invitation)
    if not form.validate_on_submit():
        return again("signing/code.html", form=form, ways=_ways(work, person))
    if asks():
        return wishes(work, person, actions.COME_BACK)
    result = actions.come_back(work, invitation, given(work, form), lasts())
    if isinstance(result, CodeRefused):
        if result.why is CodeNo.NOT_YET:
            return to_wait(work, invitation)
        blame(form, blamed(form), code_trouble(result))
        return again("signing/code.html", form=form, ways=_ways(work, person))
    return let_in(work, invitation, result)


def to_wait(work: Work, invitation: Invitation) -> Response:
    """Show this browser, which gave a code of an app that does not count yet, what it waits for."""
    asked = open_request(work, invitation.person_id)
    session[WAITING] = asked.id if asked is not None else ""
    return go("signing.heard")


def let_in(work: Work, invitation: Invitation, token: str) -> Response:
    """Go on with a link and a code that counted."""
    wanted = is_ours(session.get("next"))
    keep_token("party", token)
    home = "reviews.look" if invitation.purpose == "review" else "signing.home"
    return go_to(onward(work, "party", wanted or url_for(home)))
