"""What can wait goes into one letter a day for each person; the rest goes at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from portal.engagements.actions import change_contact, tell
from portal.engagements.models import Party
from portal.engagements.queries import by_id, parties_of
from portal.evidence.models import Seal
from portal.factors.actions import CodeRefused, make_recovery_codes, use_recovery_code
from portal.jobs import run_job
from portal.notices.actions import claim_mails
from portal.notices.models import Notice
from portal.notices.policy import LEASE, NEWS, Hours, LetterFacts, can_wait, next_letter, told_once
from portal.people.actions import add_address
from portal.people.models import Person
from portal.people.policy import Owner, ReadBy
from portal.reviews.actions import renew
from tests.builders import World, add_engagement, add_practice, conclude, issue
from tests.cast import ANA, BEN
from tests.mailroom import Mailroom, running

VIENNA = "Europe/Vienna"
DAYTIME = Hours(8, 20)
#: Words that would tell how somebody answered, or that something was taken back (Z3, Z4).
TELLING = ("declin", "refus", "withdr", "reject", "said no", "your consent", "chose", "optional")


@pytest.fixture
def room(world: World) -> Iterator[Mailroom]:
    """Give a mail server that the portal sends to."""
    with running() as (mailroom, url):
        world.ground.settings = replace(world.ground.settings, smtp_url=url)
        yield mailroom


@pytest.fixture
def sent(world: World, room: Mailroom) -> Mailroom:
    """Give the mail server once the invitation is out."""
    add_practice(world)
    add_engagement(world)
    issue(world)
    run_job(world.ground, "mail")
    assert len(room.mails) == 1
    room.mails.clear()
    return room


def put(world: World, name: str, *, role: str = "COACHEE", **values: str) -> None:
    """Put a piece of news for a party into the outbox."""
    with world.ground.work(writes=True) as work:
        engagement = by_id(work, world.ids["engagement"])
        party = next(p for p in parties_of(work, [engagement.id])[engagement.id]
                     if p.role == role)
        tell(work, engagement, party, name, dedupe=f"{name}:{role}:{work.now}", **values)


def deliver(world: World, room: Mailroom) -> list[EmailMessage]:
    """Let the clockwork send what is due, and return it."""
    room.mails.clear()
    run_job(world.ground, "mail")
    return list(room.mails)


def words(mail: EmailMessage) -> str:
    """Return what a mail says as text."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize(("now", "last", "under_way", "due"), [
    ("2026-11-23 09:00", None, False, None),
    ("2026-11-23 09:00", None, True, "2026-11-24 07:00"),
    ("2026-11-23 09:00", "2026-11-22 22:59", False, None),  # 23:59 in Vienna, the day before
    ("2026-11-23 09:00", "2026-11-22 23:00", False, "2026-11-24 07:00"),  # midnight: this day
    ("2026-11-23 09:00", "2026-11-23 08:59", False, "2026-11-24 07:00"),
    ("2026-11-23 06:59", None, False, "2026-11-23 07:00"),  # before eight in Vienna
    ("2026-11-23 07:00", None, False, None),
    ("2026-11-23 18:59", None, False, None),
    ("2026-11-23 19:00", None, False, "2026-11-24 07:00"),  # eight in the evening
    ("2026-11-23 23:30", None, False, "2026-11-24 07:00"),  # after midnight
    ("2026-11-23 23:30", "2026-11-23 18:00", False, "2026-11-24 07:00"),
    ("2027-03-27 20:00", None, False, "2027-03-28 06:00"),  # summer begins in the night
    ("2027-10-30 19:00", None, False, "2027-10-31 07:00"),  # and ends
    ("2027-10-31 06:59", None, False, "2027-10-31 07:00"),
])
def test_goes_out_by_day_and_once_a_day(
    now: str, last: str | None, under_way: bool, due: str | None
) -> None:
    at = instant(now)
    facts = LetterFacts(instant(last) if last else None, under_way, VIENNA, DAYTIME)
    assert next_letter(facts, at) == (instant(due) if due else at)


@pytest.mark.parametrize(("zone", "due"), [
    ("Asia/Kathmandu", "2026-11-24 02:15"), ("America/New_York", "2026-11-23 19:30"),
    ("Pacific/Auckland", "2026-11-23 19:30"), ("UTC", "2026-11-23 19:30"),
])
def test_goes_out_by_the_clock_of_whoever_gets_it(zone: str, due: str) -> None:
    facts = LetterFacts(None, False, zone, DAYTIME)
    late = Hours(8, 20) if zone != "UTC" else Hours(0, 24)
    assert next_letter(replace(facts, hours=late), instant("2026-11-23 19:30")) == instant(due)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


