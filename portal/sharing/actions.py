"""Asking, taking a yes along, and writing down what was shared."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from portal.engagements.actions import note
from portal.ground import chance
from portal.ledger.queries import events_of
from portal.plain.errors import Missing, Refused, require
from portal.sharing.models import Question, Share, Slip
from portal.sharing.policy import decide, read_request
from portal.sharing.policy.asking import ENGINE, SLIP_LASTS, AskNo, SlipFacts, why_not_share
from portal.sharing.policy.deciding import YES
from portal.sharing.queries import around, told_or_missing

if TYPE_CHECKING:
    from portal.engagements.models import Engagement
    from portal.ground.work import Work
    from portal.sharing.policy import Decision, Request
    from portal.sharing.queries import Around


@dataclass(frozen=True, slots=True)
class Asked:
    """Hold a question in codes: what, to whom, why, how, in how much detail."""

    recipient: str
    category: str
    purpose: str
    channel: str
    form: str
    session: str | None = None
    third_person_agreed: bool = False


def ask(work: Work, engagement: Engagement, asked: Asked, *, via: str = "page") -> Question:
    """Ask about this moment, and keep question and answer for the coachee to see (INV-14).

    Raises `Refused` for a question in words that are not known.
    """
    loaded = around(work, engagement.id)
    request = read_request({**asdict(asked), "time": work.now}, loaded.world)
    if request is None:
        raise Refused(AskNo.NOT_UNDERSTOOD, 422)
    return keep(work, loaded, request, decide(loaded.world, request), via=via)


def keep(
    work: Work, loaded: Around, request: Request, answer: Decision, *, via: str
) -> Question:
    """Keep a question that was answered in this transaction; `via` is how it was asked."""
    engagement = loaded.engagement
    question = Question(
        id=chance.new_id(), practice_id=engagement.practice_id, engagement_id=engagement.id,
        asked_by=_actor(work), asked_at=work.now, via=via, recipient_id=request.recipient,
        category=request.category, purpose=request.purpose, channel=request.channel,
        form=request.form, session=request.session,
        third_person_agreed=request.third_person_agreed, about_at=request.time,
        decision=answer.decision, code=answer.code.value, line=answer.by,
        obligations=list(answer.obligations), revision=loaded.revision, engine=ENGINE)
    work.session.add(question)
    work.session.flush()
    return question


def take_along(work: Work, engagement: Engagement, question_id: str) -> Slip:
    """Make a numbered slip of a yes; one that is there already is returned.

    The engagement is held. Raises `Refused` where the yes does not hold any more.
    """
    told = told_or_missing(work, engagement.id, question_id)
    question = told.question
    if told.slip is not None:
        return told.slip
    loaded, answer = _answer_now(work, question)
    require(why_not_share(
        yes_then=question.decision == YES, yes_now=answer.decision == YES,
        shared=told.share is not None, slip=None, events=(), now=work.now))
    newest = work.session.scalar(
        select(func.max(Slip.number)).where(Slip.engagement_id == engagement.id))
    slip = Slip(
        id=chance.new_id(), practice_id=engagement.practice_id, engagement_id=engagement.id,
        question_id=question.id, number=(newest or 0) + 1, made_at=work.now,
        expires_at=work.now + SLIP_LASTS, revision=loaded.revision)
    work.session.add(slip)
    work.session.flush()
    return slip


def share(work: Work, engagement: Engagement, question_id: str) -> Share:
    """Write down that something was shared, if it may be: asked again in this transaction, under
    the slip of the question where there is one (domain 3.6).

    The engagement is held. Raises `Refused` with `AskNo`.
    """
    told = told_or_missing(work, engagement.id, question_id)
    question, slip = told.question, told.slip
    loaded, answer = _answer_now(work, question)
    require(why_not_share(
        yes_then=question.decision == YES, yes_now=answer.decision == YES,
        shared=told.share is not None,
        slip=SlipFacts(slip.expires_at, slip.revision) if slip else None,
        events=events_of(work, [engagement.id])[engagement.id], now=work.now))
    made = Share(
        id=chance.new_id(), practice_id=engagement.practice_id, engagement_id=engagement.id,
        question_id=question.id, slip_id=slip.id if slip else None, shared_by=_actor(work),
        shared_at=work.now, line=answer.by, obligations=list(answer.obligations),
        revision=loaded.revision)
    work.session.add(made)
    is_party = loaded.people[question.recipient_id].since is not None
    note(work, engagement, "share.recorded", question.id, {
        "recipient": question.recipient_id, "party": question.recipient_id if is_party else None,
        "category": question.category, "purpose": question.purpose, "channel": question.channel,
        "form": question.form, "line": answer.by, "slip": slip.number if slip else None})
    return made


def _answer_now(work: Work, question: Question) -> tuple[Around, Decision]:
    loaded = around(work, question.engagement_id)
    return loaded, decide(loaded.world, request_of(question, work))


def request_of(question: Question, work: Work) -> dict[str, object]:
    """Return a question as the engine takes it, asked of this moment."""
    return {"recipient": question.recipient_id, "category": question.category,
            "purpose": question.purpose, "channel": question.channel, "form": question.form,
            "session": question.session, "third_person_agreed": question.third_person_agreed,
            "time": work.now}


def _actor(work: Work) -> str:
    if work.actor is None:
        raise Missing("coach")
    return work.actor.person_id
