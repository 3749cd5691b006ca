"""Passkeys on every page that takes a code: the form as it stands says what is signed."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from portal.agreements.models import Signature
from portal.factors.models import PasskeyAsked
from portal.factors.policy import MOST_APPS
from portal.factors.queries import live_factors
from portal.ground.settings import Settings
from portal.issuing import actions as issuing
from portal.jobs import run_job
from portal.ledger.queries import told_of
from portal.plain.passkey import decoded
from portal.reaching.actions import recall
from portal.reviews.jobs import review_due
from tests.builders import (
    PAPER,
    World,
    add_engagement,
    add_practice,
    issue,
    opened,
    read_all,
    vouch_for,
)
from tests.cast import ANA, BEN, PASSWORD
from tests.conftest import KEYS
from tests.journeys.steps import newest_link
from tests.pages import Browser, Page
from tests.passkey import Phone
from tests.people.outbox import waiting
from tests.reviewing import first_review, go_to

if TYPE_CHECKING:
    from flask import Flask

ORIGIN = "http://localhost:8000"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Give an installation at an address that browsers make passkeys for."""
    return Settings(instance_dir=tmp_path, database_url=database_url, base_url=ORIGIN,
                    trusted_hosts=("localhost", "127.0.0.1"), **KEYS)


@pytest.fixture
def ready(world: World) -> World:
    """Let Ben have read everything, and set up nothing yet."""
    add_practice(world)
    add_engagement(world)
    issue(world)
    opened(world)
    read_all(world)
    world.ids["ben.engagement"] = world.ids["engagement"]
    return world


def wishes(browser: Browser, path: str, page: Page, **more: Any) -> Any:
    """Ask what is to be signed, as the page's script does."""
    asked = browser.post(path, {"passkey": "{}", "show": "passkey", **more}, page=page)
    assert asked.status == 200, asked.text
    assert asked.response.mimetype == "application/json"
    return asked.response.get_json()["wishes"]


def pressed(browser: Browser, path: str, phone: Phone, page: Page, **more: Any) -> Page:
    """Press the button for the screen lock, and let the phone do it."""
    told = phone.answer(wishes(browser, path, page, **more))
    return browser.post(path, {"passkey": told, **more}, page=page)


def ben_by_link(ready: World, app: Flask) -> Browser:
    return Browser(app).be(ready, "ben", "party", "mailbox")


def signatures(world: World) -> int:
    with world.ground.work(writes=False) as work:
        return len(work.session.scalars(select(Signature).where(
            Signature.party_id == world.ids["ben.party"])).all())


def asked_count(world: World) -> int:
    with world.ground.work(writes=False) as work:
        return len(work.session.scalars(select(PasskeyAsked)).all())


def test_signs_comes_back_and_asks_again_for_nothing_in_that_sitting(
    ready: World, app: Flask
) -> None:
    phone, ben = Phone(origin=ORIGIN), ben_by_link(ready, app)
    done = pressed(ben, "/p/sign", phone, ben.get("/p/sign"))
    assert (done.status, done.heading) == (200, "You have signed")
    assert signatures(ready) == 1
    with ready.ground.work(writes=False) as work:
        assert [one.kind for one in live_factors(work, ready.ids["ben"])] == ["passkey"]


def test_asks_nothing_of_the_device_before_the_sheet_is_complete(
    ready: World, app: Flask
) -> None:
    ben = ben_by_link(ready, app)
    page = ben.get("/p/sign")
    asked = ben.post("/p/sign", {"passkey": "{}", "show": "passkey", "name": "",
                                 "erecord": ""}, page=page)
    assert asked.status == 422
    assert "Enter your full name." in asked.text
    assert "Enter the 6-digit code" not in asked.soup.find(class_="errsum").get_text()
    assert asked_count(ready) == 0


def test_keeps_what_was_typed_while_the_device_is_asked(ready: World, app: Flask) -> None:
    ben = ben_by_link(ready, app)
    wishes(ben, "/p/sign", ben.get("/p/sign"), name="Benjamin Adler")
    assert ben.get("/p/sign").fields("/p/sign")["name"] == "Benjamin Adler"


def test_a_text_that_was_changed_meanwhile_uses_nothing_up(ready: World, app: Flask) -> None:
    phone, ben = Phone(origin=ORIGIN), ben_by_link(ready, app)
    page = ben.get("/p/sign")
    told = phone.answer(wishes(ben, "/p/sign", page))
    with ready.ground.work(writes=True, actor=ready.coach()) as work:
        recall(work, issuing.own(work, ready.ids["engagement"]), ready.ids["version"])
    issue(ready)
    read_all(ready)
    late = ben.post("/p/sign", {"passkey": told}, page=page)
    assert late.status == 409
    assert signatures(ready) == 0
    with ready.ground.work(writes=False) as work:
        assert work.session.scalars(select(PasskeyAsked)).one().used_at is None
    # The new hash under the old answer: it is over other words.
    new = ben.post("/p/sign", {"passkey": told}, page=ben.get("/p/sign"))
    assert new.status == 422
    assert "What you confirmed is not what stands here now." in new.text
    assert signatures(ready) == 0


