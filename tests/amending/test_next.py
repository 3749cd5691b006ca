"""The next version of a text: until everyone has signed it, the one before holds (INV-3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from portal.agreements.actions import renew_draft, save_draft
from portal.agreements.queries import draft_values, standing_of_one, version_row
from portal.amending import actions
from portal.desk.queries.own import own_versions
from portal.desk.queries.sheet import sheet_of
from portal.desk.queries.versions import Next
from portal.engagements.actions import hold, note
from portal.engagements.queries import own_or_missing
from portal.issuing import actions as issuing
from portal.issuing.queries import material_of, texts_of
from portal.ledger.queries import bodies_of
from portal.plain.errors import Missing
from portal.sharing.policy import Code
from portal.signing.actions import decline, end_person
from portal.signing.queries import seat_of
from tests.amending.table import (
    GOALS,
    SENTENCE,
    TAKEAWAYS,
    begin,
    draft_wider,
    seat_everyone,
    sent_wider,
    signs_next,
    states_of,
    version_of,
)
from tests.builders import World, add_practice, add_table, come_again, issue, vouch_for
from tests.pages import BASE, Browser
from tests.sharing.table import asked

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def agreed(world: World) -> World:
    """Give a world in which four texts are in force."""
    seat_everyone(world)
    return world


@pytest.fixture
def wider(agreed: World) -> World:
    """Give a world in which a wider T2 waits for Ben and Carla."""
    sent_wider(agreed)
    return agreed


def test_inv_3_takes_over_in_the_instant_of_the_last_signature(wider: World) -> None:
    assert states_of(wider) == ["IN_FORCE", "PARTLY_SIGNED"]
    assert asked(wider, "carla", TAKEAWAYS).code is Code.NO_COACHEE_CONSENT
    signs_next(wider, "carla")
    assert states_of(wider) == ["IN_FORCE", "PARTLY_SIGNED"]
    assert asked(wider, "carla", TAKEAWAYS).code is not Code.GRANT
    assert asked(wider, "carla", GOALS).code is Code.GRANT
    signs_next(wider, "ben")
    assert states_of(wider) == ["SUPERSEDED", "IN_FORCE"]
    assert asked(wider, "carla", TAKEAWAYS).code is Code.GRANT
    assert asked(wider, "carla", GOALS).code is Code.GRANT
    with wider.ground.work(writes=False) as work:
        old, new = (standing_of_one(work, wider.ids["engagement"]).version(wider.ids[code])
                    for code in ("T2.1", "T2"))
        assert old.successor_in_force_at == new.force_at() == new.complete_at()
        assert version_row(work, new.version_id).predecessor_id == old.version_id


def test_inv_1_counts_no_signature_over_the_old_hash_for_the_new_text(wider: World) -> None:
    with wider.ground.work(writes=False) as work:
        standing = standing_of_one(work, wider.ids["engagement"])
        new, coach = standing.version(wider.ids["T2"]), {"COACH"}
        assert {slot.role for slot in new.slots if new.signed_at(slot.party_id)} == coach
        assert new.hash != standing.version(wider.ids["T2.1"]).hash


@pytest.mark.parametrize("declined", [True, False])
def test_z4_leaves_the_old_text_untouched_when_the_new_one_fails(
    wider: World, declined: bool
) -> None:
    before = asked(wider, "carla", GOALS)
    if declined:
        come_again(wider)
        with wider.ground.work(writes=True, actor=wider.party()) as work:
            decline(work, wider.ids["T2"])
    assert states_of(wider)[0] == "IN_FORCE"
    wider.clock.move(days=15)
    assert states_of(wider) == ["IN_FORCE", "DECLINED" if declined else "VOID"]
    assert asked(wider, "carla", GOALS) == before
    assert before.code is Code.GRANT
    assert asked(wider, "carla", TAKEAWAYS).code is not Code.GRANT


def test_inv_7_narrows_the_old_text_at_once_while_the_new_one_waits(wider: World) -> None:
    with wider.ground.work(writes=True, actor=wider.party()) as work:
        note(work, hold(work, wider.ids["engagement"]), "line.withdrawn", wider.ids["T2.1"],
             {"line": 2, "categories": None, "by": wider.ids["ben.party"], "told": "portal"})
    assert asked(wider, "carla", GOALS).code is Code.WITHDRAWN
    assert states_of(wider) == ["IN_FORCE", "PARTLY_SIGNED"]
    for key in ("carla", "ben"):
        signs_next(wider, key)
    # What was taken back of the old text was said to the old text: the new one has its own yes.
    assert asked(wider, "carla", GOALS).code is Code.GRANT


def test_z15_takes_no_yes_over_to_the_new_text(wider: World) -> None:
    signs_next(wider, "carla")
    signs_next(wider, "ben", choice="no")
    assert states_of(wider) == ["SUPERSEDED", "IN_FORCE"]
    assert asked(wider, "carla", GOALS).code is Code.SUPERSEDED
    assert asked(wider, "carla", TAKEAWAYS).code is Code.OPTION_REFUSED


def test_z6_does_not_ask_anew_whether_somebody_may_be_asked(wider: World) -> None:
    with wider.ground.work(writes=False, actor=wider.party()) as work:
        seat = seat_of(work)
        assert wider.ids["T2"] in {f.version_id for f in seat.standing.waiting(
            seat.party, work.now)}
    come_again(wider)
    with wider.ground.work(writes=False) as work:
        record = work.reveal(version_row(work, wider.ids["T2"]), "record")
        assert b'"kind":"person"' not in bytes(record, "utf-8")


def test_z13_a_no_to_a_person_ends_both_versions(wider: World) -> None:
    come_again(wider)
    with wider.ground.work(writes=True, actor=wider.party()) as work:
        end_person(work, seat_of(work), wider.ids["carla.party"])
    assert states_of(wider) == ["WITHDRAWN", "DECLINED"]


def test_begins_with_what_holds_and_ends_on_the_same_day(agreed: World) -> None:
    agreed.clock.move(days=30)
    begin(agreed)
    with agreed.ground.work(writes=False, actor=agreed.coach()) as work:
        texts = texts_of(work, own_or_missing(work, agreed.ids["engagement"]))
        (draft,) = texts.to_send
        material, row = draft.material, version_row(work, agreed.ids["T2"])
        assert (material.dates.effective_from, material.dates.valid_to) == (
            material.today, row.ends_on)
        assert material.answers["sponsor.wishes"] == "whether the goals are reached"


def test_puts_a_draft_away_and_keeps_what_holds(agreed: World) -> None:
    agreement_id = version_of(agreed, "T2")
    with agreed.ground.work(writes=False) as work:
        before = draft_values(work, agreement_id)
    draft_wider(agreed)
    with agreed.ground.work(writes=True, actor=agreed.coach()) as work:
        engagement = issuing.own(work, agreed.ids["engagement"])
        actions.put_next_away(work, engagement, agreement_id)
        assert draft_values(work, agreement_id) == before
        assert texts_of(work, engagement).drafts == []
        with pytest.raises(Missing):
            actions.put_next_away(work, engagement, agreement_id)
    assert states_of(agreed) == ["IN_FORCE"]


def test_begins_nothing_where_nothing_is_in_force(wider: World) -> None:
    with pytest.raises(Missing):
        begin(wider)


def test_records_where_the_new_text_leads(wider: World) -> None:
    with wider.ground.work(writes=False) as work:
        (drafted,) = bodies_of(work, wider.ids["engagement"], ("amendment.drafted",))
    assert drafted.facts == {"agreement": version_of(wider, "T2"), "version": wider.ids["T2"],
                             "direction": "widen"}


def test_says_what_is_different_wherever_the_text_is_read(wider: World, app: Flask) -> None:
    ana = Browser(app).be(wider, "ana", "coach")
    here = f"/engagements/{wider.ids['engagement']}"
    assert SENTENCE in ana.get(f"{here}/versions/{wider.ids['T2']}/text").text
    for key in ("ben", "carla"):
        come_again(wider, key)
        browser = Browser(app).be(wider, key, "party")
        start = browser.get("/p/start").text
        assert "More may be shared than under version 1. Version 1 holds until everyone" in start
        first = browser.get("/p/read/1")
        assert SENTENCE in first.text
        told = [browser.get(f"/p/read/{number}").text for number in (1, 2, 3)]
        assert any("In version 1 you said yes to this." in page for page in told) is (key == "ben")
        assert SENTENCE in browser.get("/p/sign").text
        assert "checked" not in "".join(
            str(field) for field in browser.get("/p/read/2").soup.select("input[type=radio]"))


def test_shows_the_difference_before_anything_is_sent(agreed: World, app: Flask) -> None:
    agreed.clock.move(days=1)
    draft_wider(agreed)
    ana = Browser(app).be(agreed, "ana", "coach")
    here = f"/engagements/{agreed.ids['engagement']}"
    look = ana.get(f"{here}/issue")
    assert SENTENCE in look.text
    assert "More may be shared than under version 1." in look.text
    for key in ("ben", "carla"):
        preview = ana.get(f"{here}/preview/{agreed.ids[f'{key}.party']}").text
        assert SENTENCE in preview
        assert "you said yes" not in preview


def test_z1_keeps_the_old_text_readable_with_who_signed_and_when(wider: World, app: Flask) -> None:
    for key in ("carla", "ben"):
        signs_next(wider, key)
    ana = Browser(app).be(wider, "ana", "coach")
    here = f"/engagements/{wider.ids['engagement']}"
    earlier = ana.get(here)
    assert "Carla Conti , sponsor: agreed on 23 November 2026" in earlier.text
    old = ana.get(f"{here}/versions/{wider.ids['T2.1']}/text").text
    assert "What Ben Adler answered" in old
    for key, sees in (("ben", True), ("carla", False)):
        browser = Browser(app).be(wider, key, "party")
        consents = browser.get("/p/consents").text
        assert "A newer version took its place." in consents
        old = browser.get(f"/p/agreements/{wider.ids['T2.1']}/text").text
        assert "Carla Conti , sponsor agreed on 23 November 2026" in old
        assert ("Your answers" in old) is sees
        assert SENTENCE in browser.get(f"/p/agreements/{wider.ids['T2']}/text").text


def test_says_that_only_the_wording_is_different(agreed: World, app: Flask) -> None:
    agreed.clock.move(days=1)
    begin(agreed, "T1")
    agreed.ids["T1.1"] = agreed.ids["T1"]
    issue(agreed)
    come_again(agreed)
    first = Browser(app).be(agreed, "ben", "party").get("/p/read/1").text
    assert "Only the wording is different from version 1." in first
    assert "May also" not in first


@pytest.mark.parametrize("newer", [True, False])
def test_offers_a_newer_wording_and_edits_nothing(agreed: World, app: Flask, newer: bool) -> None:
    with agreed.ground.work(writes=False, actor=agreed.coach()) as work:
        sheet = sheet_of(work, agreed.ids["engagement"])
        text = next(one for one in sheet.texts if one.row.template_code == "T2")
    assert text.next == Next(is_drafted=False, newer_wording=False)
    with app.test_request_context("/", base_url=BASE):
        words = app.jinja_env.get_template("parts/desk_next_version.html").module.next_version(
            sheet, replace(text, next=Next(is_drafted=False, newer_wording=newer)), None)
    assert ("There is a newer wording of this text." in words) is newer
    assert "Begin the next version" in words


def test_needs_no_new_voice_check(wider: World) -> None:
    for key in ("carla", "ben"):
        signs_next(wider, key)
    assert states_of(wider)[-1] == "IN_FORCE"
    with pytest.raises(AssertionError):
        vouch_for(wider, "ben")


def test_can_be_sent_in_the_last_days_of_what_holds(agreed: World) -> None:
    """It is signed by its own last day, where that is nearer than two weeks."""
    begin(agreed)
    agreed.ids["T2.1"] = agreed.ids["T2"]
    with agreed.ground.work(writes=True, actor=agreed.coach()) as work:
        engagement = issuing.own(work, agreed.ids["engagement"])
        standing = standing_of_one(work, engagement.id)
        agreement = standing.agreements[version_of(agreed, "T2")]
        last = material_of(work, engagement, agreement.id).today + timedelta(days=5)
        save_draft(work, engagement, agreement, {"ends_on": last.isoformat()})
    issue(agreed)
    assert states_of(agreed) == ["IN_FORCE", "PARTLY_SIGNED"]
    with agreed.ground.work(writes=False) as work:
        facts = standing_of_one(work, agreed.ids["engagement"]).version(agreed.ids["T2"])
        assert version_row(work, facts.version_id).ends_on == last
        assert facts.sign_by == facts.valid_to


def test_says_why_what_is_not_complete_goes_back(world: World, app: Flask) -> None:
    add_practice(world)
    add_table(world, "carla")
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        for agreement in standing_of_one(work, engagement.id).agreements.values():
            renew_draft(work, engagement, agreement)
    page = Browser(app).be(world, "ana", "coach").get(
        f"/engagements/{world.ids['engagement']}/issue")
    assert page.response.request.path.endswith("/terms")
    assert "This cannot be sent as it stands." in page.text


def test_ends_a_line_for_the_coachee_on_its_own_last_day(agreed: World) -> None:
    with agreed.ground.work(writes=False) as work:
        last = work.now.date() + timedelta(days=9)
    agreed.ids["T2.1"] = agreed.ids["T2"]
    draft_wider(agreed, categories=None, ends=last)
    issue(agreed)
    for key in ("carla", "ben"):
        signs_next(agreed, key)

    def state_of_line() -> str | None:
        """Return how the line about the goals stands on Ben's card."""
        with agreed.ground.work(writes=False, actor=agreed.party()) as work:
            card = next(one for one in own_versions(work, seat_of(work))
                        if one.version_id == agreed.ids["T2"])
        return next(line.state for line in card.lines if line.ends == last)

    assert state_of_line() == "ACTIVE"
    assert asked(agreed, "carla", GOALS).code is Code.GRANT
    agreed.clock.move(days=10)
    assert state_of_line() == "EXPIRED"
    assert asked(agreed, "carla", GOALS).code is not Code.GRANT
