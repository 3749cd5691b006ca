"""An engagement gets another coach: only by the coachee's yes, and nothing moves with it (Z5)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from portal.agreements.models import AgreementVersion, TermsDraft
from portal.agreements.queries import draft_values, standing_of_one
from portal.engagements.models import Engagement, Expectation, Party
from portal.engagements.policy import party_state
from portal.engagements.queries import coach_of, party_of_person
from portal.evidence.jobs import seal_due
from portal.evidence.models import SealedFile
from portal.ground.chance import new_id
from portal.handing import actions
from portal.handing.policy import Answer, HandOverNo
from portal.handing.queries import handing_of, to_hand_over, without_coach
from portal.inking.actions import set_on_paper
from portal.issuing import actions as issuing
from portal.jobs import run_job
from portal.people.actions import NewPerson
from portal.people.models import Account
from portal.people.policy import MemberNo, Owner, ReadBy, Role
from portal.plain.errors import Missing, Refused
from portal.reaching.actions import party_by_id
from portal.reviews.queries import coach_looks
from portal.sessions import actions as sessions
from portal.sessions.policy import Mode
from portal.signing.actions import take_seat
from portal.web.words import today
from tests.builders import (
    World,
    add_colleague,
    add_engagement,
    add_practice,
    conclude,
    issue,
    opened,
    read_all,
    sign,
    state_now,
)
from tests.cast import ANA, ANSWERS, BEN, DORA, GUS, HANA, OLGA, ZOE
from tests.desk.board import assert_same
from tests.evidence.test_proof import stories, walked
from tests.pages import Browser
from tests.people.outbox import kinds, recorded, waiting
from tests.sessions.world import held, plan

if TYPE_CHECKING:
    from flask import Flask

    from portal.agreements.models import Signature


@pytest.fixture
def agreed(world: World) -> World:
    """Give a world in which Ana and Ben have terms in force; Dora, Hana and Olga are there too."""
    conclude(world)
    world.ids["ben.engagement"] = world.ids["engagement"]
    world.clock.move(minutes=1)
    add_colleague(world, DORA, "dora")
    add_colleague(world, HANA, "hana", "helper")
    add_colleague(world, OLGA, "olga", "owner")
    return world


def propose(world: World, to: str = "dora", by: str = "ana") -> None:
    with world.ground.work(writes=True, actor=world.coach(by)) as work:
        actions.propose(work, to_hand_over(work, world.ids["engagement"]), world.ids[to])


def reply(world: World, said: Answer) -> None:
    with world.ground.work(writes=True, actor=world.party()) as work:
        actions.answer(work, take_seat(work), said)


def take_back(world: World, by: str = "ana") -> None:
    with world.ground.work(writes=True, actor=world.coach(by)) as work:
        actions.take_back(work, to_hand_over(work, world.ids["engagement"]))


def let_go(world: World, key: str, by: str = "olga", **how: bool) -> None:
    with world.ground.work(writes=True, actor=world.coach(by)) as work:
        actions.end_membership(
            work, work.session.get_one(Account, world.ids[f"{key}.account"]), **how)


def handed_over(world: World) -> None:
    propose(world)
    reply(world, Answer.YES)


def as_known(world: World, by: str = "ana") -> object:
    """Return everything that the page of a proposal is drawn from."""
    with world.ground.work(writes=False, actor=world.coach(by)) as work:
        return repr(handing_of(work, to_hand_over(work, world.ids["engagement"])).last)


def test_asks_the_coachee_by_mail_and_changes_nothing(agreed: World) -> None:
    before = state_now(agreed)
    propose(agreed)
    (mail,) = waiting(agreed, "hand_over")
    assert mail.to == BEN.email
    assert mail.values["reply_to"] == ANA.email
    assert DORA.name not in json.dumps(mail.values)
    assert state_now(agreed) == before == "IN_FORCE"
    with agreed.ground.work(writes=False) as work:
        engagement = work.session.get_one(Engagement, agreed.ids["engagement"])
        assert engagement.coach_id == agreed.ids["ana"]


def test_hands_over_by_the_coachees_yes(agreed: World) -> None:
    handed_over(agreed)
    assert state_now(agreed) == "WITHDRAWN"
    with agreed.ground.work(writes=False) as work:
        engagement = work.session.get_one(Engagement, agreed.ids["engagement"])
        standing = standing_of_one(work, engagement.id)
        parties = {p.person_id: p for p in work.session.scalars(
            select(Party).where(Party.role == "COACH"))}
        old, new = parties[agreed.ids["ana"]], parties[agreed.ids["dora"]]
        assert engagement.coach_id == agreed.ids["dora"]
        assert coach_of(work, engagement).id == new.id
        states = [party_state(p.id, standing.events, standing.bound_since(p.id, work.now),
                              work.now) for p in (old, new)]
    assert states == ["LEFT", "IDENTIFIED"]
    told = recorded(agreed, agreed.ids["engagement"])
    assert {"hand_over.proposed", "hand_over.accepted", "version.withdrawn", "party.left",
            "engagement.handed_over"} <= {kind for kind, _facts, _body in told}
    for _kind, _facts, body in told:
        assert not [who for who in (ANA, BEN, DORA) if who.name in body or who.email in body]
    assert_same(agreed)
    mails = {(mail.name, mail.to) for mail in waiting(agreed, "handed_over", "taken_over")}
    assert mails == {("handed_over", ANA.email), ("taken_over", DORA.email)}


def test_ends_a_text_that_was_still_open_too(world: World) -> None:
    conclude(world)
    world.clock.move(days=400)
    add_colleague(world, DORA, "dora")
    with world.ground.work(writes=True, actor=world.coach()) as work:
        issuing.save_terms(work, issuing.own(work, world.ids["engagement"]),
                           issuing.TermsValues(today(work.now), ANSWERS))
    issue(world)
    assert state_now(world) == "PARTLY_SIGNED"
    handed_over(world)
    assert state_now(world) == "WITHDRAWN"


@pytest.mark.parametrize("said", [Answer.NO, None])
def test_changes_nothing_by_a_no_or_by_silence(agreed: World, said: Answer | None) -> None:
    propose(agreed)
    if said is not None:
        reply(agreed, said)
    agreed.clock.move(days=15)
    assert state_now(agreed) == "IN_FORCE"
    with agreed.ground.work(writes=False) as work:
        engagement = work.session.get_one(Engagement, agreed.ids["engagement"])
        assert engagement.coach_id == agreed.ids["ana"]
    with pytest.raises(Refused) as no:
        reply(agreed, Answer.YES)
    assert no.value.reason is HandOverNo.NOT_OPEN


def story(world: World, said: Answer | None, *, back: bool) -> list[object]:
    """Let Ben answer or not, and return what Ana sees, and is sent, day by day for three weeks."""
    propose(world)
    if said is not None:
        reply(world, said)
    seen: list[object] = []
    for day in range(21):
        if back and day == 5:
            take_back(world)
        run_job(world.ground, "hand-overs")
        mails = waiting(world, "not_handed_over", "handed_over")
        page = Browser(world.app).be(world, "ana", "coach").get(  # type: ignore[attr-defined]
            f"/engagements/{world.ids['engagement']}/hand-over")
        seen.append((page.text, as_known(world),
                     [(mail.name, mail.to, mail.values) for mail in mails]))
        world.clock.move(days=1)
    return seen


@pytest.mark.parametrize("back", [False, True])
def test_z4_shows_the_proposer_the_same_for_a_no_and_for_silence(
    empty_database: str, tmp_path_factory: pytest.TempPathFactory, back: bool
) -> None:
    from tests.web.stage import a_world

    stories = []
    for said in (Answer.NO, None):
        with a_world(empty_database, tmp_path_factory.mktemp("story")) as (world, app):
            world.app = app  # type: ignore[attr-defined]
            conclude(world)
            world.clock.move(minutes=1)
            add_colleague(world, DORA, "dora")
            told = story(world, said, back=back)
            stories.append(repr(told).replace(world.ids["engagement"], "E"))
            words = [text for text, _last, _mails in told]  # type: ignore[misc]
            assert ("not handed over." in str(words[14])) != back
            assert "not handed over." not in str(words[13])
            assert len(told[20][2]) == (0 if back else 1)  # type: ignore[index]
    assert stories[0] == stories[1]


def test_tells_a_wish_to_talk_and_leaves_the_question_open(agreed: World) -> None:
    propose(agreed)
    reply(agreed, Answer.TALK)
    reply(agreed, Answer.TALK)
    assert [(mail.name, mail.to) for mail in waiting(agreed, "talk_first")] == [
        ("talk_first", ANA.email)]
    assert "wants_talk=True" in str(as_known(agreed))
    reply(agreed, Answer.YES)
    assert state_now(agreed) == "WITHDRAWN"


def test_asks_no_longer_once_it_is_taken_back(agreed: World) -> None:
    propose(agreed)
    take_back(agreed)
    with pytest.raises(Refused):
        reply(agreed, Answer.YES)
    propose(agreed, to="olga")
    assert kinds(agreed, agreed.ids["engagement"]).count("hand_over.proposed") == 2


def test_asks_about_one_colleague_at_a_time(agreed: World) -> None:
    propose(agreed)
    with pytest.raises(Refused) as no:
        propose(agreed, to="olga")
    assert no.value.reason is HandOverNo.ASKED_ALREADY


@pytest.mark.parametrize("to", ["hana", "ana", "ben"])
def test_proposes_nobody_who_could_not_coach(agreed: World, to: str) -> None:
    with pytest.raises(Refused) as no:
        propose(agreed, to=to)
    assert no.value.reason is HandOverNo.NO_COLLEAGUE


def test_z5_proposes_nobody_of_another_practice(agreed: World) -> None:
    add_practice(agreed, ZOE, "zoe", name="Quist Coaching")
    with pytest.raises(Refused) as no:
        propose(agreed, to="zoe")
    assert no.value.reason is HandOverNo.NO_COLLEAGUE


def test_asks_nobody_who_could_not_answer_with_a_code(world: World) -> None:
    add_practice(world)
    add_colleague(world, DORA, "dora")
    add_engagement(world)
    issue(world)
    opened(world)
    with pytest.raises(Refused) as no:
        propose(world)
    assert no.value.reason is HandOverNo.CANNOT_ANSWER


def test_asks_nobody_who_signs_on_paper_and_gets_no_link(agreed: World) -> None:
    with agreed.ground.work(writes=True, actor=agreed.coach()) as work:
        engagement = issuing.own(work, agreed.ids["engagement"])
        set_on_paper(work, engagement, party_by_id(work, engagement, agreed.ids["ben.party"]))
    with pytest.raises(Refused) as no:
        propose(agreed)
    assert no.value.reason is HandOverNo.CANNOT_ANSWER


def test_hands_nothing_to_a_colleague_who_has_left_meanwhile(agreed: World) -> None:
    propose(agreed)
    let_go(agreed, "dora")
    with pytest.raises(Refused) as no:
        reply(agreed, Answer.YES)
    assert no.value.reason is HandOverNo.NOT_OPEN
    assert state_now(agreed) == "IN_FORCE"


def test_closes_the_engagement_to_the_old_coach(agreed: World, app: Flask) -> None:
    seal_due(agreed.ground)
    ana = Browser(app).be(agreed, "ana", "coach")
    path = f"/engagements/{agreed.ids['engagement']}"
    text = f"/versions/{agreed.ids['version']}/text"
    assert ana.get(f"{path}{text}").status == 200
    handed_over(agreed)
    for more in (text, "/terms", "/issue", "/hand-over",
                 f"/parties/{agreed.ids['ben.party']}/vouching"):
        assert ana.get(f"{path}{more}").status == 404, more
    for more in ("/hand-over/revocation", f"/parties/{agreed.ids['ben.party']}/link"):
        assert ana.post(f"{path}{more}", {}).status == 404, more


def test_opens_nothing_from_before_to_the_new_coach(agreed: World, app: Flask) -> None:
    """Text, papers, lines and answers of the old coach stay closed, on every page there is."""
    seal_due(agreed.ground)
    with agreed.ground.work(writes=False) as work:
        papers = list(work.session.scalars(select(SealedFile.id)))
    assert len(papers) >= 2
    ana, path = Browser(app).be(agreed, "ana", "coach"), f"/engagements/{agreed.ids['engagement']}"
    version = f"{path}/versions/{agreed.ids['version']}"
    mine = ana.get(f"{version}/text").soup.select(".wording p")
    words = [p.get_text()[:60] for p in mine if ANA.name in p.get_text()]
    assert words
    handed_over(agreed)
    dora = Browser(app).be(agreed, "dora", "coach")
    assert dora.get(path).status == 200
    for closed in ("/text", f"/parties/{agreed.ids['ben.party']}/sheet",
                   f"/parties/{agreed.ids['ben.party']}/ink",
                   *(f"/papers/{paper}.pdf" for paper in papers)):
        assert ana.get(f"{version}{closed}").status == 404, closed
        assert dora.get(f"{version}{closed}").status == 404, closed
    for rule in app.url_map.iter_rules():
        if rule.arguments == {"engagement_id"} and "GET" in (rule.methods or ()) and (
            not rule.rule.startswith("/api/")  # A browser opens nothing there (`PROGRAM`).
        ):
            page = dora.get(str(rule.rule).replace("<engagement_id>", agreed.ids["engagement"]))
            # What programs address asks for a key of theirs, and no session is one.
            assert page.status in (200, 401, 404), rule.rule
            for word in words:
                assert word not in page.text, rule.rule
            for paper in papers:
                assert paper not in page.html, rule.rule


def test_begins_with_empty_drafts(agreed: World) -> None:
    with agreed.ground.work(writes=True) as work:
        work.session.add(Expectation(
            id=new_id(), practice_id=agreed.ids["ana.practice"], key_id=_key(agreed),
            engagement_id=agreed.ids["engagement"], party_id=agreed.ids["ben.party"],
            hope_enc=b"", ready_enc=b"", shared_with="coach", changed_at=work.now,
            shared_at=work.now))
    handed_over(agreed)
    with agreed.ground.work(writes=False) as work:
        (draft,) = work.session.scalars(select(TermsDraft))
        assert json.loads(work.reveal(draft, "values")) == {}
        assert (draft.issued_at, draft.discarded_at) == (None, None)
        (hope,) = work.session.scalars(select(Expectation))
        assert (hope.shared_with, hope.shared_at) == ("", None)


def _key(world: World) -> str:
    with world.ground.work(writes=False) as work:
        return str(work.session.get_one(Engagement, world.ids["engagement"]).key_id)


def test_lets_the_new_coach_conclude_anew(agreed: World, app: Flask) -> None:
    handed_over(agreed)
    concluded_by(agreed, app, "dora")
    with agreed.ground.work(writes=False) as work:
        standing = standing_of_one(work, agreed.ids["engagement"])
        assert [facts.number for facts in standing.versions] == [1, 2]
    dora = Browser(app).be(agreed, "dora", "coach")
    before, newest = (facts.version_id for facts in standing.versions)
    path = f"/engagements/{agreed.ids['engagement']}/versions"
    assert DORA.name in dora.get(f"{path}/{newest}/text").text
    assert dora.get(f"{path}/{before}/text").status == 404
    with agreed.ground.work(writes=False) as work:
        record = json.loads(work.reveal(
            work.session.get_one(AgreementVersion, agreed.ids["version"]), "record"))
    assert {slot["name"] for slot in record["slots"]} == {DORA.name, BEN.name}


def test_tells_the_new_coach_on_paper_nothing_from_before(agreed: World, app: Flask) -> None:
    """The new edition hangs on the old one event by event, by their hashes alone."""
    seal_due(agreed.ground)
    agreed.clock.move(days=1)
    handed_over(agreed)
    concluded_by(agreed, app, "dora")
    seal_due(agreed.ground)
    early, late = stories(agreed)[0], stories(agreed)[-1]
    count = len(early["events"])
    assert all(set(event) == {"withheld"} for event in late["events"][:count])
    assert walked(late)[count] == early["head"]
    kinds = [event.get("kind") for event in late["events"]]
    assert kinds.count("engagement.handed_over") == 1
    assert kinds.count("version.issued") == 1
    assert "paper.sealed" not in kinds


def concluded_by(world: World, app: Flask, key: str) -> Signature:
    """Let a new coach go through terms and issue, and Ben sign again."""
    coach = Browser(app).be(world, key, "coach")
    path = f"/engagements/{world.ids['engagement']}"
    page = coach.post(f"{path}/terms", page=coach.get(f"{path}/terms"))
    page = coach.post(page.response.request.path, {
        "name": DORA.name, "code": world.fresh_code(key)}, page=page)
    assert page.status == 200, page.text
    with world.ground.work(writes=False) as work:
        world.ids["version"] = str(work.session.scalars(
            select(AgreementVersion.id).order_by(AgreementVersion.number.desc())).first())
    read_all(world)
    signature = sign(world)
    assert state_now(world) in ("SCHEDULED", "IN_FORCE")
    return signature  # type: ignore[return-value]


def test_lets_a_coach_come_back_after_another(agreed: World, app: Flask) -> None:
    handed_over(agreed)
    concluded_by(agreed, app, "dora")
    agreed.clock.move(days=60)
    propose(agreed, to="ana", by="dora")
    reply(agreed, Answer.YES)
    with agreed.ground.work(writes=False) as work:
        engagement = work.session.get_one(Engagement, agreed.ids["engagement"])
        parties = list(work.session.scalars(select(Party).where(Party.role == "COACH")))
        newest = max(parties, key=lambda party: party.created_at)
        assert len(parties) == 3
        assert coach_of(work, engagement).id == newest.id
        assert newest.person_id == agreed.ids["ana"]
    ana = Browser(app).be(agreed, "ana", "coach")
    assert ana.get(f"/engagements/{agreed.ids['engagement']}").status == 200
    assert concluded_by(agreed, app, "ana")
    with agreed.ground.work(writes=False, actor=agreed.coach()) as work:
        # She is the one who is asked to look at it again, by the party that she is now.
        assert party_of_person(work, agreed.ids["engagement"], agreed.ids["ana"]).id == newest.id
        (look,) = coach_looks(work, work.session.get_one(Engagement, agreed.ids["engagement"]))
        assert look.id == agreed.ids["version"]


def test_leaves_no_word_about_a_guest_to_the_new_coach(agreed: World, app: Flask) -> None:
    room = plan(agreed)
    with agreed.ground.work(writes=True, actor=agreed.coach()) as work:
        brought = sessions.bring_in(work, *held(work, agreed, room), sessions.NewGuest(
            NewPerson(GUS.name, GUS.email, Owner.PRIVATE, ReadBy.NOBODY), "the merger",
            Mode.WHEN_ASKED, today(work.now)))
        guest = brought.party_id
    handed_over(agreed)
    with agreed.ground.work(writes=False) as work:
        standing = standing_of_one(work, agreed.ids["engagement"])
        (addendum,) = [one for one in standing.agreements.values() if one.party_id == guest]
        assert addendum.id in standing.dropped
        assert draft_values(work, addendum.id) == {}
    path = f"/engagements/{agreed.ids['engagement']}"
    dora = Browser(app).be(agreed, "dora", "coach")
    for page in (dora.get(f"{path}/terms"), dora.get(f"{path}/sessions/{room}"), dora.get(path)):
        assert page.status == 200
        assert "the merger" not in page.html
    assert concluded_by(agreed, app, "dora")


def test_keeps_a_coach_whose_engagements_run(agreed: World) -> None:
    with pytest.raises(Refused) as no:
        let_go(agreed, "ana")
    assert no.value.reason is MemberNo.STILL_COACHES
    with pytest.raises(Refused) as no, agreed.ground.work(
            writes=True, actor=agreed.coach("olga")) as work:
        actions.change_role(
            work, work.session.get_one(Account, agreed.ids["ana.account"]), Role.HELPER)
    assert no.value.reason is MemberNo.STILL_COACHES
    handed_over(agreed)
    let_go(agreed, "ana")


def test_lets_an_owner_propose_once_the_coach_is_gone(agreed: World, app: Flask) -> None:
    with pytest.raises(Missing):
        propose(agreed, by="olga")
    let_go(agreed, "ana", cannot_hand_over=True)
    with agreed.ground.work(writes=False) as work:
        (left,) = without_coach(work, agreed.ids["olga.practice"])
    assert (left.coachee, left.coach, left.word) == (BEN.name, ANA.name, None)
    with pytest.raises(Missing):
        propose(agreed, by="dora")
    propose(agreed, by="olga")
    (mail,) = waiting(agreed, "hand_over")
    assert mail.values["reply_to"] == OLGA.email
    reply(agreed, Answer.TALK)
    assert [mail.to for mail in waiting(agreed, "talk_first")] == [OLGA.email]
    reply(agreed, Answer.YES)
    assert {mail.to for mail in waiting(agreed, "handed_over", "taken_over")} == {
        OLGA.email, DORA.email}
    olga = Browser(app).be(agreed, "olga", "coach")
    assert olga.get(f"/engagements/{agreed.ids['engagement']}/hand-over").status == 404
    assert BEN.name not in olga.get("/practice/without-coach").text


def test_takes_open_texts_back_when_a_coach_is_gone(world: World) -> None:
    add_practice(world)
    add_colleague(world, OLGA, "olga", "owner")
    add_engagement(world)
    issue(world)
    let_go(world, "ana", cannot_hand_over=True)
    assert state_now(world) == "VOID"
    with world.ground.work(writes=False) as work:
        assert without_coach(work, world.ids["olga.practice"]) == []


def test_tells_the_owners_when_the_proposer_has_left(agreed: World) -> None:
    propose(agreed)
    let_go(agreed, "ana", cannot_hand_over=True)
    agreed.clock.move(days=14)
    run_job(agreed.ground, "hand-overs")
    run_job(agreed.ground, "hand-overs")
    assert [mail.to for mail in waiting(agreed, "not_handed_over")] == [OLGA.email]
