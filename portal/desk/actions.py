"""Keeping the board: its rows follow the records in the transaction of every act (Z21).

And the one act that others of the practice may do from there: a reminder.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Table, bindparam, delete, insert, select

from portal.agreements.queries import standing_of_one
from portal.desk.models import BoardRow, BoardSlot
from portal.desk.queries.projection import project
from portal.engagements.actions import hold, note
from portal.engagements.models import Engagement, Organisation
from portal.ground.vault import DataKey
from portal.links.queries import of_person
from portal.people.actions import list_name
from portal.people.models import NamePrint, Person
from portal.plain.errors import Missing
from portal.reaching.actions import invite
from portal.reaching.policy import BETWEEN_REMINDERS, COACH_ACTS, RemindNo, wants_reminders
from portal.reviews.actions import set_timers
from portal.reviews.policy import asks_now
from portal.web.words import long_date

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portal.desk.policy.look import Scope
    from portal.engagements.models import Party
    from portal.ground.work import Ground, Work

#: So many engagements are made anew in one transaction.
_BATCH = 50
#: So long a link lives at the least by which somebody is asked again.
_LINK_LIVES = timedelta(days=14)
#: What can be looked for, and the column in which its name is stored.
_NAMED = ((Person, "name"), (Engagement, "title"), (Organisation, "name"))
_ROWS, _SLOTS = cast("Table", BoardRow.__table__), cast("Table", BoardSlot.__table__)
_CLEAR = {table.name: delete(table).where(table.c.engagement_id == bindparam("cleared"))
          for table in (_ROWS, _SLOTS)}


def keep_board(work: Work) -> None:
    """Make the rows of every engagement that this unit of work touched anew.

    The unit of work calls this before it commits, so that no reader sees an act without its row.
    """
    work.session.flush()
    write_board(work, work.touched)


def write_board(work: Work, engagement_ids: Iterable[str]) -> int:
    """Replace the rows of some engagements by what the records say, and set their timers; returns
    how many those were. One whose content was erased has neither.
    """
    wanted = list(engagement_ids)
    found = project(work, wanted)
    cleared = [{"cleared": engagement_id} for engagement_id in wanted]
    _replace(work, _ROWS, cleared, [row for made in found.values() for row in made.rows])
    _replace(work, _SLOTS, cleared, [slot for made in found.values() for slot in made.slots])
    set_timers(work, {i: (made.practice_id, made.next_at) for i, made in found.items()})
    return len(wanted)


def _replace(
    work: Work, table: Table, cleared: list[dict[str, str]], values: list[dict[str, Any]]
) -> None:
    # On the tables themselves: these rows are never objects, and half of the time is saved.
    connection = work.session.connection()
    connection.execute(_CLEAR[table.name], cleared)
    if values:
        connection.execute(insert(table), [{"id": _lasting_id(row), **row} for row in values])


def _lasting_id(row: dict[str, Any]) -> str:
    """Return an id that a row has again whenever it is made anew.

    The board sorts by it last. So rows of one instant stand in the order in which their texts are
    read, and nothing that somebody does elsewhere makes them change places.
    """
    text, when = ("|".join(str(row.get(key)) for key in keys).encode() for keys in (
        ("agreement_id", "version_id", "party_id"), ("starts",)))
    # The text comes first: what somebody answers cuts its time anew, and must not move its row.
    return (f"{row.get('template_code', '').lower()}{sha256(text).hexdigest()[:20]}"
            f"{sha256(when).hexdigest()}")[:32]


def rebuild_board(ground: Ground) -> int:
    """Make the whole board anew, a batch of engagements at a time, and let it be searched for
    every name; returns how many engagements there are."""
    with ground.work(writes=False) as work:
        ids = list(work.session.scalars(select(Engagement.id).order_by(Engagement.id)))
    for start in range(0, len(ids), _BATCH):
        with ground.work(writes=True) as work:
            write_board(work, ids[start:start + _BATCH])
    for table, column in _NAMED:
        _list_names(ground, table, column)
    return len(ids)


def _list_names(ground: Ground, table: Any, column: str) -> None:
    """List the names that an earlier portal stored and did not list; erased ones stay so."""
    with ground.work(writes=False) as work:
        ids = list(work.session.scalars(
            select(table.id).where(table.id.not_in(select(NamePrint.subject_id)),
                                   table.key_id.in_(select(DataKey.id).where(
                                       DataKey.destroyed_at.is_(None))))))
    for start in range(0, len(ids), _BATCH):
        with ground.work(writes=True) as work:
            for row in work.session.scalars(
                    select(table).where(table.id.in_(ids[start:start + _BATCH]))):
                list_name(work, row, work.reveal(row, column))


def to_remind(work: Work, scope: Scope, engagement_id: str) -> Engagement:
    """Return an engagement in which somebody may send reminders, locked, or raise `Missing`.

    A coach does so in their own; a helper in those of the practice.
    """
    if not _reminds(scope, work.session.get(Engagement, engagement_id)):
        raise Missing("engagement")
    found = hold(work, engagement_id)
    if not _reminds(scope, found):
        raise Missing("engagement")
    return found


def _reminds(scope: Scope, found: Engagement | None) -> bool:
    return (found is not None and found.practice_id == scope.practice_id and scope.reminds
            and (not scope.own or found.coach_id == scope.person_id))


def ask_again(work: Work, engagement: Engagement, party: Party) -> RemindNo | None:
    """Ask somebody again to look at what they signed, in their letter of the day. A return says
    why no mail goes out; at most one does in twenty hours."""
    standing = standing_of_one(work, engagement.id)
    ask = asks_now(standing.versions, party.id, party.role, standing.events, work.now)
    if ask is None or party.role == "COACH" or party.contact_point_id is None or party.on_paper:
        return RemindNo.NOTHING_WAITS
    if not wants_reminders(party.id, standing.events):
        return RemindNo.NOT_WISHED
    asked = [event.at for event in standing.events
             if event.subject_id == party.id and event.kind in COACH_ACTS]
    asked += [link.issued_at for link in of_person(
        work, engagement.practice_id, engagement.id, party.person_id)]
    if any(work.now - at < BETWEEN_REMINDERS for at in asked):
        return RemindNo.TOO_SOON
    note(work, engagement, "party.reminded", party.id)
    # After the grace the question is as old as it likes: the link lives a while all the same.
    invite(work, engagement, party, "review", until=max(ask.until, work.now + _LINK_LIVES),
           dedupe=f"review:{party.id}:{work.now.isoformat()}", texts=len(ask.waits),
           day=long_date(ask.day))
    return None
