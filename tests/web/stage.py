"""Two practices with everyone in their place, and an eye on every row of every table.

At Berg Coaching Ana has concluded terms with Ben and with Mallory, papers sealed, and Nele has
opened hers; Carla, Eli, Gus and Fay have signed their own texts with Ben. Dora coaches other
people there, Hana helps, Olga owns the practice too and coaches nobody. At Quist Coaching Zoe has
concluded terms with Yul. Each practice has invited Ida. What the tests address is Ben's.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from portal import schema
from portal.agreements.models import Signature
from portal.agreements.queries import version_row
from portal.amending.actions import propose
from portal.app import make_app
from portal.clockwork.actions import beat
from portal.desk.actions import keep_board
from portal.engagements.actions import hold
from portal.engagements.models import Party
from portal.evidence.actions.renewals import Renewed, keep_renewed, plan_renewal
from portal.evidence.jobs import seal_due
from portal.evidence.models import SealedFile
from portal.evidence.queries.renewals import newest_file
from portal.factors.models import Factor
from portal.ground.actor import Actor
from portal.ground.chance import new_id, secret_bytes
from portal.ground.clock import StandingClock
from portal.ground.renewal import renew
from portal.ground.settings import Settings
from portal.ground.stamp import Proof
from portal.ground.tokens import LinkSigner, fingerprint
from portal.ground.work import make_ground
from portal.inking.models import InkScan
from portal.ledger.actions import keep_notes
from portal.people.actions import NewMember, begin_session, invite_member, make_token
from portal.people.models import Account, Person, Practice, SignIn
from portal.people.policy import Role
from portal.sessions.actions import close_door
from portal.sharing.actions import Asked, ask
from portal.signing.actions import take_seat
from portal.web.assets import STATIC
from portal.web.words import speak
from tests.builders import (
    PAPER,
    World,
    add_colleague,
    add_engagement,
    add_party,
    add_practice,
    come_again,
    issue,
    opened,
    read_all,
    settle,
    sign,
    vouch_for,
)
from tests.cast import BEN, CARLA, DORA, ELI, FAY, GUS, HANA, MALLORY, OLGA, YUL, ZOE, Character
from tests.conftest import DATABASE, KEYS, NOW, _run, make_database
from tests.engines import suit_tests
from tests.haste import compile_once, compile_statements_once
from tests.journeys.steps import newest_link
from tests.pages import BASE, Browser
from tests.sessions.world import as_party, bring_in, plan
from tests.sight import see_all
from tests.stamping import AtHand
from tests.strangers import examine_all

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Engine
    from werkzeug.routing import Rule
    from werkzeug.test import TestResponse

IDA = Character("Ida Iversen", "ida@iversen.example")
NELE = Character("Nele Novak", "nele.novak@posteo.example")
#: Everybody who may come along: whose session their browser holds, and how far it was proven.
PERSONAS = {
    "nobody": None, "ana": ("ana", "coach", "factor"), "dora": ("dora", "coach", "factor"),
    "hana": ("hana", "coach", "factor"), "olga": ("olga", "coach", "factor"),
    "zoe": ("zoe", "coach", "factor"),
    "ben": ("ben", "party", "factor"), "ben-by-link": ("ben", "party", "mailbox"),
    "nele-by-link": ("nele", "party", "mailbox"), "yul": ("yul", "party", "factor"),
    "mallory": ("mallory", "party", "factor"),
    "carla": ("carla", "party", "factor"), "eli": ("eli", "party", "factor"),
    "gus": ("gus", "party", "factor"), "fay": ("fay", "party", "factor"),
    "forged": None, "ended": None,
}


@contextmanager
def a_database(empty: str, folder: Path) -> Iterator[str]:
    """Give a copy of the migrated, empty database that lasts as long as the block."""
    if DATABASE == "sqlite":
        shutil.copy(empty.removeprefix("sqlite:///"), folder / "portal.db")
        yield f"sqlite:///{folder / 'portal.db'}"
        return
    name = f"portal_{new_id()}"
    yield make_database(empty, name, "empty_portal")
    _run(empty, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def a_world(empty: str, folder: Path, **changes: Any) -> Iterator[tuple[World, Flask]]:
    """Give an empty world and the application on it, for as long as the block lasts."""
    with a_database(empty, folder) as url:
        settings = Settings(**{"instance_dir": folder, "database_url": url, "base_url": BASE,
                               **KEYS, **changes})
        clock = StandingClock(NOW)
        speak("en", "Europe/Vienna")
        ground = see_all(make_ground(settings, clock, keep_notes, keep_board))
        app = make_app(settings, clock, testing=True)
        app.extensions["portal"] = ground
        suit_tests(ground.engine)
        compile_statements_once(ground.engine)
        compile_once(app)
        yield World(ground, clock), app
        if DATABASE == "sqlite":
            examine_all(ground, folder / "strangers")
        ground.engine.dispose()


@dataclass
class Stage:
    """Hold the world and the application of two practices."""

    world: World
    app: Flask

    @property
    def ids(self) -> dict[str, str]:
        """Return who is who."""
        return self.world.ids

    def browser(self, persona: str) -> Browser:
        """Return a new browser in the hands of one of the personas."""
        browser, held = Browser(self.app), PERSONAS[persona]
        if held is not None:
            browser.be(self.world, *held)
        if persona == "forged":
            _forge(browser, self.world)
        if persona == "ended":
            browser.be(self.world, "ana", "coach").be(self.world, "ben", "party")
            _end_sessions(browser, self.world)
        return browser

    def values(self, key: str = "ben") -> dict[str, Any]:
        """Return what the addresses of one coachee's things are made of."""
        objections = LinkSigner(self.world.ground.settings.link_keys, "objection")
        return {"engagement_id": self.ids[f"{key}.engagement"],
                "party_id": self.ids[f"{key}.party"], "version_id": self.ids[f"{key}.version"],
                "paper_id": self.ids.get(f"{key}.paper", new_id()),
                "session_id": self.ids[f"{key}.session"],
                "reader_id": self.ids["carla.party" if key == "ben" else f"{key}.party"],
                "amendment_id": self.ids.get(f"{key}.amendment", new_id()),
                "scan_id": self.ids.get(f"{key}.scan", new_id()),
                "question_id": self.ids.get(f"{key}.question", new_id()),
                "agreement_id": self.ids[f"{key}.agreement"], "key": "supervision",
                "practice_id": self.ids[f"{key}.practice"],
                "account_id": self.ids["zoe.account" if key == "yul" else "dora.account"],
                "join_id": self.ids["zoe.join" if key == "yul" else "ana.join"],
                "token_id": self.ids["zoe.token" if key == "yul" else "ana.token"],
                "token": self.ids[f"{key}.token"],
                "stop_token": self.world.ground.stops.make(self.ids[f"{key}.party"].encode()),
                "back_token": objections.make(new_id().encode()),
                "factor_id": self.ids[f"{key}.factor"],
                "late_id": new_id(), "secret": "nothing",
                "sign_in_id": self.ids.get(f"{key}.sign_in", new_id()),
                "signature_id": self.ids.get(f"{key}.signature", new_id()),
                "number": 1, "reader": "coachee",
                "filename": next(STATIC.rglob("*.css")).relative_to(STATIC).as_posix()}

    def path(self, rule: Rule, **values: Any) -> str:
        """Return the address of a rule with these values."""
        adapter = self.app.url_map.bind("127.0.0.1:8000")
        wanted = {name: values[name] for name in rule.arguments}
        return str(adapter.build(rule.endpoint, wanted))

    def endpoint(self, path: str) -> str:
        """Return the name of the view behind an address of ours."""
        adapter = self.app.url_map.bind("127.0.0.1:8000")
        found, _values = adapter.match(path.removeprefix(BASE).split("?")[0], method="GET")
        return str(found)


