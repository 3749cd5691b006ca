"""People who use a portal that is being killed, and what they remember of it.

Each acts over HTTP as a browser would, with real one-time codes. What was sent and never answered
is unknown to them; what was answered is theirs for good. So they remember every act, and the
checks (`toll.py`) ask the database about each.
"""

from __future__ import annotations

import html
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode, urlsplit

from portal.ground.onetime import STEP_SECONDS, code_at
from tests.cast import PASSWORD
from tests.clockwork.hands import QuickClock
from tests.mailroom import Mailroom

HOST = "127.0.0.1"
_TAG, _VALUE = re.compile(r"<input\b[^>]*>"), re.compile(r'([\w-]+)="([^"]*)"')
_RECEIPT = re.compile(r"/p/agreements/[0-9a-f]{32}$")
_QUESTION = re.compile(r"/questions/([0-9a-f]{32})")
_LINK = re.compile(r"http://\S+(/i/\S+)")
#: Where somebody is sent who is not signed in (any more).
_OUTSIDE = ("/lost", "/sign-in")


class Lost(Exception):
    """Say that no answer came: whether the act was done is not known."""


class Over(Exception):
    """Say that nobody is let in any more."""


@dataclass
class Act:
    """Remember what somebody did, and how it ended: "sent" (no answer), "acknowledged" or
    "refused". `step` is that of the code that went with it."""

    kind: str
    about: tuple[str, ...]
    step: int | None = None
    outcome: str = "sent"


@dataclass
class House:
    """Hold where the portal is, whether it is open, and what happened there."""

    ports: list[int]
    clock: QuickClock
    mailroom: Mailroom
    acts: list[Act] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    answers: int = 0
    is_open: bool = False
    is_over: bool = False
    inside: int = 0
    door: threading.Condition = field(default_factory=threading.Condition)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Let somebody ask as soon as the portal is open; raises `Over` once it never will be."""
        with self.door:
            self.door.wait_for(lambda: self.is_open or self.is_over)
            if self.is_over:
                raise Over
            self.inside += 1
        try:
            yield
        finally:
            with self.door:
                self.inside -= 1
                self.door.notify_all()

    def now(self) -> datetime:
        """Return the time of the house, which is that of everybody in it."""
        return self.clock.now()

    def open(self) -> None:
        """Let people in."""
        with self.door:
            self.is_open = True
            self.door.notify_all()

    def close(self) -> None:
        """Let nobody in, and wait until everybody inside has heard that there is no answer."""
        with self.door:
            self.is_open = False
            assert self.door.wait_for(lambda: not self.inside, 60), "somebody never came out"

    def end(self) -> None:
        """Send everybody home."""
        with self.door:
            self.is_over = True
            self.door.notify_all()

    def act(self, kind: str, *about: str, step: int | None = None) -> Act:
        """Remember that an act is about to be sent."""
        made = Act(kind, about, step)
        self.acts.append(made)
        return made

    def wait(self, seconds: float) -> None:
        """Wait on the portal's own clock; ends at once when all is over."""
        end = self.clock.now().timestamp() + seconds
        while self.clock.now().timestamp() < end:
            if self.is_over:
                raise Over
            time.sleep(0.02)


@dataclass
class Answer:
    """Hold what came back."""

    status: int
    location: str
    html: str

    @property
    def is_outside(self) -> bool:
        """Tell whether the portal asks to sign in."""
        return self.location.startswith(_OUTSIDE)

    def fields(self, action: str) -> dict[str, str]:
        """Return the hidden fields of the form that goes to an address."""
        form = re.search(rf'<form\b[^>]*action="{re.escape(action)}".*?</form>', self.html, re.S)
        assert form, f"no form for {action}: {self.status} {self.location}"
        found = [dict(_VALUE.findall(tag)) for tag in _TAG.findall(form[0])]
        return {one["name"]: html.unescape(one.get("value", ""))
                for one in found if one.get("type") == "hidden"}

    def values(self, name: str) -> list[str]:
        """Return the values that the inputs of one name have."""
        found = [dict(_VALUE.findall(tag)) for tag in _TAG.findall(self.html)]
        return [html.unescape(one["value"]) for one in found if one.get("name") == name]


