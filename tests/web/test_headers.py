"""Every answer is guarded: headers, cookies, and hosts that are ours (ASVS 3.3, 3.4; Z29)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import abort

from portal.app import create_app, finish, make_app
from portal.desk.actions import keep_board
from portal.ground.work import make_ground
from portal.ledger.actions import keep_notes
from portal.plain.errors import PortalError
from portal.web.assets import STATIC
from portal.web.guards import Door, guard
from portal.web.headers import FIXED
from tests.builders import World, add_practice
from tests.cast import ANA, PASSWORD
from tests.pages import BASE
from tests.sight import see_all
from tests.web.stage import a_database, looks, routes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from portal.ground.clock import StandingClock
    from tests.web.stage import Stage

pytestmark = pytest.mark.once

HTTPS = "https://terms.berg.example"
NO_STORE = "no-store"
ERRORS = (400, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503)
EXPECTED = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'"),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def guarded(answer: TestResponse, *, static: bool = False) -> None:
    """Fail if an answer lacks a header that every answer has."""
    for name, value in {**FIXED, **EXPECTED}.items():
        assert answer.headers.getlist(name) == [value], (name, answer.request.path)
    kept = answer.headers.getlist("Cache-Control")
    assert static or kept == [NO_STORE], (kept, answer.request.path)
    assert "Server" not in answer.headers
    assert "X-Powered-By" not in answer.headers


@pytest.mark.parametrize("persona", ["nobody", "ana", "ben", "nele-by-link"])
def test_guards_every_answer(stage: Stage, persona: str) -> None:
    for rule, method in routes(stage.app):
        browser = stage.browser(persona)
        path = stage.path(rule, **stage.values())
        data = {"csrf_token": browser.token()} if method == "POST" else None
        for way in (method, *(("HEAD", "OPTIONS", "DELETE") if method == "GET" else ())):
            answer = browser.client.open(path, method=way, data=data, base_url=BASE)
            guarded(answer, static=rule.endpoint == "static")
            answer.close()


def test_keeps_nothing_but_fixed_files_in_caches(stage: Stage) -> None:
    client = stage.browser("ben").client
    for rule, method in routes(stage.app):
        if method == "GET":
            answer = client.get(stage.path(rule, **stage.values()), base_url=BASE)
            assert (answer.headers["Cache-Control"] == NO_STORE) == (rule.endpoint != "static")


#: What is no page and is shown as it is: to a program, or as a picture in a page of ours.
SHOWN = {"static", "desk.healthz", "desk.readyz", "tools.description", "signing.qr"}


def test_hands_out_every_file_as_an_attachment(stage: Stage) -> None:
    handed_out, shown = set(), set()
    for rule, answer in looks(stage, "nobody", "ana", "ben", "nele-by-link"):
        name = answer.headers.get("Content-Disposition", "")
        if answer.status_code != 200 or (answer.mimetype == "text/html" and not name):
            continue
        assert name.startswith("attachment; filename=") or not name, rule.rule
        (handed_out if name else shown).add((rule.endpoint, answer.mimetype))
    assert {endpoint for endpoint, _kind in shown} == SHOWN
    assert {kind for _endpoint, kind in handed_out} >= {
        "application/pdf", "application/ld+json", "text/csv", "text/calendar", "text/plain"}


@pytest.mark.parametrize("persona", ["nobody", "ana", "ben"])
def test_compresses_nothing_but_fixed_files(stage: Stage, persona: str) -> None:
    asked = {"Accept-Encoding": "gzip, deflate, br, zstd"}
    for rule, answer in looks(stage, persona, headers=asked):
        packed = ["gzip"] if rule.endpoint == "static" else []
        assert answer.headers.getlist("Content-Encoding") == packed, rule.rule


@pytest.mark.parametrize("code", ERRORS)
def test_guards_every_kind_of_no(failing: FlaskClient, code: int) -> None:
    answer = failing.get(f"/fail/{code}", base_url=BASE)
    assert answer.status_code == code
    guarded(answer)
    assert answer.mimetype == "text/html"


@pytest.mark.parametrize("path", ["/no/such/page", "/static/no/such/file.css", "/p/read/x",
                                  "/static/../portal/app.py", "/%00", "/i/%F0%9F%92%A9"])
def test_guards_what_is_not_there(failing: FlaskClient, path: str) -> None:
    answer = failing.get(path, base_url=BASE)
    assert answer.status_code == 404
    guarded(answer)


def test_says_which_methods_an_address_takes(failing: FlaskClient) -> None:
    answer = failing.delete("/sign-in", base_url=BASE)
    assert answer.status_code == 405
    assert {m.strip() for m in answer.headers["Allow"].split(",")} == {
        "GET", "HEAD", "OPTIONS", "POST"}
    guarded(answer)


def test_has_no_debug_mode_to_leave_on(
    world: World, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    app = make_app(world.ground.settings, clock)
    app.extensions["portal"].engine.dispose()
    assert not app.debug
    assert not app.jinja_env.auto_reload


@pytest.mark.parametrize("error", ["crash", "refused"])
def test_shows_no_insides_of_an_error(failing: FlaskClient, error: str) -> None:
    answer = failing.get(f"/{error}", base_url=BASE)
    assert answer.status_code == 500
    guarded(answer)
    text = answer.get_data(as_text=True)
    assert "Traceback" not in text
    assert "the secret of" not in text
    assert "ValueError" not in text


def test_refuses_a_body_that_is_too_large(failing: FlaskClient) -> None:
    answer = failing.post("/lost", data={"email": "x" * 2_000_000}, base_url=BASE)
    assert answer.status_code == 413
    guarded(answer)


@pytest.mark.parametrize("host", [
    "evil.example", "127.0.0.1.evil.example", "evil.example:8000", "localhost", "[::1]", "",
    "127.0.0.1:8000@evil.example", "127.0.0.1/evil"])
def test_refuses_a_strange_host(failing: FlaskClient, host: str) -> None:
    for path in ("/sign-in", "/lost", "/readyz", "/no/such/page"):
        answer = failing.get(path, base_url=BASE, headers={"Host": host})
        assert answer.status_code == 400, path
        assert b"evil" not in answer.get_data()
        for name, value in FIXED.items():
            assert answer.headers[name] == value


def test_builds_no_address_from_forwarded_headers(stage: Stage) -> None:
    answer = stage.browser("nobody").client.get("/today", base_url=BASE, headers={
        "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "203.0.113.9"})
    assert answer.headers["Location"].startswith("/sign-in")
    assert "Strict-Transport-Security" not in answer.headers


def test_gives_cookies_that_scripts_and_other_sites_never_see(stage: Stage) -> None:
    client = stage.browser("nobody").client
    seen = 0
    for rule, method in routes(stage.app):
        answer = client.open(stage.path(rule, **stage.values()), method=method, base_url=BASE)
        for name, attributes in cookies(answer):
            seen += 1
            assert name == "portal"
            assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= attributes
            assert not [a for a in attributes if a.startswith("Domain")]
    assert seen


def cookies(answer: TestResponse) -> list[tuple[str, set[str]]]:
    """Return name and attributes of every cookie that an answer sets."""
    return [(cookie.split("=")[0], {part.strip() for part in cookie.split(";")[1:]})
            for cookie in answer.headers.getlist("Set-Cookie")]


@pytest.fixture
def failing(world: World, clock: StandingClock) -> FlaskClient:
    """Give a browser on an application that fails in every way, as one that is served does."""
    app = create_app(world.ground.settings, clock)
    app.extensions["portal"].engine.dispose()
    app.extensions["portal"] = world.ground
    app.add_url_rule("/fail/<int:code>", "fail", guard(Door.ANYONE)(_fail))
    app.add_url_rule("/crash", "crash", guard(Door.ANYONE)(_crash))
    app.add_url_rule("/refused", "refused", guard(Door.ANYONE)(_portal_error))
    return finish(app).test_client()


def _fail(work: object, code: int) -> str:
    abort(code)


def _crash(work: object) -> str:
    raise ValueError("the secret of Ben Adler")


def _portal_error(work: object) -> str:
    raise PortalError("the secret of Ben Adler")


@pytest.fixture
def secure(empty_database: str, tmp_path: Path, clock: StandingClock) -> Iterator[Flask]:
    """Give an application that is reached by https, with Ana's practice."""
    from dataclasses import replace

    from portal.ground.settings import Settings
    from tests.conftest import KEYS

    with a_database(empty_database, tmp_path) as url:
        settings = Settings(instance_dir=tmp_path, database_url=url, base_url=BASE, **KEYS)
        settings = replace(settings, base_url=HTTPS)
        app = create_app(settings, clock)
        app.extensions["portal"].engine.dispose()
        ground = app.extensions["portal"] = see_all(make_ground(
            settings, clock, keep_notes, keep_board))
        app.extensions["world"] = World(ground, clock)
        add_practice(app.extensions["world"])
        yield finish(app)
        ground.engine.dispose()


