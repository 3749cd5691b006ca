"""What Ana and Ben do in their browsers, as often as a test needs it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Response, expect

from tests.browser.house import Authenticator, House
from tests.cast import ANA, ANSWERS, BEN, OWN_ANSWERS, PASSWORD, Character

if TYPE_CHECKING:
    from pathlib import Path

#: What Chromium says of our own 404, 409 and 422 pages; it is no fault.
_STATUS = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
#: A wave and a dash, in percents of the box.
SCRAWL = (
    ((10, 60), (15, 40), (20, 25), (25, 45), (30, 68), (36, 45), (42, 30), (48, 50), (55, 65)),
    ((60, 50), (70, 46), (85, 54)),
)
_SETTLED = re.compile(r"In force until (.+)")
_PREFIX = re.compile(r"^(q|own_\d+)_")


@dataclass
class Visitor:
    """Follow one person in one browser, and what went wrong on the way."""

    page: Page
    house: House
    faults: list[str] = field(default_factory=list)
    app: Authenticator | None = None

    def __post_init__(self) -> None:
        self.page.set_default_timeout(20_000)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("response", self._answered)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not _STATUS.match(message.text):
            self.faults.append(f"{urlsplit(self.page.url).path}: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status}: {urlsplit(response.url).path}")

    @property
    def path(self) -> str:
        """Return where this person is, without host and query."""
        return urlsplit(self.page.url).path

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    @property
    def main(self) -> str:
        self.arrive()
        return self.page.locator("main").inner_text()

    def arrive(self) -> None:
        """Wait until all of the page is there: a click returns at the first byte of the next."""
        self.page.wait_for_load_state("domcontentloaded")

    def press(self, name: str) -> None:
        """Press the button that reads so."""
        self.page.get_by_role("button", name=name, exact=True).click()
        self.arrive()

    def follow(self, name: str) -> None:
        """Follow the link that reads so; the first one, where the navigation has it too."""
        self.page.get_by_role("link", name=name, exact=True).first.click()
        self.arrive()

    def choose(self, words: str) -> None:
        """Choose an answer by its words."""
        self.page.get_by_label(words, exact=True).check()

    def write(self, label: str, words: str) -> None:
        """Type into the field with this label."""
        self.page.get_by_label(label, exact=True).fill(words)

    def sees(self, heading: str | re.Pattern[str]) -> None:
        """Wait until the page has this heading."""
        expect(self.page.locator("h1")).to_have_text(heading)

    def keep_app(self) -> Authenticator:
        """Type the key that the page shows into an authenticator app."""
        self.app = Authenticator(self.page.locator("#secret").inner_text(), self.house.clock)
        return self.app

    def fresh_code(self) -> str:
        """Return a code that the own app shows and nobody has used."""
        assert self.app is not None
        return self.app.fresh()

    def fetch(self, link: Locator, folder: Path) -> Path:
        """Download what a link leads to."""
        with self.page.expect_download() as waiting:
            link.click()
        file = folder / waiting.value.suggested_filename
        waiting.value.save_as(file)
        return file


# ---- Ana ----


def sign_in(ana: Visitor, who: Character = ANA) -> None:
    """Let Ana, or somebody else of a practice, in with password and code."""
    ana.page.goto("/sign-in")
    ana.write("Mail address", who.email)
    ana.write("Password", PASSWORD)
    ana.press("Continue")
    own, world = ana.app, ana.house.world
    ana.write("6-digit code", own.fresh() if own else world.fresh_code(who.name.split()[0].lower()))
    ana.press("Sign in")
    ana.page.wait_for_url("**/today")


def sign_in_first(ana: Visitor) -> list[str]:
    """Let Ana in for the first time: she joins an app, and is shown recovery codes once."""
    ana.page.goto("/")
    ana.write("Mail address", ANA.email)
    ana.write("Password", PASSWORD)
    ana.press("Continue")
    ana.sees("Set up your authenticator app")
    ana.write("6-digit code", ana.keep_app().fresh())
    ana.press("Confirm and sign in")
    ana.sees("Put these codes away now")
    codes = ana.page.locator("#codes li").all_inner_texts()
    ana.follow("I have put them away, continue")
    ana.sees("Begin with the first person you coach")
    return codes


def enter_coachee(ana: Visitor, who: Character = BEN) -> None:
    """Fill in the first screen: who. Two buttons lead on from there."""
    ana.write("Full name", who.name)
    ana.write("Mail address", who.email)
    ana.choose("Their own, private address")
    ana.choose("Nobody, as far as I know")


def name(ana: Visitor, who: Character = BEN) -> None:
    """Fill in the first screen, and go on to the terms."""
    enter_coachee(ana, who)
    ana.press("Continue to the terms")


def answer_all(ana: Visitor) -> None:
    """Fill in what the practice is asked once, and what single texts ask; fewer texts ask less."""
    ana.page.locator("[name^=q_]").first.wait_for()
    _answer(ana, "[name^=q_]")
    answer_own(ana)


def answer_own(ana: Visitor) -> None:
    """Fill in what single texts ask."""
    ana.page.wait_for_url("**/terms")
    _answer(ana, "[name^=own_]:not([type=checkbox])")


def _answer(ana: Visitor, boxes: str) -> None:
    known = {key.replace(".", "_"): words for answers in (ANSWERS, *OWN_ANSWERS.values())
             for key, words in answers.items()}
    for box in ana.page.locator(boxes).all():
        box.fill(known[_PREFIX.sub("", box.get_attribute("name") or "")])


def sign_and_send(
    ana: Visitor, code: str, who: Character = BEN, *, coach: Character = ANA
) -> None:
    """Sign one's own part on the third screen, and send."""
    expect(ana.page.get_by_label("Your full name")).to_have_value(coach.name)
    ana.write("6-digit code", code)
    ana.press("Sign and send")
    ana.sees(f"Waiting for {who.name} to sign")


