"""`portal demo` lets one try the whole job; `portal serve` cannot be made to."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest

from portal.app import make_app
from portal.ground.settings import Settings


class Visitor:
    """Visit the demo with cookies of one's own."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        address = path if path.startswith("http") else self.base + path
        return str(self.opener.open(address, timeout=30).read().decode())

    def post(self, path: str, page: str, **values: str) -> str:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token
        data = urlencode({"csrf_token": token[1], **values}).encode()
        return str(self.opener.open(self.base + path, data, timeout=30).read().decode())


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


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """Give a running demo in a folder of its own."""
    home, port = tmp_path_factory.mktemp("demo"), free_ports()
    root = Path(__file__).parents[2]
    log = (home / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "portal", "demo", "--port", str(port)], stdout=log, stderr=log,
        env={**os.environ, "PORTAL_INSTANCE_DIR": str(home), "PYTHONPATH": str(root)})
    visitor = Visitor(f"http://127.0.0.1:{port}")
    try:
        wait_until(lambda: "Try the portal" in visitor.get("/"))
        yield visitor
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(40)
        log.close()


def wait_until(holds: object, seconds: float = 90) -> None:
    """Look again until something holds; a server that is down does not count as an answer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if holds():  # type: ignore[operator]
                return
        except OSError as trouble:
            if isinstance(trouble, HTTPError):
                raise
        time.sleep(0.2)
    raise AssertionError("it never came to hold")


def test_goes_from_the_first_page_to_sealed_papers(demo: Visitor) -> None:
    today = demo.post("/demo/ana", demo.get("/"))
    assert "New engagement" in today
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
    sent = sign_when_fresh(demo, f"{path[1]}/issue", look)
    assert "is on its way" in sent
    wait_until(lambda: "Berg Coaching" in demo.get("/demo/mail"))
    mail = re.search(r'href="(/demo/mail/[^"]+)"', demo.get("/demo/mail"))
    assert mail
    link = re.search(r'href="(http[^"]+/i/[^"]+)"', demo.get(mail[1]))
    assert link
    assert "Berg Coaching" in demo.get(link[1])


def unescaped(value: str) -> str:
    """Return what a field holds as a browser would send it."""
    from html import unescape

    return unescape(value)


def sign_when_fresh(demo: Visitor, path: str, page: str) -> str:
    """Sign with the code on the demo's authenticator; a used one is refused, so wait for more."""
    answers: list[str] = []

    def signs() -> bool:
        shown = demo.get("/demo/authenticator")
        code = re.search(r"(\d{3}) (\d{3})</p>", shown)
        assert code
        try:
            answers.append(demo.post(path, page, name="Ana Berg", code=code[1] + code[2]))
        except HTTPError as refused:
            return refused.code != 422
        return True

    wait_until(signs)
    return answers[-1]


def test_is_not_in_what_is_served(settings: Settings) -> None:
    served = {rule.endpoint for rule in make_app(settings).url_map.iter_rules()}
    assert not [endpoint for endpoint in served if endpoint.startswith("demo")]
    loaded = subprocess.run(
        [sys.executable, "-c", "import portal.server, portal.cli, sys; "
         "print([m for m in sys.modules if m.startswith('portal.demo')])"],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert loaded.stdout.strip() == "[]"