@dataclass
class Visitor:
    """Somebody with a browser and an authenticator, in a network of their own."""

    house: House
    name: str
    email: str
    number: int
    key: str = ""
    last_step: int = 0
    turn: int = 0
    cookies: dict[str, str] = field(default_factory=dict)
    codes: threading.Lock = field(default_factory=threading.Lock)

    def get(self, path: str) -> Answer:
        """Visit a page; where it leads on to another one, that is in the answer."""
        return self._ask("GET", path, None)

    def post(self, path: str, values: dict[str, Any], page: Answer | None = None) -> Answer:
        """Send a form with the hidden fields that it has on a page."""
        hidden = page.fields(path) if page is not None else {}
        return self._ask("POST", path, urlencode({**hidden, **values}, doseq=True))

    def _ask(self, method: str, path: str, body: str | None) -> Answer:
        head = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body is not None:
            head["Content-Type"] = "application/x-www-form-urlencoded"
        with self.house.asking():
            wire = self._wire()
            try:
                wire.request(method, path, body, head)
                reply = wire.getresponse()
                text = reply.read().decode()
            except (OSError, HTTPException) as lost:
                self.house.dropped.append(f"{method} {_bare(path)}: {type(lost).__name__}")
                time.sleep(0.01)
                raise Lost from lost
            finally:
                wire.close()
        self.house.answers += 1
        if reply.status >= 500:
            self.house.broken.append(f"{method} {_bare(path)}: {reply.status}")
            time.sleep(0.2)
            raise Lost
        for cookie in reply.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(reply.status, reply.headers.get("Location", ""), text)

    def _wire(self) -> HTTPConnection:
        """Return a connection to a server, or to the next one where it takes none, as a proxy
        that stands in front of them would."""
        network = f"127.{1 + self.number // 250}.{self.number % 250}.1"
        self.turn += 1
        for further in range(len(self.house.ports)):
            port = self.house.ports[(self.turn + further) % len(self.house.ports)]
            wire = HTTPConnection(HOST, port, 60, source_address=(network, 0))
            with suppress(OSError):
                wire.connect()
                return wire
        time.sleep(0.01)
        raise Lost

    def code(self) -> tuple[int, str]:
        """Return the next code that was not typed yet, with its step; waits for it if need be."""
        with self.codes:
            step = max(self.last_step + 1, self._step_now())
            self.last_step = step
        while step > self._step_now() + 1:
            self.house.wait(1)
        return step, code_at(self.key, datetime.fromtimestamp(step * STEP_SECONDS, UTC))

    def _step_now(self) -> int:
        return int(self.house.clock.now().timestamp()) // STEP_SECONDS


@dataclass
class Coach(Visitor):
    """A coach with an account."""

    person_id: str = ""
    entry: threading.Lock = field(default_factory=threading.Lock)

    def at(self, path: str) -> Answer:
        """Visit a page of the desk, and sign in before that if need be."""
        while True:
            page = self.get(path)
            if not page.is_outside:
                return page
            with self.entry:
                if self.get("/today").is_outside:
                    self._sign_in()

    def _sign_in(self) -> None:
        self.post("/sign-in", {"email": self.email, "password": PASSWORD}, self.get("/sign-in"))
        page = self.get("/sign-in/code")
        if page.location:
            return
        step, code = self.code()
        act = self.house.act("enter", self.person_id, step=step)
        act.outcome = ("acknowledged" if self.post("/sign-in/code", {"code": code}, page).location
                       else "refused")