def routes(app: Flask) -> list[tuple[Rule, str]]:
    """Return every rule of the application with each of its methods that is not implied."""
    found = [(rule, method) for rule in app.url_map.iter_rules()
             for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}]
    return sorted(found, key=lambda pair: (pair[0].rule, pair[1]))


def looks(
    stage: Stage, *personas: str, headers: dict[str, str] | None = None
) -> Iterator[tuple[Rule, TestResponse]]:
    """Yield what everybody of these gets at every address that can be looked at."""
    for persona in personas:
        client = stage.browser(persona).client
        for rule, method in routes(stage.app):
            if method == "GET":
                answer = client.get(stage.path(rule, **stage.values()), base_url=BASE,
                                    headers=headers)
                yield rule, answer
                answer.close()


def make_stage(world: World, app: Flask) -> Stage:
    """Let everyone do what they have done before the tests begin."""
    add_practice(world)
    add_colleague(world, DORA, "dora")
    add_colleague(world, HANA, "hana", "helper")
    add_colleague(world, OLGA, "olga", "owner")
    add_practice(world, ZOE, "zoe", name="Quist Coaching")
    for owner in ("ana", "zoe"):
        ask_to_join(world, owner)
        make_key(world, owner)
    for who, key, coach in ((BEN, "ben", "ana"), (MALLORY, "mallory", "ana"),
                            (YUL, "yul", "zoe"), (NELE, "nele", "ana")):
        engage(world, who, key, coach)
        if key != "nele":
            conclude(world, who, key)
        if coach == "ana" and key != "nele":
            vouch_for(world, key)
    seat_others(world)
    for key in ("ben", "mallory"):
        wish(world, key)
    seal_due(world.ground)
    with world.ground.work(writes=False) as work:
        for paper in work.session.scalars(select(SealedFile)):
            for key in ("ben", "mallory", "yul"):
                if world.ids[f"{key}.version"] == paper.version_id:
                    world.ids[f"{key}.paper"] = paper.id
    for key in ("ben", "mallory", "yul", "nele"):
        keep_factor(world, key)
    for key in ("ben", "mallory", "yul"):
        keep_scan(world, key)
        sit_elsewhere(world, key)
    renew_paper(world, world.ids["ben.paper"])
    beat(world.ground)
    return Stage(world, app)


