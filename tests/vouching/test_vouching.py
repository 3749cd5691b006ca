"""Eight digits join a voice with a screen (Z8)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.issuing import actions as issuing
from portal.ledger.models import Entry
from portal.notices.models import Notice
from portal.reaching.actions import party_by_id
from portal.vouching.actions import show_digits, vouch
from portal.vouching.models import Pairing
from portal.vouching.policy import How, VouchNo
from portal.vouching.queries import digits_on_screen
from tests.builders import (
    World,
    add_engagement,
    add_practice,
    issue,
    opened,
    read_all,
    sign,
    state_now,
)


@pytest.fixture
def signed(world: World) -> World:
    """Give a world in which Ben has signed and sees his digits."""
    add_practice(world)
    add_engagement(world)
    issue(world)
    opened(world)
    read_all(world)
    sign(world)
    return world


def digits(world: World) -> str:
    with world.ground.work(writes=False) as work:
        shown = digits_on_screen(work, world.ids["ben.party"])
    return shown[0] if shown else ""


def typed(world: World, text: str) -> VouchNo | None:
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        party = party_by_id(work, engagement, world.ids["ben.party"])
        return vouch(work, engagement, party, text, How.PHONE)


def other(text: str) -> str:
    return f"{(int(text.replace(' ', '')) + 1) % 10**8:08d}"


def test_brings_the_terms_into_force(signed: World) -> None:
    assert state_now(signed) == "SCHEDULED"
    assert typed(signed, digits(signed)) is None
    assert state_now(signed) == "IN_FORCE"


def test_asks_for_the_coachees_paper_anew(signed: World) -> None:
    typed(signed, digits(signed))
    with signed.ground.work(writes=False) as work:
        names = set(work.session.scalars(select(Notice.name).where(Notice.topic == "seal")))
    assert names == {"signed", "vouched"}


def test_counts_once(signed: World) -> None:
    read = digits(signed)
    typed(signed, read)
    assert typed(signed, read) is VouchNo.ALREADY


@pytest.mark.parametrize("text", ["", "1234567", "123456789", "abcdefgh"])
def test_asks_for_eight_digits(signed: World, text: str) -> None:
    assert typed(signed, text) is VouchNo.NOT_EIGHT_DIGITS


def test_dies_after_five_wrong_tries(signed: World) -> None:
    wrong = other(digits(signed))
    assert [typed(signed, wrong) for _ in range(5)] == [VouchNo.WRONG] * 4 + [VouchNo.DEAD]
    assert digits(signed) == ""
    assert typed(signed, wrong) is VouchNo.NONE_SHOWN
    assert state_now(signed) == "SCHEDULED"


def test_lives_ten_minutes(signed: World) -> None:
    read = digits(signed)
    signed.clock.move(minutes=10)
    assert typed(signed, read) is VouchNo.NONE_SHOWN


def test_ends_the_old_digits_with_new_ones(signed: World) -> None:
    old = digits(signed)
    with signed.ground.work(writes=True, actor=signed.party()) as work:
        from portal.engagements.queries import by_id, parties_of

        engagement = by_id(work, signed.ids["engagement"])
        party = next(p for p in parties_of(work, [engagement.id])[engagement.id]
                     if p.role == "COACHEE")
        factor = work.session.scalars(select(Pairing.factor_id)).first()
        show_digits(work, engagement, party, factor or "")
    assert old != digits(signed)
    assert typed(signed, old) is VouchNo.WRONG
    assert typed(signed, digits(signed)) is None


def test_does_not_write_the_digits_into_the_record(signed: World) -> None:
    plain = digits(signed).replace(" ", "")
    typed(signed, plain)
    with signed.ground.work(writes=False) as work:
        assert plain.encode() not in b"".join(work.session.scalars(select(Entry.body)))


def test_is_too_late_after_thirty_days(signed: World) -> None:
    signed.clock.move(days=31)
    assert state_now(signed) == "VOID"
