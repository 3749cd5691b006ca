"""Nothing that somebody typed is lost when their session runs out: every form with words in it is
kept, shown again filled to whoever typed it, and carried out by nobody but them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from flask import template_rendered
from sqlalchemy import delete, select, update
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, PasswordField, StringField
from wtforms.fields.core import UnboundField

from portal.erasing.actions import erase_engagement
from portal.jobs import run_job
from portal.ledger.models import Access
from portal.people.models import LateForm, Practice, SignIn
from portal.web.forms import CodeField, OurForm, PasskeyField
from portal.web.late import SECRETS, SHOWS
from tests.builders import add_colleague, add_engagement, add_practice, issue
from tests.cast import ANA, OLGA, PASSWORD, Character
from tests.journeys.steps import come_in, sign_in
from tests.pages import BASE, Browser, Page
from tests.reviewing import first_review, go_to
from tests.web.stage import rows
from tests.web.test_sessions import cookie, with_cookie

if TYPE_CHECKING:
    from bs4 import Tag
    from flask import Flask

    from tests.builders import World
    from tests.web.stage import Stage

ODA = Character("Oda Olsen", "oda@olsen.example")
WORDS = {"date": "2027-06-01", "time": "10:00", "email": "typed@posteo.example", "number": "7"}
#: Forms behind no session: there is none that could run out. And those in which nothing is typed
#: that would be missed: a search, and a word that a button sends.
OUTSIDE = {"LostForm", "SignInForm", "RecoveryForm", "BareForm", "CheckForm", "ResetForm",
           "ForgottenForm"}
NO_WORDS = {"FindForm", "WishForm"}
#: Kept in another way: on the sheet itself, which shows it on any device.
OTHERWISE = {"SignForm"}

#: Passkeys are offered at no address that is a number; its form is that of another app otherwise.
NOT_HERE = {"LockForm"}
#: Made of what a text asks, so that the class itself names no field.
ASKED = {"LookForm", "AskedForm", "TermsForm"}

#: Who types where; in braces stand ids of the stage.
PAGES = [
    ("ana", "/engagements/{ben.engagement}/proposals/{ben.amendment}"),
    ("ana", "/engagements/{ben.engagement}/parties/{ben.party}/address"),
    ("ana", "/engagements/{ben.engagement}/people"),
    ("ana", "/engagements/{ben.engagement}/reviews/call"),
    ("ana", "/engagements/{ben.engagement}/sessions/new"),
    ("ana", "/engagements/{ben.engagement}/sessions/{ben.session}/dates"),
    ("ana", "/engagements/{ben.engagement}/sessions/{ben.session}/guest"),
    ("ana", "/engagements/{nele.engagement}/versions/{nele.version}/parties/{nele.party}/ink"),
    ("ana", "/engagements/{oda.engagement}/terms"),
    ("ana", "/engagements/{oda.engagement}/issue"),
    ("ana", "/engagements/new"),
    ("ana", "/practice"),
    ("ana", "/practice/settings"),
    ("ana", "/practice/programs"),
    ("ana", "/practice/people/new"),
    ("ana", "/account/address"),
    ("ana", "/account/authenticators/app"),
    ("ben", "/p/hopes"),
    ("ben", "/p/account/app"),
    ("carla", "/p/agreements/{carla.version}/proposal"),
    ("carla", "/p/seen-by-mistake"),
]
#: What is asked when a text is to be looked at again.
REVIEWS = [("carla", "/p/reviews")]


def forms() -> Iterator[type[OurForm]]:
    """Return every class of a form that stands in a module of ours."""
    todo = [OurForm]
    while todo:
        found = todo.pop().__subclasses__()
        todo += found
        yield from (one for one in found if one.__module__.startswith("portal.")
                    and "<" not in one.__qualname__)


def has_words(form: type[OurForm]) -> bool:
    """Tell whether a form has a field into which words are typed."""
    other = (CodeField, PasskeyField, PasswordField, HiddenField)
    return form.__name__ in ASKED or any(
        isinstance(field, UnboundField) and issubclass(field.field_class, StringField)
        and not issubclass(field.field_class, other)
        for field in (getattr(form, name) for name in dir(form)))


def typed_on(form: Tag) -> dict[str, str]:
    """Return something to be typed into each field of a form that takes words."""
    kinds = {str(field["name"]): str(field.get("type", "text"))
             for field in form.find_all(["input", "textarea"]) if field.get("name")}
    taken = {"text", "email", "date", "time", "number", "tel", "url"}
    return {name: WORDS.get(kind, f"Typed into {name}, at length.") for name, kind in kinds.items()
            if kind in taken and name not in SECRETS}


def run_out(world: World) -> None:
    """Let every session run out a minute ago, and nothing be kept of before."""
    with world.ground.work(writes=True) as work:
        work.session.execute(delete(LateForm))
        work.session.execute(update(SignIn).values(ends_at=work.now - timedelta(minutes=1)))


def show(browser: Browser, waiting: Page) -> Page:
    """Press the first button that shows something again."""
    button = next(form for form in waiting.soup.find_all("form", method="post")
                  if form.find("input", {"name": SHOWS}))
    sent = MultiDict([(str(field["name"]), str(field.get("value", "")))
                      for field in button.find_all("input")])
    return Page(browser.client.post(str(button["action"]), data=sent, base_url=BASE))


def waits(browser: Browser) -> bool:
    """Tell whether something waits for whoever holds a browser."""
    page = browser.get("/typed" if "coach" in held(browser) else "/p/typed")
    assert page.status == 200
    return f'name="{SHOWS}"' in page.html


def held(browser: Browser) -> set[str]:
    """Return what the cookie of a browser names."""
    with browser.client.session_transaction(base_url=BASE) as session:
        return set(session)


def comes_back(stage: Stage, who: str, path: str) -> set[str]:
    """Let somebody type into every form of a page after their session ran out, and look whether it
    comes back; returns the names of the forms that did."""
    drawn: list[Any] = []
    page = stage.browser(who).get(re.sub(r"{([^}]+)}", lambda of: stage.ids[of[1]], path))
    assert page.status == 200, path
    found = [(str(form["action"]), typed_on(form))
             for form in page.soup.find_all("form", method="post") if typed_on(form)]
    assert found, path
    for action, typed in found:
        late, again = stage.browser(who), stage.browser(who)
        run_out(stage.world)
        door = late.post(action, {**without_token(page.fields(action)), **typed})
        assert "is kept" in door.text, action
        assert door.response.request.path in ("/sign-in", "/lost")
        again = stage.browser(who)
        waiting = again.get("/typed" if door.response.request.path == "/sign-in" else "/p/typed")
        before = rows(stage.world.ground.engine, ("access_log", "sign_in"))
        with template_rendered.connected_to(
                lambda *_, context, **__: drawn.append(context.get("form")), stage.app):
            shown = show(again, waiting)
        assert rows(stage.world.ground.engine, ("access_log", "sign_in")) == before
        assert "This was not sent yet" in shown.text, (action, shown.heading)
        values = {name: value.strip() for name, value in shown.fields(action).items()}
        assert typed.items() <= values.items(), action
    return {kind.__name__ for form in drawn for kind in type(form).__mro__}


def without_token(fields: dict[str, str]) -> dict[str, str]:
    """Return the fields of a form as they stand, but for its token: that belongs to a browser."""
    return {name: value for name, value in fields.items() if name != "csrf_token"}


@pytest.fixture(scope="module")
def seated(stage: Stage) -> Stage:
    """Give the stage on which Ana prepares terms for Oda, and nobody has proposed anything to
    Carla."""
    ids = stage.ids
    ids["oda.engagement"] = add_engagement(stage.world, ODA, "oda")
    ids["engagement"] = ids["ben.engagement"]
    ids["carla.version"] = ids["T2"]
    return stage


@pytest.mark.once
def test_brings_back_every_word_that_was_typed_too_late(seated: Stage) -> None:
    back = set()
    for who, path in PAGES:
        back |= comes_back(seated, who, path)
    go_to(seated.world, first_review(seated.world, seated.ids["T2"]).due_at - timedelta(days=7))
    for who, path in REVIEWS:
        back |= comes_back(seated, who, path)
    asked = {form.__name__ for form in forms() if has_words(form)}
    assert asked - back == OUTSIDE | NO_WORDS | OTHERWISE | NOT_HERE


@pytest.fixture
def engaged(world: World) -> World:
    """Give a world in which Ana prepares terms for Ben."""
    add_practice(world)
    add_engagement(world)
    return world


@pytest.fixture
def ana(engaged: World, app: Flask) -> Browser:
    """Give Ana's browser, signed in with password and code."""
    browser = Browser(app)
    sign_in(engaged, browser)
    return browser


