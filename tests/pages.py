"""A browser for tests: it looks at every page it visits."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup
from werkzeug.test import TestResponse

from portal.people.actions import begin_session
from portal.people.models import Person
from portal.web.headers import FIXED

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from tests.builders import World

BASE = "http://127.0.0.1:8000"
_TOKEN = re.compile(r'<input[^>]*name="csrf_token"[^>]*>')
_INLINE = re.compile(r"<[^>]+\s(style|on[a-z]+)=", re.IGNORECASE)


class Page:
    """Hold one answer and what can be read from it."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.html = response.get_data(as_text=True) if response.mimetype == "text/html" else ""

    @cached_property
    def soup(self) -> BeautifulSoup:
        """Return the parsed page."""
        return BeautifulSoup(self.html, "lxml")

    @property
    def text(self) -> str:
        """Return the visible words in one line."""
        return " ".join(self.soup.get_text(" ").split())

    @property
    def markup(self) -> str:
        """Return the page without its form tokens, whose random letters may spell any name."""
        return _TOKEN.sub("", self.html)

    @property
    def heading(self) -> str:
        """Return the words of the page's one heading of the first rank."""
        found = self.soup.find("h1")
        return " ".join(found.get_text(" ").split()) if found else ""

    @property
    def location(self) -> str:
        """Return where a redirect leads."""
        return str(self.response.headers.get("Location", ""))

    def fields(self, action: str | None = None) -> dict[str, str]:
        """Return what a form on this page would send as it stands."""
        forms = self.soup.find_all("form")
        chosen = [f for f in forms if action is None or f.get("action") == action]
        assert chosen, f"no form for {action} among {[f.get('action') for f in forms]}"
        values: dict[str, str] = {}
        for field in chosen[-1].find_all(["input", "textarea", "select"]):
            kind, name = field.get("type", "text"), field.get("name")
            if not name or (kind in ("radio", "checkbox") and not field.has_attr("checked")):
                continue
            if field.name == "select":
                chosen_option = field.find("option", selected=True) or field.find("option")
                values[name] = chosen_option["value"] if chosen_option else ""
            else:
                values[name] = (field.get_text() if field.name == "textarea"
                                else field.get("value", ""))
        return values


class Browser:
    """Visit pages as one person, following redirects, and inspect each of them."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def get(self, path: str, *, follow: bool = True) -> Page:
        """Visit a page."""
        return self._seen(Page(self.client.get(path, base_url=BASE, follow_redirects=follow)))

    def post(self, path: str, values: dict[str, Any] | None = None, *, page: Page | None = None,
             follow: bool = True) -> Page:
        """Send a form: the fields of `page` (its hidden ones too), changed by `values`."""
        data = {**(page.fields(path) if page is not None else {}), **(values or {})}
        if "csrf_token" not in data:
            data["csrf_token"] = self.token()
        return self._seen(Page(self._sent(path, data, follow=follow)))

    def _sent(self, path: str, data: dict[str, Any], *, follow: bool) -> TestResponse:
        answer = self.client.post(path, base_url=BASE, data=data, follow_redirects=follow)
        # The test client arrives with empty hands after a 307; browsers take along what was sent.
        for before in answer.history:
            if before.status_code == 307:
                return self._sent(before.headers["Location"], data, follow=follow)
        return answer

    def token(self) -> str:
        """Return a CSRF token of this browser."""
        return self.get("/lost").fields("/lost")["csrf_token"]

    def be(self, world: World, key: str, scope: str, level: str = "factor") -> Browser:
        """Sign this browser in, as password and code or link and code would."""
        with world.ground.work(writes=True) as work:
            person = work.session.get_one(Person, world.ids[key])
            token = begin_session(
                work, person, scope=scope, level=level, lasts=timedelta(hours=2),
                account_id=world.ids.get(f"{key}.account"),
                engagement_id=world.ids.get(f"{key}.engagement") if scope == "party" else None,
                invitation_id=world.ids.get(f"{key}.invitation", world.ids.get("invitation"))
                if scope == "party" else None)
        with self.client.session_transaction(base_url=BASE) as session:
            session[scope], session[f"{scope}_seen"] = token, int(world.clock.now().timestamp())
        return self

    def _seen(self, page: Page) -> Page:
        for name, value in FIXED.items():
            assert page.response.headers[name] == value, name
        if page.html:
            inspect(page)
        return page


def inspect(page: Page) -> None:
    """Fail on what no page may have: two headings, doubled ids, unnamed fields, inline code."""
    soup = page.soup
    assert len(soup.find_all("h1")) == 1, "one h1"
    title = soup.find("title")
    assert title is not None
    assert title.get_text().strip(), "a title"
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids)), f"ids twice: {sorted(i for i in ids if ids.count(i) > 1)}"
    assert not _INLINE.search(page.html), f"inline: {_INLINE.search(page.html)}"
    assert not [s for s in soup.find_all("script") if not s.get("src")], "inline script"
    for form in soup.find_all("form", method="post"):
        assert form.get("action"), "a form without an address"
        assert form.find("input", {"name": "csrf_token"}), f"no CSRF token: {form.get('action')}"
    for field in soup.find_all(["input", "textarea", "select"]):
        if field.get("type") in ("hidden", "submit"):
            continue
        named = soup.find("label", {"for": field.get("id")}) or field.find_parent("label")
        assert named is not None, f"a field without a label: {field}"
    assert not re.search(r"\{\{|\}\}", page.text), "a placeholder on the page"
    assert not re.search(r"\bclient\b", page.text.replace("the word client", ""), re.I), "the word"
