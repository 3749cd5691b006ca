"""Two worlds that differ in how Ben answered look the same to everybody else (Z3, Z4, INV-16)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from portal.engagements.models import Party
from portal.jobs import JOBS, run_job
from portal.people.actions import NewPerson
from portal.people.policy import Owner, ReadBy
from portal.sessions import actions as sessions
from portal.sessions.policy import Mode
from portal.signing.actions import decline, end_person, take_seat
from portal.web.words import today
from tests.beginnings import beginning
from tests.builders import (
    World,
    add_colleague,
    add_practice,
    add_table,
    issue,
    opened,
    read_all,
    sign,
    vouch_for,
)
from tests.cast import BEN, CARLA, DORA, ELI, GUS, HANA, OLGA
from tests.mailroom import running
from tests.pages import Browser
from tests.sessions.world import held, plan, remember
from tests.signing.table import signs
from tests.taking.acts import step_out, take_line, take_whole
from tests.web.planted import FAY
from tests.web.sights import in_one_line, printed, walk, words_of_mail
from tests.web.stage import a_world

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from werkzeug.test import TestResponse

# What others see does not hang on the database: both worlds stand on the same.
pytestmark = [pytest.mark.needs("pdfsig"), pytest.mark.once]

#: Pages that say the same to everybody.
_GENERAL = ("/static/", "/guide/", "/privacy", "/accessibility", "/seal/", "/sign-in", "/practice")
_STARTS = {"party": ["/p"], "coach": ["/today", "/today?who=practice&state=all",
                                      "/today?who=practice&state=lost"]}
#: What differs in any two worlds: ids, hashes, tokens, short codes, digits, sizes of files.
_CHANCE = re.compile(
    r"[0-9a-fA-F]{12,}|name=\"csrf_token\"[^>]*>|/i/\S+|\b[0-9A-F]{4}( [0-9A-F]{4})+\b(?!-)"
    r"|\b[0-9A-Z]{4}(-[0-9A-Z]{4}){2,}\b|\b\d{8}\b(?!T)|(\d\s){7}\d|\d+ KB\b|[\w.-]{30,}")
#: The line by which Gus and Fay are in the room, in their two texts.
IN_THE_ROOM = "line-1"
VIEWERS = ("carla", "eli", "gus", "fay", "olga", "dora", "hana")


@beginning
def set_table(world: World, *asked: str) -> None:
    """Let Ana issue five texts, the last for Fay's one session; Ben has come in."""
    add_practice(world)
    for who, key, role in ((DORA, "dora", "coach"), (HANA, "hana", "helper"),
                           (OLGA, "olga", "owner")):
        add_colleague(world, who, key, role)
    world.ids["ben.engagement"] = add_table(world, *asked)
    world.ids["room"] = plan(world)
    with world.ground.work(writes=True, actor=world.coach()) as work:
        agreement = sessions.bring_in(
            work, *held(work, world, world.ids["room"]), sessions.NewGuest(
                NewPerson(FAY.name, FAY.email, Owner.PRIVATE, ReadBy.NOBODY), "the hand-over",
                Mode.WHEN_ASKED, today(work.now)))
        work.session.flush()
        remember(world, work.session.get_one(Party, agreement.party_id), "fay")
    issue(world)
    opened(world)


def ben(world: World, act: Callable[..., object], *values: object) -> None:
    """Let Ben do something about what waits for him."""
    with world.ground.work(writes=True, actor=world.party()) as work:
        act(work, take_seat(work), *values)


def others_sign(world: World, *keys: str) -> None:
    """Let the others sign, and those whose voice counts be heard."""
    for key in keys:
        signs(world, key)
    for key in ("ben", "carla"):
        vouch_for(world, key)


def answered(world: World, choice: str) -> None:
    """Let Ben answer the lines for sponsor and coach in one way, and let the guests in."""
    set_table(world, "carla", "eli", "gus")
    read_all(world, choice=choice, answers={IN_THE_ROOM: "yes"})
    sign(world)
    others_sign(world, "carla", "eli", "gus", "fay")