@dataclass
class Party(Visitor):
    """Somebody who was invited: they come in by the newest link in their mailbox."""

    person_id: str = ""
    party_id: str = ""
    link: str = ""
    asked: bool = False

    def at(self, path: str) -> Answer:
        """Visit a page of theirs, and come in before that if need be."""
        while True:
            page = self.get(path)
            if not page.is_outside:
                return page
            self._come_in()

    def _come_in(self) -> None:
        door = self.get(self.link) if self.link else None
        if door is None or door.status == 404:
            self._ask_for_a_link()
            return
        self.post(self.link, {}, door)
        page = self.get("/p/who")
        if page.status == 200 and self.post("/p/who", {"who": "me"}, page).location == "/p/code":
            page = self.get("/p/code")
            step, code = self.code()
            act = self.house.act("enter", self.person_id, step=step)
            inside = self.post("/p/code", {"code": code}, page).location
            act.outcome = "acknowledged" if inside else "refused"

    def _ask_for_a_link(self) -> None:
        newest = next((found[1] for found in map(_LINK.search, self._mails()) if found), "")
        if newest and newest != self.link:
            self.link = newest
            return
        if self.link and not self.asked:
            # A link was here and has ended: they ask at the front door, as anybody would.
            self.post("/lost", {"email": self.email}, self.get("/lost"))
            self.asked = True
        self.house.wait(60)
        self.asked = self.asked and self._step_now() % 40 != 0

    def _mails(self) -> Iterator[str]:
        for mail in reversed(self.house.mailroom.mails):
            if mail["To"] == self.email:
                body = mail.get_body(("plain",))
                yield body.get_content() if body else ""

    def read(self) -> None:
        """Read and answer page by page, as far as the check."""
        start = self.at("/p/start")
        path = re.search(r'href="(/p/(?:read/|sign)[^"]*)"', start.html)
        where = path[1] if path else ""
        while where.startswith("/p/read/"):
            page = self.at(where)
            offered: dict[str, list[str]] = {}
            for tag in map(dict, map(_VALUE.findall, _TAG.findall(page.html))):
                if tag.get("type") == "radio":
                    offered.setdefault(tag["name"], []).append(tag["value"])
            given = {name: "read" if "read" in values else "yes"
                     for name, values in offered.items()}
            where = self.post(where, given, page).location if page.status == 200 else ""

    def sign(self, tabs: int = 1) -> bool:
        """Sign all that waits, in so many tabs at once with the same code; tells whether nothing
        waits any more."""
        page = self.at("/p/sign")
        if page.location:
            return True
        if shown := re.search(r'id="secret"[^>]*>([^<]*)<', page.html):
            self.key = "".join(shown[1].split())
        hashes = page.values("ticks")
        if not hashes:
            self.read()
            return False
        step, code = self.code()
        act = self.house.act("sign", self.person_id, self.party_id, *hashes, step=step)
        values = {"ticks": hashes, "name": self.name, "mark": "type", "erecord": "y",
                  "code": code}
        found = at_once(tabs, lambda: self.post("/p/sign", values, page))
        if any(_RECEIPT.match(answer.location) for answer in found):
            act.outcome = "acknowledged"
        elif len(found) == tabs:
            act.outcome = "refused"
        else:
            raise Lost
        return act.outcome == "acknowledged"

    def digits(self) -> str:
        """Return what stands on the screen to be read aloud, made new if there is nothing."""
        while True:
            page = self.at("/p/digits")
            shown = re.search(r"\b(\d{4})\s+(\d{4})\b", re.sub(r"<[^>]*>|&nbsp;|\xa0", " ",
                                                               page.html))
            if shown or 'action="/p/digits"' not in page.html:
                return f"{shown[1]}{shown[2]}" if shown else ""
            self.post("/p/digits", {}, page)

    def take_back(self, path: str, *about: str, tabs: int = 1) -> bool:
        """Take something back on its page, in so many tabs at once; tells whether it is so."""
        page = self.at(path)
        if page.location:
            return True
        act = self.house.act("withdraw", *about)
        found = at_once(tabs, lambda: self.post(path, {"press": "all"}, page))
        if any(answer.location.endswith("/withdrawn") for answer in found):
            act.outcome = "acknowledged"
            return True
        if len(found) < tabs:
            raise Lost
        act.outcome = "refused"
        return False


def _bare(path: str) -> str:
    """Return an address without ids and tokens."""
    return re.sub(r"[\w.-]{30,}", "…", path.partition("?")[0])


def at_once(tabs: int, send: Callable[[], Answer]) -> list[Answer]:
    """Send the same from so many tabs in the same moment; returns the answers that came."""
    if tabs == 1:
        return [send()]
    barrier = threading.Barrier(tabs)

    def tab(_number: int) -> Answer | None:
        barrier.wait()
        try:
            return send()
        except Lost:
            return None

    with ThreadPoolExecutor(tabs) as pool:
        return [answer for answer in pool.map(tab, range(tabs)) if answer is not None]


