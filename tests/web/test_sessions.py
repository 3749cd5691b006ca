"""Sessions live on the server: new at each step up, dead when ended, idle or old (Z9, ASVS 7)."""

from __future__ import annotations

import re
import zlib
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from itsdangerous import BadSignature, URLSafeTimedSerializer
from itsdangerous.encoding import base64_decode

from portal.web.cookies import EncryptedSessions
from portal.web.guards import Door
from tests.cast import ANA, BEN, PASSWORD
from tests.conftest import KEYS
from tests.journeys.steps import come_in, newest_link, read_on, remember_ben, sign_in
from tests.pages import BASE, Browser, Page

if TYPE_CHECKING:
    from flask import Flask

    from tests.builders import World

COACH_HOME, PARTY_HOME = "/today", "/p/later"


def token(browser: Browser, scope: str) -> str | None:
    """Return the token that a browser holds, or None."""
    with browser.client.session_transaction(base_url=BASE) as session:
        return session.get(scope)


def cookie(browser: Browser) -> str:
    """Return the whole cookie of a browser."""
    found = browser.client.get_cookie("portal", domain="127.0.0.1")
    assert found is not None
    return found.value


def with_cookie(app: Flask, value: str) -> Browser:
    """Return another browser with the cookie of the first."""
    browser = Browser(app)
    browser.client.set_cookie("portal", value, domain="127.0.0.1")
    return browser


def is_in(browser: Browser, path: str) -> bool:
    """Tell whether a browser is let in, rather than sent to a door."""
    page = browser.get(path, follow=False)
    assert page.status in (200, 303), page.status
    return page.status == 200


@pytest.fixture
def ana(engaged: World, app: Flask) -> Browser:
    """Give Ana's browser, signed in with password and code."""
    browser = Browser(app)
    sign_in(engaged, browser)
    assert is_in(browser, COACH_HOME)
    return browser


@pytest.fixture
def ben(engaged: World, app: Flask) -> Browser:
    """Give Ben's browser, come in by link alone."""
    browser = Browser(app)
    come_in(engaged, browser)
    assert is_in(browser, PARTY_HOME)
    return browser


def signs(world: World, browser: Browser) -> Page:
    """Let Ben read everything and sign."""
    check, _pages = read_on(browser)
    return browser.post("/p/sign", {"name": BEN.name, "mark": "type", "erecord": "y",
                                    "code": world.fresh_code("ben")}, page=check)


def test_gives_a_new_token_at_sign_in(engaged: World, app: Flask) -> None:
    browser = Browser(app)
    with browser.client.session_transaction(base_url=BASE) as session:
        session["coach"], session["planted"] = "ab" * 32, "by somebody else"
    sign_in(engaged, browser)
    given = token(browser, "coach")
    assert given not in (None, "ab" * 32)
    assert len(bytes.fromhex(given or "")) == 32
    assert token(browser, "planted") is None
    assert token(browser, "halfway") is None


def test_ends_the_session_that_a_new_sign_in_replaces(
    engaged: World, app: Flask, ana: Browser
) -> None:
    old = with_cookie(app, cookie(ana))
    page = ana.post("/sign-in", {"email": ANA.email, "password": PASSWORD})
    ana.post("/sign-in/code", {"code": engaged.fresh_code("ana")}, page=page)
    assert is_in(ana, COACH_HOME)
    assert not is_in(old, COACH_HOME)


def test_lets_nobody_in_with_the_password_alone(engaged: World, app: Flask) -> None:
    browser = Browser(app)
    page = browser.post("/sign-in", {"email": ANA.email, "password": PASSWORD})
    assert page.response.request.path == "/sign-in/code"
    assert token(browser, "coach") is None
    assert not is_in(browser, COACH_HOME)


def test_forgets_the_password_after_ten_minutes(engaged: World, app: Flask) -> None:
    browser = Browser(app)
    page = browser.post("/sign-in", {"email": ANA.email, "password": PASSWORD})
    engaged.clock.move(minutes=11)
    page = browser.post("/sign-in/code", {"code": engaged.fresh_code("ana")}, page=page)
    assert page.response.request.path == "/sign-in"
    assert token(browser, "coach") is None


def test_gives_a_new_token_at_signing_and_ends_the_old(
    engaged: World, app: Flask, ben: Browser
) -> None:
    before = token(ben, "party")
    old = with_cookie(app, cookie(ben))
    receipt = signs(engaged, ben)
    assert receipt.response.request.path.startswith("/p/agreements/")
    given = token(ben, "party")
    assert given not in (None, before)
    assert len(bytes.fromhex(given or "")) == 32
    assert not is_in(old, PARTY_HOME)


def test_ends_what_came_in_elsewhere_by_link_when_the_person_enrols(
    engaged: World, app: Flask, ben: Browser
) -> None:
    phone = Browser(app)
    come_in(engaged, phone)
    assert is_in(phone, PARTY_HOME)
    signs(engaged, ben)
    assert not is_in(phone, PARTY_HOME)


