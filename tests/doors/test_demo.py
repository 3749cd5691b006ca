"""`portal demo` lets one try everything, as anybody; `portal serve` cannot be made to."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup

from portal.app import make_app
from portal.demo import cast as demo_cast
from portal.demo.home import MARK, BegunAlready, make_ready, surroundings
from portal.ground import config, keyfile
from portal.ground.settings import Settings
from tests import cast

ROOT = Path(__file__).parents[2]


class Visitor:
    """Visit the demo with cookies of one's own."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        return str(self.opener.open(self.base + path, timeout=30).read().decode())

    def post(self, path: str, page: str, **values: str) -> str:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token
        data = urlencode({"csrf_token": token[1], **values}).encode()
        return str(self.opener.open(self.base + path, data, timeout=30).read().decode())

    def words(self, path: str) -> str:
        """Return what stands on a page, in one line."""
        return " ".join(BeautifulSoup(self.get(path), "html.parser").get_text(" ").split())

    def be(self, name: str) -> str:
        """Sit down at somebody's desk; returns the page that comes then."""
        front = self.get("/demo")
        path = re.search(rf'action="(/demo/desks/\w+)"(?:(?!</form>).)*>Be {name}<', front, re.S)
        assert path, name
        return self.post(path[1], front)

    def code(self, name: str) -> str:
        """Return what somebody's authenticator shows now."""
        shown = self.get("/demo/authenticator")
        code = re.search(rf"<p>{name}</p>\s*<p class=\"code\">(\d{{3}}) (\d{{3}})</p>", shown)
        assert code, name
        return code[1] + code[2]

    def newest_link(self, name: str) -> str:
        """Return the path of the link in the newest mail to somebody that has one."""
        box = re.search(rf'href="(/demo/people/\w+)">{name},', self.get("/demo"))
        assert box, name
        for mail in re.findall(r'href="(/demo/mail/[^"]+)"', self.get(box[1])):
            link = re.search(r'href="(/i/[^"]+)"', self.get(mail))
            if link:
                return link[1]
        raise AssertionError(f"no link for {name}")


def free_ports() -> int:
    """Return a port whose neighbour a thousand above is free too: the demo's mail goes there."""
    while True:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            try:
                other.bind(("127.0.0.1", port + 1000))
            except (OSError, OverflowError):
                continue
            return port


@contextmanager
def running(home: Path, *options: str, **environ: str) -> Iterator[Visitor]:
    """Give a running demo whose folder lies in `home`, for as long as the block lasts."""
    port = free_ports()
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "portal", "demo", "--port", str(port), *options],
            stdout=log, stderr=log, cwd=home, env={
                **os.environ, "PYTHONPATH": str(ROOT), "PORTAL_INSTANCE_DIR": str(home),
                **environ})
        visitor = Visitor(f"http://127.0.0.1:{port}")
        try:
            wait_until(lambda: process.poll() is not None or "Try the portal" in visitor.get("/"),
                       240)
            assert process.poll() is None, (home / "log").read_text()
            yield visitor
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(40)


def wait_until(holds: Callable[[], bool], seconds: float = 120) -> None:
    """Look again until something holds; a server that is down does not count as an answer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if holds():
                return
        except OSError as trouble:
            if isinstance(trouble, HTTPError):
                raise
        time.sleep(0.2)
    raise AssertionError("it never came to hold")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder in which everyone's demo lies."""
    return tmp_path_factory.mktemp("everyone")


@pytest.fixture(scope="module")
def demo(home: Path) -> Iterator[Visitor]:
    """Give a running demo with everyone in it."""
    with running(home) as visitor:
        yield visitor


def test_goes_from_an_empty_practice_to_a_sent_invitation(tmp_path: Path) -> None:
    """And whatever the environment says, no other database is touched."""
    elsewhere = tmp_path / "records" / "portal.db"
    with running(tmp_path, "--empty", PORTAL_DATABASE_URL=f"sqlite:///{elsewhere}") as demo:
        assert "Begin with the first person you coach" in demo.be("Ana")
        sent = name_and_send(demo)
        assert "is on its way" in sent
        wait_until(lambda: "Berg Coaching" in demo.get("/demo/mail"))
        assert "Berg Coaching" in demo.get(demo.newest_link("Ben Adler"))
    assert not elsewhere.parent.exists()


