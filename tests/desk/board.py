"""The board beside the truth: what the tables hold, and what the records say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, select

from portal.agreements.models import TermsDraft
from portal.agreements.policy import with_successors
from portal.agreements.queries import standing_of_one
from portal.desk.models import BoardRow, BoardSlot
from portal.desk.policy.board import LIVE, held_up
from portal.desk.queries.projection import project
from portal.engagements.models import Engagement
from portal.engagements.policy import Mandatory, engagement_state
from portal.reaching.policy import seen_outside

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from portal.ground.work import Work
    from tests.builders import World

Rows = set[tuple[tuple[str, Any], ...]]
Words = dict[str, tuple[str, str]]


def _plain(rows: Iterable[dict[str, Any]]) -> Rows:
    return {tuple(sorted((k, v) for k, v in row.items() if k != "id")) for row in rows}


def stored(work: Work) -> Rows:
    """Return what the two tables hold, whatever the rows are called."""
    return _plain({c.name: getattr(row, c.name) for c in table.__table__.columns}
                  for table in (BoardRow, BoardSlot)
                  for row in work.session.scalars(select(table)))


def made_anew(work: Work) -> Rows:
    """Return what they would hold if they were made anew now."""
    found = project(work, work.session.scalars(select(Engagement.id)).all())
    return _plain(row for projected in found.values()
                  for row in [*projected.rows, *projected.slots])


def assert_same(world: World) -> None:
    """Fail if the board differs from what a rebuild would make of it."""
    with world.ground.work(writes=False) as work:
        assert stored(work) == made_anew(work)


def said(work: Work, own: Select[tuple[BoardRow]], at: datetime) -> Words:
    """Return the words of the board for each version at an instant: where the text
    stands and what waits for it, of the rows that `own` selects."""
    rows = work.session.scalars(own.where(
        BoardRow.version_id.is_not(None), BoardRow.starts <= at, BoardRow.ends > at)).all()
    words = {row.version_id or "": (row.word, row.held_up) for row in rows}
    assert len(words) == len(rows), "two rows of one version at one instant"
    return words


def true(work: Work, engagement_id: str, at: datetime) -> Words:
    """Return the same words, computed from the records by the rules for this very instant.

    An older version matters only while it is in force, and what was not concluded only until
    there is a new draft.
    """
    read, words = standing_of_one(work, engagement_id), {}
    here = engagement_state(engagement_id, read.events, Mandatory(read.mandatory_spans(at)), at)
    for agreement, row in read.agreements.items():
        own = with_successors([v for v in read.versions if v.agreement_id == agreement], at)
        drafted = bool(draft_waits(work, agreement))
        for facts in own:
            word = seen_outside(facts, at)
            if word == "held" and facts.force_at() is not None:
                word = "coming"
            newest = facts.number == own[-1].number
            if (word in LIVE and (newest or word == "in_force")) or (newest and not drafted):
                waits = held_up(word, here, mandatory=row.mandatory)
                words[facts.version_id] = (word, waits)
    return words


def draft_waits(work: Work, agreement_id: str) -> bool:
    """Tell whether the coach has begun a next text and not sent it."""
    return work.session.scalar(
        select(TermsDraft.id).where(
            TermsDraft.agreement_id == agreement_id, TermsDraft.discarded_at.is_(None),
            TermsDraft.issued_at.is_(None))) is not None
