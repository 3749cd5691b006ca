"""Reminders: on their days, by day, once however long the clockwork slept, and as people wish."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from portal.desk.queries.story import story_of
from portal.engagements.models import Party
from portal.issuing import actions as issuing
from portal.jobs import JOBS, run_job
from portal.ledger.models import Entry
from portal.notices.models import Notice
from portal.notices.policy import Hours
from portal.people.models import ContactPoint, Person
from portal.reaching import actions as reaching
from portal.reaching.policy import AskedFacts, Nudge, RemindNo, nudge, reminder_due, wants_reminders
from portal.signing.actions import decline
from tests.builders import (
    World,
    add_engagement,
    add_practice,
    add_table,
    issue,
    opened,
    read_all,
    sign,
)
from tests.cast import ANA, BEN, CARLA
from tests.mailroom import Mailroom, running

#: A Monday, ten o'clock in Vienna.
T0 = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ASKED = AskedFacts(T0, None, T0 + 14 * DAY, "Europe/Vienna", Hours(8, 20), True, True)


@pytest.mark.parametrize(("last", "now", "waits", "why", "at"), [
    (None, 0 * HOUR, True, None, 0 * HOUR),
    (None, 0 * HOUR, False, RemindNo.NOTHING_WAITS, 0 * HOUR),
    (None, 12 * HOUR, True, None, 22 * HOUR),  # ten at night: it goes out at eight
    (0 * HOUR, 13.9 * HOUR, True, RemindNo.TOO_SOON, 22 * HOUR),
    (0 * HOUR, 20 * HOUR, True, None, 22 * HOUR),  # at six the pause is over, the night is not
    (9 * HOUR, 28 * HOUR, False, RemindNo.TOO_SOON, 29 * HOUR),
    (9 * HOUR, 29 * HOUR, False, RemindNo.NOTHING_WAITS, 29 * HOUR),
    # One of the evening goes out at eight, and counts from then into the next day.
    (12 * HOUR, 41 * HOUR, True, RemindNo.TOO_SOON, 46 * HOUR),
    (12 * HOUR, 42 * HOUR, True, None, 46 * HOUR),
])
def test_reminds_with_a_pause_and_by_day(
    last: timedelta | None, now: timedelta, waits: bool, why: RemindNo | None, at: timedelta
) -> None:
    facts = replace(ASKED, last=None if last is None else T0 + last)
    assert nudge(facts, T0 + now, waits=waits) == Nudge(why, T0 + at)


def test_looks_at_the_wish_first() -> None:
    facts = replace(ASKED, last=T0, wished=False)
    assert nudge(facts, T0, waits=True).why is RemindNo.NOT_WISHED


@pytest.mark.parametrize(("changes", "days", "due"), [
    ({}, 2.9, None),
    ({}, 3, 3),
    ({}, 3.5, None),  # at night
    ({}, 6.95, 3),
    ({"last": T0 + 3 * DAY}, 6.95, None),
    ({"last": T0 + 3 * DAY}, 7, 7),
    ({"last": T0 + 6.5 * DAY}, 7, None),  # the coach did a moment ago
    ({}, 13.95, 12),
    ({}, 14, None),  # too late to sign
    ({"reached": False}, 3, None),
    ({"wished": False}, 3, None),
    ({"zone": "America/New_York"}, 3, None),  # four in the morning there
    ({"zone": "America/New_York"}, 3.2, 3),
    ({"zone": "Asia/Tokyo"}, 3, 3),
    ({"zone": "Asia/Tokyo"}, 3.1, None),
])
def test_knows_which_reminder_is_due(
    changes: dict[str, object], days: float, due: int | None
) -> None:
    found = reminder_due(replace(ASKED, **changes), T0 + days * DAY)  # type: ignore[arg-type]
    assert (found.day if found else None) == due


@pytest.fixture
def room(world: World) -> Iterator[Mailroom]:
    """Give a mail server, and a world in which everybody may be asked and Ben was written to."""
    with running() as (mailroom, url):
        world.ground.settings = replace(world.ground.settings, smtp_url=url)
        add_practice(world)
        add_table(world, "carla", "eli", "gus")
        issue(world)
        run_job(world.ground, "mail")
        yield mailroom


def sleep(world: World, days: float, *jobs: str) -> None:
    """Let time pass, and then the clockwork do some of its jobs."""
    world.clock.move(seconds=days * 86_400)
    for job in jobs or ("reminders", "mail"):
        run_job(world.ground, job)


def to(room: Mailroom, address: str) -> list[EmailMessage]:
    return [mail for mail in room.mails if mail["To"] == address]


def told_of(world: World, key: str) -> list[str]:
    """Return what the record says about reminding somebody, as its day since the beginning."""
    with world.ground.work(writes=False) as work:
        return [f"{entry.kind}@{(entry.at - T0).days}" for entry in work.session.scalars(
            select(Entry).where(Entry.subject_id == world.ids[f"{key}.party"],
                                Entry.kind.like("party.remind%")).order_by(Entry.seq))]


def test_reminds_after_3_7_and_12_days(world: World, room: Mailroom) -> None:
    for _hour in range(14 * 8):
        sleep(world, 1 / 8)
    letters = to(room, CARLA.email)[1:]
    days = [(mail["Date"].datetime - T0) / DAY for mail in letters]
    assert [int(day) for day in days] == [3, 7, 12]
    assert [mail["Subject"] for mail in letters] == [
        "Berg Coaching: a document still waits for you"] * 3
    assert told_of(world, "carla") == [f"party.reminded@{day}" for day in (3, 7, 12)]


def test_sends_one_letter_to_each_after_a_week_without_a_clockwork(
    world: World, room: Mailroom
) -> None:
    """What fell due on the way is said together: the voice check, and what waits to be signed."""
    opened(world)
    read_all(world)
    sign(world, leaving=("T2", "T3", "T4"))
    room.mails.clear()
    sleep(world, 9, *JOBS)
    sleep(world, 0, *JOBS)
    for address in (BEN.email, CARLA.email):
        assert len(to(room, address)) == 1
    body = to(room, BEN.email)[0].get_body(("plain",))
    assert body is not None
    said = body.get_content()
    assert said.index("still wait for you") < said.index("eight digits")
    assert told_of(world, "ben") == told_of(world, "carla") == ["party.reminded@9"]
    sleep(world, 0.1, *JOBS)
    assert len(to(room, BEN.email)) == len(to(room, CARLA.email)) == 1


def test_lets_the_old_link_work_until_the_new_one_goes_out(world: World, room: Mailroom) -> None:
    sleep(world, 0.6)
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        party = reaching.party_by_id(work, engagement, world.ids["carla.party"])
        found = reaching.remind(work, engagement, party)
    assert found.at == T0 + 22 * HOUR
    sleep(world, 0, "mail")
    assert len(to(room, CARLA.email)) == 1


@pytest.mark.parametrize("then", ["sign", "decline", "new link", "wish"])
def test_sends_no_reminder_that_has_become_needless_overnight(
    world: World, room: Mailroom, then: str
) -> None:
    opened(world)
    world.clock.move(hours=12)
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        party = reaching.party_by_id(work, engagement, world.ids["ben.party"])
        assert reaching.remind(work, engagement, party).why is None
    run_job(world.ground, "mail")
    act(world, then)
    run_job(world.ground, "mail")
    room.mails.clear()
    sleep(world, 0.5, "mail")
    assert [mail for mail in to(room, BEN.email) if "waits" in mail["Subject"]] == []
    with world.ground.work(writes=False) as work:
        [notice] = work.session.scalars(select(Notice).where(Notice.name == "reminder"))
    assert (notice.settled_as, notice.values_enc) == ("needless", None)


def act(world: World, then: str) -> None:
    """Let Ben do something, or Ana, after which no reminder is needed."""
    world.clock.move(seconds=1)
    if then == "sign":
        read_all(world)
        sign(world)
        return
    with world.ground.work(writes=True, actor=world.party(level="mailbox")) as work:
        party = work.session.get_one(Party, world.ids["ben.party"])
        if then == "decline":
            for code in ("T1", "T2", "T3", "T4"):
                decline(work, world.ids[code])
        elif then == "wish":
            reaching.wish(work, party, reminders=False)
    if then == "new link":
        with world.ground.work(writes=True, actor=world.coach()) as work:
            engagement = issuing.own(work, world.ids["engagement"])
            reaching.reissue(work, engagement, reaching.party_by_id(
                work, engagement, world.ids["ben.party"]))


@pytest.mark.parametrize("declined", [False, True])
def test_z4_says_in_the_record_that_it_was_time_for_silence_and_decline(
    world: World, declined: bool
) -> None:
    add_practice(world)
    add_engagement(world)
    issue(world)
    with running() as (room, url):
        world.ground.settings = replace(world.ground.settings, smtp_url=url)
        run_job(world.ground, "mail")
        opened(world)
        if declined:
            with world.ground.work(writes=True, actor=world.party(level="mailbox")) as work:
                decline(work, world.ids["version"])
        for _day in range(14):
            sleep(world, 1)
        assert len(to(room, BEN.email)) == (1 if declined else 4)
    assert told_of(world, "ben") == [f"party.reminded@{day}" for day in (3, 7, 12)]
    with world.ground.work(writes=False, actor=world.coach()) as work:
        kinds = [told.kind for minute in story_of(work, world.ids["engagement"]).minutes
                 for told in minute.told]
    assert kinds.count("party.reminded") == 3


def test_z3_reminds_the_sponsor_alike_whatever_the_coachee_answers(
    world: World, room: Mailroom
) -> None:
    opened(world)
    with world.ground.work(writes=True, actor=world.party(level="mailbox")) as work:
        decline(work, world.ids["T2"])
    for _day in range(14):
        sleep(world, 1)
    assert len(to(room, CARLA.email)) == 4


@pytest.mark.parametrize("change", [
    {"owner": "employer"}, {"read_by": "employer"}, {"suspended_at": T0},
])
def test_z7_never_reminds_a_coachee_at_an_address_that_is_not_their_own(
    world: World, room: Mailroom, change: dict[str, object]
) -> None:
    with world.ground.work(writes=True) as work:
        party = work.session.get_one(Party, world.ids["ben.party"])
        point = work.session.get_one(ContactPoint, party.contact_point_id)
        for name, value in change.items():
            setattr(point, name, value)
    sleep(world, 3.1)
    assert len(to(room, BEN.email)) == 1
    assert len(to(room, CARLA.email)) == 2


@pytest.mark.parametrize("act", ["revoke", "bounce", "not reached"])
def test_reminds_nobody_whose_link_has_found_nobody(
    world: World, room: Mailroom, act: str
) -> None:
    if act == "revoke":
        with world.ground.work(writes=True, actor=world.coach()) as work:
            engagement = issuing.own(work, world.ids["engagement"])
            reaching.revoke(work, engagement, reaching.party_by_id(
                work, engagement, world.ids["carla.party"]))
    elif act == "bounce":
        room.refuse = {CARLA.email: "550 no such user"}
        sleep(world, 3.1)
        sleep(world, 0.1)
    else:
        with world.ground.work(writes=True) as work:
            party = work.session.get_one(Party, world.ids["carla.party"])
            party.on_paper = True
    before = len(told_of(world, "carla"))
    room.refuse = {}
    for _day in range(10):
        sleep(world, 1)
    assert len(told_of(world, "carla")) == before
    assert len(to(room, CARLA.email)) == 1


def test_reminds_by_the_clock_that_a_person_lives_by(world: World, room: Mailroom) -> None:
    with world.ground.work(writes=True) as work:
        work.session.get_one(Person, world.ids["carla"]).timezone = "America/New_York"
    for _hour in range(4 * 24):
        sleep(world, 1 / 24)
    [letter] = to(room, CARLA.email)[1:]
    assert letter["Date"].datetime - T0 > 3 * DAY + 3 * HOUR
    assert letter["Date"].datetime - T0 < 3 * DAY + 5 * HOUR


def test_stops_reminders_and_nothing_else(world: World, room: Mailroom) -> None:
    with world.ground.work(writes=True) as work:
        party = work.session.get_one(Party, world.ids["carla.party"])
        assert reaching.wish(work, party, reminders=False)
        assert not reaching.wish(work, party, reminders=False)
    sleep(world, 3.1)
    assert len(to(room, CARLA.email)) == 1
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        party = reaching.party_by_id(work, engagement, world.ids["carla.party"])
        assert reaching.remind(work, engagement, party).why is RemindNo.NOT_WISHED
        reaching.reissue(work, engagement, party)
    sleep(world, 0)
    assert [mail["Subject"] for mail in to(room, CARLA.email)][1:] == [
        "Berg Coaching: a document for you to read"]
    with world.ground.work(writes=True) as work:
        assert reaching.wish(work, work.session.get_one(Party, world.ids["carla.party"]),
                             reminders=True)
    sleep(world, 4)
    assert len(to(room, CARLA.email)) == 3
    assert told_of(world, "carla") == [
        "party.reminders_stopped@0", "party.reminders_wanted@3", "party.reminded@7"]


def test_tells_a_wish_for_one_engagement_from_another(world: World, room: Mailroom) -> None:
    assert wants_reminders("somebody", [])
    with world.ground.work(writes=True) as work:
        reaching.wish(work, work.session.get_one(Party, world.ids["carla.party"]),
                      reminders=False)
    sleep(world, 3.1)
    assert len(to(room, BEN.email)) == 2
    assert to(room, ANA.email) == []
