"""The story: every code has words, what the coach may not know is not told, and paging holds."""

from __future__ import annotations

import ast
import re
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

import pytest
from sqlalchemy import select

from bench.board import queries
from portal.desk.policy.story import ALWAYS, PAGE, TOLD, UNTOLD, spans_of
from portal.desk.policy.timeline import FOREVER
from portal.engagements.models import Engagement, Party
from portal.ground.chance import new_id
from portal.handing.actions import answer, propose, take_back
from portal.handing.policy import Answer
from portal.issuing import actions as issuing
from portal.ledger.actions import record
from portal.ledger.models import Chain, Entry
from portal.reaching.actions import party_by_id, recall, reissue, remind, revoke
from portal.signing.actions import decline, end_person, take_seat
from tests.builders import (
    World,
    add_colleague,
    add_engagement,
    add_practice,
    conclude,
    issue,
    opened,
    sign_in_ink,
    vouch_for,
)
from tests.cast import DORA, HANA, OLGA
from tests.conftest import NOW
from tests.pages import Browser, Page
from tests.sessions.world import plan
from tests.signing.table import ben_signs, set_table, signs
from tests.web.stage import a_world

if TYPE_CHECKING:
    from bs4 import Tag
    from flask import Flask

PORTAL = Path(__file__).parents[2] / "portal"
#: Codes of this shape belong to the chain of an engagement; others to that of a practice.
CODE = re.compile(r"(agreement|amendment|check_in|engagement|expectation|hand_over|ink|invitation"
                  r"|line|pairing|paper|party|pass|return|review|session|share|signature|version)\.[a-z_]+")


class Codes(ast.NodeVisitor):
    """Gather the codes of entries that a module spells.

    `work.note` writes into the access log, which others read, and a foreign key names a column.
    """

    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_Call(self, node: ast.Call) -> None:
        name = ast.unparse(node.func)
        if name not in ("work.note", "calls_since", "last_seen", "ForeignKey"):
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and CODE.fullmatch(node.value):
            self.found.add(node.value)


def codes(text: str) -> set[str]:
    """Return the codes in the text of a module."""
    gathered = Codes()
    gathered.visit(ast.parse(text))
    return gathered.found


def page_of(world: World, app: Flask, query: str = "", key: str = "ana") -> Page:
    """Return the story as a coach reads it."""
    path = f"/engagements/{world.ids['engagement']}/story{query}"
    return Browser(app).be(world, key, "coach").get(path)


def sentences(page: Page) -> list[str]:
    """Return what a page tells, newest first, without times."""
    return [said for _at, said in stamped(page)]


def stamped(page: Page) -> list[tuple[str, str]]:
    """Return what a page tells, newest first, each with its machine-readable minute."""
    return [(str(cast("Tag", li.time)["datetime"]), " ".join(p.get_text().split()))
            for li in page.soup.select(".log > li") for p in reversed(li.select("div > p"))]


def test_finds_words_for_every_code_that_is_written() -> None:
    written = set().union(*(codes(path.read_text("utf-8")) for path in PORTAL.rglob("*.py")
                            if not path.match("policy/story.py")))
    known = {*TOLD, *UNTOLD}
    assert len(written) > 40
    assert written - known == set(), "give it words in story_words.html, or say why it is not told"
    assert known - written == set(), "nobody writes this"
    assert not TOLD & UNTOLD.keys()


def test_would_find_a_code_without_words() -> None:
    assert codes('note(work, engagement, "party.promoted" if x else "party.sent", party.id)\n'
                 'work.note("engagement.looked", "coach")') == {"party.promoted", "party.sent"}


def test_has_a_sentence_for_every_code(world: World, app: Flask) -> None:
    add_practice(world)
    add_engagement(world)
    kinds = sorted(TOLD)
    with world.ground.work(writes=True, actor=world.coach()) as work:
        for kind in kinds:
            record(work, world.ids["engagement"], kind, world.ids["ben.party"],
                   facts={"on": "2026-11-20", "starts": "2026-12-01T09:00:00.000000Z",
                          "how": "phone"},
                   practice_id=world.ids["ana.practice"], actor_id=world.ids["ana"])
    page = page_of(world, app)
    older = page.soup.select_one("nav.pager a[rel=next]")
    assert older is not None
    told = sentences(page) + sentences(page_of(world, app, str(older["href"])[-40:]))
    for kind, said in zip(kinds, told[len(kinds) - 1::-1], strict=True):
        assert re.fullmatch(r"\W?[A-Z].* .*\.", said), (kind, said)


