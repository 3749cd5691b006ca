"""One member of the practice: another role, or the end of the membership."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash

from portal.handing import actions
from portal.handing.forms import EndForm, RoleForm
from portal.handing.queries import running_of, without_coach
from portal.handing.views import bp
from portal.people.policy import MemberFacts, MemberNo, Role, why_not_leave, why_not_role
from portal.people.queries import account_or_missing, count_owners, member_or_missing
from portal.plain.errors import Missing
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work


def _load(work: Work, account_id: str) -> dict[str, Any]:
    member = member_or_missing(work, account_id)
    actor = work.actor
    if actor is None:
        raise Missing("owner")
    running = running_of(work, actor.practice_id, member.person_id)
    facts = MemberFacts(member.role, count_owners(work, actor.practice_id), len(running))
    return {"member": member, "running": running, "facts": facts,
            "own": member.account_id == actor.account_id}


def _role_form(known: dict[str, Any]) -> RoleForm:
    form = RoleForm(data={"role": known["member"].role.value})
    form.name_choices()
    return form


def _role_words(no: MemberNo, known: dict[str, Any]) -> str:
    return {
        MemberNo.SAME_ROLE: _("That is what they do already."),
        MemberNo.LAST_OWNER: _("{name} is the only owner. Make somebody else an owner first."),
        MemberNo.STILL_COACHES: _("{name} still coaches: a helper coaches nobody. First the "
                                  "engagements below have to be handed over."),
    }[no].format(name=known["member"].name)


@bp.get("/practice/people/<account_id>")
@guard(Door.OWNER)
def member(work: Work, account_id: str) -> Response:
    """Show what somebody does here, and the ways to change it."""
    known = _load(work, account_id)
    return page("handing/member.html", form=_role_form(known), **known)


@bp.post("/practice/people/<account_id>/role")
@guard(Door.OWNER, fresh=True)
def change_role(work: Work, account_id: str) -> Response:
    """Give somebody another role: they sign in anew, and get a mail about it."""
    known = _load(work, account_id)
    form = _role_form(known)
    if not form.validate_on_submit():
        return again("handing/member.html", form=form, **known)
    no = why_not_role(known["facts"], Role(form.role.data))
    if no is not None:
        blame(form, "role", _role_words(no, known))
        return again("handing/member.html", form=form, **known)
    actions.change_role(work, account_or_missing(work, account_id), Role(form.role.data))
    flash(_("Changed. {name} gets a mail about it.").format(name=known["member"].name))
    return go("factors.sign_in" if known["own"] else "people.members")


def _end_form(known: dict[str, Any]) -> EndForm:
    form = EndForm()
    form.name_choices(known["member"].name, own=known["own"], running=bool(known["running"]))
    return form


def _end_page(known: dict[str, Any]) -> dict[str, Any]:
    # Whoever leaves can hand over; only of somebody else it may be true that they cannot.
    stop = why_not_leave(known["facts"], cannot_hand_over=not known["own"])
    return {**known, "stop": stop.value if stop else ""}


@bp.get("/practice/people/<account_id>/end")
@guard(Door.OWNER)
def ending(work: Work, account_id: str) -> Response:
    """Say what ends with a membership, and what has to be done before."""
    known = _load(work, account_id)
    return page("handing/ending.html", form=_end_form(known), **_end_page(known))


@bp.post("/practice/people/<account_id>/end")
@guard(Door.OWNER, fresh=True)
def end(work: Work, account_id: str) -> Response:
    """Let somebody go, at once."""
    known = _load(work, account_id)
    form = _end_form(known)
    if not form.validate_on_submit():
        return again("handing/ending.html", form=form, **_end_page(known))
    if form.sure.data != "end":
        flash(_("Nothing was changed."))
        return go("handing.member", account_id=account_id)
    actions.end_membership(work, account_or_missing(work, account_id),
                           cannot_hand_over=not known["own"])
    flash(_("The account of {name} is closed.").format(name=known["member"].name))
    if known["own"]:
        return go("factors.sign_in")
    return go("handing.orphans" if known["running"] else "people.members")


@bp.get("/practice/without-coach")
@guard(Door.OWNER)
def orphans(work: Work) -> Response:
    """List the engagements whose coach's account has ended: the coachees have to be asked."""
    practice_id = work.actor.practice_id if work.actor else ""
    return page("handing/orphans.html", running=without_coach(work, practice_id))
