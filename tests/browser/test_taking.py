"""Ben takes a line back on his phone in two taps; without his phone the link is enough."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import DESKTOP, Visit
from tests.browser.eye import Eye
from tests.browser.steps import Visitor, sign_in
from tests.cast import BEN
from tests.plugins.needs import tool
from tests.sharing.table import GOALS, asked, seat_everyone
from tests.signing.table import states
from tests.taking.acts import dispute

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.house import House

pytestmark = pytest.mark.needs("chromium", "java", "vnu")


def knock(who: Visitor, email: str) -> None:
    """Ask at the front door for one's link, and open it."""
    who.house.clock.move(hours=2)
    who.page.goto("/lost")
    who.write("Your mail address", email)
    who.press("Send me my link")
    who.house.run("door")
    who.page.goto(who.house.link_for(email))
    who.press("Continue")


def come_in(who: Visitor, name: str, email: str, key: str) -> None:
    """Follow one's link and prove who one is with a code."""
    knock(who, email)
    who.choose(f"I am {name}")
    who.press("Continue")
    who.write("6-digit code", who.house.world.fresh_code(key))
    who.press("Continue")
    who.page.wait_for_url("**/p/consents")


def test_inv_7_takes_a_line_back_in_two_taps_on_a_phone(
    house: House, visit: Visit, phone: dict[str, Any], tmp_path: Path
) -> None:
    seat_everyone(house.world)
    eye, ben = Eye(), visit(**phone, java_script_enabled=False)
    come_in(ben, BEN.name, BEN.email, "ben")
    line = f"/p/agreements/{house.world.ids['T2']}/lines/2/withdrawal"
    assert asked(house.world, "carla", GOALS).code == "GRANT"
    ben.page.locator(f'a[href="{line}"]').tap()
    ben.page.get_by_role("button", name="Take it back now").tap()
    ben.sees("What you took back")
    assert asked(house.world, "carla", GOALS).code == "WITHDRAWN"
    assert "(Central European" in ben.main
    dispute(house.world, "eli", "T3")
    looks_around(house, visit, eye)
    assert (eye.barriers, eye.sideways) == ([], [])
    is_valid(house, tmp_path / "pages")


def looks_around(house: House, visit: Visit, eye: Eye) -> None:
    """Look at the pages to which something has to have happened first."""
    ana = visit(**DESKTOP)
    sign_in(ana)
    ana.page.goto(f"/engagements/{house.world.ids['engagement']}")
    eye.look(ana, "engagement, taken back and in doubt")
    ana.page.get_by_role("link", name="Settle it").click()
    ana.press("Write it down")
    ana.page.locator(".errsum").wait_for()
    eye.look(ana, "in doubt, nothing chosen")
    ben = visit(**DESKTOP)
    knock(ben, BEN.email)
    ben.follow("Take back without a code")
    ben.sees("Take back without a code")
    ben.press("Do it now")
    ben.page.locator(".errsum").wait_for()
    eye.look(ben, "bare, nothing chosen")
    ben.choose("I take back everything that I agreed to")
    ben.press("Do it now")
    ben.sees("It is done")
    eye.look(ben, "bare, done")
    assert set(states(house.world).values()) == {"WITHDRAWN"}
    come_in(ben, BEN.name, BEN.email, "ben")
    eye.look(ben, "consents, all taken back")
    ben.page.goto(f"/p/agreements/{house.world.ids['T2']}/withdrawn")
    ben.sees("What you took back")


def is_valid(house: House, folder: Path) -> None:
    """Let the validator read every page of taking back, as the server sent it."""
    folder.mkdir()
    pages = [answer for answer in house.answers if answer.endpoint.startswith("taking.")]
    for number, answer in enumerate(pages):
        (folder / f"{number:02d}-{answer.endpoint}.html").write_text(answer.html)
    said = subprocess.run([tool("java"), "-jar", tool("vnu"), folder], capture_output=True,
                          text=True, check=False)
    assert said.stderr.replace(f"file:{folder}/", "") == ""
