"""Questions about reviews go out by day, remind on their days, and stop as somebody wishes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest

from portal.engagements.actions import tell
from portal.engagements.models import Party
from portal.engagements.queries import by_id
from portal.jobs import run_job
from portal.links.actions import state_of
from portal.links.queries import living, of_person
from portal.reaching.actions import wish
from tests.builders import World, conclude
from tests.cast import ANA, BEN
from tests.mailroom import Mailroom, running
from tests.reviewing import first_review, go_to, says

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def room(world: World) -> Iterator[Mailroom]:
    """Give a mail server, and terms in force, a month before they are to be looked at again."""
    with running() as (mailroom, url):
        world.ground.settings = replace(world.ground.settings, smtp_url=url)
        conclude(world)
        go_to(world, first_review(world, world.ids["version"]).due_at - 30 * DAY + 10 * HOUR)
        run_job(world.ground, "mail")
        mailroom.mails.clear()
        yield mailroom


def live(world: World, days: float) -> None:
    """Let time pass, with a clockwork that ticks every three hours."""
    for _tick in range(round(days * 8)):
        world.clock.move(hours=3)
        run_job(world.ground, "reviews")
        run_job(world.ground, "mail")


def to(room: Mailroom, address: str) -> list[EmailMessage]:
    return [mail for mail in room.mails if mail["To"] == address]


def stop(world: World) -> None:
    with world.ground.work(writes=True) as work:
        wish(work, work.session.get_one(Party, world.ids["ben.party"]), reminders=False)


def test_writes_as_it_opens_before_on_the_day_and_weekly_in_grace(
    world: World, room: Mailroom
) -> None:
    due = first_review(world, world.ids["version"]).due_at
    live(world, 50)
    for address in (ANA.email, BEN.email):
        days = [(mail["Date"].datetime - due) / DAY for mail in to(room, address)]
        # Always in the morning: the day that the text names begins 24 hours before its end.
        assert [round(day, 2) for day in days] == [-13.58, -2.58, -0.58, 7.42]
    subjects = {mail["Subject"] for mail in room.mails}
    assert subjects == {"Berg Coaching: it is time to look at your agreement again"}
    first, *others = to(room, BEN.email)
    assert first["List-Unsubscribe"] is None
    assert all(mail["List-Unsubscribe"] for mail in others)
    assert all(mail["List-Unsubscribe"] is None for mail in to(room, ANA.email))


def test_asks_once_whoever_wants_no_reminders(world: World, room: Mailroom) -> None:
    stop(world)
    live(world, 50)
    assert len(to(room, BEN.email)) == 1
    assert len(to(room, ANA.email)) == 4


def test_asks_whoever_wants_no_reminders_although_the_first_day_was_slept_through(
    world: World, room: Mailroom
) -> None:
    stop(world)
    world.clock.move(days=28)
    live(world, 20)
    assert len(to(room, BEN.email)) == 1


def test_makes_the_link_when_the_mail_goes_out(world: World, room: Mailroom) -> None:
    due = first_review(world, world.ids["version"]).due_at
    go_to(world, due - 14 * DAY)
    before = links(world)
    run_job(world.ground, "reviews")
    assert run_job(world.ground, "mail") == 0
    assert links(world) == before
    world.clock.move(hours=8)
    run_job(world.ground, "mail")
    assert len(links(world)) == len(before) + 1
    assert link_in(to(room, BEN.email)[0], world)


def test_sends_nothing_to_whom_has_answered_overnight(world: World, room: Mailroom) -> None:
    due = first_review(world, world.ids["version"]).due_at
    go_to(world, due - 14 * DAY)
    run_job(world.ground, "reviews")
    says(world, "COACHEE")
    world.clock.move(hours=8)
    run_job(world.ground, "mail")
    assert to(room, BEN.email) == []
    assert len(to(room, ANA.email)) == 1


def test_says_one_link_in_a_letter_that_asks_for_two_things(world: World, room: Mailroom) -> None:
    """A new link ends the old one (Z9), so two in one letter would be one too many."""
    due = first_review(world, world.ids["version"]).due_at
    go_to(world, due - 14 * DAY)
    run_job(world.ground, "reviews")
    with world.ground.work(writes=True) as work:
        tell(work, by_id(work, world.ids["engagement"]),
             work.session.get_one(Party, world.ids["ben.party"]), "review_again", dedupe="again")
    world.clock.move(hours=8)
    run_job(world.ground, "mail")
    [letter] = to(room, BEN.email)
    body = letter.get_body(("plain",))
    assert body is not None
    found = {word for word in body.get_content().split() if "/i/" in word}
    assert len(found) == 1
    assert link_in(letter, world)


def links(world: World) -> list[str]:
    with world.ground.work(writes=False) as work:
        return [state_of(work, link) for link in of_person(
            work, world.ids["ben.practice"], world.ids["engagement"], world.ids["ben"])]


def link_in(mail: EmailMessage, world: World) -> bool:
    """Tell whether the link in a mail works."""
    body = mail.get_body(("plain",))
    assert body is not None
    (link,) = {word for word in body.get_content().split() if "/i/" in word}
    with world.ground.work(writes=False) as work:
        return living(work, urlsplit(link).path.removeprefix("/i/")) is not None
