"""What a party's own pages ask of the database does not grow with how much they signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.board import queries
from portal.desk.queries.own import own_of
from portal.sessions.queries.people import openings
from portal.signing.queries import seat_of, signed_words
from tests.builders import World, add_practice, add_table, issue, opened, read_all, sign

if TYPE_CHECKING:
    from collections.abc import Callable


def test_asks_the_same_of_four_texts_as_of_one(world: World) -> None:
    add_practice(world)
    add_table(world, "carla", "eli", "gus")
    issue(world)
    opened(world)
    read_all(world)
    sign(world)
    with world.ground.work(writes=False, actor=world.party()) as work:
        seat = seat_of(work)
        signed = list(seat.standing.versions)
        assert len(signed) == 4

        def asked(act: Callable[[], object]) -> float:
            act()  # keys are fetched once
            return queries(world.ground.engine, act)

        few = seat.standing.__class__(seat.standing.agreements, signed[:1], seat.standing.events)
        assert asked(lambda: own_of(work, seat, signed)) == asked(
            lambda: own_of(work, seat, signed[:1])) > 0
        assert asked(lambda: signed_words(work, seat.standing, seat.party)) == asked(
            lambda: signed_words(work, few, seat.party)) > 0
        assert asked(lambda: openings(work, seat.standing, "LOG.SCHEDULE")) <= 2