def test_keeps_cookies_to_the_encrypted_connection(secure: Flask) -> None:
    client = secure.test_client()
    seen = 0
    for path in ("/lost", "/sign-in", "/sign-in/code"):
        answer = client.get(path, base_url=HTTPS)
        guarded(answer)
        for name, attributes in cookies(answer):
            seen += 1
            assert name == "__Host-portal"
            bound_to_this_host(attributes)
    assert seen


def test_redirects_nothing_to_another_scheme(secure: Flask) -> None:
    """A program that asked in the clear by mistake finds out, in place of being led on."""
    host = HTTPS.removeprefix("https://")
    for path in ("/api/v1/engagements", "/lost", "/", "/p", "/today"):
        answer = secure.test_client().get(path, base_url=f"http://{host}")
        assert not answer.headers.get("Location", "").startswith("https:"), path


def bound_to_this_host(attributes: set[str]) -> None:
    """Fail if another site, a script or an open connection could come by a cookie."""
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= attributes
    assert not [a for a in attributes if a.startswith("Domain")]


def test_asks_browsers_to_come_encrypted_for_two_years(secure: Flask) -> None:
    client = secure.test_client()
    file = next(STATIC.rglob("*.css")).relative_to(STATIC).as_posix()
    for path, status in (("/lost", 200), ("/sign-in", 200), ("/nowhere", 404), ("/today", 303),
                         (f"/static/{file}", 200), ("/static/nothing.css", 404),
                         ("/api/v1/openapi.json", 200), ("/api/v1/engagements", 401)):
        answer = client.get(path, base_url=HTTPS)
        assert answer.status_code == status, path
        assert answer.headers.getlist("Strict-Transport-Security") == [
            "max-age=63072000; includeSubDomains"], path


def test_lets_people_sign_in_by_https_without_a_referrer(secure: Flask) -> None:
    """Our own policy keeps browsers from sending one, so no form may ask for it."""
    world, client = secure.extensions["world"], secure.test_client()
    given = []
    answer = client.post("/sign-in", base_url=HTTPS, data={
        "csrf_token": form_token(client), "email": ANA.email, "password": PASSWORD})
    assert answer.headers.get("Location") == "/sign-in/code", answer.status
    given += cookies(answer)
    answer = client.post("/sign-in/code", base_url=HTTPS, data={
        "csrf_token": form_token(client), "code": world.fresh_code("ana")})
    assert answer.headers.get("Location") == "/today"
    given += cookies(answer)
    assert {name for name, _attributes in given} == {"__Host-portal", "__Host-portal-device"}
    for _name, attributes in given:
        bound_to_this_host(attributes)
    assert client.get("/today", base_url=HTTPS).status_code == 200


def form_token(client: FlaskClient) -> str:
    """Return the token of a form on a page that anyone can open."""
    from tests.pages import Page

    return Page(client.get("/lost", base_url=HTTPS)).fields("/lost")["csrf_token"]
