"""The pages about sessions, over HTTP: for coach, helper, coachee and everybody beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from icalendar import Calendar
from sqlalchemy import select

from portal.engagements.models import CoachingSession
from portal.ledger.models import Access
from portal.sessions.actions import close_door
from tests.builders import World, add_colleague, add_engagement, add_party, add_practice
from tests.cast import ANA, BEN, CARLA, ELI, GUS, HANA, Character
from tests.pages import Browser
from tests.sessions.world import (
    DAY,
    Terms,
    agree,
    as_party,
    bring_in,
    cancel,
    freeze_terms,
    guest_agreed,
    move,
    plan,
    sign_all,
)

if TYPE_CHECKING:
    from flask import Flask

IVO = Character("Ivo Imhof", "ivo@posteo.example")
TIMES = {"day": "2026-12-07", "start": "10:00", "end": "11:30", "place": "Lindengasse 1"}


def sessions(world: World) -> str:
    return f"/engagements/{world.ids['engagement']}/sessions"


def ana(world: World, app: Flask) -> Browser:
    return Browser(app).be(world, "ana", "coach")


def visit(browser: Browser, path: str, values: dict[str, str]):
    """Fill in the form of a page and send it."""
    return browser.post(path, values, page=browser.get(path))


def test_begins_with_an_empty_list_that_helps(bound: World, app: Flask) -> None:
    page = ana(bound, app).get(sessions(bound))
    assert "No session is planned." in page.text
    assert page.soup.find("a", href=f"{sessions(bound)}/new")


def test_plans_a_session_in_the_zone_of_the_practice(bound: World, app: Flask) -> None:
    browser = ana(bound, app)
    assert "Europe/Vienna" in browser.get(f"{sessions(bound)}/new").text
    page = visit(browser, f"{sessions(bound)}/new", TIMES)
    assert page.heading == "Session S1"
    assert "7 December 2026, 10:00 to 11:30 (Central European Standard Time)" in page.text
    assert "Lindengasse 1" in page.text
    assert "Session S1 7 December 2026" in browser.get(sessions(bound)).text


@pytest.mark.parametrize(("change", "says"), [
    ({"day": "2027-03-28", "start": "02:30"}, "clocks go forward"),
    ({"end": "09:00"}, "It ends after it begins"),
    ({"day": "2026-11-22"}, "This time is past"),
    ({"day": ""}, "Enter the day."),
    ({"start": "ten"}, "Enter a time like 14:30."),
    ({"place": "x" * 301}, "use 300 characters at the most"),
])
def test_says_what_to_do_and_loses_nothing_that_was_typed(
    bound: World, app: Flask, change: dict[str, str], says: str
) -> None:
    typed = {**TIMES, **change}
    page = visit(ana(bound, app), f"{sessions(bound)}/new", typed)
    assert page.status == 422
    assert says in page.text
    kept = page.fields(f"{sessions(bound)}/new")
    assert {key: kept[key] for key in typed} == typed


def test_takes_a_dot_for_a_colon(bound: World, app: Flask) -> None:
    page = visit(ana(bound, app), f"{sessions(bound)}/new", {**TIMES, "start": "10.15"})
    assert "10:15 to 11:30" in page.text


def test_moves_a_session_and_says_who_needs_a_new_addendum(bound: World, app: Flask) -> None:
    one, browser = plan(bound), ana(bound, app)
    guest_agreed(bound, one, GUS)
    path = f"{sessions(bound)}/{one}/dates"
    assert "seven days" in browser.get(path).text
    page = visit(browser, path, {"day": "2026-12-20"})
    assert "Session S1 is changed." in page.text
    assert f"The addendum of {GUS.name} does not reach the new date." in page.text
    assert "no agreement holds, so not in this session" in page.text
    assert "It was to begin on 7 December 2026, 10:01." in page.text


def test_does_not_move_a_session_that_has_begun(bound: World, app: Flask) -> None:
    one, browser = plan(bound, days=0.01), ana(bound, app)
    path = f"{sessions(bound)}/{one}/dates"
    page = browser.get(path)
    bound.clock.move(minutes=20)
    page = browser.post(path, {"day": "2026-12-20"}, page=page)
    assert page.status == 422
    assert "This session has begun" in page.text


def test_cancels_a_session(bound: World, app: Flask) -> None:
    one, browser = plan(bound), ana(bound, app)
    page = browser.get(f"{sessions(bound)}/{one}")
    page = browser.post(f"{sessions(bound)}/{one}/cancellation", page=page)
    assert "Session S1 is cancelled." in page.text
    assert not page.soup.find("a", href=f"{sessions(bound)}/{one}/dates")
    assert browser.post(f"{sessions(bound)}/{one}/cancellation").status == 409


GUEST = {"name": IVO.name, "email": IVO.email, "owner": "private", "read_by": "nobody",
         "topic": "the hand-over", "mode": "silent"}


def test_warns_of_a_third_person_before_it_asks_who(bound: World, app: Flask) -> None:
    one, browser = plan(bound), ana(bound, app)
    path = f"{sessions(bound)}/{one}/guest"
    page = browser.get(path)
    assert "A third person in the room can harm what a session is for" in page.text
    assert f"{BEN.name} can close the door at any minute" in page.text
    page = browser.post(path, GUEST, page=page)
    assert page.status == 200
    assert "Nothing is sent yet." in page.text


@pytest.mark.parametrize(("change", "says"), [
    ({"owner": "employer"}, "an address that is the guest’s own"),
    ({"name": "HR"}, "Name one person"),
    ({"email": BEN.email}, "takes part in the engagement already"),
    ({"topic": ""}, "Enter the one topic"),
    ({"mode": ""}, "Say how the guest takes part."),
    ({"asked_for_on": "2027-01-01"}, "today or an earlier day"),
])
def test_says_why_a_guest_cannot_be_asked(
    bound: World, app: Flask, change: dict[str, str], says: str
) -> None:
    path = f"{sessions(bound)}/{plan(bound)}/guest"
    typed = {key: value for key, value in {**GUEST, **change}.items() if value}
    page = visit(ana(bound, app), path, typed)
    assert page.status == 422
    assert says in page.text
    assert page.fields(path)["email"] == typed["email"]


def test_changes_how_somebody_takes_part(bound: World, app: Flask) -> None:
    one, browser = plan(bound), ana(bound, app)
    guest_agreed(bound, one, GUS)
    path = f"{sessions(bound)}/{one}/people/{bound.ids['gus.party']}"
    assert browser.get(path).fields(path)["mode"] == "when_asked"
    page = visit(browser, path, {"mode": "full"})
    assert f"{GUS.name} , guest takes part fully" in page.text
    assert browser.post(path, {"mode": "no such mode"}).status == 422


def test_gives_another_engagements_session_to_nobody(bound: World, app: Flask) -> None:
    theirs = plan(bound)
    add_engagement(bound, GUS, "gus")
    browser = ana(bound, app)
    for path in ("", "/dates", "/guest", f"/people/{bound.ids['ben.party']}"):
        assert browser.get(f"{sessions(bound)}/{theirs}{path}").status == 404
    assert browser.post(f"{sessions(bound)}/{theirs}/cancellation").status == 404


def test_z5_lets_a_helper_plan_and_move_without_seeing_who_takes_part(
    bound: World, app: Flask
) -> None:
    one = plan(bound)
    guest_agreed(bound, one, GUS)
    add_colleague(bound, HANA, "hana", "helper")
    hana = Browser(app).be(bound, "hana", "coach")
    page = visit(hana, f"{sessions(bound)}/new", TIMES)
    assert page.heading == "Session S2"
    page = visit(hana, f"{sessions(bound)}/{one}/dates", {"day": "2027-01-20"})
    seen = [page, *(hana.get(sessions(bound) + path) for path in ("", f"/{one}"))]
    assert [page.status for page in seen] == [200, 200, 200]
    assert all(GUS.name not in page.text for page in seen)
    for path in ("/guest", f"/people/{bound.ids['gus.party']}"):
        assert hana.get(f"{sessions(bound)}/{one}{path}").status == 403
    assert hana.post(f"{sessions(bound)}/{one}/cancellation").status == 403


def test_inv_24_names_the_helper_and_writes_down_that_they_looked(
    bound: World, app: Flask
) -> None:
    plan(bound)
    add_colleague(bound, HANA, "hana", "helper")
    Browser(app).be(bound, "hana", "coach").get(sessions(bound))
    with bound.ground.work(writes=False) as work:
        looked = list(work.session.scalars(
            select(Access).where(Access.what == "sessions.looked")))
    assert [(row.person_id, row.outcome) for row in looked] == [(bound.ids["hana"], "helper")]
    page = Browser(app).be(bound, "ben", "party").get("/p/sessions")
    assert f"{HANA.name} , helps the practice with dates" in page.text


def test_lets_the_coachee_close_a_door_with_one_button(bound: World, app: Flask) -> None:
    one = plan(bound)
    guest_agreed(bound, one, GUS)
    ben, gus = (Browser(app).be(bound, key, "party") for key in ("ben", "gus"))
    page = gus.get("/p/sessions")
    assert all(words in page.text for words in (
        "Room 4", f"{ANA.name} , coach", f"{BEN.name} , coachee", "speaks when asked"))
    path = f"/p/sessions/{one}/doors/{bound.ids['gus.party']}"
    page = ben.post(f"{path}/closing", page=ben.get("/p/sessions"))
    assert f"You closed the door to {GUS.name}." in page.text
    page = gus.get("/p/sessions")
    assert "No session is open to you now." in page.text
    assert BEN.name not in page.text
    assert "not in this session" in ana(bound, app).get(f"{sessions(bound)}/{one}").text
    assert gus.post(f"{path}/opening").status == 404
    page = ben.post(f"{path}/opening", page=ben.get("/p/sessions"))
    assert "The door is open again." in page.text
    assert "Room 4" in gus.get("/p/sessions").text


def test_lets_a_guest_step_out(bound: World, app: Flask) -> None:
    one = plan(bound)
    guest_agreed(bound, one, GUS)
    gus = Browser(app).be(bound, "gus", "party")
    page = gus.post(f"/p/sessions/{one}/leaving", page=gus.get("/p/sessions"))
    assert "You have stepped out of this session." in page.text
    assert gus.post(f"/p/sessions/{one}/leaving").status == 404
    ben = Browser(app).be(bound, "ben", "party").get("/p/sessions")
    assert f"{GUS.name} has stepped out." in ben.text


def test_says_to_a_guest_that_it_has_ended(bound: World, app: Flask) -> None:
    one = plan(bound)
    guest_agreed(bound, one, GUS)
    bound.clock.move(days=14, hours=2)
    page = Browser(app).be(bound, "gus", "party").get("/p/sessions")
    assert "has ended by itself" in page.text
    assert "Room 4" not in page.text


@pytest.mark.parametrize("days", [0, 15])
def test_inv_16_shows_a_guest_the_same_after_a_no_and_behind_a_closed_door(
    bound: World, app: Flask, days: float
) -> None:
    one, now = plan(bound), bound.clock.now()
    refused = freeze_terms(bound, bring_in(bound, one, GUS), Terms(
        now, now + 30 * DAY, now + 7 * DAY, optional=True))
    sign_all(bound, refused, "no")
    guest_agreed(bound, one, IVO, "ivo")
    as_party(bound, "ben", close_door, one, bound.ids["ivo.party"])
    bound.clock.move(days=days)
    pages = [Browser(app).be(bound, key, "party").get("/p/sessions").text
             for key in ("gus", "ivo")]
    assert pages[0] == pages[1]
    assert "No session is open to you now." in pages[0]
    assert "S1" not in pages[0]


def test_shows_an_assistant_dates_and_no_names(bound: World, app: Flask) -> None:
    add_party(bound, "ASSISTANT", ELI)
    one = plan(bound)
    guest_agreed(bound, one, GUS)
    eli = Browser(app).be(bound, "eli", "party")
    assert "No session is open to you now." in eli.get("/p/sessions").text
    agree(bound, "eli")
    page = eli.get("/p/sessions")
    assert "Room 4" in page.text
    assert not [name for name in (BEN.name, GUS.name, "Who is there") if name in page.text]


def test_has_no_page_for_a_sponsor(bound: World, app: Flask) -> None:
    add_party(bound, "SPONSOR", CARLA)
    plan(bound)
    agreed = Browser(app).be(bound, "carla", "party")
    assert agreed.get("/p/sessions").status == 404
    assert agreed.get("/p/sessions.ics").status == 404


def entries(browser: Browser, path: str) -> list[dict[str, str]]:
    file = browser.get(path).response
    assert file.mimetype == "text/calendar"
    return [{key: str(event[key]) for key in ("UID", "SUMMARY", "SEQUENCE", "STATUS")}
            for event in Calendar.from_ical(file.get_data()).walk("VEVENT")]


def test_keeps_a_calendar_entry_through_moves_and_cancelling(bound: World, app: Flask) -> None:
    one = plan(bound)
    ben = Browser(app).be(bound, "ben", "party")
    (first,) = entries(ben, "/p/sessions.ics")
    assert (first["SUMMARY"], first["SEQUENCE"], first["STATUS"]) == (
        "Appointment", "0", "CONFIRMED")
    move(bound, one, days=1)
    cancel(bound, one)
    (last,) = entries(ben, "/p/sessions.ics")
    assert last == {**first, "SEQUENCE": "2", "STATUS": "CANCELLED"}


def test_gives_each_person_calendar_entries_that_tell_nothing(bound: World, app: Flask) -> None:
    add_party(bound, "ASSISTANT", ELI)
    one = plan(bound)
    agree(bound, "eli")
    guest_agreed(bound, one, GUS)
    freeze_terms(bound, bring_in(bound, plan(bound, days=30), IVO, "ivo"))
    files = {key: Browser(app).be(bound, key, "party").get("/p/sessions.ics")
             for key in ("ben", "eli", "gus", "ivo")}
    files["ana"] = ana(bound, app).get(f"{sessions(bound)}.ics")
    texts = {key: page.response.get_data(as_text=True) for key, page in files.items()}
    assert {key: text.count("BEGIN:VEVENT") for key, text in texts.items()} == {
        "ben": 2, "eli": 2, "gus": 1, "ivo": 0, "ana": 2}
    for text in texts.values():
        assert not [word for word in ("Ben", "Ana", "Gus", "Eli", "Room", "Coach", "Berg", one)
                    if word in text]
    uids = [line for text in texts.values() for line in text.splitlines() if "UID" in line]
    assert len(uids) == len(set(uids)) == 7


def test_does_not_exist_in_another_practice(bound: World, app: Flask) -> None:
    from tests.cast import ZOE

    one = plan(bound)
    add_practice(bound, ZOE, "zoe", name="Quist Coaching")
    zoe = Browser(app).be(bound, "zoe", "coach")
    for path in ("", ".ics", "/new", f"/{one}"):
        assert zoe.get(sessions(bound) + path).status == 404
    with bound.ground.work(writes=False) as work:
        assert len(list(work.session.scalars(select(CoachingSession)))) == 1


def test_says_on_my_consents_when_the_next_session_is(bound: World, app: Flask) -> None:
    ben = Browser(app).be(bound, "ben", "party")
    assert "Your next session" not in ben.get("/p/consents").text
    plan(bound)
    page = ben.get("/p/consents")
    assert "Your next session 7 December 2026, 10:01 to 11:01" in page.text
    assert page.soup.find("nav").find("a", href="/p/sessions")
    add_party(bound, "SPONSOR", CARLA)
    carla = Browser(app).be(bound, "carla", "party").get("/p/consents")
    assert "session" not in carla.text.lower()


def test_keeps_no_dates_over_those_that_came_meanwhile(bound: World, app: Flask) -> None:
    add_colleague(bound, HANA, "hana", "helper")
    one = plan(bound)
    path = f"{sessions(bound)}/{one}/dates"
    hana = Browser(app).be(bound, "hana", "coach")
    old = hana.get(path)
    visit(ana(bound, app), path, {"day": "2026-12-10"})
    late = hana.post(path, {"place": "Lindengasse 2"}, page=old)
    assert late.status == 409
    assert "Somebody changed this session" in late.text
    assert "As it stands now: 10 December 2026" in late.text
    assert late.fields(path)["place"] == "Lindengasse 2"
    done = hana.post(path, {"day": "2026-12-10", "place": "Lindengasse 2"}, page=late)
    assert done.heading == "Session S1"
    assert "10 December 2026" in done.text
    assert "Lindengasse 2" in done.text
