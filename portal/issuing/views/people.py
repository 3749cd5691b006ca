"""Who: the coachee first, then everybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, request

from portal.issuing import actions
from portal.issuing.forms import PeopleForm, WhoForm
from portal.issuing.policy import PartyFault, PartyNo
from portal.issuing.queries import People, people_of, why_not_people
from portal.issuing.views import bp
from portal.people.actions import NewPerson
from portal.people.policy import AddressNo, Owner, ReadBy, why_not_address
from portal.people.queries import names_of
from portal.reaching.actions import party_by_id
from portal.reaching.forms import PlainForm
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.engagements.models import Engagement
    from portal.ground.work import Work


def _who_form() -> WhoForm:
    form = WhoForm()
    form.name_choices()
    return form


def address_words(no: AddressNo, name: str) -> str:
    """Return why an address of somebody will not do, and the way out (S1-19, Z7)."""
    return {
        AddressNo.EMPLOYER_OWNED: _("An employer’s mailbox belongs to the employer, who may read "
                                    "it. Ask {name} for a private address."),
        AddressNo.READ_BY_EMPLOYER: _("Other people at work would read this. Ask {name} for an "
                                      "address that they do not read."),
        AddressNo.NOT_PRIVATE: _("What is agreed is for {name} alone. Ask for an address that is "
                                 "theirs and not shared."),
    }[no].format(name=name)


@bp.get("/engagements/new")
@guard(Door.COACH)
def who(work: Work) -> Response:
    """Ask who is coached and how they are reached privately."""
    form = _who_form()
    form.title.data = form.title.data or _("Coaching")
    return page("issuing/who.html", form=form)


@bp.post("/engagements/new")
@guard(Door.COACH)
def name_coachee(work: Work) -> Response:
    """Start the engagement as a draft; nothing is sent yet."""
    form = _who_form()
    if form.validate_on_submit() and not form.on_paper.data:
        no = why_not_address("COACHEE", Owner(form.owner.data), ReadBy(form.read_by.data))
        if no is not None:
            blame(form, "owner" if no is not AddressNo.READ_BY_EMPLOYER else "read_by",
                  address_words(no, said(form.name)))
    if form.errors:
        return again("issuing/who.html", form=form)
    engagement = _begin(work, form)
    alone = "alone" in request.form
    return go("issuing.terms" if alone else "issuing.people", engagement_id=engagement.id)


def _begin(work: Work, form: WhoForm) -> Engagement:
    name, title = said(form.name), said(form.title)
    if form.on_paper.data:
        return actions.name_coachee_on_paper(work, name, title)
    return actions.name_coachee(work, NewPerson(
        name, said(form.email), Owner(form.owner.data), ReadBy(form.read_by.data)), title)


def _people_form(people: People) -> PeopleForm:
    form = PeopleForm()
    form.name_choices(people.coachee.name)
    return form


def _shown(people: People, form: PeopleForm) -> dict[str, Any]:
    return {"form": form, "people": people}


@bp.get("/engagements/<engagement_id>/people")
@guard(Door.COACH)
def people(work: Work, engagement_id: str) -> Response:
    """List who takes part, and ask for everybody else on one screen."""
    found = people_of(work, engagement_id)
    return page("issuing/people.html", **_shown(found, _people_form(found)))


def fault_words(fault: PartyFault, name: str, coachee: str) -> str:
    """Return what to do about somebody who cannot be named like this."""
    if isinstance(fault.why, AddressNo):
        return address_words(fault.why, name)
    return {
        PartyNo.NOBODY_NAMED: _("Name one person, with first and last name. “{name}” names "
                                "nobody."),
        PartyNo.ADDRESS_TAKEN: _("Somebody else in this engagement has this address. Each person "
                                 "needs one that reaches them alone."),
        PartyNo.ORGANISATION_MISSING: _("Enter the organisation that {name} signs for."),
        PartyNo.SPONSOR_FIRST: _("Name the sponsor as well: {name} stands in the agreement with "
                                 "the sponsor, and nowhere else."),
        PartyNo.NOT_YET: _("Enter the day on which {coachee} asked for {name}: today or an "
                           "earlier day."),
    }[fault.why].format(name=name, coachee=coachee)


@bp.post("/engagements/<engagement_id>/people")
@guard(Door.COACH)
def add_people(work: Work, engagement_id: str) -> Response:
    """Name everybody who was entered, and go on to the terms; nothing is sent by this."""
    engagement = actions.own(work, engagement_id)
    found = people_of(work, engagement_id)
    form = _people_form(found)
    valid, entered = form.validate_on_submit(), form.entered
    new = [section.form.party(section.short_name.upper()) for section in entered]
    for number, fault in why_not_people(work, engagement, new) if valid else ():
        blame(entered[number].form, fault.where,
              fault_words(fault, new[number].name, found.coachee.name))
    if form.errors:
        return again("issuing/people.html", **_shown(found, form))
    actions.add_people(work, engagement, new)
    more = "more" in request.form
    return go("issuing.people" if more else "issuing.terms", engagement_id=engagement_id)


@bp.post("/engagements/<engagement_id>/parties/<party_id>/removal")
@guard(Door.COACH)
def take_out(work: Work, engagement_id: str, party_id: str) -> Response:
    """Take somebody out who is bound by nothing yet; what waits for them is recalled."""
    engagement = actions.own(work, engagement_id)
    party = party_by_id(work, engagement, party_id)
    name = names_of(work, [party.person_id])[party.person_id]
    if PlainForm().validate_on_submit():
        actions.take_out(work, engagement, party)
        flash(_("{name} takes part no more.").format(name=name))
    return go("issuing.people", engagement_id=engagement_id)


@bp.post("/engagements/<engagement_id>/parties/<party_id>/asked-for")
@guard(Door.COACH)
def note_asked(work: Work, engagement_id: str, party_id: str) -> Response:
    """Note that the coachee asked for somebody who is named already."""
    engagement = actions.own(work, engagement_id)
    party = party_by_id(work, engagement, party_id)
    name = names_of(work, [party.person_id])[party.person_id]
    if PlainForm().validate_on_submit():
        actions.note_asked(work, engagement, party)
        flash(_("Noted: the coachee asked for {name} today.").format(name=name))
    return go("issuing.people", engagement_id=engagement_id)
