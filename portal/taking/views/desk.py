"""What the coach writes down: what was taken back by phone, and what came out of a doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash

from portal.agreements.queries import standing_of_one
from portal.engagements.actions import own
from portal.engagements.queries import coaching, own_or_missing, parties_of
from portal.people.queries import names_of
from portal.plain.errors import Missing
from portal.taking import actions
from portal.taking.forms import ALL, FindingForm, ToldForm
from portal.taking.policy import Found, Told
from portal.taking.queries import Doubt, doubts_of, giving_of
from portal.taking.views import bp
from portal.web.guards import Door, guard
from portal.web.pages import _, again, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.engagements.models import Engagement
    from portal.ground.work import Work


def _told_page(work: Work, engagement: Engagement) -> dict[str, Any]:
    """Return the form, with what the coachee signed with the present coach and still gives."""
    parties = parties_of(work, [engagement.id])[engagement.id]
    party = next(p for p in parties if p.role == "COACHEE")
    standing, mine = standing_of_one(work, engagement.id), coaching(engagement, parties)
    texts = [text for text in giving_of(work, standing, party)
             if not mine.isdisjoint(slot.party_id for slot in text.facts.slots)]
    form = ToldForm()
    form.name_choices(texts)
    return {"form": form, "texts": texts, "engagement_id": engagement.id, "party": party,
            "coachee": names_of(work, [party.person_id])[party.person_id],
            "title": work.reveal(engagement, "title")}


@bp.get("/engagements/<engagement_id>/withdrawal")
@guard(Door.COACH)
def told(work: Work, engagement_id: str) -> Response:
    """Ask what the coachee took back in a talk."""
    return page("taking/told.html", **_told_page(work, own_or_missing(work, engagement_id)))


@bp.post("/engagements/<engagement_id>/withdrawal")
@guard(Door.COACH)
def record_told(work: Work, engagement_id: str) -> Response:
    """Write down what was taken back: it counts at once, and the coachee gets a mail (Z13)."""
    engagement = own(work, engagement_id)
    values = _told_page(work, engagement)
    form, party, texts = values["form"], values["party"], values["texts"]
    if not form.validate_on_submit():
        return again("taking/told.html", **values)
    wanted, _slash, number = str(form.what.data).partition("/")
    text = next((one for one in texts if one.id == wanted), None)
    if text is not None and number:
        actions.take_line(work, engagement, party, text, int(number), Told.PHONE)
    else:
        meant = [one.facts for one in texts if wanted in (ALL, one.id)]
        actions.take_whole(work, engagement, party, meant, Told.PHONE)
    flash(_("Written down. It counts from this moment.") if party.on_paper else
          _("Written down. It counts from this moment, and {name} gets a mail about it.")
          .format(name=values["coachee"]))
    return go("desk.engagement", engagement_id=engagement_id)


def _doubt(work: Work, engagement: Engagement, signature_id: str) -> Doubt:
    parties = parties_of(work, [engagement.id])[engagement.id]
    standing = standing_of_one(work, engagement.id)
    for doubt in doubts_of(work, standing, standing.signed_by(coaching(engagement, parties)),
                           parties):
        if doubt.signature_id == signature_id and doubt.state == "DISPUTED":
            return doubt
    raise Missing("signature")


def _finding_page(work: Work, engagement: Engagement, signature_id: str) -> dict[str, Any]:
    doubt, form = _doubt(work, engagement, signature_id), FindingForm()
    form.name_choices(doubt.name)
    return {"doubt": doubt, "form": form, "engagement_id": engagement.id}


@bp.get("/engagements/<engagement_id>/signatures/<signature_id>")
@guard(Door.COACH)
def finding(work: Work, engagement_id: str, signature_id: str) -> Response:
    """Say what is in doubt and what depends on it, and ask what came out."""
    return page("taking/finding.html", **_finding_page(
        work, own_or_missing(work, engagement_id), signature_id))


@bp.post("/engagements/<engagement_id>/signatures/<signature_id>")
@guard(Door.COACH)
def find(work: Work, engagement_id: str, signature_id: str) -> Response:
    """Record what came out; the signer gets a mail."""
    engagement = own(work, engagement_id)
    values = _finding_page(work, engagement, signature_id)
    form = values["form"]
    if not form.validate_on_submit():
        return again("taking/finding.html", **values)
    actions.settle(work, engagement, standing_of_one(work, engagement.id), signature_id,
                   Found(form.found.data))
    flash(_("Written down. {name} gets a mail that it is settled.")
          .format(name=values["doubt"].name))
    return go("desk.engagement", engagement_id=engagement_id)