def name_and_send(demo: Visitor) -> str:
    new = demo.get("/engagements/new")
    terms = demo.post("/engagements/new", new, name="Ben Adler", email="ben@mailbox.example",
                      owner="private", read_by="nobody", title="Coaching", alone="1")
    path = re.search(r'action="(/engagements/[0-9a-f]{32})/terms"', terms)
    assert path
    fields = dict(re.findall(r'name="(q_\w+)"[^>]*value="([^"]*)"', terms))
    fields |= dict(re.findall(r'<textarea[^>]*name="(q_\w+)"[^>]*>\s*([^<]*)</textarea>', terms))
    starts = re.search(r'name="starts_on"[^>]*value="([^"]+)"', terms)
    assert starts
    look = demo.post(f"{path[1]}/terms", terms, starts_on=starts[1],
                     **{key: unescaped(value) for key, value in fields.items()})
    shown = re.search(r'name="shown"[^>]*value="([^"]+)"', look)
    assert shown
    return demo.post(f"{path[1]}/issue", look, shown=shown[1], name="Ana Berg",
                     code=demo.code("Ana Berg"))


def unescaped(value: str) -> str:
    """Return what a field holds as a browser would send it."""
    from html import unescape

    return unescape(value)


#: What a coach meets, each with the words by which the board says it, and where it says so.
STATES = {
    "draft": ("open", "Léa Martin .* Not sent yet. You began it on"),
    "not opened": ("open", "Tomás Silva was asked on .* and has not opened the link"),
    "opened": ("open", "Amira Haddad opened the link on"),
    "identified": ("open", "Priya Nair came in with a code on"),
    "not asked yet": ("open", r"Ruth Osei \(assistant\) is asked as soon as Priya Nair says yes"),
    "one missing": ("open", "Oskar Rivera, with Paula Prinz .* 2 of 3 signed"),
    "voice check": ("open", "Kofi Mensah .* 2 of 2 signed. The voice check is missing"),
    "overdue": ("open", "Jonas Weber Overdue .* Reminded on"),
    "bounced": ("open", "The mail to Noor Jansen came back on"),
    "wrong person": ("open", "Somebody said that the mail to Zoltán Kiss was not for them"),
    "on paper": ("open", "Mei Tanaka signs on paper. .* Record the signed sheet"),
    "not concluded": ("lost", "Luka Novak Not concluded"),
    "recalled": ("lost", "Sana Malik .* The text was taken back"),
    "in force": ("in_force", "Ben Adler, with Carla Conti .* In force until"),
    "in force by ink": ("in_force", "Ida Lindt .* In force until"),
    "coming": ("in_force", "Yara Lopes .* Signed by all. It begins by itself on"),
    "guest's pass": ("in_force", "Ben Adler, with Fay Okafor .* Addendum for one session"),
    "ended": ("ended", "Elif Sato, with Ruth Osei .* It no longer holds"),
}


@pytest.mark.parametrize("state", STATES)
def test_shows_every_state_on_the_board(demo: Visitor, state: str) -> None:
    demo.be("Ana")
    where, words = STATES[state]
    assert re.search(words, demo.words(f"/today?state={where}")), demo.words(
        f"/today?state={where}")


def test_answers_for_a_busy_coach(demo: Visitor) -> None:
    demo.be("Ana")
    today = demo.words("/today")
    assert "signatures are missing" in today
    assert "One voice check waits for you as well." in today
    assert "Session with Ben Adler" in today


def test_hands_over_what_was_proposed(demo: Visitor) -> None:
    demo.be("Ana")
    page = demo.get("/today?state=in_force")
    path = re.search(r'href="(/engagements/\w+)"[^>]*>Hugo Moreau<', page)
    assert path
    assert "Dora Dorn" in demo.words(f"{path[1]}/hand-over")


@pytest.mark.parametrize(("name", "sees", "does_not"), [
    ("Ana", "Leading a larger team", "Marta Petrov"),
    ("Dora", "Marta Petrov", "Ben Adler"),
    ("Hana", "coached by Ana Berg", "Leading a larger team"),
])
def test_lets_one_be_everybody_of_the_practice(
    demo: Visitor, name: str, sees: str, does_not: str
) -> None:
    demo.be(name)
    board = demo.words("/today?state=all")
    assert sees in board
    assert does_not not in board


