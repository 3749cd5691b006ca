"""Sealed copies go along with the news of them, to mailboxes that nobody else reads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage

import pytest
from icalendar import Calendar
from sqlalchemy import select, update

from portal.evidence.jobs import seal_due
from portal.evidence.models import SealedFile
from portal.ground.mail import Enclosure
from portal.jobs import run_job
from portal.ledger.models import Entry
from portal.notices.jobs import deliver
from portal.people.models import ContactPoint
from portal.plain.calendar import MEDIA
from portal.reaching.actions import renew, told
from tests.builders import World, conclude
from tests.cast import ANA, BEN, CARLA, ELI, GUS, Character
from tests.mailroom import Mailroom, running
from tests.sharing.table import seat_everyone
from tests.web.stage import a_world

NOT_HERE = "The copy itself is not in this mail"
HERE = "The copy is attached"


@pytest.fixture(scope="module")
def table(
    empty_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, Mailroom]]:
    """Give four texts in force, sealed, and every letter of a few days delivered."""
    with (a_world(empty_database, tmp_path_factory.mktemp("table")) as (world, _app),
          running() as (room, url)):
        world.ground.settings = replace(world.ground.settings, smtp_url=url)
        seat_everyone(world, "no")
        seal_due(world.ground)
        for _day in range(3):
            run_job(world.ground, "mail")
            world.clock.move(days=1)
        yield world, room


def letters(room: Mailroom, who: Character) -> list[EmailMessage]:
    """Return the mails to somebody that tell of a sealed copy."""
    return [mail for mail in room.mails if mail["To"] == who.email
            and (HERE in words(mail) or NOT_HERE in words(mail)
                 or "sealed cop" in words(mail))]


def words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def files(mails: list[EmailMessage], *, dates: bool = False) -> dict[str, bytes]:
    """Return the copies that go along with mails, or the days for a calendar."""
    return {str(part.get_filename()): part.get_payload(decode=True)  # type: ignore[misc]
            for mail in mails for part in mail.iter_attachments()
            if (part.get_content_type() == MEDIA) is dates}


def editions(world: World, enclosed: dict[str, bytes]) -> set[str]:
    """Return of which editions files are, looked up by the digests of the record."""
    with world.ground.work(writes=False) as work:
        bodies = work.session.scalars(select(Entry.body).where(Entry.kind == "paper.sealed"))
        known = {digest: facts["edition"] for body in bodies
                 for facts in [json.loads(body)["facts"]]
                 for digest in (facts["sha256"], facts["twin"])}
    return {known[hashlib.sha256(body).hexdigest()] for body in enclosed.values()}


def test_brings_coachee_and_coach_their_edition_and_its_twin(
    table: tuple[World, Mailroom]
) -> None:
    world, room = table
    for who in (BEN, ANA):
        found = letters(room, who)
        enclosed = files(found)
        assert editions(world, enclosed) == {"coachee"}
        assert {name.rpartition(".")[2] for name in enclosed} == {"pdf", "html"}
        assert len({name.rpartition(".")[0] for name in enclosed}) * 2 == len(enclosed)
        assert all(HERE in words(mail) and NOT_HERE not in words(mail) for mail in found)


def test_z1_brings_everybody_else_the_common_edition_alone(
    table: tuple[World, Mailroom]
) -> None:
    world, room = table
    enclosed = files(letters(room, GUS))
    assert editions(world, enclosed) == {"common"}
    assert len(enclosed) == 2


@pytest.mark.parametrize("who", [CARLA, ELI], ids=lambda who: who.name)
def test_z7_sends_nothing_along_to_a_mailbox_of_the_employer(
    table: tuple[World, Mailroom], who: Character
) -> None:
    found = letters(table[1], who)
    assert found
    assert files(found) == {}
    assert all(NOT_HERE in words(mail) and HERE not in words(mail) for mail in found)


def test_lets_every_reader_be_a_witness_of_the_record(table: tuple[World, Mailroom]) -> None:
    """Each mail bears the head that the copy bears, also where the copy stays behind."""
    world, room = table
    with world.ground.work(writes=False) as work:
        heads = {"common": set(work.session.scalars(select(SealedFile.ledger_head).where(
            SealedFile.edition == "common"))), "coachee": set(work.session.scalars(
                select(SealedFile.ledger_head).where(SealedFile.edition == "coachee")))}
        entries = set(work.session.scalars(select(Entry.hash)))
    for who, edition in ((BEN, "coachee"), (CARLA, "common"), (GUS, "common")):
        for mail in letters(room, who):
            assert any(head in words(mail) for head in heads[edition])
    assert heads["common"] | heads["coachee"] <= entries


@pytest.mark.parametrize("who", [ANA, BEN, CARLA, ELI, GUS], ids=lambda who: who.name)
def test_brings_everybody_the_days_for_their_calendar_with_no_word_more(
    table: tuple[World, Mailroom], who: Character
) -> None:
    """Also to a mailbox that others read: the titles tell nothing, and no person is named."""
    world, room = table
    [(name, file)] = files(letters(room, who), dates=True).items()
    entries = Calendar.from_ical(file).walk("VEVENT")
    assert name == "dates.ics"
    assert {str(one["SUMMARY"]) for one in entries} == {
        "An agreement ends", "Look at an agreement again"}
    assert not any(other.name.split()[0] in file.decode() for other in (ANA, BEN, CARLA, ELI, GUS))
    assert not any(thing in file.decode() for thing in world.ids.values())


def sent(world: World, room: Mailroom, url: str) -> list[EmailMessage]:
    world.ground.settings = replace(world.ground.settings, smtp_url=url)
    room.mails.clear()
    run_job(world.ground, "mail")
    return [mail for mail in room.mails if mail["To"] == BEN.email]


@pytest.mark.parametrize("change", [{"read_by": "family"}, {"owner": "shared"}])
def test_z7_asks_whose_mailbox_it_is_when_the_mail_goes_out(
    world: World, change: dict[str, str]
) -> None:
    conclude(world)
    seal_due(world.ground)
    with world.ground.work(writes=True) as work:
        work.session.execute(update(ContactPoint).where(
            ContactPoint.person_id == world.ids["ben"]).values(**change))
    with running() as (room, url):
        assert files(sent(world, room, url)) == {}


@pytest.mark.parametrize("most", [0, 1])
def test_sends_nothing_along_that_is_too_much_or_not_wanted(world: World, most: int) -> None:
    conclude(world)
    seal_due(world.ground)
    large = [Enclosure("agreement.pdf", "application/pdf", bytes(1024 * 1024 + 1))]
    with running() as (room, url):
        world.ground.settings = replace(world.ground.settings, smtp_url=url, mail_copies_mb=most)
        deliver(world.ground, told, lambda _work, _mail: large, renew)
    [letter] = letters(room, BEN)
    assert files(room.mails) == {}
    assert NOT_HERE in words(letter)
