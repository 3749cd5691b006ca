"""The answer to a question, the slip to take along, and writing down what was shared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import flash, url_for

from portal.engagements.actions import own
from portal.engagements.queries import own_or_missing
from portal.plain.errors import Missing, Refused
from portal.sharing import actions
from portal.sharing.actions import request_of
from portal.sharing.policy import Code, read_request
from portal.sharing.policy.asking import AskNo
from portal.sharing.policy.deciding import YES
from portal.sharing.policy.narrowing import one_change
from portal.sharing.queries import Around, around, glance, told_or_missing
from portal.sharing.views import bp
from portal.sharing.views.words import REFUSALS, WAYS, Way, duties, reason, words_of
from portal.web.guards import Door, guard
from portal.web.pages import _, go, page
from portal.wording.queries import load_pack

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work
    from portal.sharing.models import Question
    from portal.sharing.queries import Glance, Told

_QUESTION = "/engagements/<engagement_id>/questions/<question_id>"


@dataclass(frozen=True, slots=True)
class Step:
    """Say what would make a no a yes: in words, and where that begins, by link or by button."""

    words: str
    button: str = ""
    url: str = ""
    fields: dict[str, str] | None = None


def _mine(work: Work, engagement_id: str, question_id: str) -> Told:
    """Return a question of the present coach; what another asked here before stays closed."""
    told = told_or_missing(work, engagement_id, question_id)
    if work.actor is None or told.question.asked_by != work.actor.person_id:
        raise Missing("question")
    return told


def _fields(question: Question, **change: str) -> dict[str, str]:
    """Return a question as its form sends it, with one answer changed."""
    asked = {"form": question.form, "channel": question.channel, "purpose": question.purpose,
             "session": question.session or "none"} | change
    fields = {"to": question.recipient_id, "what": question.category, "why": asked["purpose"],
              "how": asked["channel"], "much": asked["form"], "session": asked["session"]}
    return fields | ({"agreed": "y"} if question.third_person_agreed else {})


def _shown(work: Work, loaded: Around | Glance, told: Told) -> dict[str, Any]:
    question = told.question
    coachee = loaded.coachee.name
    who = loaded.people.get(question.recipient_id)
    name = who.name if who else _("Somebody who is no longer named")
    line = loaded.lines.get(question.line or "")
    door = loaded.doors.get(question.line or "")
    yes = question.decision == YES
    return {
        "engagement_id": question.engagement_id, "question": question, "yes": yes,
        "who": who, "name": name, "coachee": coachee, "line": line, "door": door,
        "coach": loaded.coach.name,
        "words": words_of(question), "why": reason(question.code, name, coachee),
        "duties": duties(question.obligations, coachee),
        "onward": "no_onward_sharing_notice" in question.obligations,
        "again": _fields(question), "slip": told.slip, "share": told.share, "now": work.now,
        "step": _step(loaded, question, name, coachee, work)
        if isinstance(loaded, Around) and not yes else None}


def _step(
    loaded: Around, question: Question, name: str, coachee: str, work: Work
) -> Step | None:
    request = read_request(request_of(question, work), loaded.world)
    codes = [code for code, _starts, _ends in loaded.sessions]
    change = one_change(loaded.world, request, codes) if request else {}
    if change:
        (field, value), = change.items()
        return Step(_change_words(field, value), _("Ask it that way"),
                    url_for("sharing.asked", engagement_id=question.engagement_id),
                    _fields(question, **{field: value}))
    page_of = url_for("desk.engagement", engagement_id=question.engagement_id)
    return {
        Way.LINE: _line_step(loaded, question, coachee, page_of),
        Way.SIGNATURES: Step(_("It would be a yes once everybody has signed and was heard."),
                             _("See who is missing, and remind them"), page_of),
        Way.PEOPLE: Step(_("{name} has to sign a text that names {name}.").format(name=name),
                         _("People and their texts"),
                         url_for("issuing.people", engagement_id=question.engagement_id)),
        Way.WAIT: Step(_("Nothing can be done for it now: it has to wait.")),
        Way.AGREEMENTS: Step(_("First the agreements that everything rests on have to be in "
                               "force."), _("See what is missing"), page_of),
        Way.NONE: Step(_("Nothing here makes it a yes. Talk with {coachee} about what may be "
                         "said instead.").format(coachee=coachee)),
    }[WAYS.get(Code(question.code), Way.NONE)]


def _change_words(field: str, value: str) -> str:
    terms = load_pack().vocabulary
    if field == "form":
        return _("With less detail it would be a yes: {much}.").format(
            much=terms.forms[value].name)
    if field == "channel":
        return _("In another way it would be a yes: {how}.").format(
            how=terms.channels[value].name)
    if field == "purpose":
        return _("For another reason it would be a yes: {why}.").format(
            why=terms.purposes[value].name)
    return _("Of another session it would be a yes: {session}.").format(session=value)


def _line_step(loaded: Around, question: Question, coachee: str, page_of: str) -> Step:
    words = _("A text with a line for it, which {coachee} says yes to and all sign, would make it "
              "a yes.").format(coachee=coachee)
    agreement_id = loaded.text_for(question.line, question.recipient_id)
    if agreement_id is None:
        return Step(words, _("See the texts"), page_of)
    return Step(words, _("Ask {coachee} for this line").format(coachee=coachee),
                url_for("amending.begin_next", engagement_id=question.engagement_id,
                        agreement_id=agreement_id), {})


@bp.get(_QUESTION)
@guard(Door.COACH)
def answer(work: Work, engagement_id: str, question_id: str) -> Response:
    """Show the answer that a question got, why, what a yes asks for, and what a no would need."""
    engagement = own_or_missing(work, engagement_id)
    told = _mine(work, engagement.id, question_id)
    # What a yes rests on is read at a glance; what a no lacks takes a world to find out.
    loaded = (glance(work, engagement) if told.question.decision == YES
              else around(work, engagement.id))
    return page("sharing/answer.html", **_shown(work, loaded, told))


@bp.post(f"{_QUESTION}/slip")
@guard(Door.COACH)
def take_along(work: Work, engagement_id: str, question_id: str) -> Response:
    """Turn a yes into a slip for five minutes."""
    engagement = own(work, engagement_id)
    told = _mine(work, engagement.id, question_id)
    try:
        actions.take_along(work, engagement, told.question.id)
    except Refused as no:
        return _refused(work, told, no)
    return go("sharing.answer", engagement_id=engagement_id, question_id=question_id)


@bp.post(f"{_QUESTION}/share")
@guard(Door.COACH)
def shared(work: Work, engagement_id: str, question_id: str) -> Response:
    """Write down that it was shared, if the yes still holds in this very moment."""
    engagement = own(work, engagement_id)
    told = _mine(work, engagement.id, question_id)
    try:
        actions.share(work, engagement, told.question.id)
    except Refused as no:
        return _refused(work, told, no)
    flash(_("Written down as shared."))
    return go("sharing.answer", engagement_id=engagement_id, question_id=question_id)


def _refused(work: Work, told: Told, no: Refused) -> Response:
    loaded = around(work, told.question.engagement_id)
    return page("sharing/refused.html", no.status, **_shown(work, loaded, told),
                refusal=REFUSALS[AskNo(no.reason)])
