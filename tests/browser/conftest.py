"""Real browsers in front of a real, served portal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.house import House, a_house
from tests.browser.steps import Visitor
from tests.builders import add_engagement, add_practice, issue
from tests.plugins.needs import tool

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

#: Nothing that would reach out to the world beside the pages themselves.
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
Visit = Callable[..., Visitor]
#: The journey that is made in a browser on each database. That all other pages are the same there
#: is shown over HTTP.
ON_BOTH = "test_conclude.py"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all other tests of this folder as `once`."""
    for one in items:
        if one.path.parent == Path(__file__).parent and one.path.name != ON_BOTH:
            one.add_marker("once")


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Give Playwright, for one module: while it runs, this thread has an event loop."""
    expect.set_options(timeout=20_000)
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Give the machine's own Chromium, without a window."""
    browser = playwright.chromium.launch(executable_path=tool("chromium"), args=ARGS)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def phone(playwright: Playwright) -> dict[str, Any]:
    """Give what makes a browser a phone: small, touched, and saying so."""
    size = {"width": 390, "height": 844}
    found = {k: v for k, v in playwright.devices["Pixel 7"].items() if k != "default_browser_type"}
    return found | {"viewport": size, "screen": size}


@pytest.fixture
def house(empty_database: str, tmp_path: Path) -> Iterator[House]:
    """Give each test a served portal of its own."""
    with a_house(empty_database, tmp_path) as made:
        yield made


@pytest.fixture
def invited(house: House) -> House:
    """Give a portal where Ana has signed and the mail to Ben is about to go out."""
    add_practice(house.world)
    add_engagement(house.world)
    issue(house.world)
    return house


@pytest.fixture
def visit(chromium: Browser, house: House) -> Iterator[Visit]:
    """Give a way to send people in, each with a browser of their own.

    Whatever they did, no page may have complained: no error on the console, no refused
    resource, nothing that failed on our side.
    """
    people: list[Visitor] = []

    def come(**kind: Any) -> Visitor:
        context = chromium.new_context(
            base_url=house.url, locale="en-GB", reduced_motion="reduce", **kind
        )
        people.append(Visitor(context.new_page(), house))
        return people[-1]

    yield come
    for person in people:
        person.page.context.close()
    assert [fault for person in people for fault in person.faults] == []
