"""A code works once, ever; failures count over every path (INV-20, RFC 6238)."""

from __future__ import annotations

import math
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select

from portal.factors.actions import (
    CodeRefused,
    CodeTaken,
    make_recovery_codes,
    use_code,
    use_recovery_code,
)
from portal.factors.models import Factor, RecoveryCode
from portal.factors.policy import (
    RECOVERY_ALPHABET,
    RECOVERY_LENGTH,
    CodeNo,
    FactorFacts,
    why_not_step,
    why_not_try,
)
from portal.factors.queries import live_factors
from portal.ground.onetime import STEP_SECONDS, accepted_step, cleaned, code_at, new_seed
from portal.people.models import Person
from tests.builders import World, add_practice
from tests.cast import ANA
from tests.conftest import NOW
from tests.people.outbox import waiting

SEED = new_seed(bytes(20))
#: How many codes are typed and then typed again; `make soak` does so 2,500 times.
ROUNDS = int(os.environ.get("PORTAL_TEST_REPLAYS", "25"))


@pytest.fixture(autouse=True)
def ana(world: World) -> None:
    """Let Ana have a practice and an authenticator."""
    add_practice(world)


def take(world: World, code: str) -> CodeTaken | CodeRefused:
    with world.ground.work(writes=True) as work:
        return use_code(work, work.session.get_one(Person, world.ids["ana"]), code)


def why(result: CodeTaken | CodeRefused) -> CodeNo:
    assert isinstance(result, CodeRefused)
    return result.why


def test_inv_20_takes_a_code_once(world: World) -> None:
    code = world.fresh_code("ana")
    assert isinstance(take(world, code), CodeTaken)
    assert why(take(world, code)) is CodeNo.USED


def test_inv_20_takes_no_code_older_than_the_last_one(world: World) -> None:
    early = world.fresh_code("ana")
    late = world.fresh_code("ana")
    assert isinstance(take(world, late), CodeTaken)
    assert why(take(world, early)) is CodeNo.USED


def test_burns_the_code_that_enrolled(world: World) -> None:
    assert why(take(world, world.code("ana"))) is CodeNo.USED


def test_takes_one_of_two_tabs_at_the_same_instant(world: World) -> None:
    for _round in range(5):
        code = world.fresh_code("ana")
        with ThreadPoolExecutor(2) as pool:
            results = list(pool.map(lambda _n, c=code: take(world, c), range(2)))
        assert sorted(isinstance(r, CodeTaken) for r in results) == [False, True]