@pytest.mark.parametrize(("name", "waits"), [
    *((name, True) for name in NEWS), ("invitation", False), ("return", False),
    ("not_me", False), ("signed", False), ("address_changed", False), ("factor_changed", False),
])
def test_lets_wait_what_can_wait(name: str, waits: bool) -> None:
    assert can_wait(name) is waits


@pytest.mark.parametrize(("put_in", "told"), [
    (["copy_ready/a", "reminder/a"], ["reminder/a", "copy_ready/a"]),
    (["copy_ready/a", "copy_ready/a", "copy_ready/b"], ["copy_ready/a", "copy_ready/b"]),
    (["concluded/a", "copy_ready/a"], ["concluded/a"]),
    (["concluded/a", "copy_ready/b"], ["concluded/a", "copy_ready/b"]),
    (["being_sealed/a", "copy_ready/a"], ["copy_ready/a"]),
    (["being_sealed/a", "concluded/a"], ["concluded/a", "being_sealed/a"]),
    (["review_again/a", "review/a"], ["review/a"]),
])
def test_says_each_thing_once_and_in_its_order(put_in: list[str], told: list[str]) -> None:
    news = [(name, {"page": page}) for name, _, page in (item.partition("/") for item in put_in)]
    assert [f"{item['name']}/{item['page']}" for item in told_once(news)] == told


def test_makes_one_letter_of_what_gathered(world: World, sent: Mailroom) -> None:
    put(world, "not_concluded")
    put(world, "copy_ready")
    [letter] = deliver(world, sent)
    assert letter["To"] == BEN.email
    assert letter["Subject"] == "Berg Coaching: news about your documents"
    said = words(letter)
    assert said.index("copy of a document") < said.index("was not concluded")
    assert said.count("Hello Ben Adler,") == said.count("/lost") == 1


def test_tells_each_address_of_a_person_what_is_for_it(world: World, sent: Mailroom) -> None:
    put(world, "copy_ready")
    with world.ground.work(writes=True) as work:
        party = work.session.get_one(Party, world.ids["ben.party"])
        person = work.session.get_one(Person, party.person_id)
        point = add_address(work, person, "ben@other.example", Owner.PRIVATE, ReadBy.NOBODY)
        work.session.flush()
        change_contact(work, party, point)
    put(world, "not_concluded")
    [first] = deliver(world, sent)
    world.clock.move(days=1)
    [second] = deliver(world, sent)
    said = {mail["To"]: words(mail) for mail in (first, second)}
    assert "was not concluded" not in said[BEN.email]
    assert "was not concluded" in said["ben@other.example"]


def test_sends_one_letter_a_day_and_the_next_at_eight(world: World, sent: Mailroom) -> None:
    put(world, "copy_ready")
    assert len(deliver(world, sent)) == 1
    put(world, "not_concluded")
    put(world, "answered")
    assert deliver(world, sent) == []
    world.clock.move(hours=21)  # 07:00 in Vienna
    assert deliver(world, sent) == []
    world.clock.move(hours=1)
    [letter] = deliver(world, sent)
    assert "was not concluded" in words(letter)
    assert "answered what you proposed" in words(letter)


def test_gives_each_person_a_letter_of_their_own(world: World, sent: Mailroom) -> None:
    put(world, "not_concluded")
    put(world, "not_concluded", role="COACH")
    letters = deliver(world, sent)
    assert {letter["To"] for letter in letters} == {BEN.email, ANA.email}
    for letter in letters:
        own_page = f"/engagements/{world.ids['engagement']}"
        assert (own_page in words(letter)) is (letter["To"] == ANA.email)


def test_says_at_once_what_cannot_wait(world: World, sent: Mailroom) -> None:
    put(world, "copy_ready")
    deliver(world, sent)
    put(world, "return", link="http://127.0.0.1:8000/i/x")
    [mail] = deliver(world, sent)
    assert mail["Subject"] == "Berg Coaching: your link"


def test_tries_the_same_letter_again_under_the_same_id(world: World, sent: Mailroom) -> None:
    put(world, "copy_ready")
    sent.answers = ["451 later"]
    assert deliver(world, sent) == []
    put(world, "not_concluded")
    world.clock.move(minutes=1)
    [letter] = deliver(world, sent)
    assert "was not concluded" not in words(letter)
    with world.ground.work(writes=False) as work:
        first = work.session.scalars(select(Notice).where(Notice.name == "copy_ready")).one()
    assert letter["Message-ID"] == f"<{first.id}@127.0.0.1>"
    world.clock.move(hours=24)
    assert "was not concluded" in words(deliver(world, sent)[0])


