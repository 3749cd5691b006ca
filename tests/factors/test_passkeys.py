"""A passkey signs one act over these texts, once; what fails counts as with codes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from portal.factors.actions import (
    Act,
    Answer,
    CodeRefused,
    CodeTaken,
    ask_passkey,
    use_code,
    use_passkey,
)
from portal.factors.models import Factor, PasskeyAsked
from portal.factors.policy import CodeNo, why_not_count
from portal.factors.queries import live_factors
from portal.ground.settings import Settings
from portal.jobs import run_job
from portal.ledger.models import Access
from portal.people.models import Person
from portal.plain.passkey import holds
from tests.builders import World, add_colleague, add_practice
from tests.cast import DORA
from tests.conftest import KEYS
from tests.passkey import Phone
from tests.people.outbox import waiting

ORIGIN = "http://localhost:8000"
HASH, OTHER = "a" * 64, "b" * 64
SIGN = Act("sign", (HASH,))


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Give an installation at an address that browsers make passkeys for."""
    return Settings(instance_dir=tmp_path, database_url=database_url, base_url=ORIGIN, **KEYS)


@pytest.fixture(autouse=True)
def ana(world: World) -> None:
    """Let Ana have a practice and nothing to sign with yet; Dora has an app."""
    add_practice(world, enrolled=False)
    add_colleague(world, DORA, "dora")


def person(work: Any, world: World, key: str = "ana") -> Person:
    return work.session.get_one(Person, world.ids[key])  # type: ignore[no-any-return]


def ask(world: World, act: Act = SIGN, key: str = "ana", **ways: Any) -> dict[str, Any]:
    with world.ground.work(writes=True) as work:
        asked = ask_passkey(work, person(work, world, key), act, "place", **ways)
        assert not isinstance(asked, CodeRefused), asked
        return asked


def use(
    world: World, told: str, act: Act = SIGN, key: str = "ana", place: str = "place", **ways: Any
) -> CodeTaken | CodeRefused:
    with world.ground.work(writes=True) as work:
        return use_passkey(work, person(work, world, key), act, Answer(told, place), **ways)


def why(result: CodeTaken | CodeRefused) -> CodeNo:
    assert isinstance(result, CodeRefused)
    return result.why


def enrolled(world: World, key: str = "ana", **ways: Any) -> Phone:
    """Let somebody make a passkey, and return the phone that holds it."""
    phone = Phone(origin=ORIGIN, **ways)
    assert isinstance(use(world, phone.answer(ask(world, key=key, makes=True)), key=key), CodeTaken)
    return phone


def test_enrols_and_signs_by_one_act(world: World) -> None:
    phone = Phone(origin=ORIGIN)
    taken = use(world, phone.answer(ask(world, makes=True)))
    assert isinstance(taken, CodeTaken)
    assert (taken.enrolled_now, taken.factor.kind, taken.step) == (True, "passkey", 1)
    assert taken.passkey is not None
    assert holds(taken.passkey, "sign", [HASH])
    assert taken.mark == taken.passkey.challenge.value.hex()
    again = use(world, phone.answer(ask(world)))
    assert isinstance(again, CodeTaken)
    assert not again.enrolled_now


def test_nobody_comes_in_by_an_app_that_waited_when_the_passkey_was_made(world: World) -> None:
    code = world.code("ana")
    enrolled(world)
    with world.ground.work(writes=True) as work:
        assert why(use_code(work, person(work, world), code)) is CodeNo.NO_FACTOR
        assert [one.kind for one in live_factors(work, world.ids["ana"])] == ["passkey"]


def test_a_further_passkey_needs_the_first_factor(world: World) -> None:
    first, second = enrolled(world), Phone(2, origin=ORIGIN)
    asked = ask(world, makes=True)
    assert asked["create"]["excludeCredentials"] == asked["get"]["allowCredentials"]
    assert why(use(world, second.answer(asked))) is CodeNo.NOT_YOURS
    assert isinstance(use(world, second.answer(ask(world, makes=True)), proven=True), CodeTaken)
    for phone in (first, second):
        assert isinstance(use(world, phone.answer(ask(world))), CodeTaken)


@pytest.mark.parametrize(("other", "reason"), [
    ({"act": Act("sign", (OTHER,))}, CodeNo.OTHER_TEXTS),
    ({"act": Act("sign", (HASH, OTHER))}, CodeNo.OTHER_TEXTS),
    ({"act": Act("sign in", (HASH,))}, CodeNo.OTHER_TEXTS),
    ({"place": "elsewhere"}, CodeNo.TOO_LATE), ({"key": "dora"}, CodeNo.TOO_LATE),
], ids=["another text", "one text more", "another act", "another session", "another person"])
def test_counts_nothing_that_was_asked_for_something_else(
    world: World, other: dict[str, Any], reason: CodeNo
) -> None:
    phone = enrolled(world)
    told = phone.answer(ask(world))
    assert why(use(world, told, **other)) is reason
    with world.ground.work(writes=False) as work:
        assert [person(work, world, key).fails for key in ("ana", "dora")] == [0, 0]
    # Nothing was used up by that: what was asked can still be answered.
    assert isinstance(use(world, told), CodeTaken)


