"""The preview: what each person will see, before anything is sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from portal.agreements.queries import shown_text, standing_of_one, version_row
from portal.issuing import actions as issuing
from portal.issuing.actions import OwnTerms, TermsValues
from portal.issuing.queries import preview_of
from portal.notices.jobs import in_words
from portal.notices.models import Notice
from portal.signing.queries import seat_of, waiting_of
from portal.web.words import today
from tests.builders import World, add_engagement, add_practice, add_table, issue, opened, read_all
from tests.cast import ANSWERS, YUL, ZOE
from tests.pages import Browser
from tests.web.stage import DORA, add_colleague

if TYPE_CHECKING:
    from flask import Flask

    from tests.pages import Page

SIGNERS = {"ben": ["T1", "T2", "T3", "T4"], "carla": ["T2"], "eli": ["T3"], "gus": ["T4"]}


@pytest.fixture
def table(world: World) -> World:
    """Give a world in which Ana has settled all terms, and sent nothing."""
    add_practice(world)
    world.ids["ben.engagement"] = add_table(world)
    return world


def at(world: World, key: str) -> str:
    """Return the address of somebody's preview."""
    return f"/engagements/{world.ids['engagement']}/preview/{world.ids[f'{key}.party']}"


def look(app: Flask, world: World, key: str) -> Page:
    """Let Ana look at somebody's preview."""
    return Browser(app).be(world, "ana", "coach").get(at(world, key))


@pytest.mark.parametrize("key", SIGNERS)
def test_shows_word_for_word_what_is_frozen_then(table: World, key: str) -> None:
    with table.ground.work(writes=False, actor=table.coach()) as work:
        preview = preview_of(work, table.ids["engagement"], table.ids[f"{key}.party"])
        assert preview.waiting is not None
        before = [text.shown for text in preview.waiting.texts]
        minutes = preview.waiting.minutes
    issue(table)
    with table.ground.work(writes=False) as work:
        standing = standing_of_one(work, table.ids["engagement"])
        versions = [standing.version(table.ids[code]) for code in SIGNERS[key]]
        role = preview.reader.party.role
        after = [shown_text(work, version_row(work, v.version_id), role) for v in versions]
    assert before == after
    assert all(shown["notice"] and shown["pages"] for shown in before)
    assert minutes >= 1


def test_folds_what_comes_twice_as_the_ceremony_does(app: Flask, table: World) -> None:
    page = look(app, table, "ben")
    issue(table)
    opened(table)
    read_all(table)
    with table.ground.work(writes=False, actor=table.party()) as work:
        waiting = waiting_of(work, seat_of(work))
        assert waiting is not None
        known = [clause["title"] for screen in waiting.screens
                 for clause, is_known in screen.clauses if is_known]
    folded = [tag.get_text() for tag in page.soup.select("summary")
              if "(you have read this)" in tag.get_text()]
    assert len(folded) == len(known) > 0
    assert all(title in words for title, words in zip(known, folded, strict=True))


def test_shows_every_page_in_the_words_of_the_ceremony(app: Flask, table: World) -> None:
    page = look(app, table, "ben")
    issue(table)
    opened(table)
    read_all(table)
    ben = Browser(app).be(table, "ben", "party", "mailbox")
    number, seen = 1, 0
    while (read := ben.get(f"/p/read/{number}")).status == 200:
        main = read.soup.select_one("main")
        assert main is not None
        for part in main.select("blockquote p, li, h1, legend, .pic desc"):
            words = " ".join(part.get_text(" ").split())
            if part.find_parent("ol") or not words:
                continue
            assert words in page.text, words
            seen += 1
        number += 1
    assert number > 10
    assert seen > 60


@pytest.mark.parametrize("key", SIGNERS)
def test_shows_the_mail_as_it_goes_out(app: Flask, world: World, key: str) -> None:
    add_practice(world)
    add_table(world, "carla", "eli", "gus")
    page = look(app, world, key)
    issue(world)
    with world.ground.work(writes=False) as work:
        sent = work.session.scalars(select(Notice).where(
            Notice.name == "invitation", Notice.recipient_id == world.ids[key])).one()
        values = json.loads(work.reveal(sent, "values"))
    subject, text = in_words("invitation", values)
    secret = values["link"].rpartition("/")[2]
    assert len(secret) > 20
    for part in (subject, *text.replace(secret, "…").split("\n\n")):
        assert " ".join(part.split()) in page.text