def seat_others(world: World) -> None:
    """Let everybody else at Ben's table sign their own text with him."""
    world.ids["engagement"] = world.ids["ben.engagement"]
    for role, who in (("SPONSOR", CARLA), ("ASSISTANT", ELI), ("SUPPORTER", GUS)):
        add_party(world, role, who)
    settle(world)
    bring_in(world, world.ids["ben.session"], FAY, "fay")
    issue(world)
    come_again(world)
    conclude(world, BEN, "ben")
    for who, key in ((CARLA, "carla"), (ELI, "eli"), (GUS, "gus"), (FAY, "fay")):
        world.clock.move(seconds=1)
        opened(world, key)
        conclude(world, who, key)
    # So that nobody's session of a test begins with the code of their signature.
    world.clock.move(seconds=1)
    vouch_for(world, "carla")
    with world.ground.work(writes=True, actor=world.coach()) as work:
        world.ids["ben.question"] = ask(
            work, hold(work, world.ids["ben.engagement"]), Asked(
                world.ids["carla.party"], "PRG.GOALS", "inform_progress", "portal", "summary")).id
    for key in ("gus", "fay"):
        as_party(world, "ben", close_door, world.ids["ben.session"], world.ids[f"{key}.party"])


def wish(world: World, key: str) -> None:
    """Let a coachee propose a change of their own terms."""
    with world.ground.work(writes=True, actor=Actor(
            world.ids[key], world.ids[f"{key}.practice"], "party", "factor", "session",
            engagement_id=world.ids[f"{key}.engagement"])) as work:
        seat = take_seat(work)
        row = propose(work, seat, seat.standing.version(world.ids[f"{key}.version"]),
                      "Fewer lines, please.")
        world.ids[f"{key}.amendment"] = row.id


def renew_paper(world: World, paper_id: str) -> None:
    """Let the proof in a paper be renewed, as if its seal were near its end."""
    with world.ground.work(writes=False) as work:
        pdf = newest_file(work, paper_id)
    service = AtHand(world.ground.settings.instance_dir / "stamps", world.clock.now)
    made = renew(pdf, Proof(), service, world.clock.now())
    with world.ground.work(writes=True) as work:
        plan_renewal(work, paper_id, made.holds_until)
        keep_renewed(work, paper_id, Renewed(1, made.pdf, "B-T", made.holds_until))


def keep_factor(world: World, key: str) -> None:
    """Note which authenticator somebody has."""
    with world.ground.work(writes=False) as work:
        world.ids[f"{key}.factor"] = work.session.scalars(
            select(Factor.id).where(Factor.person_id == world.ids[key])).one()