def test_inv_20_takes_no_code_of_before_however_it_comes_back(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the same step and in the next one, the newest and those of hours before; four times,
    since the fifth would be let wait."""
    random, shown, again = Random(6238), [world.code("ana")], 0
    for _round in range(ROUNDS):
        world.clock.move(seconds=30 * random.choice((1, 1, 2, 240)))
        shown.append(world.code("ana"))
        assert isinstance(take(world, shown[-1]), CodeTaken)
        later = random.choice((0, 0, 29))
        coming = coming_on(world, later)
        world.clock.move(seconds=later)
        for old in [shown[-1], *random.choices(shown[-20:], k=3)]:
            # Of a million codes one is both old and to come now and then; that one counts.
            if old not in coming:
                assert isinstance(take(world, old), CodeRefused)
                again += 1
    with capsys.disabled():
        sys.stdout.write(f"\n{ROUNDS} codes were taken, and none of {again} that came again\n")


def coming_on(world: World, later: int) -> set[str]:
    """Return the codes of the steps after this one that count so many seconds later."""
    with world.ground.work(writes=False) as work:
        key = work.reveal(live_factors(work, world.ids["ana"])[0], "secret")
    here = int(world.clock.now().timestamp()) // STEP_SECONDS
    last = (int(world.clock.now().timestamp()) + later) // STEP_SECONDS + 1
    return {code_at(key, datetime.fromtimestamp(step * STEP_SECONDS, UTC))
            for step in range(here + 1, last + 1)}


@pytest.mark.parametrize(("drift", "taken"), [(-2, False), (-1, True), (0, True), (1, True),
                                              (2, False)])
def test_accepts_one_step_either_way(drift: int, taken: bool) -> None:
    code = code_at(SEED, NOW + drift * timedelta(seconds=30))
    assert (accepted_step(SEED, code, NOW) is not None) is taken


@pytest.mark.parametrize(("typed", "digits"), [
    ("123 456", "123456"), ("123-456", "123456"), ("\u0661\u0662\u0663456", "123456"),
    (" 123456\n", "123456"), ("12345a", "12345a"),
])
def test_reads_what_people_type(typed: str, digits: str) -> None:
    assert cleaned(typed) == digits


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "12 34"])
def test_asks_for_six_digits_without_counting(world: World, typed: str) -> None:
    assert why(take(world, typed)) is CodeNo.NOT_SIX_DIGITS


def wrong(world: World) -> str:
    """Return a code that fits no step near now."""
    return f"{(int(world.fresh_code('ana')) + 1) % 1_000_000:06d}"


def test_pauses_from_the_fifth_failure_and_counts_durably(world: World) -> None:
    for _number in range(4):
        assert why(take(world, wrong(world))) is CodeNo.WRONG
    fifth = take(world, wrong(world))
    assert isinstance(fifth, CodeRefused)
    assert fifth.until is not None
    assert fifth.until > world.clock.now()
    right = world.fresh_code("ana")
    assert why(take(world, right)) is CodeNo.PAUSED
    world.clock.move(minutes=2)
    assert isinstance(take(world, world.fresh_code("ana")), CodeTaken)


@pytest.mark.postgresql
def test_counts_a_failure_on_what_somebody_counted_since_a_page_was_read(world: World) -> None:
    """SQLite lets nobody write meanwhile."""
    guess = wrong(world)
    with world.ground.work(writes=True) as slow:
        ana = slow.session.get_one(Person, world.ids["ana"])
        (app,) = live_factors(slow, ana.id)
        with world.ground.work(writes=True) as quick:
            use_code(quick, quick.session.get_one(Person, ana.id), guess)
        assert app.fails == 0
        use_code(slow, ana, guess)
        assert (ana.fails, app.fails) == (2, 2)


def test_disables_the_factor_at_twenty_failures(world: World) -> None:
    for _number in range(20):
        world.clock.move(minutes=20)
        last = take(world, wrong(world))
    assert why(last) is CodeNo.DISABLED
    world.clock.move(days=1)
    with world.ground.work(writes=True) as work:
        gone = use_code(work, work.session.get_one(Person, world.ids["ana"]), "123456")
    assert why(gone) is CodeNo.NO_FACTOR
    assert [(mail.to, mail.values["what"]) for mail in waiting(world, "factor_changed")] == [
        (ANA.email, "disabled")]


def test_counts_failures_of_recovery_codes_with_those_of_codes(world: World) -> None:
    for _number in range(5):
        with world.ground.work(writes=True) as work:
            use_recovery_code(work, work.session.get_one(Person, world.ids["ana"]), "AAAA")
    assert why(take(world, world.fresh_code("ana"))) is CodeNo.PAUSED


def test_takes_a_recovery_code_once_and_retires_the_old_app(world: World) -> None:
    with world.ground.work(writes=True) as work:
        ana = work.session.get_one(Person, world.ids["ana"])
        codes = make_recovery_codes(work, ana)
        old = work.reveal(work.session.scalars(select(Factor)).one(), "secret")
        kept = work.session.scalars(select(RecoveryCode.hash)).all()
    assert len(set(codes)) == len(set(kept)) == 8
    assert all(one.startswith("$argon2id$") for one in kept)
    assert RECOVERY_LENGTH * math.log2(len(RECOVERY_ALPHABET)) > 79
    assert {len(code.replace("-", "")) for code in codes} == {RECOVERY_LENGTH}
    with world.ground.work(writes=True) as work:
        ana = work.session.get_one(Person, world.ids["ana"])
        assert isinstance(use_recovery_code(work, ana, codes[0].lower()), Factor)
    world.clock.move(seconds=30)
    assert why(take(world, code_at(old, world.clock.now()))) is CodeNo.WRONG
    with world.ground.work(writes=True) as work:
        ana = work.session.get_one(Person, world.ids["ana"])
        assert isinstance(use_recovery_code(work, ana, codes[0]), CodeRefused)
    assert isinstance(take(world, world.fresh_code("ana")), CodeTaken)


@pytest.mark.parametrize(("facts", "expected"), [
    (FactorFacts(0, 0, 0, None, False), None),
    (FactorFacts(0, 0, 0, NOW, False), None),
    (FactorFacts(0, 5, 5, NOW.replace(hour=10), False), CodeNo.PAUSED),
    (FactorFacts(0, 20, 0, None, False), CodeNo.DISABLED),
    (FactorFacts(0, 0, 0, None, True), CodeNo.DISABLED),
])
def test_says_when_no_code_is_looked_at(facts: FactorFacts, expected: CodeNo | None) -> None:
    assert why_not_try(facts, NOW) is expected


def test_says_why_a_step_does_not_count() -> None:
    facts = FactorFacts(100, 0, 0, None, False)
    assert [why_not_step(facts, step) for step in (None, 99, 100, 101)] == [
        CodeNo.WRONG, CodeNo.USED, CodeNo.USED, None]