def test_sends_a_letter_again_whose_worker_died(world: World, sent: Mailroom) -> None:
    put(world, "copy_ready")
    world.clock.move(seconds=1)
    put(world, "not_concluded")
    claimed = claim_mails(world.ground, renew)
    assert [mail.name for mail in claimed] == ["copy_ready", "not_concluded"]
    put(world, "answered")
    assert deliver(world, sent) == []
    world.clock.move(seconds=LEASE.total_seconds())
    [letter] = deliver(world, sent)
    assert letter["Message-ID"] == f"<{claimed[0].id}@127.0.0.1>"
    assert "answered" not in words(letter)


def test_wipes_everything_that_a_letter_told(world: World, sent: Mailroom) -> None:
    put(world, "copy_ready")
    put(world, "not_concluded")
    deliver(world, sent)
    with world.ground.work(writes=False) as work:
        rows = list(work.session.scalars(select(Notice).where(Notice.topic == "news")))
    assert {row.settled_as for row in rows} == {"done"}
    assert all(row.values_enc is None and row.destination_enc is None for row in rows)
    assert len({row.letter_id for row in rows}) == 1


def test_writes_nobody_who_signs_on_paper(world: World, sent: Mailroom) -> None:
    with world.ground.work(writes=True) as work:
        engagement = by_id(work, world.ids["engagement"])
        for party in parties_of(work, [engagement.id])[engagement.id]:
            party.on_paper = True
            tell(work, engagement, party, "copy_ready", dedupe=f"paper:{party.id}")
    assert deliver(world, sent) == []


def test_z29_says_in_subject_and_words_nothing_that_tells(world: World, sent: Mailroom) -> None:
    """Every mail to a party, in text and HTML: no name of another in the subject, no answer."""
    for name in NEWS:
        for role in ("COACHEE", "COACH"):
            put(world, name, role=role, link="http://127.0.0.1:8000/i/x", until="1 May 2027",
                day="30 April 2027")
    put(world, "address_changed")
    for letter in deliver(world, sent):
        assert letter["Subject"].startswith("Berg Coaching: ")
        assert letter["Auto-Submitted"] == "auto-generated"
        html = letter.get_body(("html",))
        assert html is not None
        for said in (words(letter), html.get_content()):
            assert [word for word in TELLING if word in said.lower()] == []
    assert sum(letter["To"] == BEN.email for letter in sent.mails) == 2


def concluded(world: World, room: Mailroom) -> list[EmailMessage]:
    """Return the letters of the day on which Ana and Ben concluded, without what was asked for."""
    return [mail for mail in deliver(world, room) if "everyone has signed" in mail["Subject"]]


def test_tells_once_that_everyone_has_signed_with_the_copy(world: World, room: Mailroom) -> None:
    conclude(world)
    run_job(world.ground, "seal")
    letters = concluded(world, room)
    assert sorted(letter["To"] for letter in letters) == [ANA.email, BEN.email]
    for letter in letters:
        assert "Everyone has signed a document" in words(letter)
        assert "copy is ready" in words(letter) or "copies are ready" in words(letter)
        # The voice check came at once: its paper is no news of its own on this page.
        assert "new sealed copy" not in words(letter)


def test_tells_of_the_voice_check_who_has_a_paper_that_shows_it(world: World) -> None:
    conclude(world)
    run_job(world.ground, "seal")
    with world.ground.work(writes=False) as work:
        told = [(row.name, row.dedupe.split(":")[2]) for row in work.session.scalars(
            select(Notice).where(Notice.topic == "news"))]
    assert sorted(told) == [("concluded", "signed")] * 2 + [("copy_ready", "vouched")] * 2


def test_tells_that_a_copy_follows_where_it_cannot_be_sealed_yet(
    world: World, room: Mailroom
) -> None:
    conclude(world)
    with world.ground.work(writes=True) as work:
        seal = work.session.scalars(select(Seal)).one()
        kept, seal.retired_at = seal.id, work.now
    run_job(world.ground, "seal")
    letters = concluded(world, room)
    assert len(letters) == 2
    assert all("still being sealed" in words(letter) for letter in letters)
    with world.ground.work(writes=True) as work:
        work.session.get_one(Seal, kept).retired_at = None
    world.clock.move(hours=24)
    run_job(world.ground, "seal")
    letters = deliver(world, room)
    assert [letter["Subject"] for letter in letters] == ["Berg Coaching: your copy is ready"] * 2


def test_warns_at_once_when_a_recovery_code_changed_the_app(world: World, room: Mailroom) -> None:
    add_practice(world)
    with world.ground.work(writes=True) as work:
        ana = work.session.get_one(Person, world.ids["ana"])
        [code, *_others] = make_recovery_codes(work, ana)
        assert not isinstance(use_recovery_code(work, ana, code), CodeRefused)
    [mail] = deliver(world, room)
    assert (mail["To"], mail["Subject"]) == (
        ANA.email, "Berg Coaching: how you sign in was changed")
    assert "Reply-To" not in mail