def test_ends_the_session_on_the_server_at_sign_out(app: Flask, ana: Browser) -> None:
    kept = with_cookie(app, cookie(ana))
    ana.post("/sign-out")
    assert not is_in(ana, COACH_HOME)
    assert not is_in(kept, COACH_HOME)


def test_ends_a_signers_session_on_the_server_when_they_leave(app: Flask, ben: Browser) -> None:
    kept = with_cookie(app, cookie(ben))
    ben.post("/p/leave")
    assert not is_in(ben, PARTY_HOME)
    assert not is_in(kept, PARTY_HOME)


@pytest.mark.parametrize("who, path, idle", [("ana", COACH_HOME, 60), ("ben", PARTY_HOME, 30)])
def test_ends_a_session_that_is_not_used(
    request: pytest.FixtureRequest, engaged: World, who: str, path: str, idle: int
) -> None:
    browser: Browser = request.getfixturevalue(who)
    engaged.clock.move(minutes=idle - 1)
    assert is_in(browser, path)
    engaged.clock.move(minutes=idle)
    assert not is_in(browser, path)


@pytest.mark.parametrize("who, path, step, ends", [
    ("ana", COACH_HOME, 45, 720), ("ben", PARTY_HOME, 20, 120)])
def test_ends_a_session_that_is_old_however_much_it_is_used(
    request: pytest.FixtureRequest, engaged: World, who: str, path: str, step: int, ends: int
) -> None:
    browser: Browser = request.getfixturevalue(who)
    minutes = 0
    while minutes + step < ends:
        engaged.clock.move(minutes=step)
        minutes += step
        assert is_in(browser, path), minutes
    engaged.clock.move(minutes=ends - minutes)
    assert not is_in(browser, path)


def test_keeps_what_was_answered_when_a_session_runs_out(
    engaged: World, app: Flask, ben: Browser
) -> None:
    page = ben.get("/p/read/1")
    for _number in range(3):
        path = page.response.request.path
        options = {i["value"] for i in page.soup.find_all("input", {"name": "answer"})}
        page = ben.post(path, {"answer": "read" if "read" in options else "no"}, page=page)
    reached = page.response.request.path
    assert reached == "/p/read/4"
    engaged.clock.move(minutes=31)
    late = ben.post(reached, {"answer": "read"}, page=page)
    assert late.response.request.path == "/lost"
    phone = Browser(app)
    start = come_in(engaged, phone)
    assert start.response.request.path == "/p/start"
    # The page that came too late counts as answered, as those before it.
    assert "/p/read/5" in [a["href"] for a in start.soup.find_all("a", href=True)]


def test_keeps_what_was_typed_on_the_sheet_when_a_session_runs_out(
    engaged: World, app: Flask, ben: Browser
) -> None:
    check, _pages = read_on(ben)
    wrong = ben.post("/p/sign", {"name": "B. A. Adler", "mark": "type", "erecord": "y",
                                 "code": "000000"}, page=check)
    assert wrong.status == 422
    engaged.clock.move(hours=3)
    assert not is_in(ben, PARTY_HOME)
    phone = Browser(app)
    come_in(engaged, phone)
    sheet = phone.get("/p/sign").fields("/p/sign")
    assert sheet["name"] == "B. A. Adler"
    assert sheet["erecord"] == "y"
    assert not sheet.get("code")


def test_lets_nobody_who_came_by_link_alone_through_a_door_that_asks_for_more(
    app: Flask, ben: Browser
) -> None:
    version = "0" * 32
    doors = [rule for rule in app.url_map.iter_rules()
             if getattr(app.view_functions[rule.endpoint], "door", None) is Door.PARTY]
    assert len(doors) >= 6
    for rule in doors:
        path = re.sub(r"<int:\w+>", "1", re.sub(r"<\w+>", version, str(rule.rule)))
        if "GET" in (rule.methods or set()):
            assert ben.get(path, follow=False).location.startswith("/lost"), path
        else:
            assert ben.post(path, {}, follow=False).location.startswith("/lost"), path


def test_asks_a_person_with_an_authenticator_for_a_code_behind_the_link(
    engaged: World, app: Flask, ben: Browser
) -> None:
    signs(engaged, ben)
    engaged.clock.move(hours=2)
    link, phone = way_back(engaged), Browser(app)
    page = phone.post(link, page=phone.get(link))
    page = phone.post("/p/who", {"who": "me"}, page=page)
    assert page.response.request.path == "/p/code"
    assert token(phone, "party") is None
    for path in ("/p", PARTY_HOME, "/p/start", "/p/consents"):
        assert not is_in(phone, path)
    assert phone.post("/p/code", {"code": "000000"}, page=page).status == 422
    assert token(phone, "party") is None
    home = phone.post("/p/code", {"code": engaged.fresh_code("ben")}, page=page)
    assert home.response.request.path == "/p/consents"


