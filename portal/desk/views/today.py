"""Today: what waits for whom, finding it again, and the reminder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, request

from portal.amending.queries import waiting_for
from portal.desk.actions import to_remind
from portal.desk.forms import FindForm
from portal.desk.pictures import signature_arcs
from portal.desk.policy.look import look, scope_of
from portal.desk.queries.days import next_days
from portal.desk.queries.failing import backed_up, set_aside
from portal.desk.queries.finding import open_words, seal_words
from portal.desk.queries.lost import lost_mails_of
from portal.desk.queries.sealing import sealing
from portal.desk.queries.today import board
from portal.desk.views import bp
from portal.people.queries import names_of
from portal.plain.errors import Missing
from portal.reaching.actions import party_by_id
from portal.reaching.actions import remind as send_reminder
from portal.reaching.views import nudge_words
from portal.returning.queries import asking
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.late import not_kept
from portal.web.pages import _, go, go_to, next_path, page

if TYPE_CHECKING:
    from flask import Response

    from portal.desk.policy.look import Scope
    from portal.ground.work import Work


def _scope(work: Work, *, practice: bool) -> Scope:
    if work.actor is None:
        raise Missing("board")
    return scope_of(work.actor.role, work.actor.practice_id, work.actor.person_id,
                    practice=practice)


@bp.get("/today")
@guard(Door.DESK)
def today(work: Work) -> Response:
    """Say in one sentence what waits, then list it: mine first, then oldest."""
    practice = request.args.get("who") == "practice"
    scope = _scope(work, practice=practice)
    find = open_words(work, scope.practice_id, request.args.get("find", ""))
    if not scope.own:
        work.note("board.looked", "practice")
    found = board(work, scope, look(request.args, find))
    told = found.summary
    days, more = next_days(work, scope)
    return page("desk/today.html", board=found, days=days, more_days=more,
                seals=sealing(work, scope), failing=set_aside(work, scope),
                backup=backed_up(work, scope), lost=lost_mails_of(work, scope),
                asking=asking(work, scope.practice_id, scope.person_id) if scope.own else [],
                days_ago=(work.now - told.oldest).days if told.oldest else 0,
                proposals=waiting_for(work, scope.person_id) if scope.own else [],
                find=FindForm(formdata=None), signatures=signature_arcs(told))


@bp.post("/today/search")
@guard(Door.DESK, keep=not_kept)
def find(work: Work) -> Response:
    """Take what somebody looks for, and show it under an address in which no name stands."""
    shown = look(request.form, "")
    scope = _scope(work, practice=shown.practice)
    form = FindForm()
    typed = said(form.find) if form.validate_on_submit() else ""
    sealed = seal_words(work, scope.practice_id, typed)
    return go("desk.today", **shown.address(sealed=sealed))


@bp.post("/today/<engagement_id>/parties/<party_id>/reminder")
@guard(Door.DESK, keep=not_kept)
def remind(work: Work, engagement_id: str, party_id: str) -> Response:
    """Send what waits again; the words are the same whatever was answered (Z4)."""
    scope = _scope(work, practice=False)
    engagement = to_remind(work, scope, engagement_id)
    party = party_by_id(work, engagement, party_id)
    if party.role == "COACH":
        raise Missing("party")
    shown = scope.own or party.role == "COACHEE"
    name = names_of(work, [party.person_id])[party.person_id] if shown else _("that person")
    flash(*nudge_words(work, send_reminder(work, engagement, party), name))
    return go_to(next_path() or "/today")