SETTINGS, CONTACT = "/practice/settings", "Neue Gasse 7, 1070 Vienna"


def types_late(world: World, browser: Browser, hours: float = 1, **typed: str) -> Page:
    """Let an owner send the practice's settings so long after the page was opened."""
    page = browser.get(SETTINGS)
    world.clock.move(hours=hours)
    return browser.post(SETTINGS, {"contact": CONTACT, **typed}, page=page, follow=False)


def forms_kept(world: World) -> list[LateForm]:
    """Return what is kept, of everybody."""
    with world.ground.work(writes=False) as work:
        return list(work.session.scalars(select(LateForm)))


def contact_of(world: World) -> str:
    """Return how people reach the practice."""
    with world.ground.work(writes=False) as work:
        return work.reveal(work.session.scalars(select(Practice)).one(), "contact")


ASIDE = ("access_log", "sign_in")
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


def stale(browser: Browser) -> str:
    """Let whoever holds a browser sign in anew; returns the form token that fits no longer."""
    token = browser.token()
    with browser.client.session_transaction(base_url=BASE) as session:
        session["csrf_token"] = "of the session that was begun since"
    return token


@pytest.mark.once
def test_gives_back_every_form_of_a_page_from_before_signing_in_anew(seated: Stage) -> None:
    """Filled where it stood, carried out by nobody, and good once it is sent from there."""
    for who, path in PAGES:
        page = seated.browser(who).get(
            re.sub(r"{([^}]+)}", lambda of: seated.ids[of[1]], path))
        for form in page.soup.find_all("form", method="post"):
            action, typed = str(form["action"]), typed_on(form)
            if typed:
                browser = seated.browser(who)
                token, before = stale(browser), rows(seated.world.ground.engine, ASIDE)
                answer = Page(browser.client.post(
                    action, base_url=BASE, headers=SAME_ORIGIN,
                    data={**page.fields(action), **typed, "csrf_token": token}))
                assert rows(seated.world.ground.engine, ASIDE) == before, action
                assert answer.status == 400
                assert "signed in anew here" in answer.text, (action, answer.heading)
                values = {name: value.strip() for name, value in answer.fields(action).items()}
                assert typed.items() <= values.items(), action
                assert values["csrf_token"] != token


