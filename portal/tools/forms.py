"""Reading what a program asks: strictly, with each fault named at its place.

A name that is not known is refused like a wrong value: it could be a limit with a typing mistake.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import request

from portal.sharing.policy.codes import CHANNELS, CLASSES, FORMS, LEVELS, PURPOSES
from portal.tools.policy import MOST, PAGE
from portal.web.problems import BadQuestion
from portal.web.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from portal.sharing.policy import World

#: The names of a question; those that need not be there come last.
NEEDED = ("engagement", "category", "recipient", "purpose", "channel", "form")
OPTIONAL = ("time", "session", "feedback", "third_person_agreed")
_CODES = {"category": tuple(CLASSES), "purpose": tuple(sorted(PURPOSES)),
          "channel": tuple(sorted(CHANNELS)), "form": FORMS}
_ID, _SESSION = re.compile(r"[0-9a-f]{32}"), re.compile(r"S[1-9][0-9]{0,4}")
#: RFC 3339, with its zone; the calendar is looked at afterwards.
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)?")
_YEARS = range(2000, 2200)
#: The names of how feedback would be shown, with what each is.
_FEEDBACK = {"attribution": str, "agreed": str, "groups": dict, "show": list, "show_total": bool}


@dataclass(frozen=True, slots=True)
class Question:
    """Hold a question whose words are known; `values` is in the format of the vectors.

    Whether the engagement and the recipient are there is for others to find out.
    """

    engagement_id: str
    values: Mapping[str, Any]


def read_question(now: datetime) -> Question:
    """Return what the request asks, at its time or now; raises `BadQuestion`."""
    raw = _object()
    faults = list(_faults(raw))
    time = None if any(place == "/time" for place, _wanted in faults) else _moment(raw, now)
    if faults or time is None:
        raise BadQuestion("bad-values", faults)
    values = {name: raw[name] for name in (*NEEDED, *OPTIONAL) if raw.get(name) is not None}
    return Question(values.pop("engagement"), {**values, "time": time})


def faults_around(question: Question, world: World) -> list[tuple[str, str]]:
    """Return what of a question in known words does not fit this engagement (R0)."""
    if question.values["recipient"] not in world.parties:
        return [("/recipient", _("Send the id of one of the people of this engagement."))]
    return [("", _("This question cannot be understood."))]


def _object() -> dict[str, Any]:
    """Return the one JSON object that was sent, in UTF-8 and with no name twice."""
    if request.mimetype != "application/json":
        raise BadQuestion("no-json")
    try:
        found = json.loads(request.get_data().decode("utf-8"), object_pairs_hook=_once,
                           parse_constant=_no_number)
    except (ValueError, RecursionError) as wrong:
        raise BadQuestion("bad-request") from wrong
    if not isinstance(found, dict):
        raise BadQuestion("bad-request")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(_name: str) -> float:
    raise ValueError("JSON has no such number")


def _faults(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in sorted(raw.keys() - {*NEEDED, *OPTIONAL}):
        yield f"/{_pointed(name)}", _("This name is not known here. Leave it out.")
    for name in NEEDED:
        if not isinstance(raw.get(name), str) or not raw[name]:
            yield f"/{name}", _("This is needed, as a text.")
        elif name in _CODES and raw[name] not in _CODES[name]:
            yield f"/{name}", _one_of(_CODES[name])
    yield from _of_the_time(raw.get("time"))
    session = raw.get("session")
    if session is not None and not (isinstance(session, str) and _SESSION.fullmatch(session)):
        yield "/session", _("Send the code of a session of this engagement, as in S3, or leave it "
                            "out.")
    agreed = raw.get("third_person_agreed")
    if agreed is not None and not isinstance(agreed, bool):
        yield "/third_person_agreed", _("Send true or false, or leave it out.")
    if raw.get("feedback") is not None:
        yield from _of_the_feedback(raw["feedback"])


def _of_the_time(value: object) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    shape = _TIME.fullmatch(value) if isinstance(value, str) else None
    if shape is not None and shape[3] is None:
        yield "/time", _("Name the zone of this time, as in 2027-03-10T10:00:00Z.")
    elif shape is None or _read_time(str(value)) is None:
        yield "/time", _("Send a time of this century or the next, as in 2027-03-10T10:00:00Z.")


def _read_time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year in _YEARS else None


def _moment(raw: Mapping[str, Any], now: datetime) -> datetime | None:
    return now if raw.get("time") is None else _read_time(raw["time"])


def _of_the_feedback(block: object) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with how feedback would be shown; the engine looks at it once more."""
    if not isinstance(block, dict):
        yield "/feedback", _("Send an object that says how the feedback would be shown.")
        return
    for name in sorted(block.keys() - _FEEDBACK.keys()):
        yield f"/feedback/{_pointed(name)}", _("This name is not known here. Leave it out.")
    for name, kind in _FEEDBACK.items():
        value = block.get(name)
        if name == "show_total" and value is None:
            continue
        if type(value) is not kind:
            yield f"/feedback/{name}", _("This is missing or of the wrong kind.")
        elif kind is str and value not in LEVELS:
            yield f"/feedback/{name}", _one_of(LEVELS)
    groups, show = block.get("groups"), block.get("show")
    if isinstance(groups, dict) and not all(type(n) is int and n >= 0 for n in groups.values()):
        yield "/feedback/groups", _("Each group needs a whole number, 0 or more.")
    if isinstance(groups, dict) and isinstance(show, list) and not all(
            isinstance(group, str) and group in groups for group in show):
        yield "/feedback/show", _("Each group that is shown has to be counted.")


def _one_of(codes: Collection[str]) -> str:
    return _("Send one of: {codes}.").format(codes=", ".join(codes))


def _pointed(name: str) -> str:
    """Return a name as it stands in a JSON pointer (RFC 6901), short and printable."""
    shown = "".join(letter for letter in name if letter.isprintable())[:60]
    return shown.replace("~", "~0").replace("/", "~1")


def known_id(text: str) -> bool:
    """Tell whether a text could be an id of ours at all; PostgreSQL takes not every text."""
    return _ID.fullmatch(text) is not None


def read_page() -> tuple[int, str | None]:
    """Return how many to list and after which id; raises `BadQuestion`."""
    limit, after = request.args.get("limit", str(PAGE)), request.args.get("after")
    faults = []
    if not (limit.isascii() and limit.isdigit() and len(limit) < 4 and 1 <= int(limit) <= MOST):
        faults.append(("/limit", _("Send a number from 1 to {most}.").format(most=MOST)))
    if after is not None and not known_id(after):
        faults.append(("/after", _("Send the id that the page before ended with.")))
    if faults:
        raise BadQuestion("bad-values", faults)
    return int(limit), after
