"""Proposing a change: who learns of it, what the coach answers, what nobody else can tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from portal.agreements.queries import standing_of_one
from portal.amending import actions
from portal.amending.models import Amendment
from portal.amending.policy import AnswerNo, ProposeNo, Stands
from portal.amending.queries import proposals_for, proposals_of, waiting_for
from portal.engagements.queries import own_or_missing
from portal.issuing import actions as issuing
from portal.ledger.queries import events_of
from portal.notices.models import Notice
from portal.plain.errors import Missing, Refused
from portal.signing.actions import decline, take_seat
from portal.signing.queries import seat_of
from tests.amending.table import begin, propose, seat_everyone, sent_wider, signs_next, version_of
from tests.builders import World, come_again, issue
from tests.pages import Browser
from tests.signing.table import mails_to
from tests.web.stage import a_world

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

WORDS = "Carla should hear less of the goals."
HERS = "I would like to hear the key takeaways."


@pytest.fixture
def agreed(world: World) -> World:
    """Give a world in which four texts are in force."""
    seat_everyone(world)
    world.clock.move(days=1)
    return world


def coachs(world: World) -> list[tuple[str, str, Stands]]:
    """Return what Ana sees of all proposals."""
    with world.ground.work(writes=False, actor=world.coach()) as work:
        engagement = own_or_missing(work, world.ids["engagement"])
        found = proposals_of(work, engagement, standing_of_one(work, engagement.id))
        return [(one.name.split()[0], one.words, one.stands) for one in found]


def seen_by(world: World, key: str) -> list[str]:
    """Return the words of what somebody else sees."""
    with world.ground.work(writes=False, actor=world.party(key)) as work:
        return [one.words for one in proposals_for(work, seat_of(work))]


def answer(world: World, act, amendment_id: str, words: str = "Let us talk.") -> None:
    """Let Ana answer."""
    with world.ground.work(writes=True, actor=world.coach()) as work:
        act(work, issuing.own(work, world.ids["engagement"]), amendment_id, words)


def kinds(world: World, amendment_id: str) -> list[str]:
    """Return the entries of one amendment."""
    with world.ground.work(writes=False) as work:
        events = events_of(work, [world.ids["engagement"]])[world.ids["engagement"]]
        return [event.kind.removeprefix("amendment.") for event in events
                if event.subject_id == amendment_id]


def test_inv_16_shows_a_proposal_to_author_coach_and_coachee_alone(agreed: World) -> None:
    propose(agreed, "ben", "T2", WORDS)
    propose(agreed, "carla", "T2", HERS)
    assert sorted(words for _who, words, _stands in coachs(agreed)) == sorted([WORDS, HERS])
    assert sorted(seen_by(agreed, "ben")) == sorted([WORDS, HERS])
    assert seen_by(agreed, "carla") == [HERS]
    assert seen_by(agreed, "eli") == seen_by(agreed, "gus") == []


def test_keeps_the_words_encrypted_and_out_of_record_and_mail(agreed: World) -> None:
    row = propose(agreed, "carla", "T2", HERS)
    assert HERS.encode() not in row.words_enc
    (mail,) = [one for one in mails_to(agreed, "Ana Berg") if one["name"] == "proposed"]
    assert HERS not in str(mail)


def test_lets_one_proposal_be_open_at_a_time(agreed: World) -> None:
    first = propose(agreed, "ben", "T2", WORDS)
    with pytest.raises(Refused) as no:
        propose(agreed, "ben", "T2", "More.")
    assert no.value.reason is ProposeNo.ONE_IS_OPEN
    with agreed.ground.work(writes=True, actor=agreed.party()) as work:
        actions.retract(work, take_seat(work), first.id)
    assert kinds(agreed, first.id) == ["proposed", "retracted"]
    propose(agreed, "ben", "T2", "More.")


def test_takes_back_nobody_elses_proposal(agreed: World) -> None:
    hers = propose(agreed, "carla", "T2", HERS)
    with (pytest.raises(Missing), agreed.ground.work(writes=True, actor=agreed.party()) as work):
        actions.retract(work, take_seat(work), hers.id)


def test_is_talked_about_and_then_declined_in_words(agreed: World) -> None:
    hers = propose(agreed, "carla", "T2", HERS)
    answer(agreed, actions.talk, hers.id)
    answer(agreed, actions.decline, hers.id, "It stays as it is.")
    assert kinds(agreed, hers.id) == ["proposed", "discussed", "rejected"]
    assert coachs(agreed) == [("Carla", HERS, Stands.DECLINED)]
    with pytest.raises(Refused) as no:
        answer(agreed, actions.talk, hers.id)
    assert no.value.reason is AnswerNo.NOT_OPEN
    with agreed.ground.work(writes=False) as work:
        told = work.session.scalars(select(Notice).where(Notice.name == "answered")).all()
    # Both wait for one letter, which says once that there is an answer.
    assert [(one.topic, one.recipient_id) for one in told] == [("news", agreed.ids["carla"])] * 2


@pytest.mark.parametrize("signs", [True, False])
def test_goes_out_with_the_version_that_takes_it_up(agreed: World, signs: bool) -> None:
    hers = propose(agreed, "carla", "T2", HERS)
    his = propose(agreed, "ben", "T2", WORDS)
    begin(agreed, "T2", hers.id)
    agreed.ids["T2.1"] = agreed.ids["T2"]
    issue(agreed)
    assert kinds(agreed, hers.id) == ["proposed", "discussed", "drafted"]
    assert kinds(agreed, his.id) == ["proposed"]
    if signs:
        for key in ("carla", "ben"):
            signs_next(agreed, key)
    agreed.clock.move(days=20)
    assert {who: stands for who, _words, stands in coachs(agreed)} == {
        "Carla": Stands.ADOPTED if signs else Stands.NOT_CONCLUDED, "Ben": Stands.PROPOSED}


def test_stays_closed_to_another_coach(agreed: World) -> None:
    propose(agreed, "ben", "T2", WORDS)
    with agreed.ground.work(writes=False) as work:
        assert [one.name for one in waiting_for(work, agreed.ids["ana"])] == ["Ben Adler"]
        assert waiting_for(work, agreed.ids["carla"]) == []


def test_waits_on_the_board_until_it_is_answered(agreed: World, app: Flask) -> None:
    ana = Browser(app).be(agreed, "ana", "coach")
    assert "Nobody is waiting for you" in ana.get("/today").text
    hers = propose(agreed, "carla", "T2", HERS)
    board = ana.get("/today")
    assert board.heading == "One proposal waits for your answer"
    assert HERS not in board.text
    here = f"/engagements/{agreed.ids['engagement']}/proposals/{hers.id}"
    assert board.soup.select_one(f'a[href="{here}"]')
    page = ana.get(here)
    assert HERS in page.text
    wrong = ana.post(here, {**page.fields(here), "answer": "no"}, follow=False)
    assert wrong.status == 422
    assert "Write what Carla Conti reads as your answer." in wrong.text
    done = ana.post(here, {**page.fields(here), "answer": "no", "words": "It stays."})
    assert "Carla Conti reads your answer." in done.text
    assert "You left the agreement as it is." in done.text
    assert "Nobody is waiting for you" in ana.get("/today").text
    carla = Browser(app).be(agreed, "carla", "party").get("/p/consents").text
    assert "It stays." in carla


def test_begins_the_next_version_from_a_proposal(agreed: World, app: Flask) -> None:
    hers = propose(agreed, "carla", "T2", HERS)
    ana = Browser(app).be(agreed, "ana", "coach")
    here = f"/engagements/{agreed.ids['engagement']}/proposals/{hers.id}"
    terms = ana.post(here, {**ana.get(here).fields(here), "answer": "draft"})
    assert terms.heading == "What do you agree with Ben Adler?"
    assert "It ends on 22 May 2027, as now" in terms.text
    page = ana.get(f"/engagements/{agreed.ids['engagement']}")
    assert "A next version is being drafted." in page.text
    away = f"/engagements/{agreed.ids['engagement']}/agreements/{version_of(agreed, 'T2')}"
    gone = ana.post(f"{away}/next/removal", page=page)
    assert "The draft is put away." in gone.text
    assert "You are talking about it." in gone.text


def test_proposes_from_ones_own_page(agreed: World, app: Flask) -> None:
    carla = Browser(app).be(agreed, "carla", "party")
    here = f"/p/agreements/{agreed.ids['T2']}/proposal"
    assert carla.get("/p/consents").soup.select_one(f'a[href="{here}"]')
    page = carla.get(here)
    assert "Ana Berg and Ben Adler read it" in page.text
    empty = carla.post(here, {**page.fields(here), "words": " "}, follow=False)
    assert (empty.status, "Write down what you would like changed." in empty.text) == (422, True)
    done = carla.post(here, {**page.fields(here), "words": HERS})
    assert HERS in done.text
    assert "Ana Berg has not answered yet." in done.text
    back = carla.post(str(done.soup.select_one('form[action$="retraction"]')["action"]), page=done)
    assert "Your proposal is taken back." in back.text


def everything(world: World, app: Flask, key: str) -> str:
    """Return all that somebody can open, without what is random by nature."""
    browser, pages = Browser(app).be(world, key, "party"), []
    for path in ("/p/consents", "/p/start", "/p/hopes", *(
            f"/p/agreements/{world.ids[code]}{part}" for code in ("T2.1", "T2")
            for part in ("", "/text", "/proposal"))):
        page = browser.get(path)
        pages.append(f"{page.status} {page.text}")
    pages += [mail["name"] for mail in mails_to(world, "Carla Conti")]
    return re.sub(r"[0-9a-f]{32}|[0-9A-F]{12}", "…", "\n".join(pages))


def acts(world: World, what: str) -> None:
    """Let Ben do something, or nothing, about the wider text that waits for him and Carla."""
    come_again(world)
    if what == "declines":
        with world.ground.work(writes=True, actor=world.party()) as work:
            decline(work, world.ids["T2"])
    if what == "proposes":
        propose(world, "ben", "T1", WORDS)
        propose(world, "ben", "T2.1", WORDS)


def told_to_carla(empty: str, folder: Path, what: str) -> list[str]:
    """Play one world, and return what Carla finds on four days of it."""
    folder.mkdir()
    with a_world(empty, folder) as (world, app):
        seat_everyone(world)
        sent_wider(world)
        signs_next(world, "carla")
        acts(world, what)
        found = []
        for days in (0, 1, 14, 30):
            world.clock.move(days=days)
            found.append(everything(world, app, "carla"))
        return found


def test_inv_16_tells_the_sponsor_nothing_of_a_decline_or_a_proposal(
    empty_database: str, tmp_path: Path
) -> None:
    """Three worlds: Ben declines the wider text, or proposes other changes, or does nothing."""
    silent, declined, proposed = (told_to_carla(empty_database, tmp_path / what, what)
                                  for what in ("nothing", "declines", "proposes"))
    assert silent == declined
    assert silent == proposed
    assert "Version 1 holds until everyone has signed" in silent[0]


def test_keeps_the_words_that_come_second(agreed: World, app: Flask) -> None:
    """From another device, or to a proposal that was just taken back."""
    carla, phone = (Browser(app).be(agreed, "carla", "party") for _one in range(2))
    here = f"/p/agreements/{agreed.ids['T2']}/proposal"
    first, second = carla.get(here), phone.get(here)
    done = carla.post(here, {"words": HERS}, page=first)
    late = phone.post(here, {"words": "And the hopes."}, page=second)
    assert late.status == 422
    assert "You proposed something before" in late.text
    assert "And the hopes." in late.text
    ana = Browser(app).be(agreed, "ana", "coach")
    with agreed.ground.work(writes=False) as work:
        row = work.session.scalars(select(Amendment)).one()
    door = f"/engagements/{agreed.ids['engagement']}/proposals/{row.id}"
    page = ana.get(door)
    carla.post(str(done.soup.select_one('form[action$="retraction"]')["action"]), page=done)
    gone = ana.post(door, {"answer": "no", "words": "It stays."}, page=page)
    assert gone.status == 409
    assert "What you wrote was not sent" in gone.text
    assert "It stays." in gone.text
    assert "Carla Conti took it back." in gone.text