@pytest.mark.parametrize("site", [{}, {"Sec-Fetch-Site": "cross-site"},
                                  {"Sec-Fetch-Site": "same-site"}])
def test_draws_nothing_that_another_site_sent(ana: Browser, site: dict[str, str]) -> None:
    answer = Page(ana.client.post(SETTINGS, base_url=BASE, headers=site, data={
        "contact": CONTACT, "csrf_token": stale(ana)}))
    assert answer.status == 400
    assert CONTACT not in answer.html


def test_carries_out_a_form_of_before_once_it_is_sent_from_the_page_that_came_back(
    engaged: World, ana: Browser
) -> None:
    page = ana.get(SETTINGS)
    ana.post("/sign-out", page=page)
    engaged.clock.move(minutes=1)
    sign_in(engaged, ana)
    back = Page(ana.client.post(SETTINGS, base_url=BASE, headers=SAME_ORIGIN,
                                data={**page.fields(SETTINGS), "contact": CONTACT}))
    assert contact_of(engaged) != CONTACT
    ana.post(SETTINGS, page=back)
    assert contact_of(engaged) == CONTACT


def test_shows_nothing_that_was_taken_back_with_the_page(engaged: World, ana: Browser) -> None:
    """No address that does not exist, no word in the access log: what is drawn did not happen."""
    path = "/practice/calendar"
    drawn = ana.post(path, {"titles": "y", SHOWS: "x"}, page=ana.get(path))
    assert (drawn.status, drawn.heading) == (409, "This form is not open any more")
    assert "/feeds/" not in drawn.html
    ended = ana.client.post("/account/other-sessions/end", base_url=BASE, data={
        "words": "of nobody", SHOWS: "x", "csrf_token": ana.token()})
    assert ended.status_code == 409
    with engaged.ground.work(writes=False) as work:
        assert "sign_in.ended" not in work.session.scalars(select(Access.what)).all()


def test_asks_to_load_a_form_without_words_again(ana: Browser) -> None:
    path = "/practice/calendar"
    answer = Page(ana.client.post(path, base_url=BASE, headers=SAME_ORIGIN, data={
        **ana.get(path).fields(path), "titles": "y", "csrf_token": stale(ana)}))
    assert (answer.status, answer.heading) == (400, "This page was open too long")


