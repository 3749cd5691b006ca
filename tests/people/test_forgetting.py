"""Where and when somebody was signed in is kept for 90 days after it is over, and no longer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from portal.people.actions import begin_session, end_session
from portal.people.jobs import forget_sign_ins
from portal.people.models import Person, SignIn
from portal.schema import METADATA
from tests.builders import add_practice

if TYPE_CHECKING:
    from tests.builders import World

LASTS = timedelta(hours=12)


def begun(world: World) -> str:
    """Let Ana sign in now; returns the session's id."""
    with world.ground.work(writes=True) as work:
        before = set(work.session.scalars(select(SignIn.id)))
        begin_session(work, work.session.get_one(Person, world.ids["ana"]), scope="coach",
                      level="factor", lasts=LASTS, account_id=world.ids["ana.account"])
        return (set(work.session.scalars(select(SignIn.id))) - before).pop()


def there(world: World) -> set[str]:
    """Return which sessions are known."""
    with world.ground.work(writes=False) as work:
        return set(work.session.scalars(select(SignIn.id)))


@pytest.mark.parametrize("ended", [True, False], ids=["signed out", "ran out"])
def test_forgets_a_session_ninety_days_after_its_end_and_no_sooner(
    world: World, *, ended: bool
) -> None:
    add_practice(world)
    one = begun(world)
    if ended:
        with world.ground.work(writes=True) as work:
            end_session(work, one)
    else:
        world.clock.move(hours=12)
    world.clock.move(days=90)
    later = begun(world)
    assert forget_sign_ins(world.ground) == 0
    world.clock.move(seconds=1)
    assert forget_sign_ins(world.ground) == 1
    assert there(world) == {later}


def test_is_no_part_of_any_evidence() -> None:
    """So the row can go: no other table needs it to say what it says."""
    assert not [(table.name, key.column) for table in METADATA.tables.values()
                for key in table.foreign_keys if key.column.table.name == "sign_in"]