def way_back(world: World) -> str:
    """Return the path of a link that leads Ben back in."""
    from portal.reaching.actions import send_return

    remember_ben(world)
    with world.ground.work(writes=True) as work:
        send_return(work, world.ids["ben.engagement"], world.ids["ben"])
    return newest_link(world)


def test_ends_what_a_link_opened_when_the_coach_ends_the_link(
    engaged: World, app: Flask, ana: Browser, ben: Browser
) -> None:
    engagement = f"/engagements/{engaged.ids['engagement']}"
    ana.post(f"{engagement}/parties/{engaged.ids['ben.party']}/link/revocation")
    assert not is_in(ben, PARTY_HOME)


def test_ends_what_a_link_opened_when_it_turns_out_to_be_the_wrong_person(
    engaged: World, app: Flask, ben: Browser
) -> None:
    link, other = newest_link(engaged), Browser(app)
    page = other.post(link, page=other.get(link))
    other.post("/p/who", {"who": "not_me"}, page=page)
    assert not is_in(ben, PARTY_HOME)


def test_takes_no_token_of_one_kind_for_another(app: Flask, ana: Browser, ben: Browser) -> None:
    mixed = Browser(app)
    with mixed.client.session_transaction(base_url=BASE) as session:
        session["coach"], session["party"] = token(ben, "party"), token(ana, "coach")
        session["coach_seen"] = session["party_seen"] = 2_000_000_000
    assert not is_in(mixed, COACH_HOME)
    assert not is_in(mixed, PARTY_HOME)


def made_by(app: Flask, *keys: str) -> Any:
    """Return what makes and reads cookies under these session keys."""
    return EncryptedSessions(keys).get_signing_serializer(app)


def test_takes_no_cookie_that_it_did_not_make(app: Flask, ana: Browser) -> None:
    own = made_by(app, KEYS["secret_key"])
    content = own.loads(cookie(ana))
    forged = made_by(app, "a guessed key of 32 characters...").dumps(content)
    assert not is_in(with_cookie(app, forged), COACH_HOME)
    # Signed by the right key, as Flask alone would do it.
    plain = URLSafeTimedSerializer(
        KEYS["secret_key"], salt="cookie-session", serializer=own.serializer,
        signer_kwargs={"key_derivation": "hmac", "digest_method": sha256}).dumps(content)
    assert not is_in(with_cookie(app, str(plain)), COACH_HOME)
    for place in range(0, len(cookie(ana)) - 1, 7):
        letters = list(cookie(ana))
        letters[place] = "A" if letters[place] != "A" else "B"
        with pytest.raises(BadSignature):
            own.loads("".join(letters))
    assert is_in(with_cookie(app, cookie(ana)), COACH_HOME)


def test_reads_cookies_of_an_earlier_key_and_makes_them_under_the_newest(app: Flask) -> None:
    old, new = "an earlier session key of the tests, 32", "a newer session key of the tests, 32 a"
    before, during, after = made_by(app, old), made_by(app, new, old), made_by(app, new)
    assert during.loads(before.dumps({"coach": "x"})) == {"coach": "x"}
    assert after.loads(during.dumps({"coach": "x"})) == {"coach": "x"}
    with pytest.raises(BadSignature):
        after.loads(before.dumps({"coach": "x"}))


def test_writes_nothing_into_the_cookie_that_could_be_read_there(app: Flask, ana: Browser) -> None:
    """Not even what the next page will say, which may be a name."""
    with ana.client.session_transaction(base_url=BASE) as session:
        session["_flashes"] = [("message", "Ben Adler is asked by mail now.")]
        held = session["coach"]
    parts = [base64_decode(part) for part in cookie(ana).split(".")]
    for word in (b"Ben Adler", b"_flashes", b"coach", held.encode()):
        assert not any(word in part or word in _unzipped(part) for part in parts)
    assert "Ben Adler is asked by mail now." in ana.get("/today").text


def _unzipped(part: bytes) -> bytes:
    with suppress(zlib.error):
        return zlib.decompress(part)
    return b""


def test_keeps_coach_and_signer_apart_in_one_browser(
    engaged: World, app: Flask, ana: Browser
) -> None:
    come_in(engaged, ana)
    assert is_in(ana, COACH_HOME)
    assert is_in(ana, PARTY_HOME)
    assert ana.get("/", follow=False).location == COACH_HOME
    ana.post("/p/leave")
    assert not is_in(ana, PARTY_HOME)


def test_writes_no_token_into_a_page(app: Flask, ana: Browser, ben: Browser) -> None:
    for browser, scope, paths in ((ana, "coach", ("/today", "/practice", "/engagements/new")),
                                  (ben, "party", ("/p/start", "/p/read/1", "/p/sign"))):
        held = token(browser, scope)
        assert held is not None
        for path in paths:
            assert held not in browser.get(path).html
