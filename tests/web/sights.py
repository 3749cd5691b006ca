"""All that somebody can get to see: every page, paper, calendar and mail that reaches them."""

from __future__ import annotations

import html
import re
import subprocess
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from sqlalchemy import select

from portal.agreements.models import Agreement, AgreementVersion, SignerSlot
from portal.engagements.models import CoachingSession, Party
from portal.evidence.models import SealedFile
from portal.inking.models import InkScan
from portal.jobs import run_job
from portal.sharing.models import Question
from tests.pages import BASE, Browser
from tests.plugins.needs import tool

if TYPE_CHECKING:
    from email.message import EmailMessage

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.routing import Rule
    from werkzeug.test import TestResponse

    from tests.builders import World
    from tests.mailroom import Mailroom

#: Which doors open to whom. What a door keeps closed, it keeps closed whatever is asked for.
_ALL = frozenset({"anyone", "bare"})
DOORS = {"nobody": _ALL, "coach": _ALL | {"coach", "desk", "owner"},
         "mailbox": _ALL | {"mailbox"}, "party": _ALL | {"party", "mailbox"}}
#: What the addresses of an engagement are made of, by the table it stands in.
THINGS = {"agreement_id": Agreement, "version_id": AgreementVersion, "party_id": Party,
          "session_id": CoachingSession, "reader_id": Party, "paper_id": SealedFile,
          "scan_id": InkScan, "question_id": Question}
#: What else stands in addresses.
OTHERS = {"number": range(1, 31), "reader": ["coachee", "coach", "sponsor", "assistant"],
          "key": ["supervision"]}
_LED = re.compile(r'\b(?:href|src)="([^"]*)"')
_TAG = re.compile(r"<[^>]*>")


@dataclass
class Sight:
    """Hold a house, and every word that each viewer came to see in it.

    `viewers` tells by which of the two ways somebody comes in: "coach", "party" or not at all.
    """

    world: World
    app: Flask
    mailroom: Mailroom
    viewers: dict[str, str]
    seen: dict[str, set[str]] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)

    def look(self, *viewers: str, level: str = "factor") -> None:
        """Let viewers go wherever they can get now, and remember what they read."""
        for viewer in viewers or self.viewers:
            browser, scope = Browser(self.app), self.viewers[viewer]
            if scope != "nobody":
                browser.be(self.world, viewer, scope, level)
            opens = DOORS["mailbox" if level == "mailbox" else scope]
            self.seen.setdefault(viewer, set()).update(
                text for _path, answer in walk(browser.client, self._known(opens))
                for text in words_of(answer))

    def _known(self, opens: frozenset[str]) -> list[str]:
        """Return the addresses of all views behind these doors, with every id there is; where a
        door stays closed, one address of each."""
        every, together = things(self.world), pairs(self.world)
        adapter = self.app.url_map.bind(urlsplit(BASE).netloc)
        found: list[str] = []
        for rule in self.app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
                continue
            door = str(self.app.view_functions[rule.endpoint].door)  # type: ignore[attr-defined]
            paths = [adapter.build(rule.endpoint, values)
                     for values in _choices(rule, every, together)]
            found += paths if door in opens else paths[:1]
        return found

    def deliver(self, days: int = 0) -> None:
        """Let mail go out, and once a day for some days more."""
        for day in range(days + 1):
            run_job(self.world.ground, "mail")
            if day < days:
                self.world.clock.move(days=1)

    def read_mails(self) -> None:
        """Let everybody read what was sent to their address, to the last header."""
        for mail in self.mailroom.mails:
            for viewer, address in self.addresses.items():
                if mail["To"] == address:
                    self.seen.setdefault(viewer, set()).update(words_of_mail(mail))

    def shows(self, viewer: str, marks: Iterable[str]) -> bool:
        """Tell whether any of these words, whole, came to a viewer's eyes."""
        return any(mark in text and re.search(rf"(?<!\w){re.escape(mark)}(?!\w)", text)
                   for mark in marks for text in self.seen[viewer])


