"""The screen lock of a device in place of codes, in a browser with an authenticator of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import DESKTOP, Visit
from tests.browser.eye import Eye
from tests.browser.house import House, a_house
from tests.builders import add_engagement, add_practice, issue
from tests.cast import ANA, BEN, PASSWORD
from tests.factors.test_forgotten import links

if TYPE_CHECKING:
    from tests.browser.steps import Visitor

pytestmark = pytest.mark.needs("chromium", "oathtool")

SIGN = "Sign the agreement with the screen lock"
#: Where pictures of the pages are put, for somebody to look at; nowhere by default.
PICTURES = os.environ.get("PORTAL_TEST_PICTURES")


@pytest.fixture
def house(empty_database: str, tmp_path: Path) -> Iterator[House]:
    """Give a portal at an address that browsers make passkeys for."""
    with a_house(empty_database, tmp_path, host="localhost") as made:
        yield made


class Lock:
    """The screen lock of a device; it knows its owner until it is told otherwise."""

    def __init__(self, visitor: Visitor) -> None:
        self._pipe = visitor.page.context.new_cdp_session(visitor.page)
        self._pipe.send("WebAuthn.enable")
        self._id = self._pipe.send("WebAuthn.addVirtualAuthenticator", {"options": {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
            "hasUserVerification": True, "isUserVerified": True,
            "automaticPresenceSimulation": True}})["authenticatorId"]

    def knows(self, owner: bool) -> None:
        """Let it know or not know who is there; then its window closes without an answer."""
        self._pipe.send("WebAuthn.setUserVerified",
                        {"authenticatorId": self._id, "isUserVerified": owner})

    def keys(self) -> list[dict[str, Any]]:
        """Return what it holds."""
        found: list[dict[str, Any]] = self._pipe.send(
            "WebAuthn.getCredentials", {"authenticatorId": self._id})["credentials"]
        return found


def picture(visitor: Visitor, name: str) -> None:
    """Keep a picture of the page, where somebody wants to look at one."""
    if PICTURES:
        visitor.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def ready_to_sign(ben: Visitor) -> None:
    steps.begin(ben)
    steps.read_on(ben)
    steps.fill_sheet(ben)


def test_the_coachee_sets_it_up_and_signs_by_one_press(
    house: House, visit: Visit, phone: dict[str, Any]
) -> None:
    add_practice(house.world)
    add_engagement(house.world)
    issue(house.world)
    ben = visit(**phone)
    lock, eye = Lock(ben), Eye()
    ready_to_sign(ben)
    picture(ben, "sign")
    eye.look(ben, "sign with the screen lock")
    lock.knows(owner=False)
    ben.press(SIGN)
    said = ben.page.locator("[data-passkey-said]")
    expect(said).to_contain_text("Nothing was confirmed")
    picture(ben, "stopped")
    expect(ben.page.get_by_label("Your full name")).to_have_value(BEN.name)
    assert lock.keys() == []
    lock.knows(owner=True)
    ben.press(SIGN)
    ben.sees("You have signed")
    picture(ben, "signed")
    assert len(lock.keys()) == 1
    # Back by the link of the mail: the same lock lets him in.
    ben.page.context.clear_cookies()
    house.clock.move(hours=2)
    ben.page.goto("/lost")
    ben.write("Your mail address", BEN.email)
    ben.press("Send me my link")
    ben.sees("Look into your mailbox")
    house.run("door")
    steps.come_in(ben)
    ben.sees("Confirm that it is you")
    picture(ben, "come_back")
    eye.look(ben, "come back with the screen lock")
    assert ben.page.get_by_label("6-digit code").count() == 0
    ben.press("Use the screen lock")
    ben.page.wait_for_url("**/p/consents")
    ben.page.goto("/p/account/lock")
    eye.look(ben, "add the screen lock of a device")
    ben.write("A word for this device", "Phone")
    ben.press("Add this device")
    expect(said).to_contain_text("This device is set up here already.")
    picture(ben, "add")
    assert (eye.barriers, eye.sideways) == ([], [])


def test_a_coach_signs_in_with_it(house: House, visit: Visit) -> None:
    add_practice(house.world, enrolled=False)
    ana = visit(**DESKTOP)
    lock, eye = Lock(ana), Eye()
    for first in (True, False):
        ana.page.context.clear_cookies()
        ana.page.goto("/sign-in")
        ana.write("Mail address", ANA.email)
        ana.write("Password", PASSWORD)
        ana.press("Continue")
        if first:
            ana.sees("Set up your authenticator app")
            picture(ana, "coach_enrol")
            eye.look(ana, "set up the screen lock")
            ana.press("Set up the screen lock, and sign in")
            ana.sees("Put these codes away now")
        else:
            ana.sees("Confirm that it is you")
            picture(ana, "coach_code")
            eye.look(ana, "sign in with the screen lock")
            ana.press("Sign in with the screen lock")
            ana.page.wait_for_url("**/today")
    assert len(lock.keys()) == 1
    forgets_her_password(house, ana, eye)
    assert (eye.barriers, eye.sideways) == ([], [])


def forgets_her_password(house: House, ana: Visitor, eye: Eye) -> None:
    """Let Ana set another password by a link and her screen lock, in a browser that is not in."""
    ana.page.context.clear_cookies()
    ana.page.goto("/sign-in")
    ana.follow("Forgotten your password?")
    ana.write("Mail address", ANA.email)
    ana.press("Send me a link")
    ana.sees("Look into your mailbox")
    eye.look(ana, "another password, link on its way")
    house.run("door")
    ana.page.goto(links(house.world)[0])
    eye.look(ana, "another password, door")
    ana.press("Continue")
    ana.sees("Set another password")
    for label in ("New password", "The new password again"):
        ana.write(label, "seven otters read slow maps")
    picture(ana, "coach_password")
    eye.look(ana, "another password, screen lock")
    ana.press("Set it with the screen lock")
    ana.page.wait_for_url("**/today")


def test_codes_stand_alone_where_the_browser_has_no_passkeys(
    house: House, visit: Visit, phone: dict[str, Any]
) -> None:
    add_practice(house.world)
    add_engagement(house.world)
    issue(house.world)
    ben = visit(**phone)
    ben.page.add_init_script("delete window.PublicKeyCredential")
    ready_to_sign(ben)
    expect(ben.page.locator("[data-passkey]")).to_be_hidden()
    picture(ben, "without")
    steps.press_sign(ben, ben.keep_app().fresh())
    ben.sees("You have signed")