def sit_elsewhere(world: World, key: str) -> None:
    """Let a coachee be signed in on a phone as well."""
    with world.ground.work(writes=True) as work:
        token = begin_session(
            work, work.session.get_one(Person, world.ids[key]), scope="party", level="factor",
            lasts=timedelta(hours=2), engagement_id=world.ids[f"{key}.engagement"])
        world.ids[f"{key}.sign_in"] = work.session.scalars(select(SignIn.id).where(
            SignIn.token_hash == fingerprint(bytes.fromhex(token)))).one()


def keep_scan(world: World, key: str) -> None:
    """Let a scan lie with a coachee's signature, as if it had been made on paper."""
    with world.ground.work(writes=True) as work:
        signed = work.session.scalars(select(Signature).where(
            Signature.party_id == world.ids[f"{key}.party"],
            Signature.version_id == world.ids[f"{key}.version"])).one()
        row = InkScan(
            id=new_id(), practice_id=signed.practice_id, engagement_id=signed.engagement_id,
            version_id=signed.version_id, party_id=signed.party_id, signature_id=signed.id,
            key_id=signed.key_id, kind="pdf", size=len(PAPER), sha256="0" * 64,
            inked_on=work.now.date(), basis="this_print", recorded_at=work.now,
            recorded_by=work.session.get_one(Party, signed.party_id).person_id)
        work.hide(row, "file", PAPER)
        work.session.add(row)
        world.ids[f"{key}.scan"] = row.id


def ask_to_join(world: World, owner: str) -> None:
    """Let an owner invite somebody into the practice."""
    with world.ground.work(writes=True, actor=world.coach(owner)) as work:
        practice = work.session.get_one(Practice, world.ids[f"{owner}.practice"])
        row = invite_member(work, practice, NewMember(IDA.name, IDA.email, Role.HELPER))
        world.ids[f"{owner}.join"] = row.id


def make_key(world: World, coach: str) -> None:
    """Let a coach make a key for a program."""
    with world.ground.work(writes=True, actor=world.coach(coach)) as work:
        account = work.session.get_one(Account, world.ids[f"{coach}.account"])
        world.ids[f"{coach}.token"] = make_token(work, account, "Notes", 365)[0].id


def engage(world: World, who: Character, key: str, coach: str) -> None:
    """Let a coach send somebody terms, and let them come in by the link."""
    world.ids[f"{key}.engagement"] = add_engagement(world, who, key, coach)
    world.ids[f"{key}.version"] = issue(world, coach)
    with world.ground.work(writes=False) as work:
        world.ids[f"{key}.agreement"] = version_row(work, world.ids[f"{key}.version"]).agreement_id
    world.ids[f"{key}.session"] = plan(world, coach=coach)
    world.clock.move(seconds=1)
    world.ids[f"{key}.token"] = newest_link(world).removeprefix("/i/")
    opened(world, key)


def conclude(world: World, who: Character, key: str) -> None:
    """Let somebody read, choose yes and sign."""
    read_all(world, key, name=who.name)
    assert isinstance(sign(world, key), Signature)


def _forge(browser: Browser, world: World) -> None:
    with browser.client.session_transaction(base_url=BASE) as session:
        for scope in ("coach", "party"):
            session[scope] = secret_bytes(32).hex()
            session[f"{scope}_seen"] = int(world.clock.now().timestamp())


def _end_sessions(browser: Browser, world: World) -> None:
    with browser.client.session_transaction(base_url=BASE) as session:
        prints = [fingerprint(bytes.fromhex(session[scope])) for scope in ("coach", "party")]
    with world.ground.work(writes=True) as work:
        for row in work.session.scalars(select(SignIn).where(SignIn.token_hash.in_(prints))):
            row.ended_at = work.now


def rows(engine: Engine, leave_out: tuple[str, ...] = ("access_log",)) -> set[tuple[str, str]]:
    """Return every row of every table as a text, so that two moments can be compared; how often
    somebody tried is counted whatever comes of it, and left out."""
    with engine.connect() as connection:
        return {(table.name, repr(tuple(row))) for table in schema.METADATA.sorted_tables
                if table.name not in (*leave_out, "throttle")
                for row in connection.execute(select(table))}