def about_t1(world: World, *, declined: bool) -> None:
    """Let Ben sign everything but T1, which he has declined or not."""
    set_table(world, "carla", "eli", "gus")
    read_all(world)
    if declined:
        with world.ground.work(writes=True, actor=world.party()) as work:
            decline(work, world.ids["T1"])
    sign(world, leaving=("T1",))
    others_sign(world, "carla", "eli", "gus", "fay")


def about_eli(world: World, *, refused: bool) -> None:
    """Let Ben sign everything but T3: he has said that Eli is not to be asked, or nothing yet."""
    set_table(world, "carla", "gus")
    read_all(world)
    if refused:
        ben(world, end_person, world.ids["eli.party"])
    sign(world, leaving=("T3",))
    others_sign(world, "carla", "gus", "fay")


def kept_out(world: World, *, by_door: bool) -> None:
    """Let Ben keep Gus and Fay out of the room: by his answers, or by the doors of a yes."""
    set_table(world, "carla", "eli", "gus")
    read_all(world, answers={} if by_door else {IN_THE_ROOM: "no"})
    sign(world)
    others_sign(world, "carla", "eli", "gus", "fay")
    for key in ("gus", "fay") if by_door else ():
        with world.ground.work(writes=True, actor=world.party()) as work:
            sessions.close_door(work, *held(work, world, world.ids["room"]),
                                world.ids[f"{key}.party"])


def with_eli_ended(world: World) -> None:
    """Let Ben let Eli take part, and end that again."""
    answered(world, "yes")
    ben(world, end_person, world.ids["eli.party"])


#: The lines that Ben answers with yes or no, by their numbers; who is in the room is not among
#: them.
LINES = (("T1", range(1, 3)), ("T2", range(2, 6)), ("T4", range(3, 4)))


def taken_back(world: World) -> None:
    """Let Ben say yes to lines and take back each of them."""
    answered(world, "yes")
    for text, numbers in LINES:
        for number in numbers:
            assert take_line(world, text, number)


def unfinished(world: World, *, taken: bool) -> None:
    """Let Ben sign T2, and take it back before Carla answers or not; she never does."""
    set_table(world, "carla", "eli", "gus")
    read_all(world, answers={IN_THE_ROOM: "yes"})
    sign(world)
    if taken:
        take_whole(world, "T2")
    for key in ("eli", "gus", "fay"):
        signs(world, key)
    vouch_for(world, "ben")


def with_carla_out(world: World) -> None:
    """Let Carla take part, and step out again."""
    answered(world, "yes")
    step_out(world, "carla")


#: What may happen, each lived through once.
WORLDS: dict[str, Callable[[World], None]] = {
    "yes": lambda w: answered(w, "yes"),
    "no": lambda w: answered(w, "no"),
    "lines taken back": taken_back,
    "no to T1": lambda w: about_t1(w, declined=True),
    "silence about T1": lambda w: about_t1(w, declined=False),
    "no to Eli": lambda w: about_eli(w, refused=True),
    "silence about Eli": lambda w: about_eli(w, refused=False),
    "no to who is in the room": lambda w: kept_out(w, by_door=False),
    "closed doors": lambda w: kept_out(w, by_door=True),
    "Eli ended": with_eli_ended,
    "Carla out": with_carla_out,
    "T2 taken back early": lambda w: unfinished(w, taken=True),
    "T2 not concluded": lambda w: unfinished(w, taken=False),
}
#: What differs, the one way and the other, and who is not to notice.
PAIRS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "yes or no to lines": ("yes", "no", VIEWERS),
    "lines taken back or refused": ("lines taken back", "no", VIEWERS),
    "no or silence about T1": ("no to T1", "silence about T1", VIEWERS),
    "no or silence about Eli": ("no to Eli", "silence about Eli", VIEWERS),
    "no or closed doors": ("closed doors", "no to who is in the room", VIEWERS),
    "Eli ended or kept": ("Eli ended", "yes", ("carla", "gus", "fay", "dora")),
    "Carla out or there": ("Carla out", "yes", ("eli", "gus", "fay", "dora")),
    "T2 taken back early or silence": ("T2 taken back early", "T2 not concluded", VIEWERS),
}
#: When everybody looks around, and how many days later than before.
LOOKS = (("at once", 0), ("too late", 16), ("weeks later", 20))
Seen = dict[str, list[tuple[str, str]]]


