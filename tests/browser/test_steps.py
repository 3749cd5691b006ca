"""The hands by which all other tests act are no ornament: they read no half of a page."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.browser.conftest import DESKTOP, Visit

pytestmark = pytest.mark.needs("chromium")

HEAD = """<!doctype html><html lang="en"><title>Slow</title>
<link rel="icon" href="data:,"><main><p>The first half.</p><a href="/late">Go on</a>"""
REST = "<p>The second half.</p></main></html>"
#: So long (seconds) the second half of a page is on its way.
LATE = 0.5


class _Slow(BaseHTTPRequestHandler):
    """Answer with half a page at once, and behind /late with the rest of it later."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(HEAD.encode())
        self.wfile.flush()
        if self.path == "/late":
            threading.Event().wait(LATE)
        self.wfile.write(REST.encode())

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@pytest.fixture
def slow() -> Iterator[str]:
    """Give the address of a server whose pages come in two halves."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Slow)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_reads_a_page_when_all_of_it_is_there(visit: Visit, slow: str) -> None:
    someone = visit(**DESKTOP)
    someone.page.goto(slow)
    someone.follow("Go on")
    assert someone.path == "/late"
    assert someone.page.locator("main p").all_inner_texts() == [
        "The first half.", "The second half."]
