"""A whole journey with names, answers and codes that stand nowhere else, and all it leaves.

Everybody makes mistakes on the way, the mail server too, so that errors are heard as well.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from portal.agreements.models import AgreementVersion
from portal.agreements.queries import shown_text
from portal.app import create_app, finish
from portal.engagements.models import Engagement
from portal.jobs import run_job
from portal.web.guards import Door, guard
from tests.builders import World, add_practice
from tests.cast import ANSWERS, PASSWORD, Character
from tests.journeys.steps import read_on, remember_ben
from tests.pages import BASE, Browser, Page

if TYPE_CHECKING:
    from email.message import EmailMessage

    from flask import Flask

    from tests.mailroom import Mailroom

COACH = Character("Annelore Zwirnkämper", "annelore.zwirnkaemper@quittenhof.example")
COACHEE = Character("Łukasz Żółtowierzba", "lukasz.zoltowierzba@kanarek.example")
OTHER = Character("Xaver Quendelmoos", "xaver.quendelmoos@kanarek.example")
PRACTICE = "Birkenhof Coaching"
TITLE = "Kestrel and heron"
SAID = {**ANSWERS, "notes.where": "in the mauve ledger on the third shelf in Lindengasse",
        "paper_contact": "Quittenhof, Lindengasse 77, 1070 Vienna", "supervisor": "Fenja Okterode",
        "tools": "Zwitscherkasten for calls (Austria) and Posteo for mail (Germany)"}


class Ear(logging.Handler):
    """Keep every record of every logger in full, as text."""

    def __init__(self) -> None:
        """Hear from the first level on."""
        super().__init__(logging.DEBUG)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what a record says, what it was made of, and the traceback with its words."""
        self.heard.append(f"{record.name}: {self.format(record)} {record.args!r}")


@contextmanager
def listening() -> Iterator[list[str]]:
    """Hear every logger at its most talkative."""
    root, ear = logging.getLogger(), Ear()
    quiet = [logging.getLogger(name) for name in root.manager.loggerDict]
    before = {logger: logger.level for logger in (root, *quiet)}
    for logger in quiet:
        logger.setLevel(logging.NOTSET)
    root.setLevel(logging.DEBUG)
    root.addHandler(ear)
    # The mail server of the tests is not ours; it hears addresses by its nature.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    try:
        yield ear.heard
    finally:
        root.removeHandler(ear)
        for logger, level in before.items():
            logger.setLevel(level)


@dataclass
class Story:
    """Hold what a journey left behind, and every secret that was in it."""

    world: World
    app: Flask
    mailroom: Mailroom
    heard: list[str]
    secrets: dict[str, set[str]] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)
    printed: io.StringIO = field(default_factory=io.StringIO)

    def knows(self, kind: str, *texts: str) -> None:
        """Remember something that must appear nowhere."""
        self.secrets.setdefault(kind, set()).update(texts)

    @property
    def mails(self) -> list[EmailMessage]:
        """Return the mails that went out."""
        return self.mailroom.mails

    def link(self, to: str) -> str:
        """Let the mail go out; returns the path of the link in the newest mail to somebody."""
        for _time in range(2):  # The server does not take the first mail at once.
            run_job(self.world.ground, "mail")
            self.world.clock.move(minutes=1)
        newest = [m for m in self.mails if m["To"] == to][-1]
        body = newest.get_body(("plain",))
        assert body is not None
        path = re.search(rf"{BASE}(/i/\S+)", body.get_content())
        assert path
        token = path[1].removeprefix("/i/")
        self.knows("link", token, *token.split("."))
        return path[1]


class Watched(Browser):
    """A browser whose every page, token and code is remembered."""

    def __init__(self, story: Story) -> None:
        """Begin outside."""
        super().__init__(story.app)
        self.story = story

    def _seen(self, page: Page) -> Page:
        self.story.pages.append(page)
        self.story.statuses.add(page.status)
        with self.client.session_transaction(base_url=BASE) as session:
            self.story.knows("session", *(session[s] for s in ("coach", "party") if s in session))
        return super()._seen(page)

    def post(self, path: str, values: Any = None, **more: Any) -> Page:
        """Send a form; a code in it is a secret from now on."""
        for name in ("code", "digits"):
            if (values or {}).get(name):
                self.story.knows("code", values[name])
        return super().post(path, values, **more)


def make_app(world: World) -> Flask:
    """Return the application as it is served, with one view that fails and says too much."""
    app = create_app(world.ground.settings, world.clock)
    app.extensions["portal"].engine.dispose()
    app.extensions["portal"] = world.ground
    app.add_url_rule("/crash", "crash", guard(Door.ANYONE)(_crash), methods=["GET", "POST"])
    return finish(app)


def _crash(work: object) -> str:
    raise ValueError(f"no such person: {COACHEE.name} {COACHEE.email} {SAID['notes.where']}")


