"""What a person typed stays text: on every page, in every mail (ASVS 1.2.1, 1.3.7)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup

from portal.notices.actions import claim_mails
from portal.notices.jobs import letter
from portal.reviews.actions import renew
from portal.wording.queries import template
from tests.builders import World, add_engagement, add_practice, issue, opened
from tests.cast import ANSWERS, BEN, Character
from tests.journeys.steps import come_in, newest_link, read_on, remember_ben, sign_in
from tests.pages import BASE, Browser, Page

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

MARK = "xq7zk9"
PAYLOADS = [
    '<script>xq7zk9()</script>',
    '<img src=xq7zk9 onerror=xq7zk9()>',
    '<svg onload=xq7zk9()>',
    '<b>xq7zk9</b>',
    '"><script>xq7zk9()</script>',
    "' onmouseover='xq7zk9()' a='",
    '" autofocus onfocus="xq7zk9()',
    '</textarea><script>xq7zk9()</script>',
    '</title><script>xq7zk9()</script>',
    '<!-- xq7zk9 -->',
    '&lt;script&gt;xq7zk9()&lt;/script&gt;',
    '&#60;xq7zk9&#62;',
    '<a href=javascript:xq7zk9()>xq7zk9</a>',
    'javascript:xq7zk9()',
    "<iframe srcdoc='xq7zk9'>",
    '<xq7zk9 style=position:fixed>',
    '{% xq7zk9 %}',
    '<math><xq7zk9>',
    '${xq7zk9} #{xq7zk9} <%= xq7zk9 %>',
    '</p></main></body><form action=//xq7zk9>',
    '<base href=//xq7zk9/>',
    '`xq7zk9`-alert(1)//',
]
#: Attributes whose value is shown or read aloud, and never run or followed.
INERT = {"value", "aria-label", "content", "alt", "title", "data-name"}
#: Answers of another kind than free text, or that have to name somebody.
BOUND = {"breach_hours", "code.url", "code.body", "supervisor", "reference.use",
         "recording.tool", "recording.place"}


def harmless(html: str, where: str) -> None:
    """Fail if a mark got anywhere but into text, as a browser reads the page."""
    soup = BeautifulSoup(html, "html5lib")
    for tag in soup.find_all(True):
        assert MARK not in tag.name, (where, tag)
        for name, value in tag.attrs.items():
            assert not name.startswith("on"), (where, name)
            assert MARK not in name, (where, name)
            text = " ".join(value) if isinstance(value, list) else str(value)
            assert name in INERT or MARK not in text, (where, name, text)
        if tag.name in ("script", "style", "iframe", "object", "embed", "base", "noscript"):
            assert MARK not in str(tag), (where, tag.name)


class Reader(Browser):
    """A browser that keeps every page, and takes it for what a browser would."""

    def __init__(self, app: Flask) -> None:
        """Begin without any page."""
        super().__init__(app)
        self.words: list[str] = []

    def _seen(self, page: Page) -> Page:
        if page.html:
            harmless(page.html, page.response.request.path)
            soup = BeautifulSoup(page.html, "html5lib")
            self.words.append(soup.get_text(" ") + " ".join(
                str(field.get("value", "")) for field in soup.find_all("input")))
        # `inspect` is not asked: it takes a quoted value with a mark for code.
        return page


@pytest.mark.parametrize("turn", range(0, len(PAYLOADS), 11))
def test_shows_what_was_typed_as_text_everywhere(world: World, app: Flask, turn: int) -> None:
    typed = PAYLOADS[turn:] + PAYLOADS[:turn]
    add_practice(world, answers=None)
    ana, ben = Reader(app), Reader(app)
    sign_in(world, ana)
    name, title, signed = typed[:3]
    page = ana.post("/engagements/new", {
        "name": name, "email": BEN.email, "owner": "private", "read_by": "nobody",
        "title": title, "alone": "1"}, page=ana.get("/engagements/new"))
    answers = answers_with(typed[3:])
    page = ana.post(page.response.request.path, {
        f"q_{key.replace('.', '_')}": value for key, value in answers.items()}, page=page)
    assert page.response.request.path.endswith("/issue"), page.text
    page = ana.post(page.response.request.path, {
        "name": signed, "code": world.fresh_code("ana")}, page=page)
    engagement = page.response.request.path
    world.ids["engagement"] = engagement.rsplit("/", 1)[1]
    remember_ben(world)
    ben_signs(world, ben, signed)
    party = f"{engagement}/parties/{world.ids['ben.party']}"
    text = ana.get(engagement).soup.select_one('.files a[href$="/text"]')
    assert text is not None
    for path in ("/today", engagement, str(text["href"]), f"{engagement}/terms",
                 f"{engagement}/issue", f"{party}/vouching", f"{party}/address", "/practice"):
        assert ana.get(path).status == 200, path
    for mail in mails(world):
        ana.words.append(mail)
    shown = "\n".join(ana.words + ben.words)
    for text in (name, title, *answers.values()):
        assert squeezed(text) in squeezed(shown), text


def answers_with(typed: list[str]) -> dict[str, str]:
    """Return the answers that T1 asks for, with what was typed in all that takes free words."""
    asked = {q.key: ANSWERS[q.key] for q in template("T1").questions}
    free = [key for key in asked if key not in BOUND]
    return {**asked, **{key: typed[number % len(typed)] for number, key in enumerate(free)},
            "code.url": "https://xq7zk9.example/\"><script>xq7zk9()</script>"}


def ben_signs(world: World, ben: Reader, signed: str) -> None:
    """Let Ben come in, read everything, sign, and look at all that is his."""
    assert ben.get(newest_link(world)).status == 200
    assert come_in(world, ben).response.request.path == "/p/start"
    check, _pages = read_on(ben)
    receipt = ben.post("/p/sign", {"name": signed, "mark": "type", "erecord": "y",
                                   "code": world.fresh_code("ben")}, page=check)
    path = receipt.response.request.path
    assert re.fullmatch(r"/p/agreements/[0-9a-f]{32}", path), receipt.text
    for more in (f"{path}/text", "/p/consents", "/p/digits", "/p/later"):
        assert ben.get(more).status == 200, more


def mails(world: World) -> list[str]:
    """Return the words of every mail that waits, after a look at each as a browser reads it."""
    words = []
    while claimed := claim_mails(world.ground, renew):
        finished = letter(claimed, world.ground.settings, world.clock.now())
        harmless(finished.html, f"mail {claimed[0].name}")
        assert MARK not in finished.subject
        words.append(BeautifulSoup(finished.html, "html5lib").get_text(" "))
        words.append(finished.text)
    assert words
    return words


def squeezed(text: str) -> str:
    """Return a text without spaces, as far as line breaks and tidying may differ."""
    return re.sub(r"[\s.;,]+", "", text)


@pytest.mark.parametrize("address", [
    "javascript:alert(1)", "data:text/html,x", "vbscript:x", "//evil.example", "file:///etc",
    "https:/evil.example", " javascript:alert(1)", "JaVaScRiPt:alert(1)//https://a.example"])
def test_takes_no_address_that_could_run(world: World, app: Flask, address: str) -> None:
    add_practice(world)
    ana = Browser(app).be(world, "ana", "coach")
    page = ana.post("/practice", {"q_code_url": address}, page=ana.get("/practice"))
    assert page.status == 422


@pytest.mark.parametrize("name", [
    "{{7*7}}", "{{ config }}", "{{notes.how}}", "{%7%}", "${7*7}", "{0.__class__}", "{name}",
    "xq{}xq", "%s %(name)s", "xq%d%%xq", "*7* _7_ `7` [7](7)"])
def test_computes_nothing_that_a_name_says(world: World, app: Flask, name: str) -> None:
    """A name is no template, no format and no markup: it stands there as it was typed, in pages,
    in the text that is signed and in mails."""
    add_practice(world)
    add_engagement(world, Character(name, BEN.email), title=name)
    place, party = f"/engagements/{world.ids['engagement']}", world.ids["ben.party"]
    ana = Browser(app).be(world, "ana", "coach").client
    drafted = [f"{place}/{page}" for page in ("people", "terms", f"preview/{party}", "issue")]
    shown = [words(ana.get(path, base_url=BASE)) for path in drafted]
    issue(world)
    opened(world)
    shown += [words(ana.get(path, base_url=BASE))
              for path in (place, f"{place}/parties/{party}/vouching")]
    for text in (*shown, *mails(world)):
        assert name in text


def words(answer: TestResponse) -> str:
    """Return what a browser shows of a page that is there."""
    assert answer.status_code == 200, answer.request.path
    return BeautifulSoup(answer.get_data(as_text=True), "html5lib").get_text()


def test_looks_for_marks_where_browsers_would_run_them() -> None:
    for html in ("<p><img src=xq7zk9></p>", "<xq7zk9>", "<p onclick=y>", "<script>xq7zk9</script>",
                 "<a href='javascript:xq7zk9'>", "<p xq7zk9=1>"):
        with pytest.raises(AssertionError):
            harmless(html, "here")
    harmless("<p>&lt;script&gt;xq7zk9()&lt;/script&gt;</p><input value='xq7zk9'>", "here")