def test_tells_a_whole_engagement(world: World, app: Flask) -> None:
    set_table(world, "eli")
    ben_signs(world)
    vouch_for(world)
    signs(world, "carla")
    plan(world)
    page = page_of(world, app)
    told = sentences(page)
    assert told[-1] == "You began this engagement."
    for said in (
        "Ben Adler opened the link.",
        "Ben Adler signed “Confidentiality terms”.",
        "Ben Adler said that Carla Conti may be asked.",
        "You named Eli Engel as assistant.",
        "You fixed the wording of “Three-way agreement”.",
        "Carla Conti signed “Three-way agreement”.",
        "You heard the eight digits from Ben Adler by video, and they were right.",
        "“Confidentiality terms” came into force.",
    ):
        assert said in told, said
    assert any(re.fullmatch(r"You wrote down that Ben Adler asked for Eli Engel on .*", one)
               for one in told)
    moments = page.soup.select(".log > li > time")
    assert moments
    assert all("(Central European Standard Time)" in time.get_text() for time in moments)
    stamps = [at for at, _said in stamped(page)]
    assert stamps == sorted(stamps, reverse=True)
    came = told.index("“Confidentiality terms” came into force.")
    assert told[came + 1].startswith("You heard the eight digits")


def test_tells_what_was_signed_in_ink(world: World, app: Flask) -> None:
    add_practice(world)
    add_engagement(world)
    issue(world)
    sign_in_ink(world)
    told = sentences(page_of(world, app))
    assert "You wrote down that Ben Adler signed “Confidentiality terms” on paper." in told
    assert "You kept the scan of the paper that Ben Adler signed." in told
    assert "You vouched for Ben Adler, who signed on paper." in told


def test_shows_each_entry_of_the_record_without_its_number(world: World, app: Flask) -> None:
    conclude(world)
    page = page_of(world, app)
    with world.ground.work(writes=False) as work:
        kept = {entry.hash: entry for entry in work.session.scalars(
            select(Entry).where(Entry.chain_id == world.ids["engagement"]))}
    folds = [(cast("Tag", one.span).get_text(), cast("Tag", one.code).get_text())
             for one in page.soup.select(".log details li")]
    assert folds
    assert folds == [(kept[digest].kind, digest) for _kind, digest in folds]
    assert {kept[digest].kind for _kind, digest in folds} <= TOLD
    # An entry that is not told is not pointed to either: nobody can see where one is missing.
    silent = [entry for entry in kept.values() if entry.kind in UNTOLD]
    assert silent
    for entry in silent:
        assert entry.hash not in page.html
        assert entry.id not in page.html


def told_alike(html: str) -> str:
    """Return a page without what is random in every world: ids, hashes and the form's token."""
    html = re.sub(r'name="csrf_token"[^>]*value="[^"]*"', "", html)
    return re.sub(r"\b[0-9a-f]{32,64}\b", "…", html)


@pytest.mark.parametrize("days", [1, 20, 60])
def test_z4_tells_a_decline_like_silence(
    empty_database: str, tmp_path: Path, days: int
) -> None:
    pages = []
    for declined in (False, True):
        folder = tmp_path / str(declined)
        folder.mkdir()
        with a_world(empty_database, folder) as (world, app):
            add_practice(world)
            add_engagement(world)
            issue(world)
            opened(world)
            world.clock.move(hours=1)
            if declined:
                with world.ground.work(writes=True, actor=world.party(level="mailbox")) as work:
                    decline(work, world.ids["version"])
            _reminded(world, days)
            pages.append(page_of(world, app))
    assert told_alike(pages[0].html) == told_alike(pages[1].html)
    told = sentences(pages[0])
    assert "You sent a reminder to Ben Adler." in told
    assert ("“Confidentiality terms” was not concluded." in told) is (days > 14)


