"""A coach's time: what is overdue, what sleeps, what runs until when, what the next weeks bring.

Which texts these are is read from the board's rows; what is said of the few on a page comes from
the records. So each page asks as many questions for two texts as for twenty thousand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select

from portal.agreements.policy import history, reviews, slept_out_at
from portal.agreements.queries import standing_of
from portal.desk.models import BoardRow
from portal.desk.policy.late import Late, late_of
from portal.desk.policy.look import PAGE
from portal.desk.queries.today import current
from portal.engagements.queries import parties_of
from portal.people.queries import names_of, practice_or_missing

if TYPE_CHECKING:
    from portal.agreements.policy import VersionFacts
    from portal.desk.policy.look import Scope
    from portal.ground.work import Work

#: How the reviews of what is overdue and of what sleeps stand.
_OVERDUE, _ASLEEP = ("overdue", "quiet"), ("asleep",)
#: What the picture of the next weeks shows, and how far it looks.
_TURNS = ("review", "ends", "sleeps", "quiet", "expires")
_AHEAD = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class Missing:
    """Hold somebody whose answer is missing, by name, and what the coach can do."""

    late: Late
    name: str


@dataclass(frozen=True, slots=True)
class TimeRow:
    """Hold one text on a page about time; `row` is its row of the board.

    `ends_by_itself` is when one that sleeps ends, `spans` are when it runs and sleeps, `dues` the
    ends of the days on which it is looked at, and `looks` those days as far as they are to come.
    """

    row: BoardRow
    coachee: str
    counterpart: str | None
    missing: Sequence[Missing]
    ends_by_itself: datetime | None
    spans: Sequence[tuple[str, datetime, datetime]]
    dues: Sequence[datetime]
    looks: Sequence[date]

    @property
    def template_code(self) -> str:
        """Return by which template the text is made."""
        return self.row.template_code

    @property
    def number(self) -> int:
        """Return which version it is."""
        return self.row.number

    @property
    def last_day(self) -> datetime:
        """Return an instant of the last day."""
        return (self.row.valid_to or self.row.ends) - timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Page:
    """Hold a page of texts, and how many there are."""

    rows: Sequence[TimeRow]
    total: int
    number: int = 1

    @property
    def pages(self) -> int:
        """Return how many pages there are."""
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True, slots=True)
class Times:
    """Hold a coach's page about time: `coming` says how much of each kind (review, ends or sleeps)
    there is on each of the next ninety days, and `now` is by the clock of the practice."""

    overdue: Page
    asleep: Page
    running: Page
    coming: Sequence[tuple[date, str, int]]
    now: datetime


def times(work: Work, scope: Scope, number: int) -> Times:
    """Return what a coach has to think of: the first texts that are overdue or asleep, those of a
    page that run, by their last day, and the next ninety days."""
    zone = ZoneInfo(practice_or_missing(work, scope.practice_id).timezone)
    here = current(work, scope)
    kept = {
        "overdue": _cut(work, [*here, BoardRow.review.in_(_OVERDUE)], BoardRow.starts, 1),
        "asleep": _cut(work, [*here, BoardRow.review.in_(_ASLEEP)], BoardRow.starts, 1),
        "running": _cut(work, [*here, BoardRow.word.in_(("coming", "in_force"))],
                        BoardRow.valid_to, number)}
    known = _rows(work, [row for rows, _total in kept.values() for row in rows])
    pages = {name: Page([known[row.id] for row in rows], total)
             for name, (rows, total) in kept.items()}
    running = Page(pages["running"].rows, pages["running"].total, number)
    return Times(pages["overdue"], pages["asleep"], running, _coming(work, scope, zone),
                 work.now.astimezone(zone))


def _cut(
    work: Work, where: Sequence[ColumnElement[bool]], by: object, number: int
) -> tuple[list[BoardRow], int]:
    """Return the rows of a page, and how many rows there are in all."""
    total = work.session.scalar(select(func.count()).select_from(BoardRow).where(*where)) or 0
    rows = work.session.scalars(
        select(BoardRow).where(*where).order_by(by, BoardRow.id)  # type: ignore[arg-type]
        .limit(PAGE).offset((number - 1) * PAGE))
    return list(rows), total


def _rows(work: Work, rows: Sequence[BoardRow]) -> dict[str, TimeRow]:
    engagements = {row.engagement_id for row in rows}
    standings, parties = standing_of(work, engagements), parties_of(work, list(engagements))
    people = {party.id: party for own in parties.values() for party in own}
    names = names_of(work, {i for row in rows for i in (row.coachee_id, row.counterpart_id) if i}
                     | {party.person_id for party in people.values()})
    found = {}
    for row in rows:
        facts = standings[row.engagement_id].version(row.version_id or "")
        paper = {party.id for party in parties[row.engagement_id] if party.on_paper}
        found[row.id] = TimeRow(
            row, names[row.coachee_id], names[row.counterpart_id] if row.counterpart_id else None,
            [Missing(late, names[people[late.party_id].person_id])
             for late in late_of(facts, paper, work.now)],
            slept_out_at(facts) if row.review == "asleep" else None,
            _spans(facts, work.now),
            [review.due_at for review in reviews(facts)],
            [review.day for review in reviews(facts) if review.due_at > work.now])
    return found


def _spans(facts: VersionFacts, now: datetime) -> list[tuple[str, datetime, datetime]]:
    """Return from when to when a text ran, slept, and will: one that runs does until its last
    day if everybody answers, and one that sleeps until it ends by itself."""
    force = facts.force_at()
    if force is not None and force > now:
        return [("runs", force, facts.valid_to)]
    states = history(facts, now)
    still = min(slept_out_at(facts) or facts.valid_to, facts.valid_to)
    last = facts.valid_to if states[-1][1] == "IN_FORCE" else still
    ends = [at for at, _name in states[1:]] + [last]
    return [("asleep" if name == "SUSPENDED" else "runs", start, end)
            for (start, name), end in zip(states, ends, strict=True)
            if name in ("IN_FORCE", "SUSPENDED") and start < end]


def _coming(work: Work, scope: Scope, zone: ZoneInfo) -> list[tuple[date, str, int]]:
    """Return how much of each kind comes on each of the next days."""
    found = work.session.execute(
        select(BoardRow.turn, BoardRow.ends, func.count())
        .where(BoardRow.coach_id == scope.person_id, BoardRow.turn.in_(_TURNS),
               BoardRow.ends > work.now, BoardRow.ends < work.now + _AHEAD)
        .group_by(BoardRow.turn, BoardRow.ends))
    return [((at - timedelta(seconds=1)).astimezone(zone).date(),
             {"expires": "ends", "quiet": "sleeps"}.get(turn, turn), count)
            for turn, at, count in found]
