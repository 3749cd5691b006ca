"""The programs that may ask in a coach's name: their keys, making one, revoking one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash

from portal.people.actions import make_token, revoke_token
from portal.people.forms import KeyForm
from portal.people.queries import account_of, own_token, tokens_of, why_no_token
from portal.people.views import bp
from portal.people.views.members import acting
from portal.plain.errors import Missing
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work
    from portal.people.models import Account


def _account(work: Work) -> Account:
    found = account_of(work, acting(work).account_id or "")
    if found is None:
        raise Missing("account")
    return found


def _page(work: Work) -> dict[str, Any]:
    form = KeyForm()
    form.name_choices()
    tokens = tokens_of(work, _account(work).id)
    return {"form": form, "living": [one for one in tokens if one.lives],
            "over": [one for one in tokens if not one.lives]}


@bp.get("/practice/programs")
@guard(Door.COACH)
def programs(work: Work) -> Response:
    """Show which programs have a key, until when, and when they last asked."""
    return page("people/programs.html", **_page(work))


@bp.post("/practice/programs")
@guard(Door.COACH, fresh=True)
def make_key(work: Work) -> Response:
    """Make a key and show it this one time: afterwards nobody can read it again."""
    shown = _page(work)
    form = shown["form"]
    if not form.validate_on_submit():
        return again("people/programs.html", **shown)
    account = _account(work)
    if why_no_token(work, account) is not None:
        blame(form, "name", _("You have as many keys as one person can have. Revoke one that you "
                              "no longer need."))
        return again("people/programs.html", **shown)
    row, text = make_token(work, account, said(form.name), form.days.data)
    return page("people/key.html", key=text, name=said(form.name), until=row.expires_at)


@bp.post("/practice/programs/<token_id>/revocation")
@guard(Door.COACH)
def revoke_key(work: Work, token_id: str) -> Response:
    """End a key at once."""
    revoke_token(work, own_token(work, token_id))
    flash(_("The key is revoked. A program that has it gets no answer from now on."))
    return go("people.programs")
