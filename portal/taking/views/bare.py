"""The bare page: taking back by the link's sign-in alone. It names no content (Z9, Z13)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.agreements.queries import standing_of_one
from portal.engagements.actions import hold
from portal.engagements.queries import by_id, party_of_person
from portal.plain.errors import Refused
from portal.signing.views.link import entered
from portal.taking import actions
from portal.taking.forms import ALL, LEAVE, LINE, BareForm
from portal.taking.policy import by_reference
from portal.taking.queries import texts_of
from portal.taking.views import bp
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, page

if TYPE_CHECKING:
    from flask import Response

    from portal.agreements.queries import Standing
    from portal.engagements.models import Engagement, Party
    from portal.ground.work import Work


@dataclass(frozen=True, slots=True)
class _Behind:
    """Hold whose link it is, and what stands in its engagement."""

    engagement: Engagement
    party: Party
    standing: Standing


def _behind(work: Work, *, held: bool = False) -> _Behind:
    # Whoever else is signed in with this browser does not act here: the link's person does.
    work.actor = None
    invitation = entered(work)
    if held:
        hold(work, invitation.engagement_id)
        entered(work)
    engagement = by_id(work, invitation.engagement_id)
    return _Behind(engagement, party_of_person(work, engagement.id, invitation.person_id),
                   standing_of_one(work, engagement.id))


def _form(behind: _Behind) -> BareForm:
    form = BareForm()
    form.name_choices(coachee=behind.party.role == "COACHEE")
    return form


@bp.get("/p/take-back")
@guard(Door.ANYONE)
def bare(work: Work) -> Response:
    """Offer to take back everything, or by number; nothing is chosen beforehand."""
    behind = _behind(work)
    return page("taking/bare.html", form=_form(behind), role=behind.party.role)


@bp.post("/p/take-back")
@guard(Door.ANYONE)
def take_bare(work: Work) -> Response:
    """Take back what was chosen. No authenticator is looked at, so none can stand in the way
    (INV-20), and pressing the button twice takes back once."""
    behind = _behind(work, held=True)
    form = _form(behind)
    if not form.validate_on_submit() or not _act(work, behind, form):
        return again("taking/bare.html", form=form, role=behind.party.role)
    return page("taking/bare_done.html", what=form.what.data, at=work.now)


def _act(work: Work, behind: _Behind, form: BareForm) -> bool:
    """Do what was chosen, and tell the person by mail that it was done; a mistake in the form is
    blamed, and False returned."""
    engagement, party, versions = behind.engagement, behind.party, behind.standing.versions
    if form.what.data == LINE:
        done = _line(work, behind, form)
    elif form.what.data == ALL:
        done = bool(actions.take_whole(work, engagement, party, versions))
    elif form.what.data == LEAVE:
        done = actions.step_out(work, engagement, party)
    else:
        done = bool(actions.dispute(work, engagement, party, versions))
    if done:
        actions.confirm(work, engagement, party)
    return not form.errors


def _line(work: Work, behind: _Behind, form: BareForm) -> bool:
    own = [facts for facts in behind.standing.versions
           if facts.signed_at(behind.party.id) is not None]
    facts = by_reference(own, said(form.reference))
    if facts is None:
        blame(form, "reference", _("Enter the reference as it stands on your copy of the "
                                   "agreement, or take back everything."))
    if form.number is None:
        blame(form, "line", _("Enter the number of the line, as it stands on your copy."))
    if facts is None or form.number is None:
        return False
    text = texts_of(work, behind.party, [facts])[0]
    try:
        return actions.take_line(work, behind.engagement, behind.party, text, form.number)
    except Refused:
        blame(form, "line", _("Line {number} lets nothing be shared. Look at your copy, or take "
                              "back everything.").format(number=form.number))
        return False
