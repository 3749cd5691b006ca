"""Everything that one person can get hold of, in words by which two worlds can be compared.

Pages are taken as the server sent them, with their headers, papers with what lies inside them,
mails with every part and every header. What chance made, and what each world has of its own, is
left out: ids, hashes, tokens, keys, digits, the port, and the length of a sealed file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import unified_diff
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup

from tests.browser.sealed import words_in

if TYPE_CHECKING:
    from collections.abc import Iterable
    from email.message import EmailMessage

    from playwright.sync_api import APIResponse

    from tests.browser.steps import Visitor

_CHANCE = re.compile("|".join((
    r"http://127\.0\.0\.1:\d+",
    r"/i/[\w.-]+",
    r"\b[\w-]{40,}\.[\w-]{6}\.[\w-]{27}\b",
    r"[0-9a-f]{32,}",
    r"\b[0-9A-F]{12}\b",
    r"\b[0-9A-Z]{4}(-[0-9A-Z]{4}){3}\b",
    r"\b([A-Z2-7]{4} ){7}[A-Z2-7]{4}\b",
    r"\b[A-Z2-7]{32}\b",
    r"\b(\d ){7}\d\b|(?<=<span aria-hidden=\"true\">)\d{4}(?=</span>)",
    r"={10,}\d+==",
    r"\b\d+ KB\b|(?<=File size:) .+|(?<=ModDate:) .+",
)))
#: Headers that tell of the connection, or of the length of what is compared anyway.
_PASSING = {"date", "content-length", "set-cookie"}


def plain(text: str) -> str:
    """Return a text without what chance made."""
    return _CHANCE.sub("…", text)


@dataclass
class Traces:
    """Collect what somebody finds: where it was, and what it was."""

    who: Visitor
    found: list[tuple[str, str]] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def crawl(self, when: str, also: Iterable[str] = ()) -> None:
        """Ask for the front pages, for what `also` names, and for all that these lead to."""
        waiting = list(dict.fromkeys(["/", "/p", self.who.path, *also]))
        for path in waiting:
            answer = self.who.page.context.request.get(path)
            self.found.append((f"{when}: {plain(path)}", plain(whole(answer))))
            waiting += [link for link in links(answer) if link not in waiting]
        self.addresses = waiting

    def take_mails(self, address: str) -> None:
        """Take every mail that an address got."""
        self.found += [(f"mail: {mail['Subject']}", plain(part))
                       for mail in self.who.house.mails_to(address) for part in parts(mail)]

    @property
    def text(self) -> str:
        """Return everything in one text."""
        return "\n".join(f"{where}\n{what}" for where, what in self.found)

    def beside(self, other: Traces) -> list[str]:
        """Return the lines that differ from what somebody found in another world."""
        return list(unified_diff(self.text.splitlines(), other.text.splitlines(), n=0,
                                 lineterm=""))


def links(answer: APIResponse) -> list[str]:
    """Return where a page leads to within the house, once each, in its order."""
    if "text/html" not in answer.headers["content-type"]:
        return []
    home = urlsplit(answer.url)
    found = [urlsplit(urljoin(answer.url, str(tag["href"])))
             for tag in BeautifulSoup(answer.text(), "html.parser").find_all("a", href=True)]
    return list(dict.fromkeys(one._replace(scheme="", netloc="", fragment="").geturl()
                              for one in found if one.netloc == home.netloc))


def whole(answer: APIResponse) -> str:
    """Return an answer: status, where it came from in the end, headers and words."""
    heads = [f"{name}: {value}" for name, value in sorted(answer.headers.items())
             if name not in _PASSING]
    is_paper = "application/pdf" in answer.headers["content-type"]
    words = words_in(answer.body()) if is_paper else answer.text()
    return "\n".join([str(answer.status), urlsplit(answer.url).path, *heads, words])


def parts(mail: EmailMessage) -> list[str]:
    """Return the headers of a mail, and each of its parts with its own."""
    return ["\n".join([*(f"{name}: {value}" for name, value in part.items()), _read(part)])
            for part in mail.walk()]


def _read(part: EmailMessage) -> str:
    if part.is_multipart():
        return ""
    content = part.get_content()
    return words_in(content) if part.get_content_type() == "application/pdf" else str(content)
