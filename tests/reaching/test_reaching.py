"""Links again and on time, and a decline that tells nothing before its day (Z4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import pytest
from sqlalchemy import select

from portal.desk.queries.sheet import sheet_of
from portal.issuing import actions as issuing
from portal.jobs import run_job
from portal.links.actions import state_of
from portal.links.queries import of_person
from portal.notices.models import Notice
from portal.people.policy import AddressNo, Owner, ReadBy
from portal.plain.errors import Refused
from portal.reaching import actions as reaching
from portal.reaching.policy import Nudge, RemindNo
from portal.signing.actions import decline
from tests.builders import (
    World,
    add_engagement,
    add_practice,
    issue,
    newest_invitation,
    opened,
    state_now,
)
from tests.conftest import NOW
from tests.mailroom import running

#: What differs between two engagements without saying anything.
_OWN = {"id", "version_id", "party_id", "engagement_id", "agreement_id", "person_id"}


@pytest.fixture
def silent(world: World) -> World:
    """Give a world in which Ben has come in, and then says nothing."""
    add_practice(world)
    add_engagement(world)
    issue(world)
    world.clock.move(hours=1)
    opened(world)
    world.clock.move(hours=1)
    return world


def refuse(world: World) -> None:
    with world.ground.work(writes=True, actor=world.party(level="mailbox")) as work:
        decline(work, world.ids["version"])


def act(world: World, name: str) -> Any:
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        if name == "recall":
            return reaching.recall(work, engagement, world.ids["version"])
        party = reaching.party_by_id(work, engagement, world.ids["ben.party"])
        verb: Callable[..., Any] = getattr(reaching, name)
        return verb(work, engagement, party)


def seen(world: World) -> str:
    """Return everything that the coach's page is drawn from."""
    with world.ground.work(writes=False, actor=world.coach()) as work:
        values = asdict(sheet_of(work, world.ids["engagement"]))

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items() if k not in _OWN}
        return [plain(v) for v in value] if isinstance(value, (list, tuple)) else value

    return repr(plain(values))


def tell_story(world: World, acts: list[str], days: int, *, declined: bool) -> list[str]:
    """Let Ben come in and decline or say nothing, and Ana do what she does; return what she
    sees and hears on the way. Every story has the same hours."""
    add_engagement(world)
    issue(world)
    run_job(world.ground, "mail")
    world.clock.move(hours=1)
    opened(world)
    world.clock.move(hours=1)
    if declined:
        refuse(world)
    world.clock.move(days=1)
    heard = []
    for name in acts:
        answer = act(world, name)
        run_job(world.ground, "mail")
        # When the next reminder can go out is told as well, by how far away that is.
        heard += [str((answer.why is RemindNo.TOO_SOON, answer.at - world.clock.now()))
                  if isinstance(answer, Nudge) else "", seen(world)]
        world.clock.move(hours=2)
    world.clock.move(days=days)
    return [*heard, seen(world)]


@pytest.mark.parametrize("acts", [
    [], ["remind"], ["remind", "remind"], ["reissue"], ["revoke"], ["revoke", "reissue"],
    ["recall"], ["reissue", "remind", "revoke"],
])
@pytest.mark.parametrize("days", [0, 20])
def test_z4_shows_a_decline_like_silence(world: World, acts: list[str], days: int) -> None:
    add_practice(world)
    told = []
    with running() as (_room, url):
        world.ground.settings = replace(world.ground.settings, smtp_url=url)
        for declined in (False, True):
            # Both begin at the same hour: mails go out by day.
            world.clock.move(seconds=(NOW - world.clock.now()).total_seconds() % 86_400)
            begun = world.clock.now()
            story = tell_story(world, acts, days, declined=declined)
            span = world.clock.now() - begun
            told.append([_without_dates(line) for line in story] + [str(span)])
    assert told[0] == told[1]


def _without_dates(line: str) -> str:
    return re.sub(r"datetime\.datetime\([^)]*\)", "an instant", line)