def test_takes_an_answer_once(world: World) -> None:
    told = enrolled(world).answer(ask(world))
    assert isinstance(use(world, told), CodeTaken)
    assert why(use(world, told)) is CodeNo.TOO_LATE


def test_takes_one_of_two_tabs_at_the_same_instant(world: World) -> None:
    told = enrolled(world).answer(ask(world))
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda _n: use(world, told), range(2)))
    assert sorted(isinstance(one, CodeTaken) for one in results) == [False, True]


def test_takes_no_answer_after_ten_minutes(world: World) -> None:
    phone = enrolled(world)
    early, late = phone.answer(ask(world)), phone.answer(ask(world))
    world.clock.move(minutes=9, seconds=59)
    assert isinstance(use(world, early), CodeTaken)
    world.clock.move(seconds=1)
    assert why(use(world, late)) is CodeNo.TOO_LATE


def test_refuses_somebody_elses_passkey(world: World) -> None:
    enrolled(world)
    stranger = Phone(2, origin=ORIGIN)
    assert why(use(world, stranger.answer(ask(world)))) is CodeNo.NOT_YOURS


def test_counts_a_wrong_signature_pauses_and_disables(world: World) -> None:
    phone = enrolled(world)
    for number in range(1, 21):
        phone.flags = 0x01  # somebody is there, and the phone does not know who
        asked = ask(world)
        refused = use(world, phone.answer(asked))
        assert isinstance(refused, CodeRefused)
        assert refused.why is (CodeNo.DISABLED if number == 20 else CodeNo.WRONG)
        assert (refused.until is not None) == (number >= 5)
        if 5 <= number < 20:
            phone.flags = 0x05
            with world.ground.work(writes=True) as work:
                assert why(ask_passkey(work, person(work, world), SIGN, "place")) is CodeNo.PAUSED
            world.clock.move(minutes=15)
    world.clock.move(minutes=15)
    with world.ground.work(writes=True) as work:
        assert why(ask_passkey(work, person(work, world), SIGN, "place")) is CodeNo.NO_FACTOR
    assert [mail.values["what"] for mail in waiting(world, "factor_changed")] == [
        "disabled_passkey"]


def test_notes_a_counter_that_goes_back(world: World) -> None:
    phone = enrolled(world, count=40)
    phone.count = 40
    assert why(use(world, phone.answer(ask(world)))) is CodeNo.COUNTED_BACK
    with world.ground.work(writes=False) as work:
        notes = work.session.scalars(select(Access.outcome).where(Access.what == "code")).all()
    assert notes == ["counted_back"]
    assert isinstance(use(world, phone.answer(ask(world))), CodeTaken)


def test_takes_passkeys_that_never_count(world: World) -> None:
    phone = enrolled(world, step=0)
    assert isinstance(use(world, phone.answer(ask(world))), CodeTaken)


def test_keeps_the_largest_counter_there_is(world: World) -> None:
    phone = enrolled(world, count=2**32 - 3)
    assert isinstance(use(world, phone.answer(ask(world))), CodeTaken)
    with world.ground.work(writes=False) as work:
        assert live_factors(work, world.ids["ana"])[0].last_step == 2**32 - 1


@pytest.mark.parametrize(("last", "count", "refused"), [
    (0, 0, False), (0, 1, False), (1, 2, False), (1, 1, True), (2, 1, True), (1, 0, True)])
def test_wants_a_counter_that_counts_to_go_up(last: int, count: int, refused: bool) -> None:
    assert (why_not_count(last, count) is not None) is refused


def test_keeps_of_what_was_answered_nothing_to_try_texts_against(world: World) -> None:
    phone = enrolled(world)
    told = phone.answer(ask(world))
    use(world, told)
    with world.ground.work(writes=False) as work:
        rows = work.session.scalars(select(PasskeyAsked)).all()
        assert [(row.nonce, row.used_at is not None) for row in rows] == [("", True)] * 2
    world.clock.move(days=2)
    ask(world)
    assert run_job(world.ground, "forget") == 2
    with world.ground.work(writes=False) as work:
        assert len(work.session.scalars(select(PasskeyAsked)).all()) == 1


def test_keeps_a_passkey_under_the_persons_key(world: World) -> None:
    phone = enrolled(world)
    with world.ground.work(writes=False) as work:
        row = work.session.scalars(select(Factor).where(Factor.kind == "passkey")).one()
        assert phone.id not in row.secret_enc
        assert work.reveal(row, "secret").startswith('{"id": ')


def test_nothing_is_asked_where_browsers_make_no_passkeys(world: World) -> None:
    enrolled(world)
    object.__setattr__(world.ground.settings, "base_url", "http://127.0.0.1:8000")
    with world.ground.work(writes=True) as work:
        assert why(ask_passkey(work, person(work, world), SIGN, "place")) is CodeNo.NOT_HERE