@dataclass
class Table:
    """An engagement with its people, who do one thing after the other until all is done."""

    house: House
    engagement_id: str
    coach: Coach
    coachee: Party
    sponsor: Party | None
    versions: dict[str, str]
    plan: tuple[str, ...]
    tabs: int = 1
    done: list[str] = field(default_factory=list)
    begun: bool = False
    form: Answer | None = None

    @property
    def is_done(self) -> bool:
        """Tell whether all that was planned is done."""
        return len(self.done) == len(self.plan)

    def play(self) -> None:
        """Do everything that is planned; after an answer that never came they look where they
        stand, and go on from there."""
        for name in self.plan[len(self.done):]:
            while not self._tried(name):
                pass
            self.done.append(name)

    def _tried(self, name: str) -> bool:
        try:
            return bool(getattr(self, name)())
        except Lost:
            return False

    def issue(self) -> bool:
        path = f"/engagements/{self.engagement_id}/issue"
        page = self.coach.at(path)
        if page.location:
            return True
        step, code = self.coach.code()
        act = self.house.act("issue", self.coach.person_id, self.engagement_id, step=step)
        answer = self.coach.post(path, {"name": self.coach.name, "code": code}, page)
        act.outcome = "acknowledged" if answer.location else "refused"
        return bool(answer.location)

    def read(self) -> bool:
        self.coachee.read()
        return True

    def sign(self) -> bool:
        return self.coachee.sign(self.tabs)

    def sponsor_signs(self) -> bool:
        return self.sponsor is None or self.sponsor.sign(self.tabs)

    def vouch(self) -> bool:
        return self._vouch(self.coachee)

    def vouch_for_sponsor(self) -> bool:
        return self.sponsor is None or self._vouch(self.sponsor)

    def _vouch(self, party: Party) -> bool:
        digits = party.digits()
        if not digits:
            return True
        path = f"/engagements/{self.engagement_id}/parties/{party.party_id}/vouching"
        page = self.coach.at(path)
        act = self.house.act("vouch", party.party_id)
        answer = self.coach.post(path, {"digits": digits, "how": "video"}, page)
        act.outcome = "acknowledged" if answer.location else "refused"
        return bool(answer.location)

    def ask(self) -> bool:
        return bool(self._asks())

    def _asks(self) -> str:
        """Return where the answer is to a question, or nothing where the form was too old; it lies
        in a tab, and is sent again and again."""
        assert self.sponsor is not None
        path = f"/engagements/{self.engagement_id}/ask"
        self.form = page = self.form or self.coach.at(
            f"{path}?to={self.sponsor.party_id}&what=PRG.GOALS")
        act = self.house.act("ask", "")
        where = self.coach.post(path, {"why": "inform_progress", "how": "in_person",
                                       "much": "summary"}, page).location
        if not (found := _QUESTION.search(where)):
            act.outcome, self.form = "refused", None
            return ""
        act.about, act.outcome = (found[1],), "acknowledged"
        return where

    def share(self) -> bool:
        if not (where := self._asks()):
            return False
        answer = self.coach.at(where)
        question = urlsplit(where).path
        if f'action="{question}/share"' not in answer.html:
            # Not in force yet by the clock, or taken back: the coach was told no.
            return True
        act = self.house.act("share", question.rsplit("/", 1)[1])
        told = at_once(self.tabs, lambda: self.coach.post(f"{question}/share", {}, answer))
        if any(one.location for one in told):
            act.outcome = "acknowledged"
        elif len(told) < self.tabs:
            raise Lost
        return True

    def take_line(self) -> bool:
        version = self.versions["T2"]
        page = self.coachee.at(f"/p/agreements/{version}")
        line = re.search(rf"/p/agreements/{version}/lines/(\d+)/withdrawal", page.html)
        return line is None or self.coachee.take_back(
            line[0], self.coachee.party_id, version, line[1], tabs=self.tabs)

    def take_whole(self) -> bool:
        version = self.versions.get("T1")
        if version is None:
            mine = self.coachee.at("/p/consents")
            found = re.search(r"/p/agreements/([0-9a-f]{32})", mine.html)
            assert found, mine.location
            version = found[1]
        return self.coachee.take_back(f"/p/agreements/{version}/withdrawal",
                                      self.coachee.party_id, version, "whole", tabs=self.tabs)
