"""Tries are counted exactly, whoever counts at the same moment, and the table names nobody."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from portal.jobs import JOBS
from portal.plain.errors import TooSoon
from portal.throttles.actions import hit, take, take_back
from portal.throttles.models import Throttle
from portal.throttles.policy import Limit, Pauses, Try
from tests.builders import World
from tests.sight import see_all

LIMIT = Limit("three", 3, timedelta(minutes=10))
OTHER = Limit("other", 5, timedelta(hours=1))
NETWORK = "203.0.113.0/24"


def tried(world: World, *tries: Try) -> bool:
    with world.ground.work(writes=True) as work:
        return take(work, *tries) is None


def count(world: World) -> int:
    with world.ground.work(writes=False) as work:
        return work.session.scalar(select(func.count()).select_from(Throttle)) or 0


def test_lets_exactly_as_many_through_as_it_says_when_all_come_at_once(world: World) -> None:
    for round_ in range(5):
        one = Try(LIMIT, f"{NETWORK} {round_}")
        with ThreadPoolExecutor(8) as pool:
            through = list(pool.map(lambda _n, one=one: tried(world, one), range(12)))
        assert sum(through) == LIMIT.most


def test_counts_what_only_reads_exactly_as_well(world: World) -> None:
    def through(_number: int) -> bool:
        try:
            hit(world.ground, Try(LIMIT, NETWORK))
        except TooSoon:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(through, range(12))) == LIMIT.most


def test_two_tries_of_the_same_two_rules_never_wait_for_each_other(world: World) -> None:
    there, back = Try(LIMIT, "a"), Try(OTHER, "b")
    with ThreadPoolExecutor(8) as pool:
        through = list(pool.map(
            lambda n: tried(world, *((there, back) if n % 2 else (back, there))), range(20)))
    assert sum(through) == LIMIT.most


def test_counts_nothing_where_one_of_several_rules_says_no(world: World) -> None:
    for _time in range(LIMIT.most):
        assert tried(world, Try(LIMIT, "a"))
    for _time in range(OTHER.most * 2):
        assert not tried(world, Try(LIMIT, "a"), Try(OTHER, "b"))
    for _time in range(OTHER.most):
        assert tried(world, Try(OTHER, "b"))
    assert not tried(world, Try(OTHER, "b"))


def test_says_when_the_last_of_several_rules_opens_again(world: World) -> None:
    for rule in (LIMIT, OTHER):
        for _time in range(rule.most):
            assert tried(world, Try(rule, "a"))
    with world.ground.work(writes=True) as work:
        assert take(work, Try(LIMIT, "a"), Try(OTHER, "a")) == work.now + OTHER.within
        assert take(work, Try(LIMIT, "a")) == work.now + LIMIT.within


def test_forgets_nothing_when_the_process_begins_anew(world: World) -> None:
    from portal.desk.actions import keep_board
    from portal.ground.work import make_ground
    from portal.ledger.actions import keep_notes

    for _time in range(LIMIT.most):
        assert tried(world, Try(LIMIT, NETWORK))
    fresh = see_all(make_ground(world.ground.settings, world.clock, keep_notes, keep_board))
    assert not tried(World(fresh, world.clock), Try(LIMIT, NETWORK))
    fresh.engine.dispose()


def test_keeps_apart_what_has_another_rule_or_subject(world: World) -> None:
    for subject in ("a", "b"):
        for rule in (LIMIT, OTHER):
            for _time in range(rule.most):
                assert tried(world, Try(rule, subject))
            assert not tried(world, Try(rule, subject))


def test_does_not_count_what_was_taken_back(world: World) -> None:
    for _time in range(LIMIT.most * 3):
        with world.ground.work(writes=True) as work:
            assert take(work, Try(LIMIT, "a")) is None
            take_back(work, Try(LIMIT, "a"))
    assert tried(world, Try(LIMIT, "a"))


def test_a_success_ends_the_failures_in_a_row(world: World) -> None:
    pauses = Pauses("p", lambda fails: timedelta(minutes=fails >= 3))
    for _round in range(4):
        assert tried(world, Try(pauses, "a"))
        assert tried(world, Try(pauses, "a"))
        with world.ground.work(writes=True) as work:
            assert take(work, Try(pauses, "a")) is None
            take_back(work, Try(pauses, "a"))


def test_keeps_no_try_of_work_that_was_rolled_back(world: World) -> None:
    for _time in range(LIMIT.most * 2):
        with pytest.raises(ZeroDivisionError), world.ground.work(writes=True) as work:
            take(work, Try(LIMIT, "a"))
            raise ZeroDivisionError
    assert tried(world, Try(LIMIT, "a"))


def test_writes_nothing_while_it_says_no(world: World) -> None:
    for _time in range(LIMIT.most):
        hit(world.ground, Try(LIMIT, NETWORK))
    told: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "throttle" in statement:
            told.append(statement.split(maxsplit=1)[0])

    event.listen(world.ground.engine, "before_cursor_execute", hear)
    for _time in range(5):
        with pytest.raises(TooSoon):
            hit(world.ground, Try(LIMIT, NETWORK))
    event.remove(world.ground.engine, "before_cursor_execute", hear)
    assert told.count("SELECT") == 5
    assert not {"INSERT", "UPDATE", "DELETE"} & set(told)


def test_names_neither_a_network_nor_an_address_in_the_table(world: World) -> None:
    assert tried(world, Try(LIMIT, NETWORK), Try(OTHER, "ana@berg.example"))
    with world.ground.engine.connect() as connection:
        rows = repr(connection.execute(select(Throttle.__table__)).all())
    for part in (NETWORK, "203.0", "ana", "berg", "three", "other"):
        assert part not in rows


def test_gives_another_installation_other_digests(world: World) -> None:
    """A digest without a key could be tried out for all sixteen million networks in a minute."""
    import hashlib

    tried(world, Try(LIMIT, NETWORK))
    with world.ground.engine.connect() as connection:
        digest = connection.scalar(select(Throttle.digest))
    for text in (NETWORK, f"three\n{NETWORK}", f"throttle\nthree\n{NETWORK}"):
        assert hashlib.sha256(text.encode()).hexdigest() != digest


def test_the_job_deletes_what_holds_nobody_up_and_nothing_else(world: World) -> None:
    tried(world, Try(LIMIT, "a"))
    tried(world, Try(OTHER, "b"))
    assert JOBS["tries"].run(world.ground) == 0
    world.clock.move(minutes=10)
    assert JOBS["tries"].run(world.ground) == 1
    assert count(world) == 1
    world.clock.move(hours=1)
    assert JOBS["tries"].run(world.ground) == 1
    assert count(world) == 0