def _reminded(world: World, days: int) -> None:
    """Let Ana remind Ben again and again, then end his link and take the text back in time."""
    often = min(days, 10)
    for _time in range(often):
        world.clock.move(days=days / often)
        with world.ground.work(writes=True, actor=world.coach()) as work:
            engagement = issuing.own(work, world.ids["engagement"])
            remind(work, engagement, party_by_id(work, engagement, world.ids["ben.party"]))
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        party = party_by_id(work, engagement, world.ids["ben.party"])
        reissue(work, engagement, party)
        revoke(work, engagement, party)
        if days < 14:
            recall(work, engagement, world.ids["version"])


@pytest.mark.parametrize("said", [None, Answer.NO])
def test_z4_tells_a_no_to_another_coach_like_silence(
    world: World, app: Flask, said: Answer | None
) -> None:
    conclude(world)
    add_colleague(world, DORA, "dora")
    world.clock.move(minutes=1)
    with world.ground.work(writes=True, actor=world.coach()) as work:
        propose(work, issuing.own(work, world.ids["engagement"]), world.ids["dora"])
    before = sentences(page_of(world, app))
    assert before[0] == "You asked Ben Adler whether Dora Dorn may coach from now on."
    if said is not None:
        _answer(world, said)
    world.clock.move(days=3)
    assert sentences(page_of(world, app)) == before
    with world.ground.work(writes=True, actor=world.coach()) as work:
        take_back(work, issuing.own(work, world.ids["engagement"]))
    assert sentences(page_of(world, app)) == [
        "You took the question about Dora Dorn back.", *before]


def _answer(world: World, said: Answer) -> None:
    world.ids["ben.engagement"] = world.ids["engagement"]
    with world.ground.work(writes=True, actor=world.party()) as work:
        answer(work, take_seat(work), said)


def test_begins_for_another_coach_where_they_came_in(world: World, app: Flask) -> None:
    conclude(world)
    world.clock.move(minutes=1)
    add_colleague(world, DORA, "dora")
    with world.ground.work(writes=True, actor=world.coach()) as work:
        propose(work, issuing.own(work, world.ids["engagement"]), world.ids["dora"])
    world.clock.move(minutes=1)
    _answer(world, Answer.YES)
    page = page_of(world, app, key="dora")
    told = sentences(page)
    assert "The coaching passed from Ana Berg to you." in told
    assert "You took over here. What was before stays closed to you." in page.text
    assert not any(word in page.text for word in ("signed", "opened", "eight digits", "asked"))
    assert page_of(world, app).status == 404


def test_gives_each_coach_their_own_time() -> None:
    days = [NOW + timedelta(days=n) for n in range(4)]
    coaches = [(days[0], "ana"), (days[1], "dora"), (days[2], "ana")]
    assert spans_of(coaches, "ana") == [(ALWAYS, days[1]), (days[2], FOREVER)]
    assert spans_of(coaches, "dora") == [(days[1], days[2])]
    assert spans_of(coaches, "zoe") == []


def test_tells_what_the_coachee_said_of_a_person(world: World, app: Flask) -> None:
    set_table(world, "eli")
    world.ids["ben.engagement"] = world.ids["engagement"]
    with world.ground.work(writes=True, actor=world.party(level="mailbox")) as work:
        end_person(work, take_seat(work), world.ids["eli.party"])
    world.clock.move(days=60)
    told = sentences(page_of(world, app))
    assert "Ben Adler said no to Eli Engel." in told
    assert "“Limited terms for an assistant” is not pursued any further." in told
    assert "“Limited terms for an assistant” was not concluded." not in told
    assert "“Three-way agreement” was not concluded." in told


def remember(world: World, count: int) -> None:
    """Let an engagement have so many entries more, a minute apart; every third is not told."""
    kinds = ("party.reminded", "party.link_renewed", "invitation.created")
    for start in range(0, count, 100):
        with world.ground.work(writes=True, actor=world.coach()) as work:
            for number in range(start, min(start + 100, count)):
                work.now += timedelta(minutes=1)
                record(work, world.ids["engagement"], kinds[number % 3], world.ids["ben.party"],
                       practice_id=world.ids["ana.practice"], actor_id=world.ids["ana"])
        world.clock.move(minutes=100)