def test_shows_who_is_signed_out_the_words_alone(engaged: World, ana: Browser) -> None:
    page = ana.get(SETTINGS)
    ana.post("/sign-out", page=page)
    answer = Page(ana.client.post(SETTINGS, base_url=BASE, headers=SAME_ORIGIN, data={
        **page.fields(SETTINGS), "contact": CONTACT}))
    assert answer.status == 400
    assert CONTACT in answer.html
    assert f'action="{SETTINGS}"' not in answer.html
    assert contact_of(engaged) != CONTACT
    assert forms_kept(engaged) == []


@pytest.mark.parametrize("hours", [1, 14])
def test_shows_it_after_the_sign_in_and_does_it_when_it_is_sent_again(
    engaged: World, ana: Browser, hours: float
) -> None:
    before = contact_of(engaged)
    door = types_late(engaged, ana, hours)
    assert door.location == "/sign-in"
    assert "What you typed is kept" in ana.get("/sign-in").text
    waiting = sign_in(engaged, ana)
    assert waiting.response.request.path == "/typed"
    assert CONTACT in waiting.text
    shown = show(ana, waiting)
    assert shown.fields(SETTINGS)["contact"] == CONTACT
    assert contact_of(engaged) == before
    ana.post(SETTINGS, page=shown)
    assert contact_of(engaged) == CONTACT
    assert forms_kept(engaged) == []
    assert not waits(ana)


def test_keeps_it_however_much_the_session_was_used(engaged: World, ana: Browser) -> None:
    for _visit in range(15):
        ana.get(SETTINGS)
        engaged.clock.move(minutes=45)
    assert types_late(engaged, ana, 0.75).location == "/sign-in"
    assert sign_in(engaged, ana).response.request.path == "/typed"


def test_leads_on_to_where_somebody_wanted_to_go(engaged: World, ana: Browser) -> None:
    types_late(engaged, ana)
    page = ana.get("/practice/programs")
    page = ana.post("/sign-in", {"email": ANA.email, "password": PASSWORD}, page=page)
    page = ana.post("/sign-in/code", {"code": engaged.fresh_code("ana")}, page=page)
    onward = page.soup.find("a", string="Go on without it")
    assert onward is not None
    assert onward["href"] == "/practice/programs"
    away = next(str(form["action"]) for form in page.soup.find_all("form", method="post")
                if "/away" in str(form["action"]))
    assert ana.post(away).response.request.path == "/practice/programs"
    assert forms_kept(engaged) == []


def test_shows_it_on_another_device_to_who_came_by_a_link(engaged: World, app: Flask) -> None:
    issue(engaged)
    ben, phone = Browser(app), Browser(app)
    come_in(engaged, ben)
    page = ben.get("/p/hopes")
    engaged.clock.move(minutes=31)
    door = ben.post("/p/hopes", {"hope": "That it gets easier."}, page=page)
    assert door.response.request.path == "/lost"
    assert "What you typed is kept" in door.text
    waiting = come_in(engaged, phone)
    assert waiting.response.request.path == "/p/typed"
    shown = show(phone, waiting)
    assert shown.fields("/p/hopes")["hope"].strip() == "That it gets easier."
    assert "Your words are kept." in phone.post("/p/hopes", page=shown).text


def test_shows_it_to_nobody_else_on_the_same_browser(engaged: World, ana: Browser) -> None:
    add_colleague(engaged, OLGA, "olga", "owner")
    types_late(engaged, ana)
    kept = forms_kept(engaged)[0]
    ana.be(engaged, "olga", "coach")
    assert not waits(ana)
    assert ana.post(f"/typed/{kept.id}/away").status == 404
    shown = ana.post(SETTINGS, {SHOWS: kept.id})
    assert CONTACT not in shown.markup
    assert ana.post(SETTINGS, {"contact": CONTACT}, page=ana.get(SETTINGS)).status == 200
    assert [row.id for row in forms_kept(engaged)] == [kept.id]


def test_shows_nothing_that_was_typed_behind_a_code_to_who_gave_none(stage: Stage) -> None:
    ben = stage.browser("ben")
    run_out(stage.world)
    ben.post("/p/hopes", {"hope": "That it gets easier."})
    assert not waits(stage.browser("ben-by-link"))
    assert not waits(stage.browser("mallory"))
    assert waits(stage.browser("ben"))


