"""Two servers and three workers on one PostgreSQL: the whole journey of five people.

All are processes of their own. Each request goes to the other server than the one before, also
within a redirect; mails go through a real mail server, whichever worker sends them.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from sqlalchemy import select

from portal.evidence.models import Seal
from portal.ground.clock import SystemClock
from portal.ground.db import make_engine
from portal.ground.seal import check
from portal.notices.models import Notice
from tests.browser.house import _free_port
from tests.cast import ACME, ANA, ANSWERS, BEN, CARLA, ELI, GUS, OWN_ANSWERS, PASSWORD, Character
from tests.journeys.steps import answers_on
from tests.journeys.wire import App, Wire
from tests.mailroom import Mailroom
from tests.mailroom import running as a_mailroom
from tests.pages import Page
from tests.sight import seeing

ROOT = Path(__file__).parents[2]
SERVERS, WORKERS = 2, 3
PATIENCE = 120.0
PARTIES = {
    "sponsor-name": CARLA.name, "sponsor-organisation": ACME, "sponsor-email": CARLA.email,
    "sponsor-owner": "employer", "sponsor-read_by": "nobody",
    "assistant-name": ELI.name, "assistant-email": ELI.email, "assistant-owner": "employer",
    "assistant-read_by": "nobody",
    "supporter-name": GUS.name, "supporter-email": GUS.email, "supporter-owner": "private",
    "supporter-read_by": "nobody",
}


@dataclass
class Many:
    """Hold an installation with all its processes."""

    environment: dict[str, str]
    mailroom: Mailroom
    servers: list[str]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "portal", *words]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(*words), env=self.environment, cwd=ROOT, text=True,
                              capture_output=True, check=False)

    def browser(self) -> Wire:
        return Wire(*self.servers)

    def link_to(self, who: Character) -> str:
        """Wait for a mail to somebody that has a link, and return its path."""
        def newest() -> str | None:
            for mail in reversed(self.mailroom.mails):
                body = mail.get_body(("plain",)) if mail["To"] == who.email else None
                found = re.search(r"http://\S+(/i/\S+)", body.get_content() if body else "")
                if found:
                    return found[1]
            return None

        return wait_for(newest)


def wait_for(look: Callable[[], Any]) -> Any:
    """Look again until there is something, and return it."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError("it never came")


@contextmanager
def installed(database_url: str, home: Path) -> Iterator[Many]:
    """Give an installation with its owner, and with servers and workers that run."""
    ports = [_free_port() for _number in range(SERVERS)]
    with a_mailroom() as (mailroom, smtp), ExitStack() as stack:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PORTAL_")}
        many = Many({
            **kept, "PORTAL_DATABASE_URL": database_url, "PORTAL_INSTANCE_DIR": str(home),
            "PORTAL_SMTP_URL": smtp, "PORTAL_TICK_SECONDS": "1",
            "PORTAL_BASE_URL": f"http://127.0.0.1:{ports[0]}",
            "PORTAL_COACH_PASSWORD": PASSWORD,
        }, mailroom, [f"http://127.0.0.1:{port}" for port in ports])
        made = many.run("init")
        assert made.returncode == 0, made.stderr
        founded = many.run(
            "create-coach", "--name", ANA.name, "--email", ANA.email, "--practice",
            "Berg Coaching", "--country", "AT", "--timezone", "Europe/Vienna", "--contact",
            "Lindengasse 1, Vienna")
        assert founded.returncode == 0, founded.stderr
        for words, port in [*((["serve", "--no-worker"], port) for port in ports),
                            *[(["worker"], 0)] * WORKERS]:
            many.processes.append(stack.enter_context(subprocess.Popen(
                many.command(*words), cwd=ROOT, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**many.environment, **({"PORTAL_PORT": str(port)} if port else {})})))
        try:
            yield many
        finally:
            for process in many.processes:
                process.kill()


def nothing_waits(database_url: str) -> bool:
    """Tell whether every mail has gone that need not wait for tomorrow's letter, and every paper
    is sealed, each at the first try."""
    rows = ask_database(database_url, select(Notice.settled_as, Notice.attempts, Notice.due_at))
    assert all(row.attempts <= 1 for row in rows)
    now = SystemClock().now()
    return all(row.settled_as == "done" or row.due_at > now for row in rows)


def answers(many: Many) -> bool:
    """Tell whether every server answers and knows of a clockwork that runs."""
    try:
        return all(Wire(server).get("/readyz").status == 200 for server in many.servers)
    except URLError:
        return False


def sign_in_first(ana: Wire) -> App:
    page = ana.post("/sign-in", {"email": ANA.email, "password": PASSWORD},
                    page=ana.get("/sign-in"))
    app = App(page)
    ana.post("/sign-in/app", {"code": app.code()}, page=page)
    return app