def play(story: Story) -> None:
    """Let the whole journey happen."""
    world = story.world
    for one in (COACH, COACHEE, OTHER):
        story.knows("name", one.name, *(part for part in one.name.split()))
        story.knows("address", one.email, one.email.split("@")[0])
    story.knows("answer", TITLE, *(SAID[key] for key in SAID if len(SAID[key]) > 20))
    story.knows("password", PASSWORD, "wrong horse battery")
    add_practice(world, COACH, name=PRACTICE, answers=None, enrolled=False)
    ana = Watched(story)
    ana_signs_in(story, ana)
    engagement = ana_invites(story, ana, COACHEE)
    ben = Watched(story)
    ben_comes_in(story, ben, COACHEE)
    ben_signs(story, ben)
    ana_hears_the_digits(story, ana, engagement)
    ben_looks_at_his_papers(story, ben)
    ben_comes_back(story)
    another_declines_and_a_third_is_the_wrong_person(story, ana)
    ana_uses_a_recovery_code(story)
    everything_fails(story, ana, ben, engagement)


def ana_signs_in(story: Story, ana: Watched) -> None:
    for address in (OTHER.email, COACH.email):  # The first is no account.
        sent = {"email": address, "password": "wrong horse battery"}
        page = ana.post("/sign-in", sent, page=ana.get("/sign-in"))
        assert page.status == 422
    page = ana.post("/sign-in", {**sent, "password": PASSWORD}, page=page)
    learn_seed(story, page)
    page = ana.post("/sign-in/app", {"code": "000001"}, page=page)
    page = ana.post("/sign-in/app", {"code": story.world.fresh_code("ana")}, page=page)
    codes = [code.get_text().strip() for code in page.soup.select("#codes li")]
    assert len(codes) >= 8
    story.knows("recovery", *codes, *(code.replace("-", "") for code in codes))


def learn_seed(story: Story, page: Page) -> None:
    """Note the seed that a page shows for an authenticator."""
    uri = page.soup.find("a", href=re.compile("^otpauth:"))
    assert uri is not None
    seed = re.search(r"secret=([A-Z2-7]{32})", str(uri["href"]))
    assert seed
    story.knows("seed", seed[1], " ".join(seed[1][i:i + 4] for i in range(0, 32, 4)))


def ana_invites(story: Story, ana: Watched, who: Character) -> str:
    page = ana.get("/engagements/new")
    sent = {"name": who.name, "email": who.email, "owner": "employer", "read_by": "nobody",
            "title": TITLE}
    page = ana.post("/engagements/new", sent, page=page)
    assert page.status == 422
    page = ana.post("/engagements/new", {**sent, "owner": "private", "alone": "1"}, page=page)
    terms = page.response.request.path
    typed = {f"q_{key.replace('.', '_')}": value for key, value in SAID.items()}
    page = ana.post(terms, {**typed, "q_breach_hours": "999"}, page=page)
    assert page.status == 422
    page = ana.post(terms, typed, page=page)
    look = page.response.request.path
    page = ana.post(look, {"name": COACH.name, "code": "000002"}, page=page)
    assert page.status == 422
    page = ana.post(look, {"name": COACH.name, "code": story.world.fresh_code("ana")}, page=page)
    assert page.status == 200, page.text
    engagement: str = page.response.request.path
    ana.get("/today")
    link = page.soup.select_one('.files a[href$="/text"]')
    assert link is not None
    ana.get(str(link["href"]))
    learn_clauses(story)
    return engagement


def learn_clauses(story: Story) -> None:
    """Note a piece of every clause and every line of the newest text."""
    with story.world.ground.work(writes=False) as work:
        for row in work.session.scalars(select(AgreementVersion)):
            shown = shown_text(work, row, "COACHEE")
            story.knows("clause", *(text[:60] for clause in shown["clauses"]
                                    for text in clause["text"] if len(text) > 30),
                        *(line["sentence"][:60] for line in shown["lines"]))


def ben_comes_in(story: Story, ben: Watched, who: Character) -> Page:
    path = story.link(who.email)
    page = ben.post(path, page=ben.get(path))
    page = ben.post("/p/who", {}, page=page)
    assert page.status == 422
    return ben.post("/p/who", {"who": "me"}, page=page)


def ben_signs(story: Story, ben: Watched) -> None:
    remember_ben(story.world)
    ben.get("/p/read/1")
    ben.post("/p/read/1", {"answer": "talk"}, page=ben.get("/p/read/1"))
    check, _pages = read_on(ben)
    learn_seed(story, check)
    ben.get(decline_path(check))
    sheet = {"name": COACHEE.name, "mark": "type", "erecord": "y"}
    page = ben.post("/p/sign", {**sheet, "code": "000003"}, page=check)
    page = ben.post("/p/sign", {**sheet, "ticks": "0" * 64, "code": "000004"}, page=page)
    assert page.status == 409
    page = ben.post("/p/sign", {**sheet, "code": story.world.fresh_code("ben")}, page=page)
    assert page.response.request.path.startswith("/p/agreements/"), page.text
    story.world.ids["ben.version"] = page.response.request.path.rsplit("/", 1)[1]