@pytest.fixture(scope="module")
def seen_in(
    empty_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Seen]:
    """Give all that everybody saw in a world; each is lived through once."""

    @cache
    def lived(name: str) -> Seen:
        return live(empty_database, tmp_path_factory.mktemp("world"), WORLDS[name])

    return lived


def live(empty: str, folder: Path, happen: Callable[[World], None]) -> Seen:
    """Let something happen and time go by; returns what everybody saw at once, after the time to
    sign was over, and weeks later, and every mail."""
    seen: Seen = {viewer: [] for viewer in ("ben", *VIEWERS)}
    with a_world(empty, folder) as (world, app), running() as (mailroom, url):
        world.ground.settings = replace(world.ground.settings, smtp_url=url)
        happen(world)
        for when, days in LOOKS:
            for _day in range(days):
                world.clock.move(days=1)
                for job in JOBS:
                    run_job(world.ground, job)
            for viewer, pages in seen.items():
                if not {f"{viewer}.account", f"{viewer}.invitation"} & world.ids.keys():
                    continue  # Nobody has written to them: they can come nowhere.
                pages += [(f"{when}: {path}", text) for path, text in look(world, app, viewer)]
        for who in (BEN, CARLA, ELI, GUS, FAY, OLGA, DORA, HANA):
            seen[who.name.split()[0].lower()] += [
                ("mail", plain("\n".join(words_of_mail(mail))))
                for mail in mailroom.mails if mail["To"] == who.email]
    return seen


def look(world: World, app: Flask, viewer: str) -> Iterator[tuple[str, str]]:
    """Return every page and file that somebody comes to from where they begin."""
    scope = "coach" if f"{viewer}.account" in world.ids else "party"
    client = Browser(app).be(world, viewer, scope).client
    found = [(plain(path), plain(as_read(answer)))
             for path, answer in walk(client, _STARTS[scope], _GENERAL)]
    return iter(sorted(found))


def as_read(answer: TestResponse) -> str:
    """Return what somebody gets: a page as it was sent, since what is the same then is the same
    however it is read, and the words of a sealed file, which differs in every byte."""
    if answer.mimetype == "application/pdf":
        return printed(answer.get_data())
    return "\n".join((in_one_line(answer.get_data(as_text=True)),
                      answer.headers.get("Content-Disposition", "")))


def plain(text: str) -> str:
    """Leave out what differs in any two worlds."""
    return _CHANCE.sub("…", text)


@pytest.mark.parametrize(("before", "code"), [
    ("K52", "KB7X-ABCD-EFGH-2345"), ("2026", "ABCD-EFGH-JKMN-2345"), ("52", "2345-6789-2345-6789"),
])
def test_takes_a_short_code_for_chance_whatever_stands_before_it(before: str, code: str) -> None:
    assert plain(f"{before} {code} Page 3 of 6") == f"{before} … Page 3 of 6"


@pytest.mark.parametrize(("pair", "viewer"), [
    (pair, viewer) for pair, (_one, _other, viewers) in PAIRS.items() for viewer in viewers])
def test_inv_16_shows_everybody_else_the_same(
    seen_in: Callable[[str], Seen], pair: str, viewer: str
) -> None:
    one, other = (seen_in(name)[viewer] for name in PAIRS[pair][:2])
    assert [where for where, _text in one] == [where for where, _text in other]
    for (where, text), (_where, same) in zip(one, other, strict=True):
        assert text == same, where


@pytest.mark.parametrize("pair", PAIRS)
def test_shows_ben_what_he_answered(
    seen_in: Callable[[str], Seen], pair: str
) -> None:
    one, other = (seen_in(name)["ben"] for name in PAIRS[pair][:2])
    assert one != other
