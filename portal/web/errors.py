"""From exceptions to pages: each kind of no is drawn in one place.

To programs, below `/api/`, it is a problem in JSON; everything else is the same.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from flask import Response, current_app, g, redirect, request, url_for
from flask_wtf.csrf import CSRFError
from jinja2 import TemplateError, TemplateNotFound
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed, SecurityError

from portal.ground.trouble import OF_DATABASE, Part, part_of
from portal.ground.vault import CannotOpen, Erased
from portal.plain.errors import (
    DeadLink,
    Missing,
    NotFresh,
    NotSignedIn,
    Refused,
    TooSoon,
    Unavailable,
)
from portal.web import late
from portal.web.context import SAFE, ground
from portal.web.guards import Door
from portal.web.pages import page
from portal.web.problems import BadQuestion, problem, problem_by_status

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response as AnyResponse

log = logging.getLogger("portal.web")

#: After how many seconds it is worth coming again; what is not here takes half a minute.
_SOON = {Part.OVERLOAD: 5, Part.BUSY: 5, Part.CONNECTIONS: 5}
#: What a view may say instead of drawing its form again.
_NOS = (DeadLink, Erased, HTTPException, Missing, NotFresh, NotSignedIn, Refused, TooSoon)
#: What is said where not even the page of an error can be drawn.
_BARE = ("The portal cannot answer at the moment. Nothing that you just sent was carried out. "
         "Come again in a few minutes.\n")


def _for_programs() -> bool:
    return request.path.startswith("/api/")


def _missing(_error: Missing) -> Response:
    return problem("not-there") if _for_programs() else page("errors/404.html", 404)


def _dead_link(_error: DeadLink) -> Response:
    return page("errors/dead_link.html", 404)


def _erased(_error: Erased) -> Response:
    return problem("not-there") if _for_programs() else page("errors/410.html", 410)


def _refused(error: Refused) -> Response:
    # The rule's name is for tests and logs; the page says what to do.
    if _for_programs():
        return problem_by_status(error.status)
    return page(f"errors/{error.status}.html", error.status)


def _too_soon(error: TooSoon) -> Response:
    response = (problem("too-soon") if _for_programs() else
                page("errors/429.html", 429, until=error.until))
    response.headers["Retry-After"] = str(error.seconds)
    return response


def _bad_question(error: BadQuestion) -> Response:
    return problem(error.kind, error.errors)


def _unavailable(error: Unavailable) -> Response:
    """Say that something is out of order for a while. The page needs neither session nor
    database."""
    _let_go(error)
    seconds = _SOON.get(Part(error.part), 30)
    response = problem("unavailable") if _for_programs() else _drawn(
        "errors/503.html", 503, seconds=seconds, unsure=error.unsure,
        sent=request.method not in SAFE)
    response.headers["Retry-After"] = str(seconds)
    return response


def _out_of_order(error: SQLAlchemyError) -> Response:
    """Answer what a database says outside of a unit of work, as that of a page that says no."""
    part = part_of(error)
    if part not in OF_DATABASE:
        raise error
    ground().meet(part)
    return _unavailable(Unavailable(part))


def _damaged(error: CannotOpen) -> Response:
    _let_go(error)
    return problem("broken") if _for_programs() else _drawn("errors/damaged.html", 500)


def _drawn(template: str, status: int, **values: object) -> Response:
    try:
        return page(template, status, **values)
    except TemplateError:
        ground().meet(Part.TEMPLATE)
        return Response(_BARE, status, content_type="text/plain; charset=utf-8")


def ask_to_sign_in(error: NotSignedIn) -> AnyResponse:
    """Send a visitor to the sign-in of their kind, with the way back to the page they wanted.

    A program is told that it needs a key, and whether the one that it sent is dead (RFC 6750).
    """
    if str(error) == "program":
        response = problem("no-key")
        known = ', error="invalid_token"' if "Authorization" in request.headers else ""
        response.headers["WWW-Authenticate"] = f'Bearer realm="portal"{known}'
        return response
    where = "factors.sign_in" if str(error) == "coach" else "reaching.lost"
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for(where, next=target), code=303)


def _prove_again(_error: NotFresh) -> AnyResponse:
    """Send somebody to prove a factor, with the way back. 307 takes what was posted along."""
    target = request.full_path.rstrip("?")
    return redirect(url_for("factors.again", next=target),
                    code=303 if request.method in ("GET", "HEAD") else 307)


def _csrf(_error: CSRFError) -> Response:
    """Refuse a form whose token does not fit. Whoever signed in anew in another tab, and is let in
    there, gets it back filled; whoever is not, at least the words in it."""
    view: Any = current_app.view_functions.get(request.endpoint or "")
    door = getattr(view, "door", Door.ANYONE)
    words: list[str] = []
    if door is not Door.ANYONE and late.take_as_of_before():
        words = late.words_in(late.sent())
        try:
            answer: Response = view(**(request.view_args or {}))
        except Unavailable as trouble:
            return _unavailable(trouble)
        except CannotOpen as trouble:
            return _damaged(trouble)
        except _NOS:
            return page("errors/expired.html", 400, words=words)
        answer.status_code = 400
        return answer
    return page("errors/expired.html", 400, words=words)


def _strange_host(_error: SecurityError) -> Response:
    if _for_programs():
        return problem("bad-request")
    # Without a host that is ours no address can be made, so this answer is bare.
    return Response("This address is not served here.\n", 400,
                    content_type="text/plain; charset=utf-8")


def _http(error: HTTPException) -> Response:
    code = error.code or 500
    known = code if code in (400, 403, 404, 405, 409, 413, 422, 429) else 400
    response = (problem_by_status(code) if _for_programs() else
                page(f"errors/{404 if known == 405 else known}.html", code))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _let_go(_error: BaseException | None) -> None:
    # A page that says no is drawn after its unit of work has ended, and reads a name or two.
    work = g.pop("work", None)
    if work is not None:
        work.session.close()


def _crash(error: Exception) -> Response:
    # The traceback's own text may quote what a person typed: only the place is logged.
    if isinstance(error, TemplateNotFound):
        ground().meet(Part.TEMPLATE)
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    log.error("unexpected %s at %s in %s", type(error).__name__, place, request.endpoint)
    _let_go(error)
    return problem("broken") if _for_programs() else _drawn("errors/500.html", 500)


def _while_saying_no(error: InternalServerError) -> AnyResponse:
    """Answer what went wrong while another page that says no was drawn."""
    met = error.original_exception
    if isinstance(met, SQLAlchemyError) and part_of(met) in OF_DATABASE:
        return _out_of_order(met)
    return _crash(met) if isinstance(met, Exception) else _http(error)


def register(app: Flask) -> None:
    """Teach the application how each no looks."""
    app.register_error_handler(Missing, _missing)
    app.register_error_handler(DeadLink, _dead_link)
    app.register_error_handler(Erased, _erased)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(TooSoon, _too_soon)
    app.register_error_handler(BadQuestion, _bad_question)
    app.register_error_handler(NotSignedIn, ask_to_sign_in)
    app.register_error_handler(NotFresh, _prove_again)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(SecurityError, _strange_host)
    app.register_error_handler(Unavailable, _unavailable)
    app.register_error_handler(SQLAlchemyError, _out_of_order)
    app.register_error_handler(CannotOpen, _damaged)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(InternalServerError, _while_saying_no)
    if not app.testing:
        app.register_error_handler(Exception, _crash)
    app.teardown_request(_let_go)