def test_an_answer_counts_in_the_session_that_asked_alone(ready: World, app: Flask) -> None:
    phone, ben, other = Phone(origin=ORIGIN), ben_by_link(ready, app), ben_by_link(ready, app)
    page = ben.get("/p/sign")
    told = phone.answer(wishes(ben, "/p/sign", page))
    elsewhere = other.post("/p/sign", {"passkey": told}, page=other.get("/p/sign"))
    assert elsewhere.status == 422
    assert "That took too long, or this page was open twice." in elsewhere.text
    assert ben.post("/p/sign", {"passkey": told}, page=page).heading == "You have signed"


def test_an_answer_is_never_written_into_a_page(ready: World, app: Flask) -> None:
    ben = ben_by_link(ready, app)
    told = Phone(origin="https://evil.example").answer(
        wishes(ben, "/p/sign", ben.get("/p/sign")))
    refused = ben.post("/p/sign", {"passkey": told}, page=ben.get("/p/sign"))
    assert refused.status == 422
    assert refused.soup.find("input", attrs={"name": "passkey"})["value"] == ""
    assert json.loads(told)["used"]["signature"] not in refused.html


def test_codes_stay_for_whoever_does_not_want_it(ready: World, app: Flask) -> None:
    ben = ben_by_link(ready, app)
    page = ben.get("/p/sign")
    done = ben.post("/p/sign", {"code": ready.fresh_code("ben")}, page=page)
    assert done.heading == "You have signed"


def test_a_coach_sets_it_up_signs_in_issues_and_records_paper(world: World, app: Flask) -> None:
    add_practice(world, enrolled=False)
    add_engagement(world)
    phone = Phone(origin=ORIGIN)
    for path in ("/sign-in/app", "/sign-in/code"):
        ana = Browser(app)
        page = ana.post("/sign-in", {"email": ANA.email, "password": PASSWORD},
                        page=ana.get("/sign-in"))
        assert pressed(ana, path, phone, page).status == 200
        assert ana.get("/today").response.request.path == "/today"
    look = f"/engagements/{world.ids['engagement']}/issue"
    page = ana.get(look)
    assert page.soup.find("input", attrs={"name": "code"}) is None
    assert pressed(ana, look, phone, page).status == 200
    with world.ground.work(writes=False) as work:
        signed = work.session.scalars(select(Signature)).one()
        world.ids["version"] = signed.version_id
    sheet = (f"/engagements/{world.ids['engagement']}/versions/{world.ids['version']}"
             f"/parties/{world.ids['ben.party']}/ink")
    page = ana.get(sheet)
    asks = {field["name"]: "no" for field in page.soup.find_all("input", type="radio")
            if field["name"].startswith("ask_")}
    paper = {**asks, "name": BEN.name, "day": "2026-11-23", "basis": "this_print"}
    told = phone.answer(wishes(ana, sheet, page, **paper,
                               scan=(io.BytesIO(PAPER), "sheet.pdf")))
    other = ana.post(sheet, {**paper, "passkey": told,
                             "scan": (io.BytesIO(PAPER + b"%%EOF\n"), "sheet.pdf")}, page=page)
    assert other.status == 422
    assert "What you confirmed is not what stands here now." in other.text
    done = ana.post(sheet, {**paper, "passkey": told,
                            "scan": (io.BytesIO(PAPER), "sheet.pdf")}, page=page)
    assert "Recorded: Ben Adler signed on paper." in done.text
    assert signatures(world) == 1


def signed_and_due(ready: World, app: Flask) -> Phone:
    """Let Ben have signed with a passkey; now his text is to be looked at again."""
    phone, ben = Phone(origin=ORIGIN), ben_by_link(ready, app)
    pressed(ben, "/p/sign", phone, ben.get("/p/sign"))
    vouch_for(ready)
    go_to(ready, first_review(ready, ready.ids["version"]).due_at - timedelta(days=7))
    review_due(ready.ground)
    return phone


def test_keeps_a_text_at_its_review_over_its_hash(ready: World, app: Flask) -> None:
    phone = signed_and_due(ready, app)
    ben = Browser(app).be(ready, "ben", "party")
    ready.clock.move(minutes=11)
    keep = {f"answer-{ready.ids['version']}": "keep"}
    page = ben.get("/p/reviews")
    asked = wishes(ben, "/p/reviews", page, **keep)
    done = ben.post("/p/reviews", {"passkey": phone.answer(asked), **keep}, page=page)
    assert "What you said is written down." in done.text
    with ready.ground.work(writes=False) as work:
        chain = ready.ids["engagement"]
        (kept,) = told_of(work, [chain], ("review.kept",))[chain]
        assert kept.facts["step"] == decoded(asked["get"]["challenge"]).hex()