@pytest.mark.parametrize("declined", [False, True])
def test_z4_says_not_concluded_on_the_day_to_coach_and_invited(
    silent: World, declined: bool
) -> None:
    if declined:
        refuse(silent)
    run_job(silent.ground, "deadlines")
    assert "not_concluded" not in mails(silent)
    silent.clock.move(days=15)
    run_job(silent.ground, "deadlines")
    run_job(silent.ground, "deadlines")
    assert mails(silent) == ["invitation", "not_concluded", "not_concluded"]


def mails(world: World) -> list[str]:
    with world.ground.work(writes=False) as work:
        return list(work.session.scalars(select(Notice.name).where(Notice.topic != "seal")
                                         .order_by(Notice.created_at)))


def links(world: World) -> list[str]:
    with world.ground.work(writes=False) as work:
        found = of_person(work, world.ids["ben.practice"], world.ids["engagement"],
                          world.ids["ben"])
        return [state_of(work, link) for link in found]


def test_sends_one_reminder_a_day_with_a_link_that_ends_the_old_one(silent: World) -> None:
    assert act(silent, "remind").why is None
    assert act(silent, "remind").why is RemindNo.TOO_SOON
    silent.clock.move(days=1)
    assert act(silent, "remind").why is None
    assert mails(silent).count("reminder") == 2
    assert links(silent) == ["OPENED"]
    run_job(silent.ground, "mail")
    assert links(silent) == ["REVOKED", "CREATED"]


def test_sends_nothing_to_somebody_who_declined(silent: World) -> None:
    refuse(silent)
    silent.clock.move(days=1)
    before = mails(silent)
    assert act(silent, "remind").why is RemindNo.NOTHING_WAITS
    act(silent, "reissue")
    assert mails(silent) == before


def test_ends_a_link_at_once(silent: World) -> None:
    act(silent, "revoke")
    assert links(silent) == ["REVOKED"]
    act(silent, "reissue")
    assert links(silent) == ["REVOKED", "CREATED"]


def test_takes_an_unfinished_text_back_with_its_link(silent: World) -> None:
    act(silent, "recall")
    assert state_now(silent) == "VOID"
    assert links(silent) == ["REVOKED"]


@pytest.mark.parametrize("declined", [False, True])
@pytest.mark.parametrize("before", [[], ["recall"]])
def test_z4_takes_no_text_back_twice_or_after_its_day(
    silent: World, before: list[str], declined: bool
) -> None:
    if declined:
        refuse(silent)
    for name in before:
        act(silent, name)
    silent.clock.move(days=0 if before else 20)
    with pytest.raises(Refused):
        act(silent, "recall")


def correct(world: World, owner: Owner, read_by: ReadBy) -> None:
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        party = reaching.party_by_id(work, engagement, world.ids["ben.party"])
        reaching.correct_address(work, engagement, party, "ben@home.example", owner, read_by)


def test_writes_to_the_corrected_address(silent: World) -> None:
    correct(silent, Owner.PRIVATE, ReadBy.NOBODY)
    with silent.ground.work(writes=False) as work:
        link = newest_invitation(work, silent.ids["ben"])
        notice = work.session.scalars(select(Notice).where(Notice.subject_id == link.id)).one()
        assert work.reveal(notice, "destination") == "ben@home.example"
    assert links(silent) == ["REVOKED", "CREATED"]


@pytest.mark.parametrize(("owner", "read_by", "no"), [
    (Owner.EMPLOYER, ReadBy.NOBODY, AddressNo.EMPLOYER_OWNED),
    (Owner.PRIVATE, ReadBy.EMPLOYER, AddressNo.READ_BY_EMPLOYER),
    (Owner.SHARED, ReadBy.NOBODY, AddressNo.NOT_PRIVATE),
    (Owner.UNKNOWN, ReadBy.NOBODY, AddressNo.NOT_PRIVATE),
])
def test_z7_refuses_an_address_that_is_not_the_coachees_own(
    silent: World, owner: Owner, read_by: ReadBy, no: AddressNo
) -> None:
    with pytest.raises(Refused) as refused:
        correct(silent, owner, read_by)
    assert refused.value.reason is no
    assert links(silent) == ["OPENED"]
