"""Who is told what by the clock and by the coach: voice checks, addresses, one letter a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.agreements.models import Signature
from portal.agreements.policy import SignedFacts, SlotFacts, VersionFacts
from portal.engagements.actions import hold, tell
from portal.issuing import actions as issuing
from portal.jobs import run_job
from portal.notices.models import Notice
from portal.people.policy import Owner, ReadBy
from portal.reaching import actions as reaching
from portal.reaching.policy import pairing_day
from tests.builders import (
    World,
    add_engagement,
    add_practice,
    issue,
    opened,
    read_all,
    sign,
    vouch_for,
)
from tests.cast import BEN

T0 = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = timedelta(days=1)
BEN_SLOT = SlotFacts("s-ben", "ben", "COACHEE", True, True)
SIGNED = VersionFacts(
    "v", "a", 1, "h", T0, T0 + 14 * DAY, T0, T0 + 365 * DAY,
    (SlotFacts("s-ana", "ana", "COACH", True, False), BEN_SLOT),
    (SignedFacts("1", "s-ana", "h", T0), SignedFacts("2", "s-ben", "h", T0)))


@pytest.mark.parametrize(("facts", "party", "days", "asked"), [
    (SIGNED, "ben", 0.9, None),
    (SIGNED, "ben", 1, 1),
    (SIGNED, "ben", 6.9, 1),
    (SIGNED, "ben", 7, 7),
    (SIGNED, "ben", 21, 21),
    (SIGNED, "ben", 30, None),  # too late: the text has ended
    (SIGNED, "ana", 7, None),
    (SIGNED, "eve", 7, None),
    (replace(SIGNED, vouched={"ben": T0}), "ben", 7, None),
    (replace(SIGNED, signed=SIGNED.signed[:1]), "ben", 7, None),
    (replace(SIGNED, signed=SIGNED.signed[1:]), "ben", 7, 7),  # others have still to sign
    (replace(SIGNED, signed=SIGNED.signed[1:]), "ben", 14, None),  # not concluded
    (replace(SIGNED, acts=((T0 + DAY, "recall"),)), "ben", 7, None),
    (replace(SIGNED, slots=(SIGNED.slots[0], replace(BEN_SLOT, vouching=False))), "ben", 7, None),
])
def test_asks_for_an_open_voice_check_on_its_days(
    facts: VersionFacts, party: str, days: float, asked: int | None
) -> None:
    assert pairing_day(facts, party, T0 + days * DAY) == asked


def test_z4_asks_for_the_voice_check_although_somebody_else_declined() -> None:
    """Else a missing question would tell of the decline before its day."""
    declined = replace(SIGNED, signed=SIGNED.signed[1:], acts=((T0 + DAY, "decline"),))
    assert pairing_day(declined, "ben", T0 + 7 * DAY) == 7


@pytest.fixture
def sent(world: World) -> World:
    """Give a world in which Ben's invitation is written."""
    add_practice(world)
    add_engagement(world)
    issue(world)
    world.clock.move(hours=1)
    return world


def told(world: World) -> list[tuple[str, str]]:
    """Return every mail and piece of news that still waits: its name, and to whom."""
    with world.ground.work(writes=False) as work:
        return sorted((row.name, work.reveal(row, "destination"))
                      for row in work.session.scalars(select(Notice).where(
                          Notice.topic != "seal", Notice.settled_at.is_(None))))


def has_signed(world: World) -> None:
    opened(world)
    read_all(world)
    assert isinstance(sign(world), Signature)


def names(world: World) -> list[str]:
    return [name for name, _to in told(world)]


def test_asks_for_the_voice_check_once_a_day_named(sent: World) -> None:
    has_signed(sent)
    run_job(sent.ground, "voice")
    assert "pairing_wanted" not in names(sent)
    sent.clock.move(hours=24)
    run_job(sent.ground, "voice")
    run_job(sent.ground, "voice")
    assert told(sent).count(("pairing_wanted", BEN.email)) == 1
    sent.clock.move(hours=24 * 6)
    run_job(sent.ground, "voice")
    assert names(sent).count("pairing_wanted") == 2


def test_asks_nobody_for_whom_the_coach_has_vouched(sent: World) -> None:
    has_signed(sent)
    vouch_for(sent)
    sent.clock.move(hours=48)
    assert run_job(sent.ground, "voice") == 0
    assert "pairing_wanted" not in names(sent)


def correct(world: World, address: str) -> None:
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        party = reaching.party_by_id(work, engagement, world.ids["ben.party"])
        reaching.correct_address(work, engagement, party, address, Owner.PRIVATE, ReadBy.NOBODY)


def test_tells_the_old_address_that_it_was_changed(sent: World) -> None:
    opened(sent)
    correct(sent, "ben@new.example")
    assert told(sent)[0] == ("address_changed", BEN.email)
    assert ("invitation", "ben@new.example") in told(sent)


def test_tells_nothing_to_an_address_that_nobody_has_proven(sent: World) -> None:
    """Mail there came back, or reached somebody else."""
    correct(sent, "ben@new.example")
    assert "address_changed" not in names(sent)


def tell_ben(world: World, name: str) -> None:
    with world.ground.work(writes=True) as work:
        engagement = hold(work, world.ids["engagement"])
        party = reaching.party_by_id(work, engagement, world.ids["ben.party"])
        tell(work, engagement, party, name, dedupe=f"{name}:{work.now}")


def test_takes_what_waits_to_be_told_along_to_the_new_address(sent: World) -> None:
    opened(sent)
    tell_ben(sent, "copy_ready")
    correct(sent, "ben@new.example")
    assert ("copy_ready", "ben@new.example") in told(sent)
