"""Every page of the first journey, for everybody's eyes, hands and machines."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import DESKTOP, Visit
from tests.browser.edges import furnish
from tests.browser.eye import Eye
from tests.browser.house import House, a_house
from tests.browser.rounds import Rounds
from tests.browser.walk import Walk
from tests.cast import BEN
from tests.plugins.needs import tool

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

    from tests.browser.steps import Visitor

pytestmark = pytest.mark.needs("chromium", "oathtool")

_HEADING = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)


@pytest.fixture(scope="module")
def walk(
    empty_database: str, tmp_path_factory: pytest.TempPathFactory, chromium: Browser
) -> Iterator[Walk]:
    """Give a walk past every page, done once for this module."""
    folder = tmp_path_factory.mktemp("walk")
    mails = folder / "mails"
    mails.mkdir()
    with a_house(empty_database, folder, partial(furnish, folder=mails)) as house:
        made = Walk(house, chromium, mails)
        made.all()
        yield made


@pytest.fixture(scope="module")
def rounds(
    empty_database: str, tmp_path_factory: pytest.TempPathFactory, chromium: Browser
) -> Iterator[Rounds]:
    """Give a round past every page of a house with everybody in place."""
    with a_house(empty_database, tmp_path_factory.mktemp("rounds")) as house:
        made = Rounds(house, chromium)
        made.all()
        yield made


def test_shows_nobody_a_barrier(walk: Walk, rounds: Rounds) -> None:
    assert walk.eye.barriers + rounds.eye.barriers == []


def test_would_see_a_barrier_and_what_sticks_out(house: House, visit: Visit) -> None:
    """The eye is no ornament: on a page with faults it finds them, dark ones too."""
    someone, eye = visit(**DESKTOP), Eye()
    someone.page.goto("/privacy")
    someone.page.evaluate("""() => {
        const wide = document.createElement("p"), faint = document.createElement("p");
        wide.style.width = "900px";
        wide.textContent = "too wide";
        faint.textContent = "faint in the dark";
        faint.style.color = "light-dark(black, #333)";
        document.querySelector("main").append(wide, faint, document.createElement("button"));
    }""")
    eye.look(someone, "faulty")
    assert [b for b in eye.barriers if b.startswith("faulty, light, 390: button-name")]
    assert [b for b in eye.barriers if b.startswith("faulty, dark, 1280: color-contrast")]
    assert not [b for b in eye.barriers if b.startswith("faulty, light, 1280: color-contrast")]
    assert eye.sideways == ["faulty at 320 px, 100%: P."]


def test_never_scrolls_sideways(walk: Walk, rounds: Rounds) -> None:
    assert walk.eye.sideways + rounds.eye.sideways == []


def test_makes_no_browser_complain(walk: Walk, rounds: Rounds) -> None:
    assert walk.faults + rounds.faults == []


def test_passes_every_page(walk: Walk, rounds: Rounds) -> None:
    """A page that nobody walks past would be looked at by nobody."""
    answers = [*walk.house.answers, *rounds.house.answers]
    seen = {answer.endpoint for answer in answers}
    pages = {
        rule.endpoint
        for rule in walk.house.app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and "." in rule.endpoint
    }
    assert pages - seen - rounds.no_pages == set()


@pytest.mark.needs("java", "vnu")
def test_is_valid_html(walk: Walk, rounds: Rounds, tmp_path: Path) -> None:
    """Each kind of page as the server sent it last: by its view, its status and its heading."""
    pages = {
        (answer.endpoint, answer.status, *_HEADING.findall(answer.html)): answer.html
        for answer in (*walk.house.answers, *rounds.house.answers)
    }
    assert len(pages) > 100
    for number, ((endpoint, status, *_heading), html) in enumerate(pages.items()):
        (tmp_path / f"{number:03d}-{endpoint}-{status}.html").write_text(html)
    said = subprocess.run(
        [tool("java"), "-jar", tool("vnu"), tmp_path], capture_output=True, text=True, check=False
    )
    assert said.stderr.replace(f"file:{tmp_path}/", "") == ""
    assert said.returncode == 0


# ---- the ceremony in other hands ----


#: What shows where the focus is: an outline on the element itself or on the row it stands in.
_SHOWN = """e => [e, e.closest(".choice")].some(
    part => part && getComputedStyle(part).outlineStyle !== "none")"""


def tab_to(someone: Visitor, wanted: Locator) -> None:
    """Press Tab until something has the focus; everything on the way shows that it has it."""
    for _ in range(60):
        someone.page.keyboard.press("Tab")
        focused = someone.page.locator(":focus")
        if not focused.count():
            continue
        assert focused.evaluate(_SHOWN), focused.evaluate("e => e.outerHTML")
        if wanted.evaluate("e => e === document.activeElement"):
            return
    raise AssertionError(f"out of reach of the keyboard: {wanted}")


def key(someone: Visitor, wanted: Locator, press: str) -> None:
    """Go to something with Tab and press a key there."""
    tab_to(someone, wanted)
    someone.page.keyboard.press(press)


def button(someone: Visitor, name: str) -> Locator:
    return someone.page.get_by_role("button", name=name, exact=True)


def read_with_keys(ben: Visitor, number: int) -> None:
    """Answer a page: the first answer of a page to read, the second of a choice."""
    options = ben.page.locator("main input[type=radio]")
    options.first.wait_for()
    choice = options.count() == 3
    key(ben, options.first, "ArrowDown" if choice else "Space")
    expect(options.nth(1 if choice else 0)).to_be_checked()
    key(ben, button(ben, "Continue"), "Enter")
    ben.page.wait_for_url(lambda url: not url.endswith(f"/p/read/{number}"))


def test_can_be_gone_with_the_keyboard_alone(invited: House, visit: Visit) -> None:
    ben = visit(**DESKTOP)
    ben.page.goto(invited.link_for(BEN.email))
    ben.page.keyboard.press("Tab")
    expect(ben.page.get_by_text("Skip to main content")).to_be_in_viewport()
    key(ben, button(ben, "Continue"), "Enter")
    ben.page.wait_for_url("**/p/who")
    key(ben, ben.page.get_by_label(f"I am {BEN.name}"), "Space")
    key(ben, button(ben, "Continue"), "Enter")
    ben.page.wait_for_url("**/p/start")
    key(ben, ben.page.get_by_role("link", name="Start reading"), "Enter")
    ben.page.wait_for_url("**/p/read/1")
    number = 1
    while ben.path == f"/p/read/{number}":
        read_with_keys(ben, number)
        number += 1
    expect(ben.page.locator(".sum .is-no")).to_have_count(2)
    app = ben.keep_app()
    key(ben, ben.page.locator("[name=erecord]"), "Space")
    tab_to(ben, ben.page.get_by_label("6-digit code"))
    ben.page.keyboard.type(app.fresh())
    key(ben, button(ben, "Sign the agreement"), "Enter")
    ben.sees("You have signed")


def test_can_be_gone_without_the_style_sheet(
    invited: House, visit: Visit, phone: dict[str, Any]
) -> None:
    ben = visit(**phone)
    ben.page.route(re.compile(r"\.css"), lambda route: route.abort())
    steps.begin(ben)
    steps.read_on(ben)
    steps.sign_typed(ben)
    ben.page.context.close()  # no complaint can arrive after this
    missing = [fault for fault in ben.faults if "net::ERR_FAILED" in fault]
    assert missing
    ben.faults = [fault for fault in ben.faults if fault not in missing]
