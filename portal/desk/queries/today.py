"""The board: what waits for whom, read from its rows with a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, union

from portal.desk.models import BoardRow, BoardSlot
from portal.desk.policy.board import LOOK_BACK, WAITING, Signer, Step, next_step
from portal.desk.policy.look import PAGE, STATES, Look, Scope
from portal.engagements.models import Engagement, Party
from portal.people.models import NamePrint
from portal.people.queries import name_prints, names_of
from portal.plain.names import sought
from portal.reaching.policy import Word

if TYPE_CHECKING:
    from portal.ground.work import Work


@dataclass(frozen=True, slots=True)
class Asked:
    """Hold one signer of a row as it is shown; without a name for others of the practice."""

    signer: Signer
    name: str | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one agreement as the board shows it."""

    engagement_id: str
    agreement_id: str
    version_id: str | None
    template_code: str
    number: int
    word: str
    coachee: str
    coach: str
    counterpart: str | None
    title: str | None
    asked: Sequence[Asked]
    mine: bool
    step: Step
    step_for: Asked | None
    blocked: str
    since: datetime
    sign_by: datetime | None
    force_at: datetime | None
    valid_to: datetime | None

    @property
    def signed(self) -> int:
        """Return how many have signed."""
        return sum(asked.signer.signed for asked in self.asked)

    @property
    def missing(self) -> list[Asked]:
        """Return who has not signed, the coach first."""
        return [asked for asked in self.asked if not asked.signer.signed]

    @property
    def last_day(self) -> datetime:
        """Return an instant of the last day in force."""
        return (self.valid_to or self.since) - timedelta(seconds=1)

    @property
    def overdue(self) -> bool:
        """Tell whether somebody was asked a week ago or more and has not signed."""
        return self.word == "open" and any(asked.overdue for asked in self.asked)


@dataclass(frozen=True, slots=True)
class Summary:
    """Hold the answer in numbers: of everything that somebody may see, whatever they look for."""

    counts: dict[str, int]
    signed: int
    waiting: int
    unsent: int
    lapsed: int
    voices: int
    drafts: int
    not_concluded: int
    missed: int
    oldest: datetime | None
    cannot_start: int
    paused: int
    blocked_name: str

    @property
    def missing(self) -> int:
        """Return how many signatures are missing now."""
        return self.waiting + self.unsent

    @property
    def total(self) -> int:
        """Return how many signatures the picture is about."""
        return self.signed + self.missing + self.lapsed


