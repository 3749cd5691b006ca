"""Looking again on pages: keep, change or end, in one sitting with one code."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from portal.amending.models import Amendment
from portal.inking.actions import set_on_paper
from portal.issuing import actions as issuing
from portal.jobs import run_job
from portal.ledger.queries import told_of
from portal.reaching.actions import party_by_id
from portal.reviews.jobs import review_due
from tests.amending.table import propose
from tests.builders import World
from tests.cast import BEN, CARLA
from tests.pages import Browser
from tests.people.outbox import waiting
from tests.reviewing import first_review, go_to, says
from tests.sharing.table import seat_everyone
from tests.signing.table import states

if TYPE_CHECKING:
    from flask import Flask

KINDS = ("review.kept", "review.change_wanted", "review.ended")


@pytest.fixture
def due(world: World) -> World:
    """Give everybody at the table, a week before T2, T3 and T4 are to be looked at again."""
    seat_everyone(world)
    go_to(world, first_review(world, world.ids["T2"]).due_at - timedelta(days=7))
    review_due(world.ground)
    for key in ("ben", "carla", "eli", "gus"):
        world.ids.setdefault(f"{key}.engagement", world.ids["engagement"])
    return world


def desk(world: World) -> str:
    """Return the address of the coach's page."""
    return f"/engagements/{world.ids['engagement']}/reviews"


def of(world: World, app: Flask, key: str = "ben") -> Browser:
    """Return a party's browser that has been signed in for a while."""
    browser = Browser(app).be(world, key, "party")
    world.clock.move(minutes=11)
    return browser


def answers(world: World, **texts: str) -> dict[str, str]:
    """Return what the form sends for some texts."""
    return {f"answer-{world.ids[key]}": word for key, word in texts.items()}


def told(world: World) -> list[tuple[str, str, bool]]:
    """Return which answers stand in the record: kind, text, and whether with a code."""
    names = {world.ids[key]: key for key in ("T1", "T2", "T3", "T4")}
    with world.ground.work(writes=False) as work:
        lines = told_of(work, [world.ids["engagement"]], KINDS)[world.ids["engagement"]]
    return [(line.kind, names[line.subject_id], line.facts["step"] is not None) for line in lines]


def test_keeps_everything_with_one_code(due: World, app: Flask) -> None:
    ben = of(due, app)
    page = ben.get("/p/reviews")
    assert "Three-way sponsor agreement, with Carla Conti" in page.text
    assert "Central European" in page.text or "Europe/Vienna" in page.text
    page = ben.post("/p/reviews", {**answers(due, T2="keep", T3="keep", T4="keep"),
                                   "code": due.code("ben")}, page=page)
    assert page.status == 200
    assert "What you said is written down." in page.text
    assert sorted(told(due)) == [("review.kept", key, True) for key in ("T2", "T3", "T4")]
    assert "Nothing waits to be looked at." in ben.get("/p/reviews").text


def test_a_wrong_code_keeps_what_was_chosen_and_typed(due: World, app: Flask) -> None:
    ben = of(due, app)
    values = {**answers(due, T2="keep", T3="change"), "code": "000000",
              f"words-{due.ids['T3']}": "Less about my travels, please."}
    page = ben.post("/p/reviews", values, page=ben.get("/p/reviews"))
    assert page.status == 422
    assert "This code does not fit." in page.text
    assert "Less about my travels, please." in page.html
    chosen = [str(one["value"]) for one in page.soup.select("input[type=radio][checked]")]
    assert sorted(chosen) == ["change", "keep"]
    assert told(due) == []


@pytest.mark.parametrize(("values", "blame"), [
    ({}, "Choose what shall become of it."),
    ({"T2": "keep"}, "Enter the 6-digit code from your app."),
    ({"T2": "change"}, "Write what you would like changed."),
    ({"T2": "perhaps"}, "Choose what shall become of it."),
])
def test_says_what_is_missing_and_uses_up_no_code(
    due: World, app: Flask, values: dict[str, str], blame: str
) -> None:
    ben = of(due, app)
    page = ben.post("/p/reviews", answers(due, **values), page=ben.get("/p/reviews"))
    assert page.status == 422
    assert blame in page.text
    assert told(due) == []


