"""Start page, the pages of the texts in one row, and leaving for later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, request, session

from portal.engagements.actions import tell_coach
from portal.people.actions import end_session
from portal.plain.errors import Missing
from portal.signing import actions
from portal.signing.forms import EnterForm, page_form
from portal.signing.policy import Answer, Screen, Waiting
from portal.signing.queries import Seat, differences_of, seat_of, waiting_of
from portal.signing.views import bp
from portal.web.guards import Door, guard
from portal.web.headers import emptied
from portal.web.late import keep_sent
from portal.web.pages import _, again, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work


@bp.get("/p")
@guard(Door.MAILBOX)
def home(work: Work) -> Response:
    """Send a party on to what is theirs to do, or to what they agreed to."""
    if waiting_of(work, seat_of(work)) is not None:
        return go("signing.start")
    if work.actor is not None and work.actor.proven:
        return go("desk.consents")
    return go("signing.later")


@bp.get("/p/start")
@guard(Door.MAILBOX)
def start(work: Work) -> Response:
    """Say who asks, what about, how long it takes, until when, and what happens on a no."""
    seat = seat_of(work)
    waiting = waiting_of(work, seat)
    if waiting is None:
        return go("signing.home") if work.actor and work.actor.proven else go("signing.later")
    return page("signing/start.html", seat=seat, waiting=waiting,
                differs=differences_of(work, seat, waiting.texts))


def _values(work: Work, seat: Seat, waiting: Waiting, screen: Screen) -> dict[str, Any]:
    text = screen.text
    differs = differences_of(work, seat, [text]).get(text.id)
    return {"seat": seat, "waiting": waiting, "screen": screen, "text": text,
            "lines": {line["number"]: line for line in text.shown["lines"]},
            "differs": differs if waiting.of(text)[0] is screen else None,
            "before": differs}


@bp.get("/p/read/<int:number>")
@guard(Door.MAILBOX)
def read(work: Work, number: int) -> Response:
    """Show one page of the row with its exact wording, and what it asks."""
    seat = seat_of(work)
    waiting = waiting_of(work, seat)
    if waiting is None:
        return nothing_waits()
    screen = waiting.screen(number)
    if screen is None:
        raise Missing("page")
    return page("signing/read.html", form=page_form(screen, seat.coach_name),
                **_values(work, seat, waiting, screen))


def keep_answers(work: Work) -> bool:
    """Keep the answers of a page that was sent after the session had run out, as every page that
    was sent before: none of them counts before the sheet. Whoever wants to talk first says so
    again, for that is told to the coach."""
    actions.take_seat(work)
    seat = seat_of(work)
    waiting = waiting_of(work, seat)
    screen = None if waiting is None else waiting.screen(
        (request.view_args or {})["number"], request.form.get("at"))
    if waiting is None or screen is None:
        return False
    form = page_form(screen, seat.coach_name, kept=False)
    given = form.given(screen) if form.validate_on_submit() else {}
    if not given or Answer.TALK in given.values():
        return keep_sent(work)
    actions.answer_page(work, seat, waiting, screen, given)
    return True


@bp.post("/p/read/<int:number>")
@guard(Door.MAILBOX, keep=keep_answers)
def answer(work: Work, number: int) -> Response:
    """Save the answers and go on to the first page that is still open, or to the check."""
    # Held from here on: two tabs at once would each keep their own answers alone.
    seat = actions.take_seat(work)
    waiting = waiting_of(work, seat)
    if waiting is None:
        return nothing_waits()
    screen = waiting.screen(number, request.form.get("at"))
    if screen is None:
        return _moved(waiting, number)
    form = page_form(screen, seat.coach_name, kept=False)
    if not form.validate_on_submit():
        return again("signing/read.html", form=form, **_values(work, seat, waiting, screen))
    given = form.given(screen)
    after = actions.answer_page(work, seat, waiting, screen, given).next_number
    if Answer.TALK in given.values():
        tell_coach(work, seat.engagement, "talk_first", who=seat.own_name,
                   dedupe=f"talk:{screen.place}:{seat.person.id}:{work.now.date()}")
        flash(_("{coach} is told that you want to talk first. Your answers are kept.")
              .format(coach=seat.coach_name))
        return go("signing.later")
    return go("signing.sign") if after is None else go("signing.read", number=after)


def nothing_waits() -> Response:
    """Lead on whoever was with a text as the last one was signed, declined or taken back."""
    flash(_("This page belongs to a text that does not wait any more."), "error")
    return go("signing.home")


def _moved(waiting: Waiting, number: int) -> Response:
    """Say that a page is not there any more: its text was signed, declined or taken back."""
    if number > len(waiting.screens) and not request.form.get("at"):
        raise Missing("page")
    flash(_("This page belongs to a text that does not wait any more. Here is what does."),
          "error")
    return go("signing.start")


@bp.get("/p/later")
@guard(Door.MAILBOX)
def later(work: Work) -> Response:
    """Say that everything is saved and how to come back."""
    seat = seat_of(work)
    return page("signing/later.html", seat=seat, waiting=waiting_of(work, seat),
                form=EnterForm())


@bp.post("/p/leave")
@guard(Door.MAILBOX)
def leave(work: Work) -> Response:
    """Sign out on this device; what was answered stays."""
    if work.actor is not None:
        end_session(work, work.actor.session_id)
    session.clear()
    return emptied(page("signing/left.html"))