def fill(page: Page) -> dict[str, Any]:
    """Answer everything that the page with the terms asks."""
    known = {key.replace(".", "_"): words for asked in (ANSWERS, *OWN_ANSWERS.values())
             for key, words in asked.items()}
    names = [str(box["name"]) for box in page.soup.select("[name^=q_], [name^=own_]")]
    found = {name: re.sub(r"^(q|own_\d+)_", "", name) for name in names}
    return {name: known[key] for name, key in found.items() if key in known}


def invite_everyone(ana: Wire, app: App) -> str:
    """Name four people and send them what they sign; returns the path of the engagement."""
    page = ana.post("/engagements/new", {
        "name": BEN.name, "email": BEN.email, "owner": "private", "read_by": "nobody",
        "title": "Coaching"}, page=ana.get("/engagements/new"))
    page = ana.post(page.response.request.path, PARTIES, page=page)
    assert page.response.request.path.endswith("/terms"), page.text
    page = ana.post(page.response.request.path, fill(page), page=page)
    look = page.response.request.path
    assert look.endswith("/issue"), page.text
    page = ana.post(look, {"name": ANA.name, "code": app.code()}, page=page)
    assert page.status == 200, page.text
    return str(page.response.request.path)


def sign(many: Many, who: Character) -> tuple[Wire, Page]:
    """Let somebody come in by the link in their mail, read, answer yes, and sign everything."""
    browser, path = many.browser(), many.link_to(who)
    page = browser.post(path, page=browser.get(path))
    page = browser.post("/p/who", {"who": "me"}, page=page)
    page = browser.get(str(page.soup.find("a", href=re.compile("^/p/(read/|sign)"))["href"]))
    while (path := page.response.request.path).startswith("/p/read/"):
        page = browser.post(path, answers_on(page, "yes", {}), page=page)
    ticks = [box["value"] for box in page.soup.find_all("input", {"name": "ticks"})]
    page = browser.post("/p/sign", {
        "ticks": ticks, "name": who.name, "mark": "type", "erecord": "y",
        "code": App(page).code()}, page=page)
    assert page.response.request.path.startswith("/p/"), page.text
    assert page.status == 200, page.text
    return browser, page


def vouch(ana: Wire, engagement: str, digits: str) -> None:
    """Type the digits that somebody reads aloud, on the page of whoever they belong to."""
    paths = [str(a["href"]) for a in ana.get(engagement).soup.find_all(
        "a", href=re.compile(r"/vouching$"))]
    for path in dict.fromkeys(paths):
        page = ana.post(path, {"digits": digits, "how": "video"}, page=ana.get(path))
        if page.status == 200:
            return
    raise AssertionError(f"nobody has these digits: {paths}")


def files(browser: Wire, kind: str) -> list[str]:
    """Return the addresses of all files of a kind that somebody finds from "My consents"."""
    links = [str(a["href"]) for a in browser.get("/p/consents").soup.find_all(
        "a", href=re.compile(r"^/p/agreements/[0-9a-f]{32}$"))]
    return list(dict.fromkeys(
        str(a["href"]) for link in dict.fromkeys(links)
        for a in browser.get(link).soup.find_all("a", href=re.compile(rf"\.{kind}$"))))


def ask_database(database_url: str, question: Any) -> Any:
    engine = seeing(make_engine(database_url))
    with engine.connect() as connection:
        rows = connection.execute(question).all()
    engine.dispose()
    return rows


@pytest.mark.postgresql
def test_goes_all_the_way_through_two_servers_and_three_workers(
    database_url: str, tmp_path: Path
) -> None:
    with installed(database_url, tmp_path / "portal") as many:
        wait_for(lambda: answers(many))
        ana = many.browser()
        engagement = invite_everyone(ana, sign_in_first(ana))
        seats = {}
        for who in (BEN, CARLA, ELI, GUS):
            seats[who], receipt = sign(many, who)
            digits = re.search(r"\b(\d{4}) (\d{4})\b", receipt.text)
            if who in (BEN, CARLA):
                assert digits, receipt.text
                vouch(ana, engagement, digits[0])
        board = ana.get("/today?state=in_force").text
        assert board.count("In force until") == 4, board

        wait_for(lambda: nothing_waits(database_url))
        papers = {who: files(seat, "pdf") for who, seat in seats.items()}
        assert {who.name: len(found) for who, found in papers.items()} == {
            BEN.name: 4, CARLA.name: 1, ELI.name: 1, GUS.name: 1}
        [[seal]] = ask_database(database_url, select(Seal.id))
        root = many.browser().get(f"/seal/{seal}/root.pem").response.data
        for who, found in papers.items():
            assert [address for address in found
                    if not check(seats[who].get(address).response.data, root).good] == []
        sent = Counter(mail["Message-ID"] for mail in many.mailroom.mails)
        assert set(sent.values()) == {1}
        walked = many.run("verify", "--ledger")
        assert walked.returncode == 0, walked.stdout
        for process in many.processes:
            process.send_signal(signal.SIGTERM)
        assert [process.wait(PATIENCE) for process in many.processes] == [0] * 5
