"""Asking before sharing, the slip, the share, and what the coachee sees of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bench.board import queries
from portal.agreements.actions import NewLine, NewSlot, NewVersion, freeze
from portal.agreements.queries import standing_of_one
from portal.engagements.actions import hold
from portal.ledger.models import Entry
from portal.sharing.actions import Asked, ask, share
from portal.sharing.models import Question, Share, Slip
from portal.sharing.policy import Code
from portal.sharing.policy.asking import SLIP_LASTS, AskNo
from portal.sharing.views.rules import decisions_page
from portal.sharing.views.words import DUTIES, REASONS, REFUSALS, WAYS
from tests.builders import World, come_again
from tests.pages import Browser, Page
from tests.sessions.world import sign_all
from tests.sharing.table import load, person, record, seat_everyone
from tests.web.stage import a_world

if TYPE_CHECKING:
    from flask import Flask

GOALS = {"what": "PRG.GOALS", "why": "inform_progress", "how": "in_person", "much": "summary"}


@pytest.fixture
def seated(world: World, app: Flask) -> World:
    """Give a world with T1 to T4 in force, to do something in."""
    seat_everyone(world)
    world.ids["ben.engagement"] = world.ids["engagement"]
    come_again(world)
    return world


@pytest.fixture(scope="module")
def place(
    empty_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, Flask]]:
    """Give a world with T1 to T4 in force in which nothing that counts is done."""
    with a_world(empty_database, tmp_path_factory.mktemp("asking")) as (world, app):
        seat_everyone(world)
        yield world, app


def ana(world: World, app: Flask) -> Browser:
    return Browser(app).be(world, "ana", "coach")


def ben(world: World, app: Flask) -> Browser:
    return Browser(app).be(world, "ben", "party")


def here(world: World) -> str:
    return f"/engagements/{world.ids['engagement']}/ask"


def put(world: World, browser: Browser, who: str = "carla", **values: str) -> Page:
    """Ask by the last step of the form, as it is filled in by default."""
    asked = GOALS | values
    to = person(load(world), who)
    page = browser.get(f"{here(world)}?to={to}&what={asked['what']}")
    assert page.status == 200
    return browser.post(here(world), asked, page=page)


def act(browser: Browser, page: Page, ending: str) -> Page:
    """Press the button of a page whose form leads to an address with this ending."""
    action = next(form["action"] for form in page.soup.find_all("form")
                  if str(form["action"]).endswith(ending))
    return browser.post(str(action), page=page)


def take_back(world: World, template: str = "T2", words: str = "the agreed goals") -> None:
    number = next(line.number for line in load(world).lines.values()
                  if line.template == template and words in line.sentence)
    record(world, "line.withdrawn", world.ids[template], line=number, categories=None)


def test_leads_in_three_steps_to_an_answer(place: tuple[World, Flask]) -> None:
    world, app = place
    browser = ana(world, app)
    page = browser.get(f"/engagements/{world.ids['engagement']}")
    assert page.soup.find("a", href=here(world))
    page = browser.get(here(world))
    assert sorted(a.get_text() for a in page.soup.select(".picks bdi")) == [
        "Ben Adler", "Carla Conti", "Dev Desai", "Eli Engel", "Fay Okafor", "Gus Groth",
        "International Coaching Federation"]
    assert "Ben Adler sees what you ask here" in page.text
    page = browser.get(page.soup.find("bdi", string="Carla Conti").parent["href"])
    assert [a.get_text() for a in page.soup.select(".picks button")][:3] == [
        "Whether and how many sessions took place", "Fees and invoices", "Started, ended"]
    goals = page.soup.find("button", string="Agreed goals")["value"]
    to = page.fields(here(world))["to"]
    page = browser.get(f"{here(world)}?to={to}&what={goals}")
    fields = page.fields(here(world))
    assert (fields["why"], fields["much"]) == ("inform_progress", "summary")
    assert "how" not in fields, "two ways stand in the line: the coach chooses"
    page = browser.post(here(world), {"how": "portal"}, page=page)
    assert page.heading == "Yes, you may share this"
    for said in ("A line that everybody signed allows this.", "line 2",
                 "Ana Berg may tell Carla Conti (sponsor) the agreed goals",
                 "Send Ben Adler a copy.", "First you and Ben Adler both say yes",
                 "Shared by Ana Berg with the consent of Ben Adler", "Ben Adler sees what you ask"):
        assert said in page.text, said


@pytest.mark.parametrize(("who", "values", "code", "says", "button"), [
    ("carla", {"how": "video"}, "WRONG_CHANNEL", "In another way it would be a yes",
     "Ask it that way"),
    ("carla", {"much": "report"}, "FORM_TOO_DETAILED",
     "With less detail it would be a yes: Short summary written together", "Ask it that way"),
    ("carla", {"why": "evaluate"}, "WRONG_PURPOSE", "For another reason it would be a yes",
     "Ask it that way"),
    ("carla", {"what": "PRG.TAKEAWAYS"}, "DEFAULT_DENY", "What no line allows is not shared.",
     "Ask Ben Adler for this line"),
    ("carla", {"what": "CNT.NOTES"}, "EXPLICIT_DENY", "A no beats every yes.", ""),
    ("carla", {"what": "PRG.OUTCOME", "why": "evaluate"}, "NOT_YET", "has not begun yet", ""),
    ("eli", {"what": "PRG.GOALS"}, "LK4_ASSISTANT_LOGISTICS_ONLY", "Who only arranges gets", ""),
    ("fay", {"what": "PRC.ANON_CASE", "why": "supervise", "how": "video", "much": "raw"},
     "LK1_RAW_NOTES", "goes to nobody but Ben Adler", "Ask it that way"),
    ("ben", {"what": "CNT.NOTES", "why": "self", "how": "email_work"}, "LK2_EMPLOYER_CHANNEL",
     "An employer can read this", ""),
])
def test_says_why_not_and_what_would_make_it_a_yes(
    place: tuple[World, Flask], who: str, values: dict[str, str], code: str, says: str, button: str
) -> None:
    world, app = place
    browser = ana(world, app)
    page = put(world, browser, who, **values)
    assert page.heading == "No, do not share this"
    assert says in page.text
    assert not page.soup.select("form[action$='/share'], form[action$='/slip']")
    with world.ground.work(writes=False) as work:
        newest = work.session.scalars(
            select(Question).order_by(Question.revision, Question.asked_at)).all()
        assert code in {question.code for question in newest}
    step = page.soup.select_one("section.card")
    found = step.find(["button", "a"]) if step else None
    assert (" ".join(found.get_text().split()) if found else "") == button
    if button == "Ask it that way":
        form = step.find("form")
        values = {field["name"]: field["value"] for field in form.find_all("input")}
        assert browser.post(form["action"], values).heading == "Yes, you may share this"


def test_refuses_what_it_does_not_know_and_keeps_what_was_chosen(
    place: tuple[World, Flask]
) -> None:
    world, app = place
    browser = ana(world, app)
    to = person(load(world), "carla")
    for bad in ({"to": "HR", **GOALS}, {"to": to, **GOALS, "what": "GOSSIP"}, {}):
        page = browser.post(here(world), bad)
        assert page.status == 422
        assert "Choose from this list" in page.text
    page = browser.post(here(world), {"to": to, **GOALS, "how": "telepathy", "much": ""})
    assert page.status == 422
    assert page.soup.find("input", {"name": "why", "value": "inform_progress"}).has_attr("checked")
    assert "Choose in how much detail." in page.text
    assert browser.get(f"{here(world)}?to=nobody&what=PRG").heading.startswith("With whom")
    assert not re.search(r"Carla|Ben", f"{here(world)}?to={to}&what=PRG.GOALS")


def test_asks_of_which_session_where_that_counts(place: tuple[World, Flask]) -> None:
    world, app = place
    browser = ana(world, app)
    page = put(world, browser, "gus", what="CNT.SESSION", why="take_part", how="in_session",
               much="report")
    assert page.heading == "Yes, you may share this", "no session is planned, so none is asked for"


def test_makes_a_slip_for_five_minutes_and_shares_under_it(seated: World, app: Flask) -> None:
    browser = ana(seated, app)
    assert "You have not asked anything yet" in browser.get(here(seated)).text
    page = put(seated, browser)
    page = act(browser, page, "/slip")
    assert "Slip number 1" in page.text
    seated.clock.move(seconds=SLIP_LASTS.total_seconds() - 1)
    page = act(browser, page, "/share")
    assert "Written down as shared." in page.text
    assert not page.soup.select("form[action$='/share']"), "once is enough"
    with seated.ground.work(writes=False) as work:
        (share,) = work.session.scalars(select(Share))
        (slip,) = work.session.scalars(select(Slip))
        assert (share.slip_id, slip.number) == (slip.id, 1)
        entry = work.session.scalars(select(Entry).where(Entry.kind == "share.recorded")).one()
        assert entry.subject_id == share.question_id
        assert b"Carla" not in entry.body
    page = act(browser, put(seated, browser), "/slip")
    assert "Slip number 2" in page.text
    seated.clock.move(seconds=SLIP_LASTS.total_seconds())
    late = act(browser, page, "/share")
    assert (late.status, late.heading) == (409, "Do not share this now")
    assert "This slip is older than five minutes." in late.text
    assert act(browser, late, "/ask").heading == "Yes, you may share this"


def test_refuses_a_slip_after_a_withdrawal(seated: World, app: Flask) -> None:
    """Domain 3.6: consent is read at the moment of sharing, in the same transaction."""
    browser = ana(seated, app)
    with_slip, without = act(browser, put(seated, browser), "/slip"), put(seated, browser)
    other = act(browser, put(seated, browser, what="PRG.PROGRESS"), "/slip")
    seated.clock.move(seconds=5)
    take_back(seated)
    for page in (with_slip, without):
        late = act(browser, page, "/share")
        assert late.status == 409
        assert "The yes does not hold any more" in late.text
    late = act(browser, other, "/share")
    assert "Something has happened in this engagement" in late.text
    assert act(browser, without, "/slip").status == 409
    with seated.ground.work(writes=False) as work:
        assert not work.session.scalars(select(Share)).all()
    assert act(browser, late, "/ask").heading == "Yes, you may share this"
    again = put(seated, browser)
    assert "This yes was taken back." in again.text
    assert act(browser, again, "/next").status == 200


def test_counts_down_a_line_that_may_be_used_once(seated: World) -> None:
    with seated.ground.work(writes=True, actor=seated.coach()) as work:
        engagement = hold(work, seated.ids["engagement"])
        standing = standing_of_one(work, engagement.id)
        facts = standing.version(seated.ids["T3"])
        once = {"categories": ["LOG.SCHEDULE"], "recipients": ["ASSISTANT"],
                "purposes": ["arrange"], "channels": ["email_work"], "max_form": "fact",
                "uses_max": 1, "obligations": ["count_use"]}
        [(version, _facts)] = freeze(work, engagement, standing, [(
            standing.agreements[facts.agreement_id], NewVersion(
                template_version="1", locale="en", timezone="Europe/Vienna", record={},
                notices={}, starts_on=work.now.date(), ends_on=facts.valid_to.date(),
                slots=[NewSlot(slot.party_id, slot.role, "agree", vouching=False)
                       for slot in facts.slots],
                lines=[NewLine(1, "permit", False, False, once, work.now, facts.valid_to)],
                effective_from=work.now, valid_to=facts.valid_to,
                sign_by=facts.valid_to, review_months=3, grace_days=0,
        silence_days=60, check_in_months=0))])
    sign_all(seated, version.id)
    found = []
    for _time in range(2):
        with seated.ground.work(writes=True, actor=seated.coach()) as work:
            engagement = hold(work, seated.ids["engagement"])
            question = ask(work, engagement, Asked(
                seated.ids["eli.party"], "LOG.SCHEDULE", "arrange", "email_work", "fact"))
            found.append(question.decision)
            if question.decision == "PERMIT":
                share(work, engagement, question.id)
    assert found == ["PERMIT", "DENY"]
    (line,) = [line for text in load(seated).world.versions for line in text.lines
               if text.id == version.id]
    assert line.uses_left == 0


def test_inv_14_shows_ben_everything_that_was_asked_and_shared(seated: World, app: Flask) -> None:
    page = ben(seated, app).get("/p/asked")
    assert "Nobody else looked in the last 90 days." in page.text
    assert "Nothing was asked about you yet." in page.text
    browser = ana(seated, app)
    act(browser, put(seated, browser), "/share")
    seated.clock.move(minutes=1)
    put(seated, browser, what="CNT.NOTES")
    browser.get(f"/engagements/{seated.ids['engagement']}")
    mine = ben(seated, app)
    assert mine.get("/p/consents").soup.find("a", href="/p/asked")
    page = mine.get("/p/asked")
    rows = [" ".join(row.get_text(" ").split()) for row in page.soup.select(".given > li")]
    assert [row.partition(" Ana Berg")[0] for row in rows] == [
        "The coach's notes, Carla Conti No", "Agreed goals, Carla Conti Yes"]
    assert "Ana Berg asked on 23 November 2026" in rows[0]
    assert "Central European" in rows[0]
    assert "A line that Ben Adler signed says no" in rows[0]
    assert "Shared on 23 November 2026" in rows[1]
    assert "Shared on" not in rows[0]
    assert "Ana Berg : once, last on 23 November 2026" in page.text, "who looked (INV-24)"
    for key in ("carla", "eli", "gus"):
        seated.ids[f"{key}.engagement"] = seated.ids["engagement"]
        assert Browser(app).be(seated, key, "party").get("/p/asked").status == 404


def test_z5_keeps_questions_to_the_coach_who_asked(seated: World, app: Flask) -> None:
    page = put(seated, ana(seated, app))
    path = page.soup.find("form", action=re.compile("/share$"))["action"].removesuffix("/share")
    assert ana(seated, app).get(path).status == 200
    assert ana(seated, app).get(path[:-1] + ("0" if path[-1] != "0" else "1")).status == 404
    listed = ana(seated, app).get(f"/engagements/{seated.ids['engagement']}/questions")
    assert "Agreed goals, Carla Conti" in listed.text
    assert ana(seated, app).get(
        f"/engagements/{seated.ids['engagement']}/questions?before=nothing").status == 404


def test_asks_the_database_as_much_for_many_questions_as_for_one(seated: World, app: Flask) -> None:
    def count(browser: Browser, path: str) -> float:
        browser.get(path)
        return queries(seated.ground.engine, lambda: browser.get(path))

    pages = [(ana(seated, app), here(seated)), (ben(seated, app), "/p/asked")]
    put(seated, pages[0][0])
    one = [count(*page) for page in pages]
    for what in ("PRG.PROGRESS", "CNT.NOTES", "PRG.ACTIONS"):
        put(seated, pages[0][0], what=what)
    assert [count(*page) for page in pages] == one


def test_has_words_for_every_reason_duty_and_refusal() -> None:
    assert set(REASONS) == set(Code)
    assert set(REFUSALS) == set(AskNo) - {AskNo.NOT_UNDERSTOOD}
    assert set(WAYS) < set(Code)
    assert {"log", "coachee_copy", "no_onward_sharing_notice", "both_approved_report",
            "redact_third_persons", "no_names_changed_details"} <= set(DUTIES)


def test_explains_every_answer_on_a_page_and_in_a_document(place: tuple[World, Flask]) -> None:
    world, app = place
    document = Path(__file__).parents[2] / "docs" / "decisions.md"
    assert document.read_text("utf-8") == decisions_page(), "run make decisions"
    for word in (*Code, *DUTIES):
        assert f"| {word} |" in decisions_page()
    page = Browser(app).get("/guide/answers")
    assert page.heading == "How answers come about"
    assert "A no is stronger." in page.text
    assert ana(world, app).get(here(world)).soup.find("a", string="How answers come about")