def test_z12_the_code_of_the_sign_in_counts_for_the_sitting(due: World, app: Flask) -> None:
    browser = Browser(app)
    due.clock.move(hours=9)  # In the morning the mail goes out, and its link is made.
    run_job(due.ground, "mail")
    (link,) = [mail.values["link"].split("8000")[1] for mail in waiting(due, "review")
               if mail.to == BEN.email]
    page = browser.post(link, page=browser.get(link))
    page = browser.post("/p/who", {"who": "me"}, page=page)
    page = browser.post("/p/code", {"code": due.fresh_code("ben")}, page=page)
    assert page.response.request.path == "/p/reviews"
    assert "6-digit code" not in page.text
    page = browser.post("/p/reviews", answers(due, T2="keep"), page=page)
    assert page.status == 200
    assert told(due) == [("review.kept", "T2", True)]
    due.clock.move(minutes=11)
    assert "6-digit code" in browser.get("/p/reviews").text


def test_z13_ends_without_a_code(due: World, app: Flask) -> None:
    ben = of(due, app)
    page = ben.post("/p/reviews", answers(due, T2="end"), page=ben.get("/p/reviews"))
    assert page.status == 200
    assert states(due)["T2"] == "WITHDRAWN"
    assert told(due) == [("review.ended", "T2", False)]
    assert [mail.values["who"] for mail in waiting(due, "taken_back")] == ["Ben Adler"]


def test_to_end_is_to_step_out_for_everybody_else(due: World, app: Flask) -> None:
    eli = of(due, app, "eli")
    page = eli.get("/p/reviews")
    assert "Step out" in page.text
    eli.post("/p/reviews", answers(due, T3="end"), page=page)
    assert states(due) == {"T1": "IN_FORCE", "T2": "IN_FORCE", "T3": "WITHDRAWN",
                           "T4": "IN_FORCE"}


def test_a_wish_to_change_becomes_a_proposal_in_ones_own_words(due: World, app: Flask) -> None:
    ben = of(due, app)
    ben.post("/p/reviews", {**answers(due, T2="change"),
                            f"words-{due.ids['T2']}": "A shorter summary."},
             page=ben.get("/p/reviews"))
    with due.ground.work(writes=False) as work:
        (row,) = work.session.scalars(select(Amendment))
        assert work.reveal(row, "words") == "A shorter summary."
    assert told(due) == [("review.change_wanted", "T2", False)]
    assert "Somebody would like a change." in Browser(app).be(due, "ana", "coach").get(
        desk(due)).text


def test_a_second_press_changes_nothing(due: World, app: Flask) -> None:
    ben = of(due, app)
    page = ben.get("/p/reviews")
    values = {**answers(due, T2="keep"), "code": due.code("ben")}
    ben.post("/p/reviews", values, page=page)
    again = ben.post("/p/reviews", {**values, "code": due.fresh_code("ben")}, page=page)
    assert again.status in (200, 422)
    assert told(due) == [("review.kept", "T2", True)]


def test_z3_the_sponsor_sees_her_own_answer_and_nobody_elses(due: World, app: Flask) -> None:
    carla = of(due, app, "carla")
    before = carla.get("/p/reviews").text
    says(due, "COACHEE")
    assert carla.get("/p/reviews").text == before
    carla.post("/p/reviews", {**answers(due, T2="keep"), "code": due.code("carla")},
               page=carla.get("/p/reviews"))
    after = carla.get("/p/reviews").text
    assert "You answered on" in after
    assert "Ben" not in after.replace("Ben Adler, coached", "")
    assert "Nothing waits to be looked at." in after


def test_coach_and_coachee_see_who_said_what(due: World, app: Flask) -> None:
    says(due, "SPONSOR")
    ana, ben = Browser(app).be(due, "ana", "coach"), of(due, app)
    assert "Carla Conti : keeps it" in ana.get(desk(due)).text
    says(due, "COACHEE")
    assert "Carla Conti : keeps it" in ben.get("/p/reviews").text
    assert "Some have answered." in ben.get("/p/reviews").text
    assert "Look at it again" in ana.get(f"/engagements/{due.ids['engagement']}").text


def test_nobody_owes_an_answer_before_a_review_opens(due: World, app: Flask) -> None:
    page = Browser(app).be(due, "ana", "coach").get(desk(due))
    shown = page.soup.select("section.stack")
    (asked,) = [one for one in shown if "Three-way" in one.get_text()]
    assert [li.get_text(" ", strip=True).split(" :")[0] for li in asked.select("li")] == [
        "Ben Adler", "Ana Berg", "Carla Conti"]
    (terms,) = [one for one in shown if "Coachee confidentiality" in one.get_text()]
    assert terms.select("li") == [], "T1 is looked at in three months"


