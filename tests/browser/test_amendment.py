"""A next version of a text: read, signed by three, in force only with the third signature."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import DESKTOP, Visit
from tests.browser.eye import Eye
from tests.cast import BEN, CARLA, Character
from tests.plugins.needs import tool
from tests.sharing.table import seat_everyone

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.house import House
    from tests.browser.steps import Visitor

pytestmark = pytest.mark.needs("chromium", "java", "vnu")

SENTENCE = ("Carla Conti (sponsor) may also get the key takeaways and themes, to keep the sponsor "
            "informed, if Ben Adler says yes to it.")
TEXT = "Three-way agreement with Carla Conti"


def comes(someone: Visitor, who: Character, key: str) -> None:
    """Come in by the newest link with a code, and read the first page."""
    steps.come_in(someone, who)
    someone.write("6-digit code", someone.house.world.fresh_code(key))
    someone.press("Continue")
    expect(someone.page.locator("main")).to_contain_text("More may be shared than under version 1.")
    someone.follow("Start reading")
    someone.page.wait_for_url("**/p/read/1")
    expect(someone.page.locator(".changes")).to_contain_text(SENTENCE)


def signs(someone: Visitor, who: Character, key: str) -> None:
    """Read to the end, and sign with a code."""
    steps.read_on(someone)
    expect(someone.page.locator(".changes")).to_contain_text(SENTENCE)
    steps.fill_sheet(someone, who)
    steps.press_sign(someone, someone.house.world.fresh_code(key))
    someone.sees("You have signed")


def stands(ana: Visitor, engagement: str) -> list[str]:
    """Return where the versions of the sponsor's text stand, as Ana reads it."""
    ana.page.goto(engagement)
    shown = ana.page.locator("section.agreement", has_text=TEXT)
    return [words.split("\n")[0] + " " + re.sub(r"\s+", " ", words.split("\n")[1])
            for words in shown.locator(".top").all_inner_texts()]


def proposes(carla: Visitor) -> None:
    """Let Carla say what she would like changed."""
    steps.come_in(carla, CARLA)
    carla.write("6-digit code", carla.house.world.fresh_code("carla"))
    carla.press("Continue")
    carla.page.get_by_role("link", name=re.compile("^Propose a change")).click()
    carla.sees("Propose a change")
    carla.write("What would you like changed?", "I would like to hear the key takeaways.")
    carla.press("Send to Ana Berg")
    expect(carla.page.locator("main")).to_contain_text("Ana Berg has not answered yet.")


def drafts(ana: Visitor, eye: Eye) -> str:
    """Let Ana take it up: one kind of information more in one line. Returns the engagement."""
    ana.page.goto("/today")
    ana.sees("One proposal waits for your answer")
    eye.look(ana, "today")
    ana.page.get_by_role("link", name=re.compile("^Read and answer")).click()
    ana.sees("What Carla Conti would like changed")
    eye.look(ana, "answer")
    ana.choose("I prepare a new version")
    ana.press("Answer Carla Conti")
    ana.sees("What do you agree with Ben Adler?")
    ana.press("Continue to look and send")
    ana.page.get_by_role("link", name="Three-way sponsor agreement (Carla Conti)").click()
    ana.page.get_by_role("link", name=re.compile("the agreed goals")).first.click()
    ana.page.get_by_label("Key takeaways and themes").check()
    ana.press("Keep the line")
    ana.sees("What is shared, line by line")
    ana.follow("Continue to look and send")
    ana.sees("This is what Ben Adler will read")
    expect(ana.page.locator(".changes")).to_contain_text(SENTENCE)
    eye.look(ana, "look and send")
    ana.write("6-digit code", ana.house.world.fresh_code("ana"))
    ana.press("Sign and send")
    ana.page.wait_for_url(re.compile(r"/engagements/[0-9a-f]{32}$"))
    eye.look(ana, "engagement")
    return ana.path


def test_comes_into_force_with_the_third_signature_alone(
    house: House, visit: Visit, phone: dict[str, Any], tmp_path: Path
) -> None:
    seat_everyone(house.world)
    eye, ana = Eye(), visit(**DESKTOP)
    ben, carla = visit(**phone), visit(**{**phone, "java_script_enabled": False})
    house.clock.move(days=1)
    steps.sign_in(ana)
    back_in(carla)
    proposes(carla)
    engagement = drafts(ana, eye)
    assert stands(ana, engagement) == [
        f"{TEXT} In force", f"{TEXT}, version 2 Waiting"]
    comes(carla, CARLA, "carla")
    signs(carla, CARLA, "carla")
    assert f"{TEXT} In force" in stands(ana, engagement)
    comes(ben, BEN, "ben")
    eye.look(ben, "first page")
    signs(ben, BEN, "ben")
    assert stands(ana, engagement) == [f"{TEXT}, version 2 In force"]
    ben.page.goto("/p/consents")
    expect(ben.page.locator("main")).to_contain_text("A newer version took its place.")
    eye.look(ben, "consents")
    ben.page.get_by_role("link", name=re.compile("^Propose a change")).last.click()
    ben.sees("Propose a change")
    eye.look(ben, "propose")
    is_valid(house, tmp_path / "pages")
    assert eye.barriers + eye.sideways == []


def is_valid(house: House, folder: Path) -> None:
    """Let the validator read every page of proposing, answering and reading, as it was sent."""
    folder.mkdir()
    pages = [answer for answer in house.answers if answer.endpoint.startswith(
        ("amending.", "signing.read", "signing.sign", "issuing.look", "desk.engagement"))]
    for number, answer in enumerate(pages):
        (folder / f"{number:02d}-{answer.endpoint}.html").write_text(answer.html)
    said = subprocess.run([tool("java"), "-jar", tool("vnu"), folder], capture_output=True,
                          text=True, check=False)
    assert said.stderr.replace(f"file:{folder}/", "") == ""


def back_in(someone: Visitor) -> None:
    """Ask for a link at the front door."""
    someone.page.goto("/lost")
    someone.write("Your mail address", CARLA.email)
    someone.press("Send me my link")
    someone.house.run("door")
