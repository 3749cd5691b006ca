"""What came too late: a form that was sent after the session had run out is kept, and drawn again
filled for the person who typed it. So is one that stood open while its reader signed in anew
elsewhere: its token fits no longer.

It is never carried out by itself. The view that would have taken it draws it, in a unit of work
that is always rolled back and in which no form is valid; the person looks through it and sends it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from flask import current_app, g, request, session
from werkzeug.exceptions import HTTPException

from portal.plain.errors import Missing, Refused
from portal.plain.late import Late
from portal.web.pages import UNPROCESSABLE, page

if TYPE_CHECKING:
    from portal.ground.work import Work

#: The field that asks for a form to be drawn again; its value names what was kept.
SHOWS = "shown_again"
#: What is neither kept nor written into a page again, whatever form it was sent with.
SECRETS = frozenset({"password", "repeated", "current", "passphrase", "code", "passkey", "digits",
                     "proof", "proof_passkey"})
#: Of our own making; and the button that asks for nothing but another look at the same form.
_OWN = frozenset({"csrf_token", SHOWS, "show"})
#: What stands in a form beside words: ids, hashes, single letters.
_NO_WORDS = re.compile(r"[0-9a-f]{32,}|.?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Keeping:
    """Say how forms are kept for whoever acts, and let go of once they were sent."""

    keep: Callable[[Work, Late], None]
    let_go: Callable[[Work, str, str], bool]


class Drawn(Exception):
    """Carry a page out of the unit of work that drew it, so that nothing of it is kept."""

    def __init__(self, answer: Any) -> None:
        """Take the answer."""
        super().__init__("drawn")
        self.answer = answer


def _keeping() -> Keeping:
    found: Keeping = current_app.extensions["portal.late"]
    return found


def sent(besides: frozenset[str] = frozenset()) -> tuple[tuple[str, str], ...]:
    """Return what was sent to this address and may be kept: no secret and no file."""
    return tuple((name, value) for name, value in request.form.items(multi=True)
                 if name not in _OWN | SECRETS | besides)


def keep(work: Work, path: str, fields: tuple[tuple[str, str], ...]) -> bool:
    """Keep a form for the person whose session it was; tell whether there was anything to keep."""
    if not any(value.strip() for _name, value in fields):
        return False
    _keeping().keep(work, Late(path, fields, _engagement_in(path)))
    return True


def _engagement_in(path: str) -> str | None:
    """Return which engagement an address of ours names."""
    try:
        _endpoint, values = current_app.url_map.bind("").match(path.partition("?")[0], "POST")
    except HTTPException:
        return None
    found: str | None = values.get("engagement_id")
    return found


def keep_sent(work: Work) -> bool:
    """Keep what was sent to this address."""
    return keep(work, request.full_path.rstrip("?"), sent())


def not_kept(_work: Work) -> bool:
    """Keep nothing: for a form in which nobody types anything that is worth it."""
    return False


def is_of_before() -> bool:
    """Tell whether the form in hand stood on a page of ours, as the browser itself says and no
    other site can, but bears the token of an earlier session."""
    return bool(g.get("of_before", False))


def take_as_of_before() -> bool:
    """Let the form in hand be drawn again, if it is one of an earlier session with words in it."""
    g.of_before = (request.method == "POST" and bool(request.form.get("csrf_token"))
                   and request.headers.get("Sec-Fetch-Site") == "same-origin"
                   and bool(words_in(sent())))
    return bool(g.of_before)


def is_shown() -> bool:
    """Tell whether the form in hand is to be drawn again, and nothing else."""
    return bool(g.get(SHOWS, False))


def draw(work: Work, view: Callable[..., Any], values: dict[str, Any]) -> NoReturn:
    """Let a view draw the form that it would take; raises `Drawn` with the page. Where it takes
    that form no longer, the page shows the words alone, to copy them."""
    setattr(g, SHOWS, True)
    noted = len(work.notes)
    try:
        answer = view(work, **values)
    except (Missing, Refused):
        answer = None
    finally:
        # What the view noted has not happened either.
        del work.notes[noted:]
    if answer is None or answer.status_code != UNPROCESSABLE:
        answer = page("errors/late.html", 409, words=words_in(sent()))
    raise Drawn(answer)


def words_in(fields: tuple[tuple[str, str], ...]) -> list[str]:
    """Return the words among the fields of a form."""
    return [value for _name, value in fields if not _NO_WORDS.fullmatch(value.strip())]


def remember() -> None:
    """Let this browser know which form it shows again, so that it can be let go of once sent."""
    if SHOWS in request.form:
        session[SHOWS] = request.form[SHOWS]


def settle(work: Work, answer: Any) -> None:
    """Let go of what was kept, now that it was sent where it was meant to go."""
    if SHOWS in session and answer.status_code < 400 and _keeping().let_go(
            work, session[SHOWS], request.path):
        session.pop(SHOWS, None)
