"""Through somebody else's eyes: the coachee looks, and looking is no answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from portal.sharing.policy import decide
from portal.sharing.queries import around
from tests.builders import World, add_engagement, add_practice, issue, opened, read_all
from tests.cast import BEN, CARLA, DEV, ELI, GUS
from tests.pages import Browser, Page
from tests.sharing.table import GOALS, seat_everyone
from tests.signing.table import set_table
from tests.web.stage import a_world, rows

if TYPE_CHECKING:
    from flask import Flask

House = tuple[World, "Flask"]


@pytest.fixture(scope="module")
def waiting(empty_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give a table at which four texts wait for Ben, who has come in and answered nothing."""
    with a_world(empty_database, tmp_path_factory.mktemp("waiting")) as (world, app):
        set_table(world, "carla", "eli", "gus")
        yield world, app


@pytest.fixture(scope="module")
def signed(empty_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give a table at which T1 to T4 are in force with yes to everything."""
    with a_world(empty_database, tmp_path_factory.mktemp("signed")) as (world, app):
        seat_everyone(world)
        yield world, app


def ben(house: House, level: str) -> Browser:
    world, app = house
    return Browser(app).be(world, "ben", "party", level)


def look(house: House, browser: Browser, key: str, lines: list[str] | None = None) -> Page:
    """Let Ben look at somebody's page, as it stands or with these lines ticked."""
    path = f"/p/eyes/{house[0].ids[f'{key}.party']}"
    return browser.get(path) if lines is None else browser.post(path, {"lines": lines})


def lines_of(page: Page) -> dict[str, bool]:
    """Return the optional lines on a page, with whether each is ticked."""
    return {str(box["value"]): box.has_attr("checked")
            for box in page.soup.select('input[name="lines"]')}


def heard(page: Page) -> list[str]:
    """Return the kinds of information that the sample tells."""
    part = page.soup.select_one(".as-seen")
    assert part is not None
    assert "Sample" in part.get_text()
    return [" ".join(head.get_text().split()) for head in part.select("h3")]


def test_lets_ben_choose_through_whose_eyes(waiting: House) -> None:
    page = ben(waiting, "mailbox").get("/p/eyes")
    assert page.status == 200
    for who in (CARLA, DEV, ELI, GUS):
        assert who.name in page.text
    assert [str(link["href"]) for link in page.soup.select("main dl a")] == [
        f"/p/eyes/{waiting[0].ids[f'{key}.party']}" for key in ("carla", "dev", "eli", "gus")]


def test_shows_before_signing_what_each_answer_opens(waiting: House) -> None:
    browser = ben(waiting, "mailbox")
    first = look(waiting, browser, "carla")
    lines = lines_of(first)
    assert lines
    assert not any(lines.values())
    assert "Agreed goals" not in heard(first)
    everything = look(waiting, browser, "carla", list(lines))
    assert "Agreed goals" in heard(everything)
    assert "would also hear" in everything.text
    assert "The coach's notes" not in heard(everything)
    for line in lines:
        one = look(waiting, browser, "carla", [line])
        assert set(heard(first)) <= set(heard(one)) <= set(heard(everything))
        assert lines_of(one) == {each: each == line for each in lines}


def test_begins_with_the_answers_so_far(waiting: House) -> None:
    world, _app = waiting
    read_all(world, choice="yes")
    page = look(waiting, ben(waiting, "mailbox"), "carla")
    assert all(lines_of(page).values())
    assert "Agreed goals" in heard(page)
    read_all(world, choice="no")
    assert not any(lines_of(look(waiting, ben(waiting, "mailbox"), "carla")).values())


def test_shows_the_manager_who_has_no_page(waiting: House) -> None:
    browser = ben(waiting, "mailbox")
    lines = lines_of(look(waiting, browser, "dev"))
    page = look(waiting, browser, "dev", list(lines))
    assert "signs nothing and has no page here" in page.text
    assert heard(page) == ["What the organisation could do to help"]
    nothing = look(waiting, browser, "dev", [])
    assert "the answer is: not shared under current agreements" in nothing.text


@pytest.mark.parametrize("key", ["carla", "dev", "eli", "gus"])
def test_is_no_answer(waiting: House, key: str) -> None:
    """Looking writes nothing, whatever is ticked: no row of any table is another one."""
    browser, engine = ben(waiting, "mailbox"), waiting[0].ground.engine
    before = rows(engine)
    lines = lines_of(look(waiting, browser, key))
    look(waiting, browser, key, list(lines))
    look(waiting, browser, key, [])
    assert rows(engine) == before
    assert lines_of(look(waiting, browser, key)) == lines


def test_says_what_the_decision_says(signed: House) -> None:
    """Asked about what is in force with the answers that stand, the page and `decide` agree."""
    world, _app = signed
    page = look(signed, ben(signed, "factor"), "carla")
    assert all(lines_of(page).values())
    with world.ground.work(writes=False) as work:
        there = around(work, world.ids["engagement"])
    question: dict[str, Any] = {**GOALS, "recipient": world.ids["carla.party"], "time": there.at}
    assert decide(there.world, question).decision == "PERMIT"
    assert "Agreed goals" in heard(page)
    assert "From 23 April 2027" in page.text
    without = look(signed, ben(signed, "factor"), "carla", [])
    assert "Agreed goals" not in heard(without)
    assert "would no longer hear" in without.text


def test_inv_16_shows_their_own_page_the_same_whatever_ben_answers(signed: House) -> None:
    browser = ben(signed, "factor")
    lines = list(lines_of(look(signed, browser, "carla")))
    seen = {str(page.soup.select(".as-seen")[1]) for page in (
        look(signed, browser, "carla", lines), look(signed, browser, "carla", []))}
    assert len(seen) == 1
    world, app = signed
    own = Browser(app).be(world, "carla", "party").get("/p/consents")
    [part] = own.soup.select("ul.given")
    assert str(part) in seen.pop()


@pytest.mark.parametrize("key", ["carla", "eli", "gus"])
def test_opens_to_nobody_else(signed: House, key: str) -> None:
    world, app = signed
    browser = Browser(app).be(world, key, "party")
    for path in ("/p/eyes", f"/p/eyes/{world.ids['carla.party']}"):
        assert browser.get(path).status == 404
    assert browser.post(f"/p/eyes/{world.ids['carla.party']}", {}).status == 404
    assert "/p/eyes" not in browser.get("/p/consents").html


def test_needs_the_code_of_whoever_has_one(signed: House) -> None:
    for path in ("/p/eyes", f"/p/eyes/{signed[0].ids['carla.party']}"):
        assert ben(signed, "mailbox").get(path, follow=False).location.startswith("/lost")


def test_looks_through_nobodys_eyes_but_theirs(signed: House) -> None:
    world, _app = signed
    for reader in (world.ids["ben.party"], "0" * 32, "x"):
        assert ben(signed, "factor").get(f"/p/eyes/{reader}").status == 404


def test_takes_no_line_that_is_not_about_them(signed: House) -> None:
    browser = ben(signed, "factor")
    of_dev = list(lines_of(look(signed, browser, "dev")))
    page = look(signed, browser, "carla", of_dev)
    assert page.status == 422


def test_is_found_where_it_is_wanted(waiting: House, signed: House) -> None:
    for path in ("/p/start", "/p/sign"):
        assert ben(waiting, "mailbox").get(path).soup.select('a[href="/p/eyes"]'), path
    assert ben(signed, "factor").get("/p/consents").soup.select('a[href="/p/eyes"]')


def test_says_when_there_is_nobody(world: World, app: Flask) -> None:
    add_practice(world)
    world.ids["ben.engagement"] = add_engagement(world)
    issue(world)
    opened(world)
    page = ben((world, app), "mailbox").get("/p/eyes")
    assert "Nobody else takes part." in page.text
    assert BEN.name not in page.text
