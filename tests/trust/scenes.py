"""Scenes in which several people do something at the same moment, over HTTP, each with one form.

The forms were drawn before, so what is sent is what two tabs and two people would send.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from portal.engagements.actions import hold
from portal.notices.actions import claim
from portal.sharing import actions as sharing
from tests.amending.table import sent_wider
from tests.builders import (
    World,
    add_engagement,
    add_practice,
    come_again,
    issue,
    opened,
    read_all,
    settle,
)
from tests.pages import BASE, Browser, Page
from tests.reviewing import first_review, go_to
from tests.sharing.table import GOALS, load, person, seat_everyone
from tests.trust.stagehands import Standing

if TYPE_CHECKING:
    from flask import Flask


@dataclass(frozen=True)
class Form:
    """Hold a form as it will be sent: by which cookie, to which address, with what in it."""

    path: str
    values: dict[str, Any]
    cookie: str

    def send(self, app: Flask) -> tuple[int, str]:
        """Send it, and return status and where it leads."""
        answer = app.test_client(use_cookies=False).post(
            self.path, data=self.values, base_url=BASE, headers={"Cookie": self.cookie})
        return answer.status_code, str(answer.headers.get("Location", ""))


@dataclass
class Scene:
    """Hold where a world stands, and what may happen in it at the same moment."""

    standing: Standing
    acts: dict[str, Callable[[World], Any]] = field(default_factory=dict)

    @property
    def app(self) -> Flask:
        return self.standing.app

    def form(self, name: str, browser: Browser, path: str, values: dict[str, Any],
             page: Page | None = None) -> None:
        """Add what a person sends from a page that is drawn now."""
        drawn = page or browser.get(path)
        cookie = browser.client.get_cookie("portal", domain="127.0.0.1")
        assert cookie is not None
        fields = drawn.fields(path) if drawn.soup.find("form", action=path) else {}
        fields.setdefault("csrf_token", drawn.soup.find("input", {"name": "csrf_token"})["value"])
        sent = Form(path, {**fields, **values}, f"portal={cookie.value}")
        self.acts[name] = lambda _world: sent.send(self.app)


def signing(world: World, app: Flask) -> Scene:
    """Ben has read everything: two tabs sign, and the text or the link may end meanwhile."""
    add_practice(world)
    world.ids["ben.engagement"] = add_engagement(world)
    issue(world)
    opened(world)
    read_all(world)
    world.clock.move(seconds=30)
    tabs = [Browser(app).be(world, "ben", "party", "mailbox") for _number in range(3)]
    ana = Browser(app).be(world, "ana", "coach")
    here, of_ben = f"/engagements/{world.ids['engagement']}", f"/parties/{world.ids['ben.party']}"
    scene = Scene(Standing(world, app))
    for number, tab in enumerate(tabs[:2]):
        page = tab.get("/p/sign")
        hashes = [tick["value"] for tick in page.soup.find_all("input", {"name": "ticks"})]
        sheet = {"ticks": hashes, "erecord": "1", "name": "Ben Adler", "code": world.code("ben")}
        scene.form(f"sign {number + 1}", tab, "/p/sign", sheet, page)
    decline = f"/p/decline/{world.ids['version']}"
    scene.form("decline", tabs[2], decline, {"sure": "decline"})
    page = ana.get(here)
    scene.form("revoke", ana, f"{here}{of_ben}/link/revocation", {}, page)
    scene.form("reissue", ana, f"{here}{of_ben}/link", {}, page)
    scene.form("recall", ana, f"{here}/versions/{world.ids['version']}/recall", {}, page)
    scene.standing = Standing(world, app)
    return scene


def living(world: World, app: Flask) -> Scene:
    """Four texts are in force: taking back against sharing, stepping out, doubt and workers."""
    seat_everyone(world)
    world.ids["ben.engagement"] = world.ids["engagement"]
    world.clock.move(hours=1)
    ben, carla, ana = (Browser(app).be(world, "ben", "party"),
                       Browser(app).be(world, "carla", "party"),
                       Browser(app).be(world, "ana", "coach"))
    with world.ground.work(writes=True, actor=world.coach()) as work:
        to = person(load(world), "carla")
        question = sharing.ask(work, hold(work, world.ids["engagement"]),
                               sharing.Asked(recipient=to, **GOALS))
        assert question.decision == "PERMIT"
    scene = Scene(Standing(world, app))
    whole = f"/p/agreements/{world.ids['T2']}/withdrawal"
    line = f"/p/agreements/{world.ids['T2']}/lines/2/withdrawal"
    here = f"/engagements/{world.ids['engagement']}"
    scene.form("take back 1", ben, whole, {"press": "yes"})
    scene.form("take back 2", ben, whole, {"press": "yes"})
    scene.form("take line", ben, line, {"press": "all"})
    scene.form("step out", carla, "/p/stepping-out", {"press": "yes"})
    page = ana.get(here)
    for name in ("share 1", "share 2"):
        scene.form(name, ana, f"{here}/questions/{question.id}/share", {}, page)
    scene.form("propose", ben, f"/p/agreements/{world.ids['T2']}/proposal", {"words": "Less."})
    for name in ("worker 1", "worker 2"):
        scene.acts[name] = lambda present: claim(present.ground, "seal")
    scene.standing = Standing(world, app)
    return scene


def changing(world: World, app: Flask) -> Scene:
    """A wider text waits for two signatures, while the one before it holds and is taken back."""
    seat_everyone(world)
    world.ids["ben.engagement"] = world.ids["engagement"]
    sent_wider(world)
    scene = Scene(Standing(world, app))
    tabs = {}
    for key in ("ben", "carla"):
        come_again(world, key)
        read_all(world, key)
        tabs[key] = Browser(app).be(world, key, "party")
        world.clock.move(seconds=30)
    ana = Browser(app).be(world, "ana", "coach")
    here, t2 = f"/engagements/{world.ids['engagement']}", world.ids["T2.1"]
    for key, name in (("ben", "Ben Adler"), ("carla", "Carla Conti")):
        page = tabs[key].get("/p/sign")
        hashes = [tick["value"] for tick in page.soup.find_all("input", {"name": "ticks"})]
        scene.form(f"agree {key}", tabs[key], "/p/sign", {
            "ticks": hashes, "erecord": "1", "name": name, "code": world.code(key)}, page)
    whole, line = f"/p/agreements/{t2}/withdrawal", f"/p/agreements/{t2}/lines/2/withdrawal"
    scene.form("take back", tabs["ben"], whole, {"press": "yes"})
    scene.form("take line", tabs["ben"], line, {"press": "all"})
    scene.form("step out", tabs["carla"], "/p/stepping-out", {"press": "yes"})
    scene.form("recall", ana, f"{here}/versions/{world.ids['T2']}/recall", {}, ana.get(here))
    scene.standing = Standing(world, app)
    return scene


def drafting(world: World, app: Flask) -> Scene:
    """Two tabs of Ana edit and send the same first text."""
    add_practice(world)
    world.ids["ben.engagement"] = add_engagement(world)
    settle(world)
    world.clock.move(seconds=30)
    here = f"/engagements/{world.ids['engagement']}"
    tabs = [Browser(app).be(world, "ana", "coach") for _number in range(2)]
    scene = Scene(Standing(world, app))
    for number, tab in enumerate(tabs):
        terms, look = tab.get(f"{here}/terms"), tab.get(f"{here}/issue")
        scene.form(f"edit {number + 1}", tab, f"{here}/terms",
                   {"q_notes_where": f"in notebook {number + 1} in Ana's office"}, terms)
        scene.form(f"issue {number + 1}", tab, f"{here}/issue",
                   {"name": "Ana Berg", "code": world.code("ana")}, look)
    scene.standing = Standing(world, app)
    return scene


def reviewing(world: World, app: Flask) -> Scene:
    """A week before a review: keep against end, in two tabs, with one code."""
    seat_everyone(world)
    world.ids["ben.engagement"] = world.ids["engagement"]
    go_to(world, first_review(world, world.ids["T2"]).due_at)
    ben, again = (Browser(app).be(world, "ben", "party") for _number in range(2))
    world.clock.move(minutes=11)
    texts = [world.ids[key] for key in ("T2", "T3", "T4")]
    code = world.code("ben")
    scene = Scene(Standing(world, app))
    for number, tab in enumerate((ben, again)):
        page = tab.get("/p/reviews")
        scene.form(f"keep {number + 1}", tab, "/p/reviews",
                   {**{f"answer-{text}": "keep" for text in texts}, "code": code}, page)
    scene.form("end", ben, "/p/reviews", {f"answer-{texts[0]}": "end"})
    scene.form("take back", ben, f"/p/agreements/{world.ids['T2']}/withdrawal", {"press": "yes"})
    scene.standing = Standing(world, app)
    return scene