def decline_path(sheet: Page) -> str:
    """Return where the sheet leads somebody who does not want to sign."""
    return str(sheet.soup.find("a", href=re.compile("^/p/decline/"))["href"])


def ana_hears_the_digits(story: Story, ana: Watched, engagement: str) -> None:
    ben = [page for page in story.pages if "/p/agreements/" in page.response.request.path][-1]
    digits = re.search(r"(\d{4}) (\d{4})", ben.text)
    assert digits
    story.knows("code", digits[0], digits[0].replace(" ", ""))
    path = f"{engagement}/parties/{story.world.ids['ben.party']}/vouching"
    page = ana.post(path, {"digits": "0000 0005", "how": "video"}, page=ana.get(path))
    assert page.status == 422
    ana.post(path, {"digits": digits[0], "how": "video"}, page=page)
    assert run_job(story.world.ground, "seal") == 2
    run_job(story.world.ground, "mail")


def ben_looks_at_his_papers(story: Story, ben: Watched) -> None:
    path = f"/p/agreements/{story.world.ids['ben.version']}"
    page = ben.get(path)
    for paper in page.soup.find_all("a", href=re.compile(r"\.pdf$")):
        assert ben.get(paper["href"]).response.data.startswith(b"%PDF-")
    for more in (f"{path}/text", f"{path}/dates.ics", "/p/consents", "/p/digits", "/p/later"):
        assert ben.get(more).status == 200
    ben.post("/p/digits")
    ben.post("/p/leave")


def ben_comes_back(story: Story) -> None:
    story.world.clock.move(hours=2)
    ben = Watched(story)
    ben.post("/lost", {"email": COACHEE.email}, page=ben.get(
        f"/p/agreements/{story.world.ids['ben.version']}"))
    assert run_job(story.world.ground, "door") == 1
    page = ben_comes_in(story, ben, COACHEE)
    assert page.response.request.path == "/p/code"
    page = ben.post("/p/code", {"code": "000006"}, page=page)
    page = ben.post("/p/code", {"code": story.world.fresh_code("ben")}, page=page)
    assert page.response.request.path.startswith("/p/agreements/")


def another_declines_and_a_third_is_the_wrong_person(story: Story, ana: Watched) -> None:
    ana_signs_in_again(story, ana)
    ana_invites(story, ana, OTHER)
    path = story.link(OTHER.email)
    other, wrong = Watched(story), Watched(story)
    ben_comes_in(story, other, OTHER)
    path = decline_path(other.get("/p/sign"))
    other.post(path, {"sure": "decline"}, page=other.get(path))
    ana_invites(story, ana, OTHER)
    path = story.link(OTHER.email)
    page = wrong.post(path, page=wrong.get(path))
    wrong.post("/p/who", {"who": "not_me"}, page=page)
    assert wrong.get(path).status == 404
    run_job(story.world.ground, "mail")


def ana_signs_in_again(story: Story, ana: Watched) -> None:
    ana.post("/sign-in", {"email": COACH.email, "password": PASSWORD})
    ana.post("/sign-in/code", {"code": story.world.fresh_code("ana")})


def ana_uses_a_recovery_code(story: Story) -> None:
    ana = Watched(story)
    page = ana.get("/sign-in")
    ana.post("/sign-in", {"email": COACH.email, "password": PASSWORD}, page=page)
    page = ana.get("/sign-in/recovery")
    code = next(code for code in story.secrets["recovery"] if "-" in code)
    page = ana.post("/sign-in/recovery", {"code": code}, page=page)
    learn_seed(story, page)
    ana.post("/sign-in/app", {"code": story.world.fresh_code("ana")}, page=page)
    ana.post("/sign-out")


def everything_fails(story: Story, ana: Watched, ben: Watched, engagement: str) -> None:
    """Ask for what is not there, without a token, of a view and of data that are broken."""
    for page in (ana.get("/crash"), ana.post("/crash"), ben.get("/no/such/page"),
                 ben.get(f"/i/{COACHEE.name}"), ben.get("/engagements/x")):
        assert page.status in (200, 404, 500)
    lost = {"email": COACHEE.email, "csrf_token": "wrong"}
    assert ben.post("/lost", lost).status == 400
    assert ben.post("/lost", {"email": f"{COACHEE.email}, {OTHER.email}"}).status == 422
    ana_signs_in_again(story, ana)
    with story.world.ground.work(writes=True) as work:
        work.session.execute(update(Engagement).values(title_enc=b"\x01 damaged"))
    assert ana.get(engagement).status == 500
    assert ana.get("/today").status == 500