def test_keeps_what_was_to_go_on_with_a_code(engaged: World, ana: Browser) -> None:
    """A form that waits for a code once more is the form that it carries."""
    engaged.clock.move(minutes=11)
    ana.get(SETTINGS)
    again = ana.post(SETTINGS, {"contact": CONTACT}, page=ana.get(SETTINGS))
    assert again.heading == "Is it you?"
    engaged.clock.move(hours=2)
    ana.post("/sign-in/again", {"proof": engaged.code("ana")}, page=again)
    assert show(ana, sign_in(engaged, ana)).fields(SETTINGS)["contact"] == CONTACT


def test_takes_no_form_without_its_token_and_shows_none(engaged: World, ana: Browser) -> None:
    types_late(engaged, ana)
    ana.be(engaged, "ana", "coach")
    sent = {"contact": CONTACT, SHOWS: forms_kept(engaged)[0].id}
    assert ana.client.post(SETTINGS, data=sent, base_url=BASE).status_code == 400
    engaged.clock.move(hours=1)
    assert ana.client.post(SETTINGS, data={"contact": "Elsewhere"},
                           base_url=BASE).status_code == 400
    assert len(forms_kept(engaged)) == 1


def test_keeps_no_secret_and_nothing_that_could_be_read(
    engaged: World, ana: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "a passphrase of nobody"
    door = types_late(engaged, ana, current=secret, password=secret, repeated=secret, code="123456")
    row = forms_kept(engaged)[0]
    assert CONTACT.encode() not in row.form_enc
    with engaged.ground.work(writes=False) as work:
        kept = work.reveal(row, "form")
    assert CONTACT in kept
    assert secret not in kept
    assert "123456" not in kept
    assert CONTACT not in f"{door.location} {door.response.headers} {caplog.text}"


@pytest.mark.parametrize("act", ["sign out", "wait a day and more"])
def test_keeps_nothing_of_a_session_that_was_ended_or_is_long_over(
    engaged: World, ana: Browser, app: Flask, act: str
) -> None:
    page, value = ana.get(SETTINGS), cookie(ana)
    if act == "sign out":
        ana.post("/sign-out")
    else:
        engaged.clock.move(hours=36, minutes=1)
    late = with_cookie(app, value).post(SETTINGS, {"contact": CONTACT}, page=page, follow=False)
    assert (late.status, late.location) in ((303, "/sign-in"), (400, ""))
    assert forms_kept(engaged) == []


def test_keeps_one_form_of_an_address_five_in_all_and_each_for_a_week(
    engaged: World, ana: Browser
) -> None:
    types_late(engaged, ana)
    ana.post(SETTINGS, {"contact": "Elsewhere"})
    assert len(forms_kept(engaged)) == 1
    of = f"/engagements/{engaged.ids['engagement']}"
    for path in (f"{of}/terms", f"{of}/people", f"{of}/sessions/new", f"{of}/issue",
                 "/engagements/new"):
        engaged.clock.move(seconds=1)
        ana.post(path, {"name": "Ida"})
    assert len(forms_kept(engaged)) == 5
    ana.be(engaged, "ana", "coach")
    page = ana.get("/typed").text
    assert "The newest 5 are kept." in page
    assert "Elsewhere" not in page
    engaged.clock.move(days=7)
    ana.be(engaged, "ana", "coach")
    assert not waits(ana)
    assert run_job(engaged.ground, "forget") == 5
    assert forms_kept(engaged) == []


def test_hands_the_words_back_where_no_form_takes_them_any_more(
    engaged: World, ana: Browser
) -> None:
    issue(engaged)
    path = f"/engagements/{engaged.ids['engagement']}/proposals/{'0' * 32}"
    engaged.clock.move(hours=2)
    ana.post(path, {"answer": "no", "words": "Let us talk about it first."})
    ana.be(engaged, "ana", "coach")
    shown = show(ana, ana.get("/typed"))
    assert shown.status == 409
    assert "Let us talk about it first." in shown.text
    assert waits(ana)


def test_goes_with_the_engagement_that_it_is_about(engaged: World, ana: Browser) -> None:
    types_late(engaged, ana)
    ana.post(f"/engagements/{engaged.ids['engagement']}/people", {"sponsor-name": "Carla Conti"})
    assert len(forms_kept(engaged)) == 2
    with engaged.ground.work(writes=True) as work:
        erase_engagement(work, engaged.ids["engagement"])
    assert [row.engagement_id for row in forms_kept(engaged)] == [None]