def walk(
    client: FlaskClient, starts: Iterable[str], leave_out: tuple[str, ...] = ("/static/",)
) -> Iterator[tuple[str, TestResponse]]:
    """Open these addresses and whatever they lead to, each once."""
    ahead, been = deque(starts), set[str]()
    while ahead:
        path = ahead.popleft()
        if (page := path.split("?next=")[0]) in been or path.startswith(leave_out):
            continue
        been.add(page)
        answer = client.get(path, base_url=BASE)
        yield path, answer
        ahead.extend(leads(path, answer))


def things(world: World) -> dict[str, list[str]]:
    """Return the ids of all that belongs to the engagement, by their names in addresses."""
    with world.ground.work(writes=False) as work:
        return {"engagement_id": [world.ids["engagement"]], **{
            name: list(work.session.scalars(
                select(table.id).where(table.engagement_id == world.ids["engagement"])))
            for name, table in THINGS.items()}}


def pairs(world: World) -> dict[tuple[str, str], set[tuple[str, str]]]:
    """Return which of these ids belong together: a paper to its version, and who signs it."""
    with world.ground.work(writes=False) as work:
        return {names: {(row[0], row[1]) for row in work.session.execute(select(*columns))}
                for names, columns in (
                    (("paper_id", "version_id"), (SealedFile.id, SealedFile.version_id)),
                    (("party_id", "version_id"), (SignerSlot.party_id, SignerSlot.version_id)))}


def _choices(
    rule: Rule, every: dict[str, list[str]], together: dict[tuple[str, str], set[tuple[str, str]]]
) -> Iterator[dict[str, str]]:
    """Return all values with which an address can be built."""
    known = {**every, **OTHERS}
    if rule.arguments <= known.keys():
        for chosen in product(*(known[name] for name in rule.arguments)):
            values = dict(zip(rule.arguments, chosen, strict=True))
            if all((values[one], values[other]) in both for (one, other), both in together.items()
                   if {one, other} <= rule.arguments):
                yield values


def leads(path: str, answer: TestResponse) -> list[str]:
    """Return where a page of ours leads: by links, pictures and redirects."""
    found = [answer.headers["Location"]] if "Location" in answer.headers else []
    if answer.mimetype == "text/html":
        found += [html.unescape(one) for one in _LED.findall(answer.get_data(as_text=True))]
    whole = [urlsplit(urljoin(BASE + path, one)) for one in found]
    return [one._replace(scheme="", netloc="", fragment="").geturl() for one in whole
            if f"{one.scheme}://{one.netloc}" == BASE]


def words_of(answer: TestResponse) -> list[str]:
    """Return what stands in an answer: as it was sent, and as it is read."""
    sent = answer.get_data()
    raw = [sent.decode("utf-8", "replace"), answer.headers.get("Content-Disposition", "")]
    if answer.mimetype == "application/pdf":
        raw.append(printed(sent))
    elif answer.mimetype == "text/calendar":
        raw.append(re.sub("\r?\n ", "", raw[0]))
    elif answer.mimetype == "text/html":
        raw += [html.unescape(raw[0]), html.unescape(_TAG.sub(" ", raw[0]))]
    return [in_one_line(text) for text in raw if text]


def words_of_mail(mail: EmailMessage) -> list[str]:
    """Return what stands in a mail: each header, and each of its parts and files as it is
    read."""
    heads = [f"{name}: {value}" for name, value in mail.items()]
    parts = [printed(part.get_content()) if part.get_content_type() == "application/pdf"
             else str(part.get_content()) for part in mail.walk() if not part.is_multipart()]
    return [in_one_line(html.unescape(text)) for text in (*heads, *parts)]


@lru_cache(maxsize=64)
def printed(paper: bytes) -> str:
    """Return the words of a PDF and of the files inside it; what is none has none.

    Many look at the same paper, and it is read once for all of them.
    """
    with TemporaryDirectory() as folder:
        file = Path(folder) / "paper.pdf"
        file.write_bytes(paper)
        words = _poppler("pdftotext", file, "-")
        _poppler("pdfdetach", "-saveall", "-o", folder, file)
        return " ".join([words, *(one.read_text("utf-8", "replace")
                                  for one in file.parent.iterdir() if one != file)])


def _poppler(name: str, *words: str | Path) -> str:
    done = subprocess.run([tool("pdfsig").with_name(name), *words], capture_output=True,
                          check=False)
    return done.stdout.decode()


def in_one_line(text: str) -> str:
    """Return a text without its line breaks."""
    return " ".join(text.split())