@pytest.mark.parametrize("name", [
    "Ben Adler", "Carla Conti", "Eli Engel", "Gus Groth", "Fay Okafor", "Kofi Mensah"])
def test_lets_whoever_has_signed_in_by_mail_and_code(demo: Visitor, name: str) -> None:
    visitor = Visitor(demo.base)
    link = visitor.newest_link(name)
    asked = visitor.post(link, visitor.get(link))
    if "This is not me" in asked:
        asked = visitor.post("/p/who", asked, who="me")
    inside = visitor.post("/p/code", asked, code=visitor.code(name))
    assert "Sign out" in inside
    assert "Ana Berg" in inside


def test_lets_somebody_new_in_by_mail_alone(demo: Visitor) -> None:
    visitor = Visitor(demo.base)
    link = visitor.newest_link("Nils Haas")
    asked = visitor.post(link, visitor.get(link))
    assert "Dora Dorn asks you" in " ".join(visitor.post("/p/who", asked, who="me").split())


def test_seals_papers_while_one_looks_around(demo: Visitor) -> None:
    demo.be("Ana")
    path = re.search(r'href="(/engagements/\w+)"[^>]*>Oskar Rivera<',
                     demo.get("/today?state=in_force"))
    assert path
    wait_until(lambda: "with the answers, for Oskar Rivera and you" in demo.words(path[1]))


def test_names_the_same_people_as_the_tests() -> None:
    for name in ("ANA", "BEN", "CARLA", "ELI", "FAY", "GUS", "DORA", "HANA"):
        ours, theirs = getattr(demo_cast, name), getattr(cast, name)
        assert (ours.name, ours.email) == (theirs.name, theirs.email)
    assert demo_cast.DEV.name == cast.DEV.name


def no_bar(_length: int, what: str) -> object:
    raise AssertionError(f"nothing is to be made: {what}")


def test_keeps_what_was_done(demo: Visitor, home: Path) -> None:
    """A second start finds the folder as it is, and plays nothing."""
    folder = home / "demo"
    before = sorted(path.name for path in folder.iterdir())
    assert make_ready(folder, 1, fresh=False, empty=False, bar=no_bar) == folder
    assert sorted(path.name for path in folder.iterdir()) == before


def test_does_not_take_people_away_unasked(demo: Visitor, home: Path) -> None:
    with pytest.raises(BegunAlready, match="--fresh"):
        make_ready(home / "demo", 1, fresh=False, empty=True, bar=no_bar)


@pytest.mark.parametrize("fresh", [False, True])
def test_leaves_an_installation_alone_that_lies_in_its_place(tmp_path: Path, fresh: bool) -> None:
    installation = tmp_path / "demo"
    keyfile.write_keys(installation, keyfile.new_keys())
    (installation / "portal.db").write_bytes(b"somebody's records")
    done = subprocess.run(
        [sys.executable, "-m", "portal", "demo", *(["--fresh"] if fresh else [])],
        env={**os.environ, "PORTAL_INSTANCE_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "was not made by this demo, so it is left alone" in done.stderr
    assert (installation / "portal.db").read_bytes() == b"somebody's records"
    assert not (installation / MARK).exists()


def test_reads_no_database_from_its_key_file(tmp_path: Path) -> None:
    keyfile.write_keys(tmp_path, {**keyfile.new_keys(),
                                  "PORTAL_DATABASE_URL": "postgresql://records/portal"})
    assert config.load(surroundings(tmp_path, 8000)).database_url == (
        f"sqlite:///{tmp_path / 'portal.db'}")


def test_is_not_in_what_is_served(settings: Settings) -> None:
    served = {rule.endpoint for rule in make_app(settings).url_map.iter_rules()}
    assert not [endpoint for endpoint in served if endpoint.startswith("demo")]
    loaded = subprocess.run(
        [sys.executable, "-c", "import portal.server, portal.cli, sys; "
         "print([m for m in sys.modules if m.startswith('portal.demo')])"],
        capture_output=True, text=True, check=True, cwd=ROOT)
    assert loaded.stdout.strip() == "[]"
