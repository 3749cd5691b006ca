"""The board's tables follow the records, whatever happens and however late one looks (Z21)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from portal.desk.actions import rebuild_board
from portal.desk.models import BoardRow, BoardSlot
from portal.desk.policy.timeline import FOREVER
from portal.issuing import actions as issuing
from portal.issuing.actions import TermsValues
from portal.jobs import run_job
from portal.links.models import Invitation
from portal.people.policy import Owner, ReadBy
from portal.plain.errors import PortalError
from portal.reaching import actions as reaching
from portal.signing.actions import decline, not_me
from portal.web.words import today
from tests.builders import (
    World,
    add_engagement,
    add_practice,
    issue,
    newest_invitation,
    opened,
    read_all,
    sign,
    vouch_for,
)
from tests.cast import ANSWERS
from tests.desk.board import assert_same, made_anew, said, stored, true

if TYPE_CHECKING:
    from portal.engagements.models import Engagement, Party
    from portal.ground.work import Work


def as_coach(world: World, act: Callable[[Work, Engagement, Party], Any]) -> None:
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        act(work, engagement, reaching.party_by_id(work, engagement, world.ids["ben.party"]))


def prepare_again(world: World) -> None:
    def prepare(work: Work, engagement: Engagement, _party: Party) -> None:
        issuing.save_terms(work, engagement, TermsValues(today(work.now), ANSWERS))

    as_coach(world, prepare)


def correct_address(world: World) -> None:
    as_coach(world, lambda work, engagement, party: reaching.correct_address(
        work, engagement, party, "ben@other.example", Owner.PRIVATE, ReadBy.NOBODY))


def say_no(world: World) -> None:
    with world.ground.work(writes=True, actor=world.party(level="mailbox")) as work:
        decline(work, world.ids["version"])


def say_not_me(world: World) -> None:
    with world.ground.work(writes=True) as work:
        invitation = newest_invitation(work, world.ids["ben"])
        not_me(work, work.session.get_one(Invitation, invitation.id))


#: Everything that somebody can do to an engagement, by name; what is not possible is refused.
ACTS: dict[str, Callable[[World], object]] = {
    "engage": add_engagement,
    "issue": issue,
    "open": opened,
    "read": read_all,
    "sign": sign,
    "vouch": vouch_for,
    "decline": say_no,
    "not me": say_not_me,
    "remind": lambda w: as_coach(w, reaching.remind),
    "reissue": lambda w: as_coach(w, reaching.reissue),
    "revoke": lambda w: as_coach(w, reaching.revoke),
    "recall": lambda w: as_coach(w, lambda work, engagement, _party: reaching.recall(
        work, engagement, w.ids["version"])),
    "correct": correct_address,
    "prepare again": prepare_again,
    "post": lambda w: run_job(w.ground, "mail"),
    "wait a day": lambda w: w.clock.move(days=1),
    "wait two weeks": lambda w: w.clock.move(days=14),
    "wait a season": lambda w: w.clock.move(days=100),
}
STORIES = [
    ["engage", "issue", "post", "open", "read", "sign", "vouch", "wait a season", "prepare again",
     "issue", "open", "read", "sign", "wait a season", "wait a season"],
    ["engage", "issue", "open", "decline", "remind", "wait two weeks", "prepare again", "issue"],
    ["engage", "issue", "not me", "correct", "open", "revoke", "reissue", "recall",
     "prepare again"],
    ["engage", "issue", "open", "read", "sign", "wait two weeks", "wait two weeks",
     "wait two weeks"],
]


def tell(world: World, acts: list[str]) -> None:
    """Let acts happen one after the other, and compare the board after each."""
    if "ana" not in world.ids:
        add_practice(world)
    for name in acts:
        # What it is not the time for is refused, and has changed nothing.
        with suppress(PortalError, AssertionError, KeyError):
            ACTS[name](world)
        assert_same(world)
        compare(world)


def compare(world: World) -> None:
    """Ask the board and the rules about now and about every instant at which a word changes."""
    with world.ground.work(writes=False) as work:
        own = select(BoardRow).where(BoardRow.engagement_id == world.ids["engagement"])
        edges = {at for row in work.session.scalars(own) for at in (row.starts, row.ends)}
        for at in sorted({work.now, work.now + timedelta(days=400)} | {
                edge for edge in edges if work.now < edge < FOREVER}):
            assert said(work, own, at) == true(work, world.ids["engagement"], at), at


@pytest.mark.parametrize("acts", STORIES, ids=["renewed", "declined", "wrong person", "silent"])
def test_z21_equals_the_truth_after_every_act(world: World, acts: list[str]) -> None:
    tell(world, acts)


@settings(max_examples=10, deadline=None, database=None, derandomize=True,
          phases=[Phase.generate],
          suppress_health_check=list(HealthCheck))
@given(acts=st.lists(st.sampled_from(sorted(set(ACTS) - {"engage"})), min_size=2, max_size=9))
def test_z21_equals_the_truth_after_anything_that_can_happen(
    world: World, acts: list[str]
) -> None:
    """Sequences that nobody thought of, each with another engagement of the same practice."""
    tell(world, ["engage", "issue", *acts])


def test_is_made_anew_from_nothing(world: World) -> None:
    add_practice(world)
    for _number in range(3):
        add_engagement(world)
        issue(world)
    with world.ground.work(writes=True) as work:
        before = stored(work)
        for table in (BoardRow, BoardSlot):
            work.session.execute(delete(table))
    assert rebuild_board(world.ground) == 3
    with world.ground.work(writes=False) as work:
        assert stored(work) == before == made_anew(work)
        assert len(before) > 6


def test_a_board_that_was_not_kept_would_be_noticed(world: World) -> None:
    add_practice(world)
    add_engagement(world)
    world.ground.keep_board = lambda _work: None
    issue(world)
    with pytest.raises(AssertionError):
        assert_same(world)


def test_gives_a_row_the_same_id_however_often_it_is_made(world: World) -> None:
    """The board sorts by it last: rows of one instant must not change places."""
    add_practice(world)
    add_engagement(world)
    issue(world)
    before = _ids(world)
    rebuild_board(world.ground)
    assert _ids(world) == before


def _ids(world: World) -> set[str]:
    with world.ground.work(writes=False) as work:
        return {row.id for table in (BoardRow, BoardSlot)
                for row in work.session.scalars(select(table))}