def test_the_coach_keeps_with_a_code(due: World, app: Flask) -> None:
    ana = Browser(app).be(due, "ana", "coach")
    due.clock.move(minutes=11)
    page = ana.post(desk(due), answers(due, T2="keep"), page=ana.get(desk(due)))
    assert page.status == 422
    page = ana.post(desk(due), {**answers(due, T2="keep"), "code": due.code("ana")}, page=page)
    assert page.status == 200
    assert told(due) == [("review.kept", "T2", True)]


def test_the_coach_changes_by_a_draft_and_ends_for_all(due: World, app: Flask) -> None:
    ana = Browser(app).be(due, "ana", "coach")
    page = ana.post(desk(due), answers(due, T2="change"), page=ana.get(desk(due)))
    assert page.response.request.path.endswith("/terms")
    ana.post(desk(due), answers(due, T3="end"), page=ana.get(desk(due)))
    assert states(due)["T3"] == "WITHDRAWN"
    assert [mail.name for mail in waiting(due, "ended_by_coach")] == ["ended_by_coach"]


def test_calls_for_a_review_with_a_reason_for_two(due: World, app: Flask) -> None:
    ana = Browser(app).be(due, "ana", "coach")
    day = due.clock.now().date() + timedelta(days=20)
    values = {"text": due.ids["T2"], "asks": "both", "reason": "A new job for Ben.",
              "day": day.isoformat()}
    page = ana.post(f"{desk(due)}/call", {**values, "day": "2020-01-01"},
                    page=ana.get(f"{desk(due)}/call"))
    assert page.status == 422
    assert "Choose a day that is still to come." in page.text
    page = ana.post(f"{desk(due)}/call", values, page=page)
    assert page.status == 200
    assert "A new job for Ben." in page.text
    assert "A new job for Ben." in of(due, app).get("/p/reviews").text
    assert "A new job" not in of(due, app, "carla").get("/p/reviews").text


def test_inv_22_a_review_for_two_changes_nothing_for_anybody_else(due: World, app: Flask) -> None:
    carla = of(due, app, "carla")
    before = [carla.get(path).text for path in ("/p/reviews", "/p/consents")]
    ana = Browser(app).be(due, "ana", "coach")
    day = due.clock.now().date() + timedelta(days=3)
    ana.post(f"{desk(due)}/call", {"text": due.ids["T2"], "asks": "both", "reason": "A case.",
                                     "day": day.isoformat()}, page=ana.get(f"{desk(due)}/call"))
    review_due(due.ground)
    assert [carla.get(path).text for path in ("/p/reviews", "/p/consents")] == before
    mails = [mail.to for mail in waiting(due, "review")]
    assert mails.count(CARLA.email) <= 1


def test_takes_no_words_beside_a_proposal_that_is_still_talked_about(
    due: World, app: Flask
) -> None:
    propose(due, "ben", "T2", "Less of it.")
    ben = of(due, app)
    page = ben.get("/p/reviews")
    assert "Leave this empty: what you proposed on" in page.text
    values = {**answers(due, T2="change"), f"words-{due.ids['T2']}": "A shorter summary."}
    wrong = ben.post("/p/reviews", values, page=page)
    assert wrong.status == 422
    assert "What you proposed before is still talked about." in wrong.text
    assert "A shorter summary." in wrong.text
    assert told(due) == []
    done = ben.post("/p/reviews", answers(due, T2="change"), page=page)
    assert "What you said is written down." in done.text
    assert told(due) == [("review.change_wanted", "T2", False)]
    with due.ground.work(writes=False) as work:
        assert len(list(work.session.scalars(select(Amendment)))) == 1


def test_writes_down_what_comes_late_on_paper(due: World, app: Flask) -> None:
    with due.ground.work(writes=True, actor=due.coach()) as work:
        engagement = issuing.own(work, due.ids["engagement"])
        set_on_paper(work, engagement, party_by_id(work, engagement, due.ids["ben.party"]))
    says(due, "COACH")
    go_to(due, first_review(due, due.ids["T2"]).grace_until + timedelta(days=2))
    review_due(due.ground)
    ana, path = Browser(app).be(due, "ana", "coach"), f"{desk(due)}/paper"
    page = ana.get(path)
    keeps = f"{due.ids['T2']}/{due.ids['ben.party']}/keep"
    assert page.soup.find("input", {"name": "says", "value": keeps}) is not None
    assert "Written down." in ana.post(path, {"says": keeps}, page=page).text
    assert ("review.kept", "T2", False) in told(due)
    assert keeps not in ana.get(path).html