def test_one_passkey_at_the_door_is_enough_for_the_sitting(ready: World, app: Flask) -> None:
    phone, ben = signed_and_due(ready, app), Browser(app)
    ben.post("/lost", {"email": BEN.email})
    run_job(ready.ground, "door")
    ben.post(newest_link(ready))
    ben.post("/p/who", {"who": "me"})
    page = ben.get("/p/code")
    assert page.soup.find("input", attrs={"name": "code"}) is None
    page = pressed(ben, "/p/code", phone, page)
    keep = {f"answer-{ready.ids['version']}": "keep"}
    page = ben.get("/p/reviews")
    assert "passkey" not in page.fields("/p/reviews")
    done = ben.post("/p/reviews", keep, page=page)
    assert "What you said is written down." in done.text


def test_a_device_is_added_beside_an_app_and_an_app_beside_a_device(
    ready: World, app: Flask
) -> None:
    first, second = Phone(origin=ORIGIN), Phone(2, origin=ORIGIN)
    ben = ben_by_link(ready, app)
    pressed(ben, "/p/sign", first, ben.get("/p/sign"))
    page = ben.get("/p/account/lock")
    assert page.soup.find("input", attrs={"name": "code"}) is None
    done = pressed(ben, "/p/account/lock", second, page, name="Tablet")
    assert "This device counts from now on." in done.text
    assert [mail.values["what"] for mail in waiting(ready, "factor_changed")] == ["passkey"]
    page = ben.get("/p/account/app")
    assert pressed(ben, "/p/account/app", first, page, name="Laptop").heading == (
        "Set up the other app")
    with ready.ground.work(writes=False) as work:
        assert [one.kind for one in live_factors(work, ready.ids["ben"])] == ["passkey"] * 2


def test_asks_nothing_of_a_device_where_there_are_as_many_as_there_can_be(
    ready: World, app: Flask
) -> None:
    first, ben = Phone(origin=ORIGIN), ben_by_link(ready, app)
    pressed(ben, "/p/sign", first, ben.get("/p/sign"))
    drawn = ben.get("/p/account/lock")
    for number in range(2, MOST_APPS + 1):
        done = pressed(ben, "/p/account/lock", Phone(number, origin=ORIGIN),
                       ben.get("/p/account/lock"), name=f"Device {number}")
        assert "This device counts from now on." in done.text
    says = "You have as many apps as one person can have. Remove one first."
    assert says in ben.get("/p/account/lock").text
    assert says in ben.post("/p/account/lock", {"name": "Sixth"}, page=drawn).text


@pytest.mark.parametrize("minutes", [1, 11])
def test_no_session_adds_a_device_without_a_code_of_the_app(
    ready: World, app: Flask, minutes: int
) -> None:
    """However young it is: its cookie may be a copy."""
    phone, ben = Phone(origin=ORIGIN), ben_by_link(ready, app)
    ben.post("/p/sign", {"code": ready.fresh_code("ben")}, page=ben.get("/p/sign"))
    ready.clock.move(minutes=minutes)
    page = ben.get("/p/account/lock")
    bare = ben.post("/p/account/lock", {"passkey": "{}", "show": "passkey", "name": "Tablet"},
                    page=page)
    assert bare.status == 422
    told = phone.answer(wishes(ben, "/p/account/lock", page, name="Tablet", code="000000"))
    wrong = ben.post("/p/account/lock", {"name": "Tablet", "code": "000000", "passkey": told},
                     page=page)
    assert wrong.status == 422
    done = ben.post("/p/account/lock", {"name": "Tablet", "code": ready.fresh_code("ben"),
                                        "passkey": told}, page=page)
    assert "This device counts from now on." in done.text


def test_a_device_is_not_removed_by_itself_and_never_as_the_last(
    ready: World, app: Flask
) -> None:
    first, second = Phone(origin=ORIGIN), Phone(2, origin=ORIGIN)
    ben = ben_by_link(ready, app)
    pressed(ben, "/p/sign", first, ben.get("/p/sign"))
    with ready.ground.work(writes=False) as work:
        only = live_factors(work, ready.ids["ben"])[0].id
    path = f"/p/account/apps/{only}/removal"
    assert "This is the only one that counts." in ben.get(path).text
    pressed(ben, "/p/account/lock", second, ben.get("/p/account/lock"), name="Tablet")
    by_itself = pressed(ben, path, first, ben.get(path))
    assert by_itself.status == 422
    assert "This device is not set up here for you." in by_itself.text
    assert "It is removed" in pressed(ben, path, second, ben.get(path)).text
    with ready.ground.work(writes=False) as work:
        assert [one.id == only for one in live_factors(work, ready.ids["ben"])] == [False]
    lone = ben_by_link(ready, app)
    assert lone.get("/p/account/lock", follow=False).status == 303
