"""What is counted in front of a view, and the answer to whoever has to wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from portal.throttles.actions import hit
from portal.throttles.policy import Limit, Try, whole_seconds
from portal.web.context import origin
from portal.web.guards import before
from portal.web.pages import page

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Response

    from portal.ground.tokens import LinkSigner
    from portal.ground.work import Ground, Work

View = TypeVar("View", bound=Callable[..., Any])

#: So many made-up links one network may try. Whoever has one that is ours is never counted.
MADE_UP = Limit("links", 60, timedelta(minutes=10))


def network() -> str:
    """Return the subject under which this visitor's network is counted."""
    return origin().network or ""


def counts_made_up(signer: Callable[[Ground], LinkSigner], name: str = "token") -> Callable[
        [View], View]:
    """Mark a view behind a link: a token that the portal did not write is counted against the
    network that it comes from, and the database is never asked about it.

    A token of ours is looked at whatever came from its network before. So nobody who floods the
    portal with made-up links keeps anybody from a link that they have (Z13).
    """
    def look(ground: Ground, values: dict[str, Any]) -> None:
        if signer(ground).read(values[name]) is None:
            hit(ground, Try(MADE_UP, network()))

    return before(look)


def not_yet(work: Work, template: str, until: datetime, /, **values: Any) -> Response:
    """Draw a form anew for somebody who has to wait (429): the page gets `until`, the header says
    the seconds."""
    response = page(template, 429, until=until, **values)
    response.headers["Retry-After"] = str(whole_seconds(until, work.now))
    return response