def invite(ana: Visitor, who: Character = BEN) -> str:
    """Go through the three screens; returns the path of the engagement."""
    ana.page.goto("/engagements/new")
    name(ana, who)
    if not ana.page.get_by_text("Your practice’s answers").is_visible():
        answer_all(ana)
    ana.press("Continue to look and send")
    sign_and_send(ana, ana.house.world.fresh_code("ana"), who)
    return ana.path


def vouch(ana: Visitor, engagement: str, digits: str) -> None:
    """Type the digits that Ben reads out."""
    ana.page.goto(engagement)
    ana.follow("Type the eight digits")
    ana.write("The 8 digits that you hear", digits)
    ana.choose("By video, and I see the person")
    ana.press(f"Vouch for {BEN.name}")
    ana.sees(_SETTLED)


# ---- Ben ----


def come_in(ben: Visitor, who: Character = BEN) -> None:
    """Open the newest mail's link and say who one is."""
    ben.page.goto(ben.house.link_for(who.email))
    ben.press("Continue")
    ben.sees("Who are you?")
    ben.choose(f"I am {who.name}")
    ben.press("Continue")


def begin(ben: Visitor, who: Character = BEN) -> None:
    """Come in and start to read."""
    come_in(ben, who)
    ben.follow("Start reading")
    ben.page.wait_for_url("**/p/read/1")


def answer_page(ben: Visitor, choice: str = "Yes, I agree", no_to: str = "") -> None:
    """Answer all that one page asks: read; yes, they may be asked; for an optional line what is
    chosen, and no where the question holds the words `no_to`."""
    ben.page.locator("main input[type=radio]").first.wait_for()
    for asked in ben.page.locator("main fieldset").all():
        chosen = "No, I do not agree" if no_to and no_to in asked.inner_text() else choice
        asked.get_by_label(re.compile(
            f"^(I have (read this page|seen this rule)|{chosen}|Yes, .+ may be asked)$")).check()
    before = ben.page.url
    ben.press("Continue")
    ben.page.wait_for_url(lambda url: url != before)


def read_on(ben: Visitor, *choices: str, no_to: str = "") -> int:
    """Read page by page as far as the check; returns how many pages there were.

    Pages with optional lines are answered with `choices` in turn, and with yes after those;
    what holds the words `no_to` is answered with no.
    """
    left, count = list(choices), 0
    while ben.path.startswith("/p/read/"):
        asked = ben.page.get_by_label("Yes, I agree", exact=True).count()
        answer_page(ben, left.pop(0) if asked and left else "Yes, I agree", no_to)
        count += 1
    ben.sees("Check your answers, then sign")
    return count


def fill_sheet(ben: Visitor, who: Character = BEN) -> None:
    """Tick what there is to tick, type the name and agree to sign on screen; only the code is
    missing then."""
    for tick in ben.page.locator("[name=ticks][type=checkbox]").all():
        tick.check()
    ben.write("Your full name", who.name)
    agree_to_screen(ben)


def agree_to_screen(ben: Visitor) -> None:
    ben.page.get_by_label(re.compile("^I agree to get and sign")).check()


def press_sign(ben: Visitor, code: str, button: str = "Sign the agreement") -> None:
    ben.write("6-digit code", code)
    ben.press(button)


def sign_typed(ben: Visitor, who: Character = BEN) -> None:
    """Sign with the typed name and the first code of a new app."""
    fill_sheet(ben, who)
    press_sign(ben, ben.keep_app().fresh())
    ben.sees("You have signed")


def draw(ben: Visitor) -> None:
    """Draw with a finger."""
    canvas = ben.page.locator(".sigpad canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    finger = ben.page.context.new_cdp_session(ben.page)
    for stroke in SCRAWL:
        points = [
            {"x": box["x"] + box["width"] * x / 100, "y": box["y"] + box["height"] * y / 100}
            for x, y in stroke
        ]
        for number, point in enumerate(points):
            kind = "touchMove" if number else "touchStart"
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    finger.detach()


def digits_on(ben: Visitor) -> str:
    """Read the eight digits off the screen, as one would aloud."""
    return " ".join(ben.page.locator(".digits [aria-hidden]").all_inner_texts())
