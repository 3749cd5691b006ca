"""No signature, withdrawal, share or issue without its evidence, wherever it is cut off (INV-7,
INV-10, ASVS 16.5.3).

Each act is broken off at its first statement, at its second, and so on to its commit; then it is
done in peace.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, select

from portal.engagements.actions import hold
from portal.plain.errors import Unavailable
from portal.sharing import actions as sharing
from portal.sharing.models import Share
from tests.builders import World, add_engagement, add_practice, issue, opened, read_all, settle
from tests.sharing.table import GOALS, load, person, seat_everyone
from tests.taking.acts import entries, take_whole
from tests.trust.cuts import Cut, counting
from tests.trust.stage import Signer, assert_whole, everything, signatures_of, used_steps

if TYPE_CHECKING:
    from flask import Flask


def cut_everywhere(world: World, act: Callable[[], Any]) -> int:
    """Break an act off at each of its statements, then do it; returns how many there are.

    Nothing is left of any broken one. The clock stands meanwhile, so one code does for all.
    """
    stood, at = everything(world), 0
    while True:
        at += 1
        with counting(world.ground.engine, at, list(Cut)[at % 3]) as count:
            no = tried(act)
        if no is None:
            assert len(count.seen) < at, "a statement that broke off was passed over"
            return len(count.seen)
        assert no.unsure == (count.seen[-1] == "COMMIT" and count.cut is Cut.BROKEN)
        assert everything(world) == stood, f"half of it stayed: {count.seen[-1]}"


def tried(act: Callable[[], Any]) -> Unavailable | None:
    """Return what kept an act from being done, or None."""
    try:
        act()
    except Unavailable as no:
        return no
    return None


def test_signs_or_does_not(ready: World, served: Flask) -> None:
    """Through the pages: each cut is told honestly, no code is burned, the next try counts."""
    signer = Signer(ready, served)
    sent, stood, seen = signer.values(), everything(ready), []
    for at in range(1, 500):
        with counting(ready.ground.engine, at) as count:
            page = signer.browser.post("/p/sign", sent, page=signer.sheet, follow=False)
        if page.status == 303:
            break
        seen.append(count.seen[-1])
        assert page.status == 503
        assert "nothing was signed, taken back or changed" in page.text
        assert everything(ready) == stood, count.seen[-1]
    assert (signatures_of(ready), used_steps(ready)) == (1, 1)
    assert seen[-1] == "COMMIT"
    for table in ("signature", "ledger_entry", "used_step", "notice", "sign_in"):
        assert any(f"INTO {table}" in one for one in seen), table
    assert_whole(ready)


def test_does_not_say_that_nothing_was_signed_where_nobody_can_know(
    ready: World, served: Flask
) -> None:
    """The commit is carried out, and the answer to it is lost."""
    signer = Signer(ready, served)

    def lost(connection: Any) -> None:
        if connection.get_execution_options().get("writes"):
            connection.connection.driver_connection.commit()
            raise Cut.BROKEN.error()

    event.listen(ready.ground.engine, "commit", lost)
    try:
        page = signer.sends()
    finally:
        event.remove(ready.ground.engine, "commit", lost)
    assert page.status == 503
    assert "We cannot say yet whether it was carried out" in page.text
    assert "was not carried out" not in page.text
    assert (signatures_of(ready), used_steps(ready)) == (1, 1)
    assert signer.sends().status in (303, 409)
    assert (signatures_of(ready), used_steps(ready)) == (1, 1)


@pytest.fixture
def seated(impatient: World) -> World:
    """Give a table at which everybody has signed."""
    seat_everyone(impatient)
    impatient.ids["ben.engagement"] = impatient.ids["engagement"]
    impatient.clock.move(hours=1)
    return impatient


def test_takes_back_or_does_not(seated: World) -> None:
    assert cut_everywhere(seated, lambda: take_whole(seated)) > 10
    assert len(entries(seated, "version.withdrawn")) == 4
    assert_whole(seated)


def test_shares_or_does_not(seated: World) -> None:
    loaded = load(seated)
    with seated.ground.work(writes=True, actor=seated.coach()) as work:
        question = sharing.ask(work, hold(work, seated.ids["engagement"]), sharing.Asked(
            recipient=person(loaded, "carla"), **GOALS))
        assert question.decision == "PERMIT"

    def share() -> None:
        with seated.ground.work(writes=True, actor=seated.coach()) as work:
            sharing.share(work, hold(work, seated.ids["engagement"]), question.id)

    assert cut_everywhere(seated, share) > 4
    with seated.ground.work(writes=False) as work:
        assert len(work.session.scalars(select(Share.id)).all()) == 1
    assert len(entries(seated, "share.recorded")) == 1
    assert_whole(seated)


def test_issues_or_does_not(impatient: World) -> None:
    add_practice(impatient)
    impatient.ids["ben.engagement"] = add_engagement(impatient)
    settle(impatient)
    impatient.clock.move(seconds=30)
    # The builder lets half a minute pass for a fresh code; here one code does for all.
    still, impatient.fresh_code = impatient.fresh_code, impatient.code  # type: ignore[method-assign]
    assert cut_everywhere(impatient, lambda: issue(impatient)) > 20
    impatient.fresh_code = still  # type: ignore[method-assign]
    opened(impatient)
    read_all(impatient)
    assert_whole(impatient)
