"""Problem details (RFC 9457): how an address for programs says no.

Below `/api/` every no is one of these, whoever raises it; everywhere else it is a page. The page
at `/api` explains each kind under its name.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Response, current_app

from portal.web.words import later as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROBLEM_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """Hold a kind of problem: its name, its status, what it is called and what to do about it."""

    name: str
    status: int
    title: str
    advice: str


KINDS = {kind.name: kind for kind in (
    Kind("bad-request", 400, _("This cannot be read"),
         _("Send one JSON object in UTF-8, to the address of this portal. No name may stand in it "
           "twice.")),
    Kind("no-key", 401, _("No key that works came along"),
         _("Send the header Authorization with the word Bearer, a space and a key that is alive. "
           "A coach makes keys under Practice, then Programs.")),
    Kind("not-there", 404, _("There is nothing here for this key"),
         _("The address or an id in it is unknown, or it is not one of this coach. Both look the "
           "same.")),
    Kind("wrong-method", 405, _("This address does not take this method"),
         _("The header Allow names the methods that it takes.")),
    Kind("too-large", 413, _("This is too large"),
         _("A question has less than 16 KB.")),
    Kind("no-json", 415, _("This is not sent as JSON"),
         _("Send the header Content-Type with application/json.")),
    Kind("bad-values", 422, _("A value is missing or not known"),
         _("The list of errors names each value by its place and says what is wanted. The answer "
           "is a no until all of them are right.")),
    Kind("too-soon", 429, _("This key has called too often"),
         _("The header Retry-After says how many seconds to wait. A key may call 60 times in 60 "
           "seconds.")),
    Kind("broken", 500, _("Something went wrong here"),
         _("It was not the question. Take it as a no and try again later.")),
    Kind("unavailable", 503, _("The portal cannot answer at the moment"),
         _("It was not the question. Take it as a no. The header Retry-After says how many seconds "
           "to wait.")),
)}
_BY_STATUS = {kind.status: kind.name for kind in KINDS.values()}


class BadQuestion(Exception):
    """Say that what a program sent cannot be read, with its kind and the places at fault.

    `errors` are pairs of a JSON pointer and what is wanted there.
    """

    def __init__(self, kind: str, errors: Sequence[tuple[str, str]] = ()) -> None:
        """Take the name of a kind."""
        super().__init__(kind)
        self.kind, self.errors = kind, tuple(errors)


def problem(name: str, errors: Sequence[tuple[str, str]] = ()) -> Response:
    """Answer with a problem; what asks about sharing reads a no in it too."""
    kind = KINDS[name]
    base = current_app.extensions["portal"].settings.base_url.rstrip("/")
    told: dict[str, Any] = {
        "type": f"{base}/api#{kind.name}", "title": str(kind.title), "status": kind.status,
        "detail": str(kind.advice), "decision": "DENY"}
    if errors:
        told["code"] = "UNKNOWN_INPUT"
        told["errors"] = [{"pointer": place, "detail": wanted} for place, wanted in errors]
    return _json(told, kind.status, PROBLEM_TYPE)


def problem_by_status(status: int) -> Response:
    """Answer with the problem of a status; one that has none of its own is a bad request, or
    broken."""
    return problem(_BY_STATUS.get(status, "bad-request" if status < 500 else "broken"))


def answer(values: Mapping[str, Any]) -> Response:
    """Answer a program with a JSON object."""
    return _json(values, 200, "application/json")


def _json(values: Mapping[str, Any], status: int, kind: str) -> Response:
    return Response(json.dumps(values, ensure_ascii=False) + "\n", status, content_type=kind)
