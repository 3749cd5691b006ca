"""The sheet to print, the form that records it, the scan, and who signs on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, request
from flask import Response as FlaskResponse

from portal.engagements.actions import own
from portal.factors.actions import CodeRefused
from portal.factors.views.parts import code_trouble
from portal.factors.views.passkeys import asks, blamed, given, ways_of, wishes
from portal.inking.actions import (
    InkValues,
    Scan,
    record_ink,
    recording,
    set_by_link,
    set_on_paper,
    take_scan,
)
from portal.inking.forms import InkForm, field_name, ink_form
from portal.inking.policy import LARGEST, MEDIA, Basis, InkNo, Kind, ScanNo, refused, why_not_ink
from portal.inking.queries import Sheet, scan_or_missing, sheet_of
from portal.people.queries import names_of, person_or_missing
from portal.plain.errors import Missing
from portal.reaching.actions import party_by_id
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page
from portal.web.uploads import takes
from portal.web.words import today

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work
    from portal.people.models import Person

bp = Blueprint("inking", __name__)
_SHEET = "/engagements/<engagement_id>/versions/<version_id>/parties/<party_id>"


@bp.get(f"{_SHEET}/sheet")
@guard(Door.COACH)
def sheet(work: Work, engagement_id: str, version_id: str, party_id: str) -> Response:
    """Show the whole frozen text with boxes to tick and a line to sign, made to be printed."""
    found = sheet_of(work, engagement_id, version_id, party_id)
    work.note("sheet.looked", "coach", engagement_id=engagement_id, subject_id=version_id)
    return page("inking/sheet.html", sheet=found)


def _form(found: Sheet) -> InkForm:
    form = ink_form(found.asks)()
    form.name_choices(found.reference, found.asks)
    return form


def _acting(work: Work) -> Person:
    if work.actor is None:
        raise Missing("coach")
    return person_or_missing(work, work.actor.practice_id, work.actor.person_id)


def _page_values(work: Work, found: Sheet, form: InkForm) -> dict[str, Any]:
    return {"sheet": found, "form": form, "ways": ways_of(work, _acting(work)),
            "megabytes": LARGEST // 1024 // 1024,
            "asks": [(ask, form[field_name(ask["key"])]) for ask in found.asks]}


@bp.get(f"{_SHEET}/ink")
@guard(Door.COACH)
def record(work: Work, engagement_id: str, version_id: str, party_id: str) -> Response:
    """Say how signing on paper goes, and ask for what stands on the signed sheet."""
    found = sheet_of(work, engagement_id, version_id, party_id)
    form = _form(found)
    form.name.data = form.name.data or found.name
    return page("inking/record.html", **_page_values(work, found, form))


def ink_words(no: InkNo, name: str) -> str:
    """Return what to do about a paper that cannot be recorded."""
    return {
        InkNo.NOT_ASKED_YET: _("The coachee has not yet said yes to asking {name}. Record the "
                               "coachee’s paper first."),
        InkNo.NAME_MISSING: _("Enter the name as it is written on the paper."),
        InkNo.DAY_AHEAD: _("This day is still to come. Enter the day on the paper."),
        InkNo.DAY_TOO_OLD: _("This is more than ten years ago. Look at the year."),
        InkNo.DAY_BEFORE_TEXT: _("On this day the text was not there yet. Enter the day on the "
                                 "paper, or choose that it was signed earlier."),
        InkNo.ANSWER_MISSING: _("Choose what is ticked on the paper."),
        InkNo.RULE_NOT_SEEN: _("A text whose rule was not seen is not signed. Talk with {name}, "
                               "and have the paper ticked and signed then."),
    }[no].format(name=name)


_FIELDS = {InkNo.DAY_AHEAD: "day", InkNo.DAY_TOO_OLD: "day", InkNo.DAY_BEFORE_TEXT: "day"}


def _blame_for(form: InkForm, found: Sheet, no: InkNo) -> None:
    """Put the words beside the field that has to be mended."""
    answers = form.answers(found.asks)
    wrong = {InkNo.ANSWER_MISSING: "", InkNo.RULE_NOT_SEEN: "no"}.get(no)
    asked = next((ask["key"] for ask in found.asks if answers[ask["key"]] == wrong), None)
    field = field_name(asked) if asked else _FIELDS.get(no, "name")
    blame(form, field, ink_words(no, found.name))


def scan_words(no: ScanNo) -> str:
    """Return what to do about a file that is not taken."""
    return {
        ScanNo.EMPTY: _("Choose the scan or photo of the signed paper."),
        ScanNo.TOO_LARGE: _("This file is larger than {size} MB. Scan it in black and white, or "
                            "take a smaller picture.").format(size=LARGEST // 1024 // 1024),
        ScanNo.UNKNOWN_KIND: _("This file is no PDF, PNG or JPEG. Save the scan as one of them."),
        ScanNo.DAMAGED: _("This file cannot be read. Scan the paper again."),
    }[no]


@bp.post(f"{_SHEET}/ink")
@takes(2 * LARGEST)
@guard(Door.COACH)
def keep(work: Work, engagement_id: str, version_id: str, party_id: str) -> Response:
    """Record the signature with its scan; what was typed stays, the scan is chosen again."""
    own(work, engagement_id)
    found = sheet_of(work, engagement_id, version_id, party_id)
    form = _form(found)
    if refused(found.asks, form.answers(found.asks)):
        form.ask_nothing_more()
    values = _read(form, found, work) if form.validate_on_submit() else None
    if values is None:
        return again("inking/record.html", **_page_values(work, found, form))
    if asks():
        return wishes(work, _acting(work), recording(found, values.scan))
    done = record_ink(work, found, values, given(work, form))
    if isinstance(done, CodeRefused):
        blame(form, blamed(form), code_trouble(done))
        return again("inking/record.html", **_page_values(work, found, form))
    flash(_("Recorded: {name} signed on paper.").format(name=found.name) if done is not None
          else _("Recorded: the person is not asked, and this text has ended."))
    return go("desk.engagement", engagement_id=engagement_id)


def _read(form: InkForm, found: Sheet, work: Work) -> InkValues | None:
    """Return what was entered, or None after blaming the fields that have to be mended."""
    answers, day = form.answers(found.asks), form.day.data or today(work.now)
    basis = Basis(form.basis.data or Basis.THIS_PRINT)
    no = why_not_ink(found.ink_facts(said(form.name), day, basis, answers), today(work.now))
    if no is not None:
        _blame_for(form, found, no)
    scan = None if refused(found.asks, answers) else _scan(form)
    return None if form.errors else InkValues(said(form.name), day, basis, answers, scan)


def _scan(form: InkForm) -> Scan | None:
    sent = request.files.get("scan")
    taken = take_scan(sent.read(LARGEST + 1) if sent is not None else b"")
    if isinstance(taken, Scan):
        return taken
    blame(form, "scan", scan_words(taken))
    return None


@bp.get("/engagements/<engagement_id>/scans/<scan_id>")
@guard(Door.COACH)
def scan(work: Work, engagement_id: str, scan_id: str) -> Response:
    """Hand a scan to the coach, as a download that no browser opens by itself."""
    found, body = scan_or_missing(work, engagement_id, scan_id)
    work.note("scan.fetched", found.kind, engagement_id=engagement_id, subject_id=found.id)
    response = FlaskResponse(body, content_type=MEDIA[Kind(found.kind)])
    response.headers.set("Content-Disposition", "attachment",
                         filename=f"paper-{found.id[:8]}.{found.kind}")
    return response


@bp.post("/engagements/<engagement_id>/parties/<party_id>/on-paper")
@guard(Door.COACH)
def on_paper(work: Work, engagement_id: str, party_id: str) -> Response:
    """Let somebody sign on paper; their link ends."""
    engagement = own(work, engagement_id)
    party = party_by_id(work, engagement, party_id)
    set_on_paper(work, engagement, party)
    name = names_of(work, [party.person_id])[party.person_id]
    flash(_("{name} signs on paper and gets no link.").format(name=name))
    return go("desk.engagement", engagement_id=engagement_id)


@bp.post("/engagements/<engagement_id>/parties/<party_id>/by-link")
@guard(Door.COACH)
def by_link(work: Work, engagement_id: str, party_id: str) -> Response:
    """Let somebody sign by a link after all; without an address, ask for one first."""
    engagement = own(work, engagement_id)
    party = party_by_id(work, engagement, party_id)
    name = names_of(work, [party.person_id])[party.person_id]
    if party.contact_point_id is None:
        flash(_("There is no address of {name} yet. Enter one here.").format(name=name), "error")
        return go("issuing.address", engagement_id=engagement_id, party_id=party_id)
    set_by_link(work, engagement, party)
    flash(_("If something waits for {name}, a link goes out now.").format(name=name))
    return go("desk.engagement", engagement_id=engagement_id)