def test_says_when_a_mail_goes_out(app: Flask, table: World) -> None:
    assert "It goes out once Ben Adler has said" in look(app, table, "carla").text
    assert "It goes out once Ben Adler has said" not in look(app, table, "ben").text


@pytest.mark.parametrize(("key", "button"), [
    ("ben", "Sign the agreement"), ("carla", "Sign the agreement"),
    ("eli", "Accept these limited terms")])
def test_says_the_words_of_the_button(app: Flask, table: World, key: str, button: str) -> None:
    assert f"“{button}”" in look(app, table, key).text


@pytest.mark.parametrize("key", SIGNERS)
def test_can_be_read_and_not_pressed(app: Flask, table: World, key: str) -> None:
    main = look(app, table, key).soup.select_one("main")
    assert main is not None
    assert not main.select("form, button, input, select, textarea")
    links = {a["href"] for a in main.select("a")}
    assert not [link for link in links if link.startswith(("/p", "/i"))]


def test_asks_nobody_but_the_coachee(app: Flask, table: World) -> None:
    assert "Yes, I agree" in look(app, table, "ben").text
    for key in ("carla", "eli", "gus"):
        page = look(app, table, key)
        assert "Yes, I agree" not in page.text
        assert "may be asked" not in page.text.replace("Carla Conti may be asked.", "").replace(
            "Eli Engel may be asked.", "").replace("Gus Groth may be asked.", "")


def test_says_that_who_is_only_named_gets_nothing(app: Flask, table: World) -> None:
    page = look(app, table, "dev")
    assert page.heading == "What Dev Desai will see"
    assert "signs nothing and gets no mail and no link" in page.text


def test_leads_from_one_person_to_the_other(app: Flask, table: World) -> None:
    page = look(app, table, "ben")
    links = page.soup.select('nav[aria-label="Whose preview"] a')
    assert [a.get_text() for a in links] == ["Carla Conti", "Dev Desai", "Eli Engel", "Gus Groth"]
    assert [a["href"] for a in links] == [at(table, key) for key in ("carla", "dev", "eli", "gus")]


def test_leaves_out_what_is_left_for_later_and_names_what_is_not_complete(
    app: Flask, table: World
) -> None:
    with table.ground.work(writes=True, actor=table.coach()) as work:
        engagement = issuing.own(work, table.ids["engagement"])
        own = {}
        for agreement in standing_of_one(work, engagement.id).agreements.values():
            if agreement.template_code == "T2":
                own[agreement.id] = OwnTerms(answers={})
            if agreement.template_code == "T3":
                own[agreement.id] = OwnTerms(later=True)
        issuing.save_terms(work, engagement, TermsValues(today(work.now), ANSWERS, own))
    assert "is not complete yet" in look(app, table, "carla").text
    assert "Nothing is prepared for Eli Engel now." in look(app, table, "eli").text
    ben = look(app, table, "ben")
    assert "Three-way sponsor agreement” is not complete yet" in ben.text


def test_has_nothing_to_show_once_all_is_sent(app: Flask, table: World) -> None:
    issue(table)
    assert "Nothing is prepared for Ben Adler now." in look(app, table, "ben").text


def test_is_for_the_own_engagement_and_its_people_alone(app: Flask, table: World) -> None:
    add_colleague(table, DORA, "dora")
    add_practice(table, ZOE, "zoe", name="Quist Coaching")
    for who in ("dora", "zoe"):
        assert Browser(app).be(table, who, "coach").get(at(table, "ben")).status == 404
    ana = Browser(app).be(table, "ana", "coach")
    elis = table.ids["eli.party"]
    add_engagement(table, YUL, "yul")
    assert ana.get(f"/engagements/{table.ids['engagement']}/preview/{elis}").status == 404
    assert ana.get(f"/engagements/{table.ids['engagement']}/preview/{'0' * 32}").status == 404