@dataclass(frozen=True, slots=True)
class Board:
    """Hold one page of the board."""

    rows: Sequence[Row]
    total: int
    summary: Summary
    scope: Scope
    look: Look

    @property
    def pages(self) -> int:
        """Return how many pages there are."""
        return max(1, -(-self.total // PAGE))


def board(work: Work, scope: Scope, look: Look) -> Board:
    """Return a page of the board: mine first, then oldest."""
    here = current(work, scope)
    found, told = _found(work, scope, look.find), _summary(work, here)
    # Which rows, and then the rows: so the whole list is sorted inside an index.
    cut = (select(BoardRow.id, func.count().over().label("total") if found else
                  literal(told.counts[look.state]).label("total"))
           .where(*here, *_filter(work, look.state), *found).order_by(*_ORDERS[look.state])
           .limit(PAGE).offset((look.page - 1) * PAGE).subquery())
    rows = work.session.execute(
        select(BoardRow, cut.c.total).join(cut, cut.c.id == BoardRow.id)
        .order_by(*_ORDERS[look.state])).all()
    total = rows[0].total if rows else 0 if found else told.counts[look.state]
    return Board(_shown(work, scope, [row[0] for row in rows]), total, told, scope, look)


def of_engagement(work: Work, scope: Scope, engagement_id: str) -> Board:
    """Return all agreements of one engagement, as the board shows them."""
    here = [*current(work, scope), BoardRow.engagement_id == engagement_id]
    rows = work.session.scalars(
        select(BoardRow).where(*here).order_by(BoardRow.template_code, BoardRow.number)).all()
    return Board(_shown(work, scope, rows), len(rows), _summary(work, here), scope, Look())


def current(work: Work, scope: Scope) -> list[ColumnElement[bool]]:
    """Return what is true of the rows of this moment that somebody may see."""
    return [*seen(scope), BoardRow.starts <= work.now, BoardRow.ends > work.now]


def seen(scope: Scope) -> list[ColumnElement[bool]]:
    """Return what is true of the rows that somebody may see at any time."""
    if scope.own:
        return [BoardRow.coach_id == scope.person_id]
    return [BoardRow.practice_id == scope.practice_id, BoardRow.asked.is_(True)]


def _lately_lost(work: Work) -> ColumnElement[bool]:
    return and_(BoardRow.word == "not_concluded", BoardRow.starts > work.now - LOOK_BACK)


def _missed() -> ColumnElement[bool]:
    """Return what is true of a text that has ended and that the coaching needs (INV-2)."""
    return and_(BoardRow.word == "ended", BoardRow.held_up == "pause")


def _filter(work: Work, state: str) -> list[ColumnElement[bool]]:
    if state != "open":
        return [BoardRow.word.in_(STATES[state])]
    # The words first: by them the index finds the rows.
    return [BoardRow.word.in_((*STATES[state], "not_concluded", "ended")),
            or_(BoardRow.word.in_(STATES[state]), _lately_lost(work), _missed())]


_OLDEST = (BoardRow.mine.desc(), BoardRow.word == "not_concluded", BoardRow.asked_at, BoardRow.id)
_NEWEST = (BoardRow.starts.desc(), BoardRow.id)
_ORDERS: dict[str, tuple[Any, ...]] = {
    "open": _OLDEST, "all": _OLDEST, "in_force": (BoardRow.valid_to, BoardRow.id),
    "lost": _NEWEST, "ended": _NEWEST,
}


def _found(work: Work, scope: Scope, find: str) -> list[ColumnElement[bool]]:
    """Return what must be true of a row for each word that somebody typed.

    In one's own engagements a word may begin the name of anybody who takes part, of an
    organisation or the title; in those of others the names of coachee and coach alone.
    """
    conditions: list[ColumnElement[bool]] = []
    for print_ in name_prints(work, scope.practice_id, sought(find)):
        named = select(NamePrint.subject_id).where(
            NamePrint.practice_id == scope.practice_id, NamePrint.print == print_)
        if scope.own:
            parties = select(Party.engagement_id).where(
                or_(Party.person_id.in_(named), Party.organisation_id.in_(named)))
            conditions.append(BoardRow.engagement_id.in_(union(parties, named)))
        else:
            conditions.append(or_(BoardRow.coachee_id.in_(named), BoardRow.coach_id.in_(named)))
    return conditions


def _summary(work: Work, here: list[ColumnElement[bool]]) -> Summary:
    lately = case((or_(_lately_lost(work), _missed()), 1), else_=0)
    groups = work.session.execute(
        select(BoardRow.word, BoardRow.mine, lately, func.count(), func.sum(BoardRow.signed),
               func.sum(BoardRow.waiting), func.sum(BoardRow.unsent), func.min(BoardRow.asked_at))
        .where(*here, BoardRow.word.in_(STATES["all"]))
        .group_by(BoardRow.word, BoardRow.mine, lately)).all()

    def total(column: int, *words: str) -> int:
        return sum(int(group[column]) for group in groups if group[0] in words)

    anew = [group for group in groups if group[2]]
    lapsed = [group for group in anew if group[0] == "not_concluded"]
    counts = {state: total(3, *words) for state, words in STATES.items()}
    blocked = _blocked(work, here)
    return Summary(
        counts={**counts, "open": counts["open"] + sum(group[3] for group in anew)},
        signed=total(4, "open", "held", "coming", "in_force"), waiting=total(5, "open"),
        unsent=total(6, "open"), lapsed=sum(group[5] + group[6] for group in lapsed),
        voices=sum(group[3] for group in groups if group[0] == "held" and group[1]),
        drafts=total(3, "draft"), not_concluded=sum(group[3] for group in lapsed),
        missed=sum(group[3] for group in anew if group[0] == "ended"),
        oldest=min((group[7] for group in groups if group[0] == "open"), default=None), **blocked)


def _blocked(work: Work, here: list[ColumnElement[bool]]) -> dict[str, Any]:
    """Return how many engagements wait for a signature, and of the only one whose it is."""
    found = work.session.execute(
        select(BoardRow.held_up, func.min(BoardRow.coachee_id),
               func.count(BoardRow.engagement_id.distinct()))
        .where(*here, BoardRow.word.in_((*WAITING, "ended")), BoardRow.held_up != "")
        .group_by(BoardRow.held_up)).all()
    counts = {what: count for what, _coachee, count in found}
    only = found[0][1] if sum(counts.values()) == 1 else None
    return {"cannot_start": counts.get("start", 0), "paused": counts.get("pause", 0),
            "blocked_name": names_of(work, [only])[only] if only is not None else ""}


def _shown(work: Work, scope: Scope, rows: Sequence[BoardRow]) -> list[Row]:
    slots = signers_on_board(work, [row.version_id for row in rows if row.version_id])
    people = {i for row in rows for i in (row.coachee_id, row.coach_id, row.counterpart_id) if i}
    people |= {signer.person_id for own in slots.values() for signer in own}
    names = names_of(work, people)
    titles = _titles(work, {row.engagement_id for row in rows}) if scope.own else {}
    return [_row(work, scope, row, slots.get(row.version_id or "", []), names,
                 titles.get(row.engagement_id)) for row in rows]


def signers_on_board(work: Work, version_ids: Iterable[str]) -> dict[str, list[Signer]]:
    """Return where the request to each signer of some versions stands, the coach first."""
    found: dict[str, list[Signer]] = {}
    for slot in work.session.scalars(
        select(BoardSlot).where(BoardSlot.version_id.in_(list(version_ids)))
        .order_by(BoardSlot.role != "COACH", BoardSlot.role != "COACHEE", BoardSlot.id)
    ):
        found.setdefault(slot.version_id, []).append(Signer(
            slot.party_id, slot.person_id, slot.role, Word(slot.word), slot.since, slot.asked_at,
            slot.reminded_at, slot.wrong_person, slot.no_reminders, slot.vouching,
            slot.vouched_at))
    return found


def _titles(work: Work, engagement_ids: set[str]) -> dict[str, str]:
    found = work.session.scalars(
        select(Engagement).where(Engagement.id.in_(engagement_ids))).all()
    work.vault.fetch(engagement.key_id for engagement in found)
    return {engagement.id: work.reveal(engagement, "title") for engagement in found}


def _row(
    work: Work, scope: Scope, row: BoardRow, signers: Sequence[Signer], names: dict[str, str],
    title: str | None,
) -> Row:
    asked = [Asked(s, names[s.person_id] if scope.own or s.role in ("COACH", "COACHEE") else None,
                   s.is_overdue(work.now)) for s in signers]
    step, concerns = next_step(row.word, signers)
    if not scope.own:
        step = Step.REMIND if step is Step.REMIND and scope.reminds else Step.NONE
    counterpart = row.counterpart_id if scope.own else None
    return Row(
        engagement_id=row.engagement_id, agreement_id=row.agreement_id,
        version_id=row.version_id, template_code=row.template_code, number=row.number,
        word=row.word, coachee=names[row.coachee_id], coach=names[row.coach_id],
        counterpart=names[counterpart] if counterpart else None, title=title, asked=asked,
        mine=row.mine and scope.own, step=step,
        step_for=next((a for a in asked if a.signer is concerns), None), blocked=row.held_up,
        since=row.asked_at, sign_by=row.sign_by, force_at=row.force_at, valid_to=row.valid_to)
