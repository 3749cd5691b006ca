"""Looking after a request that was sent: vouch, remind, re-issue, revoke, recall, correct."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash

from portal.agreements.queries import coachs_version
from portal.engagements.queries import own_or_missing
from portal.inking.actions import set_by_link
from portal.issuing import actions
from portal.issuing.forms import VouchForm
from portal.issuing.views import bp
from portal.issuing.views.people import address_words
from portal.people.policy import AddressNo, Owner, ReadBy, why_not_address
from portal.people.queries import names_of
from portal.plain.errors import Missing
from portal.reaching import actions as reaching
from portal.reaching.forms import AddressFields, PlainForm
from portal.reaching.views import nudge_words
from portal.returning.actions import hear
from portal.returning.queries import asked_facts, to_be_heard
from portal.vouching.actions import vouch as match
from portal.vouching.policy import How, VouchNo
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page
from portal.web.words import instant

if TYPE_CHECKING:
    from flask import Response

    from portal.engagements.models import Engagement, Party
    from portal.ground.work import Work


def _party(work: Work, engagement: Engagement, party_id: str) -> tuple[Party, str]:
    party = reaching.party_by_id(work, engagement, party_id)
    if party.role == "COACH":
        raise Missing("party")
    return party, names_of(work, [party.person_id])[party.person_id]


def _held(work: Work, engagement_id: str, party_id: str) -> tuple[Engagement, Party, str]:
    engagement = actions.own(work, engagement_id)
    return engagement, *_party(work, engagement, party_id)


@bp.get("/engagements/<engagement_id>/parties/<party_id>/vouching")
@guard(Door.COACH)
def vouching(work: Work, engagement_id: str, party_id: str) -> Response:
    """Explain the voice check and ask for the digits."""
    engagement = own_or_missing(work, engagement_id)
    party, name = _party(work, engagement, party_id)
    form = VouchForm()
    form.name_choices()
    return page("issuing/vouch.html", form=form, engagement_id=engagement_id, party_id=party.id,
                name=name, asked=to_be_heard(work, party))


def vouch_words(no: VouchNo, name: str) -> str:
    """Return what to do about digits that did not count."""
    return {
        VouchNo.NOT_EIGHT_DIGITS: _("Enter the 8 digits that {name} reads to you."),
        VouchNo.NONE_SHOWN: _("No digits are on the screen of {name} now. Ask {name} to open the "
                              "page again and choose “Show new digits”."),
        VouchNo.WRONG: _("These are not the digits on the screen of {name}. Ask to hear them "
                         "again."),
        VouchNo.DEAD: _("These digits were wrong five times and no longer count. Ask {name} to "
                        "choose “Show new digits”."),
        VouchNo.ALREADY: _("You have vouched for {name} already."),
    }[no].format(name=name)


@bp.post("/engagements/<engagement_id>/parties/<party_id>/vouching")
@guard(Door.COACH)
def vouch(work: Work, engagement_id: str, party_id: str) -> Response:
    """Match the digits; wrong ones are counted and say what to do."""
    engagement, party, name = _held(work, engagement_id, party_id)
    form = VouchForm()
    form.name_choices()
    asked = to_be_heard(work, party)
    values = {"form": form, "engagement_id": engagement_id, "party_id": party_id, "name": name,
              "asked": asked}
    if not form.validate_on_submit():
        return again("issuing/vouch.html", **values)
    how = How(form.how.data)
    no = (hear(work, engagement, asked, said(form.digits), how) if asked is not None else
          match(work, engagement, party, said(form.digits), how))
    if no is not None:
        blame(form, "digits", vouch_words(no, name))
        return again("issuing/vouch.html", **values)
    ready = asked_facts(asked).ready_at if asked is not None else None
    flash(_("You have vouched for {name}.").format(name=name) if ready is None else
          _("You have heard {name}. The new app counts from {time} on.").format(
              name=name, time=instant(ready)))
    return go("desk.engagement", engagement_id=engagement_id)


@bp.post("/engagements/<engagement_id>/parties/<party_id>/reminder")
@guard(Door.COACH)
def remind(work: Work, engagement_id: str, party_id: str) -> Response:
    """Send what waits again; the words tell nothing about what was answered."""
    engagement, party, name = _held(work, engagement_id, party_id)
    flash(*nudge_words(work, reaching.remind(work, engagement, party), name))
    return go("desk.engagement", engagement_id=engagement_id)


@bp.post("/engagements/<engagement_id>/parties/<party_id>/link")
@guard(Door.COACH)
def reissue(work: Work, engagement_id: str, party_id: str) -> Response:
    """Send a new link; the old one ends at once."""
    engagement, party, name = _held(work, engagement_id, party_id)
    reaching.reissue(work, engagement, party)
    flash(_("If something still waits for {name}, a new link goes out now. The old one no longer "
            "works.").format(name=name))
    return go("desk.engagement", engagement_id=engagement_id)


@bp.post("/engagements/<engagement_id>/parties/<party_id>/link/revocation")
@guard(Door.COACH)
def revoke(work: Work, engagement_id: str, party_id: str) -> Response:
    """End the link at once."""
    engagement, party, name = _held(work, engagement_id, party_id)
    reaching.revoke(work, engagement, party)
    flash(_("The link of {name} no longer works.").format(name=name))
    return go("desk.engagement", engagement_id=engagement_id)


@bp.get("/engagements/<engagement_id>/parties/<party_id>/address")
@guard(Door.COACH)
def address(work: Work, engagement_id: str, party_id: str) -> Response:
    """Ask for another address."""
    engagement = own_or_missing(work, engagement_id)
    party, name = _party(work, engagement, party_id)
    form = AddressFields()
    form.name_choices()
    return page("issuing/address.html", form=form, engagement_id=engagement_id, name=name,
                role=party.role, is_first=party.contact_point_id is None)


@bp.post("/engagements/<engagement_id>/parties/<party_id>/address")
@guard(Door.COACH, fresh=True)
def correct_address(work: Work, engagement_id: str, party_id: str) -> Response:
    """Write to another address from now on. Somebody who had none signs by a link after all."""
    engagement, party, name = _held(work, engagement_id, party_id)
    form = AddressFields()
    form.name_choices()
    if form.validate_on_submit():
        owner, read_by = Owner(form.owner.data), ReadBy(form.read_by.data)
        no = why_not_address(party.role, owner, read_by)
        if no is None:
            had_none = party.contact_point_id is None
            reaching.correct_address(work, engagement, party, said(form.email), owner, read_by)
            if had_none:
                set_by_link(work, engagement, party)
            flash(_("Mail to {name} goes to the new address from now on.").format(name=name))
            return go("desk.engagement", engagement_id=engagement_id)
        blame(form, "read_by" if no is AddressNo.READ_BY_EMPLOYER else "owner",
              address_words(no, name))
    return again("issuing/address.html", form=form, engagement_id=engagement_id, name=name,
                 role=party.role, is_first=party.contact_point_id is None)


@bp.post("/engagements/<engagement_id>/versions/<version_id>/recall")
@guard(Door.COACH)
def recall(work: Work, engagement_id: str, version_id: str) -> Response:
    """Take an unfinished text back."""
    engagement = actions.own(work, engagement_id)
    coachs_version(work, engagement, version_id)
    if PlainForm().validate_on_submit():
        reaching.recall(work, engagement, version_id)
        flash(_("The text is taken back. Nothing in it holds."))
    return go("desk.engagement", engagement_id=engagement_id)
