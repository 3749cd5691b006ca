"""One question to the agreements: what, to whom, why, how, in how much detail, when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from portal.sharing.policy.codes import CHANNELS, CLASSES, LEVELS, PURPOSES, RUNG

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.sharing.policy.world import World


@dataclass(frozen=True, slots=True)
class Feedback:
    """How feedback of several people would be shown: `groups` counts the answers of each."""

    attribution: str
    agreed: str
    groups: Mapping[str, int]
    show: frozenset[str]
    show_total: bool = False


class Request(NamedTuple):
    """A question in known words: made by `read_request` alone.

    A tuple, because one is made for each decision and a frozen dataclass takes three times as long.
    """

    category: str
    recipient: str
    purpose: str
    channel: str
    form: str
    time: datetime
    session: str | None = None
    feedback: Feedback | None = None
    third_person_agreed: bool = False


def read_request(raw: object, world: World) -> Request | None:
    """Return a question in known words, None where anything is missing or unknown (R0).

    `time` is an ISO 8601 text with its offset, or an aware datetime.
    """
    try:
        return _read(raw, world)  # type: ignore[arg-type]
    except (KeyError, TypeError, ValueError, AttributeError):
        # Whatever is not what it should be is a no; which of the many ways does not matter.
        return None


def _read(raw: Mapping[str, Any], world: World) -> Request | None:
    category, recipient, purpose = raw["category"], raw["recipient"], raw["purpose"]
    channel, form, session = raw["channel"], raw["form"], raw.get("session")
    if not (category in CLASSES and recipient in world.parties and purpose in PURPOSES
            and channel in CHANNELS and form in RUNG
            and (session is None or type(session) is str)):
        return None
    block = raw.get("feedback")
    return Request(
        category, recipient, purpose, channel, form, _moment(raw["time"]), session,
        None if block is None else _feedback(block), raw.get("third_person_agreed") is True,
    )


def _moment(value: object) -> datetime:
    at = value if isinstance(value, datetime) else datetime.fromisoformat(value)  # type: ignore[arg-type]
    if at.utcoffset() is None:
        raise ValueError("a time without a zone")
    return at


def _feedback(block: Mapping[str, Any]) -> Feedback:
    groups, show, total = dict(block["groups"]), block["show"], block.get("show_total", False)
    counted = all(type(count) is int and count >= 0 for count in groups.values())
    listed = isinstance(show, list | tuple) and all(group in groups for group in show)
    known = block["attribution"] in LEVELS and block["agreed"] in LEVELS
    if not (counted and listed and known and isinstance(total, bool)):
        raise ValueError("a feedback block that cannot be read")
    return Feedback(block["attribution"], block["agreed"], groups, frozenset(show), total)
