"""A browser that speaks to running servers over HTTP, with each request to another of them."""

from __future__ import annotations

import http.cookiejar
import itertools
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from typing import Any, cast
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit

from portal.ground.clock import SystemClock
from portal.ground.onetime import STEP_SECONDS, code_at
from tests.pages import Browser, Page


@dataclass
class _Asked:
    path: str


@dataclass
class Answer:
    """Hold what a server answered, as a `Page` reads it."""

    request: _Asked
    status_code: int
    headers: Message
    data: bytes

    @property
    def mimetype(self) -> str:
        return self.headers.get_content_type()

    def get_data(self, *, as_text: bool = False) -> str | bytes:
        return self.data.decode() if as_text else self.data


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_any: Any) -> None:
        """Follow nothing: the next server is asked instead."""


class Wire(Browser):
    """Visit several servers in turn as one person, redirects too, and inspect each page."""

    def __init__(self, *servers: str) -> None:
        """Begin outside, with no cookie."""
        self._turns = itertools.cycle(servers)
        self._opener = urllib.request.build_opener(
            _Stay, urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(self, path: str, *, follow: bool = True) -> Page:
        """Visit a page."""
        return self._go(path, None, follow=follow)

    def post(self, path: str, values: dict[str, Any] | None = None, *, page: Page | None = None,
             follow: bool = True) -> Page:
        """Send a form: the fields of `page` (its hidden ones too), changed by `values`."""
        data = {**(page.fields(path) if page is not None else {}), **(values or {})}
        if "csrf_token" not in data:
            data["csrf_token"] = self.token()
        return self._go(path, urlencode(data, doseq=True).encode(), follow=follow)

    def _go(self, path: str, data: bytes | None, *, follow: bool) -> Page:
        address = urlsplit(path)
        asked = next(self._turns) + address._replace(scheme="", netloc="").geturl()
        try:
            with self._opener.open(asked, data, timeout=60) as reply:
                got = Answer(_Asked(address.path), reply.status, reply.headers, reply.read())
        except HTTPError as reply:
            got = Answer(_Asked(address.path), reply.code, reply.headers, reply.read())
        location = got.headers.get("Location")
        if follow and location and got.status_code in (301, 302, 303, 308):
            return self._go(location, None, follow=True)
        return self._seen(Page(cast("Any", got)))


class App:
    """An authenticator that gives each code once, without waiting: a server takes the code of this
    half minute and then that of the next. That of the one before is not given, for a half minute
    may end until it arrives."""

    def __init__(self, page: Page) -> None:
        """Take the key that a page shows."""
        shown = page.soup.find(id="secret")
        assert shown is not None
        self._key, self._last = "".join(shown.get_text().split()), 0

    def code(self) -> str:
        now = int(SystemClock().now().timestamp()) // STEP_SECONDS
        self._last = max(self._last + 1, now)
        assert self._last <= now + 1, "too many codes in half a minute"
        return code_at(self._key, datetime.fromtimestamp(self._last * STEP_SECONDS, UTC))
