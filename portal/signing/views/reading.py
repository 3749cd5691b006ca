"""Start page, the pages of the text, and leaving for later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, session

from portal.engagements.actions import tell_coach
from portal.people.actions import end_session
from portal.plain.errors import Missing
from portal.signing import actions, policy
from portal.signing.forms import ChoiceForm, EnterForm, ReadForm
from portal.signing.queries import Seat, Waiting, seat_of, waiting_for
from portal.signing.views import bp
from portal.web.guards import Door, guard
from portal.web.pages import _, again, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work


def seat_and_waiting(work: Work) -> tuple[Seat, Waiting]:
    """Return seat and waiting text of the acting party; `Missing` when nothing waits."""
    seat = seat_of(work)
    waiting = waiting_for(work, seat)
    if waiting is None:
        raise Missing("nothing waits")
    return seat, waiting


@bp.get("/p")
@guard(Door.MAILBOX)
def home(work: Work) -> Response:
    """Send a party on to what is theirs to do, or to what they agreed to."""
    waiting = waiting_for(work, seat_of(work))
    if waiting is not None:
        return go("signing.start")
    if work.actor is not None and work.actor.proven:
        return go("desk.consents")
    return go("signing.later")


@bp.get("/p/start")
@guard(Door.MAILBOX)
def start(work: Work) -> Response:
    """Say who asks, what about, how long it takes, until when, and what happens on a no."""
    seat = seat_of(work)
    waiting = waiting_for(work, seat)
    if waiting is None:
        return go("signing.home") if work.actor and work.actor.proven else go("signing.later")
    return page("signing/start.html", seat=seat, waiting=waiting, notice=waiting.shown["notice"],
                next_number=waiting.next_number)


def _form(shown: dict[str, Any], answer: str | None, coach: str) -> ReadForm | ChoiceForm:
    if shown["kind"] == "choice":
        choice = ChoiceForm(data={"answer": answer})
        choice.name_choices(coach, shown["question"])
        return choice
    form = ReadForm(data={"answer": answer})
    form.name_choices(coach)
    return form


def _answer(waiting: Waiting, number: int) -> str | None:
    shown = waiting.pages[number - 1]
    kept = waiting.progress
    if shown["kind"] == "choice":
        return kept.choices.get(str(shown["line"]))
    return kept.read.get(shown["key"])


def _values(seat: Seat, waiting: Waiting, number: int) -> dict[str, Any]:
    shown = waiting.pages[number - 1]
    return {
        "seat": seat, "waiting": waiting, "shown": shown, "number": number,
        "clauses": [c for c in waiting.shown["clauses"] if c["code"] in shown["clauses"]],
        "line": next((line for line in waiting.shown["lines"]
                      if line["number"] == shown["line"]), None),
        "done": waiting.done,
    }


@bp.get("/p/read/<int:number>")
@guard(Door.MAILBOX)
def read(work: Work, number: int) -> Response:
    """Show one page of the text with its exact wording, and its question."""
    seat, waiting = seat_and_waiting(work)
    if not 1 <= number <= len(waiting.pages):
        raise Missing("page")
    form = _form(waiting.pages[number - 1], _answer(waiting, number), seat.coach_name)
    return page("signing/read.html", form=form, **_values(seat, waiting, number))


@bp.post("/p/read/<int:number>")
@guard(Door.MAILBOX)
def answer(work: Work, number: int) -> Response:
    """Save the answer and go on to the first page that is still open, or to the check."""
    seat, waiting = seat_and_waiting(work)
    if not 1 <= number <= len(waiting.pages):
        raise Missing("page")
    form = _form(waiting.pages[number - 1], None, seat.coach_name)
    if not form.validate_on_submit():
        return again("signing/read.html", form=form, **_values(seat, waiting, number))
    progress = actions.answer_page(work, seat, waiting, number, form.answer.data)
    if form.answer.data == policy.Read.TALK.value:
        tell_coach(work, seat.engagement, "talk_first", who=seat.own_name,
                   dedupe=f"talk:{waiting.facts.version_id}:{seat.person.id}")
        flash(_("{coach} is told that you want to talk first. Your answers are kept.")
              .format(coach=seat.coach_name))
        return go("signing.later")
    after = policy.next_page(waiting.pages, progress)
    return go("signing.sign") if after is None else go("signing.read", number=after)


@bp.get("/p/later")
@guard(Door.MAILBOX)
def later(work: Work) -> Response:
    """Say that everything is saved and how to come back."""
    seat = seat_of(work)
    return page("signing/later.html", seat=seat, waiting=waiting_for(work, seat),
                form=EnterForm())


@bp.post("/p/leave")
@guard(Door.MAILBOX)
def leave(work: Work) -> Response:
    """Sign out on this device; what was answered stays."""
    if work.actor is not None:
        end_session(work, work.actor.session_id)
    session.clear()
    return page("signing/left.html")