def test_walks_through_the_whole_story_and_back(world: World, app: Flask) -> None:
    conclude(world)
    remember(world, 150)
    seen, page = [], page_of(world, app)
    while True:
        assert len(page.soup.select(".log details li")) <= PAGE
        seen.append(stamped(page))
        older = page.soup.select_one("nav.pager a[rel=next]")
        if older is None:
            break
        page = page_of(world, app, "?" + cast("str", older["href"]).split("?")[1])
    whole = [line for lines in seen for line in lines]
    assert len(seen) == 3
    assert whole == sorted(whole, key=lambda line: line[0], reverse=True)
    assert sum("came into force" in said for _at, said in whole) == 1
    with world.ground.work(writes=False) as work:
        kinds = work.session.scalars(select(Entry.kind).where(
            Entry.chain_id == world.ids["engagement"], Entry.kind.in_(TOLD))).all()
    assert len(whole) == len(kinds) + 1
    for lines in seen[-2::-1]:
        newer = page.soup.select_one("nav.pager a[rel=prev]")
        assert newer is not None
        page = page_of(world, app, "?" + cast("str", newer["href"]).split("?")[1])
        assert stamped(page) == lines
    assert page.soup.select_one("nav.pager a[rel=prev]") is None


def test_asks_as_often_however_long_the_record_is(world: World, app: Flask) -> None:
    conclude(world)
    path = f"/engagements/{world.ids['engagement']}/story"
    counts = []
    for more in (0, 50, 400):
        remember(world, more)
        browser = Browser(app).be(world, "ana", "coach")
        browser.get(path)
        counts.append(queries(world.ground.engine, partial(browser.get, path)))
    assert counts[0] == counts[1] == counts[2]
    assert counts[0] < 25


@pytest.mark.parametrize("which", ["untold", "foreign", "nonsense", "\0"])
def test_knows_no_page_from_an_entry_that_it_does_not_tell(
    world: World, app: Flask, which: str
) -> None:
    conclude(world)
    mine = world.ids["engagement"]
    add_engagement(world)
    with world.ground.work(writes=False) as work:
        ids = {"untold": work.session.scalars(select(Entry.id).where(
            Entry.chain_id == mine, Entry.kind.in_(UNTOLD))).first(),
            "foreign": work.session.scalars(select(Entry.id).where(
                Entry.chain_id == world.ids["engagement"])).first()}
    world.ids["engagement"] = mine
    for way in ("before", "after"):
        assert page_of(world, app, f"?{way}={quote(ids.get(which) or which)}").status == 404


def test_says_so_where_nothing_has_happened(world: World, app: Flask) -> None:
    add_practice(world)
    add_engagement(world)
    with world.ground.work(writes=True) as work:
        known = work.session.get_one(Engagement, world.ids["engagement"])
        empty = Engagement(
            id=new_id(), practice_id=known.practice_id, key_id=known.key_id, kind="coaching",
            coach_id=known.coach_id, setting="independent", jurisdiction="AT", language="en",
            created_at=work.now)
        work.hide(empty, "title", "Coaching")
        work.session.add(empty)
        work.session.add(Chain(id=empty.id, practice_id=empty.practice_id, covers="engagement"))
        work.session.flush()
        work.session.add_all(
            Party(id=new_id(), practice_id=empty.practice_id, engagement_id=empty.id,
                  person_id=person, role=role, capacity="self", created_at=work.now)
            for person, role in ((known.coach_id, "COACH"), (world.ids["ben"], "COACHEE")))
        world.ids["engagement"] = empty.id
        work.touched.clear()
    assert "Nothing has happened yet." in page_of(world, app).text


def test_z5_is_for_the_coach_of_the_engagement_alone(world: World, app: Flask) -> None:
    conclude(world)
    add_colleague(world, DORA, "dora")
    add_colleague(world, OLGA, "olga", "owner")
    add_colleague(world, HANA, "hana", "helper")
    assert {key: page_of(world, app, key=key).status for key in ("ana", "dora", "olga", "hana")
            } == {"ana": 200, "dora": 404, "olga": 404, "hana": 403}
    ana = Browser(app).be(world, "ana", "coach")
    page = ana.get(f"/engagements/{world.ids['engagement']}")
    assert page.soup.select_one(f"a[href='/engagements/{world.ids['engagement']}/story']")
