"""Which editions of a paper there are, and who may have which (Z1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

#: The occasion of a version's first papers: its last signature.
SIGNED = "signed"


def editions_of(occasion: str) -> tuple[str, ...]:
    """Return the editions that an occasion calls for: who is vouched for changes the coachee's
    edition alone."""
    return ("common", "coachee") if occasion == SIGNED else ("coachee",)


def editions_for(role: str) -> frozenset[str]:
    """Return the editions that somebody in this role may have (Z1)."""
    private = {"coachee"} if role in ("COACH", "COACHEE") else set()
    return frozenset({"common", *private})


Kept = TypeVar("Kept")


def own_edition(papers: Mapping[str, Kept], role: str) -> Kept | None:
    """Return of some papers, by edition, the one that says most to somebody in this role (Z1)."""
    own = [paper for edition in ("coachee", "common") if edition in editions_for(role)
           and (paper := papers.get(edition)) is not None]
    return own[0] if own else None
