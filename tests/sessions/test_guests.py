"""A guest is in one session by an addendum that ends with it (T5, INV-9)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.agreements.models import TermsDraft
from portal.agreements.policy import LineFacts, line_state, state
from portal.agreements.queries import draft_values, standing_of_one
from portal.engagements.actions import hold
from portal.engagements.models import Engagement, Party
from portal.engagements.queries import parties_of
from portal.issuing.queries import texts_of
from portal.people.actions import NewPerson
from portal.people.policy import AddressNo, Owner, ReadBy
from portal.plain.errors import Missing, Refused
from portal.reaching.actions import accept, refuse
from portal.sessions import actions
from portal.sessions.models import SessionPass
from portal.sessions.policy import Mode, SessionNo
from portal.sessions.queries import addendum_of
from tests.builders import World
from tests.cast import BEN, GUS, Character
from tests.sessions.world import (
    DAY,
    agreement_with,
    as_party,
    bring_in,
    cancel,
    freeze_terms,
    guest_agreed,
    held,
    inside,
    move,
    own,
    plan,
    sheet,
    sign_all,
)

IVO = Character("Ivo Imhof", "ivo@posteo.example")


def line_now(world: World, version_id: str) -> tuple[str, str]:
    """Return the state of an addendum and of its permit now."""
    with world.ground.work(writes=False) as work:
        facts = standing_of_one(work, world.ids["engagement"]).version(version_id)
        line = LineFacts(1, False, facts.valid_to, None)
        return state(facts, work.now), line_state(line, facts, work.now)


def test_names_one_session_and_one_topic(bound: World) -> None:
    one = plan(bound)
    agreement_id = bring_in(bound, one, GUS)
    with bound.ground.work(writes=False) as work:
        agreement = standing_of_one(work, bound.ids["engagement"]).agreements[agreement_id]
        assert (agreement.template_code, agreement.session_id, agreement.mandatory) == (
            "T5", one, False)
        assert draft_values(work, agreement_id)["answers"] == {"topic": "the hand-over"}
        party = work.session.get_one(Party, agreement.party_id)
        assert party.role == "GUEST"
        text = addendum_of(work, agreement)
    assert (text.session, f"{text.starts_at:%d.%m. %H:%M}", f"{text.ends_at:%H:%M}",
            f"{text.end_at:%d.%m. %H:%M}") == ("S1", "07.12. 10:01", "11:01", "14.12. 11:01")


def test_inv_9_is_in_force_inside_its_session(bound: World) -> None:
    one, other = plan(bound), plan(bound, days=21)
    version = guest_agreed(bound, one, GUS)
    assert inside(bound, one) == [GUS.name]
    assert inside(bound, other) == []
    bound.clock.move(days=14, minutes=30)
    assert line_now(bound, version) == ("IN_FORCE", "ACTIVE")
    assert [row.code for row in own(bound, "gus").coming] == ["S1"]


def test_inv_9_ends_with_the_session(bound: World) -> None:
    one = plan(bound)
    version = guest_agreed(bound, one, GUS)
    bound.clock.move(days=14, hours=1, microseconds=-1)
    assert line_now(bound, version) == ("IN_FORCE", "ACTIVE")
    bound.clock.move(microseconds=1)
    assert line_now(bound, version) == ("EXPIRED", "EXPIRED")
    assert inside(bound, one) == []
    assert [(row.code, row.ended) for row in own(bound, "gus").past] == [("S1", True)]


def test_inv_9_follows_a_session_that_is_moved_within_seven_days(bound: World) -> None:
    one = plan(bound)
    version = guest_agreed(bound, one, GUS)
    assert move(bound, one, days=7) == []
    assert inside(bound, one) == [GUS.name]
    bound.clock.move(days=21, hours=1, microseconds=-1)
    assert line_now(bound, version) == ("IN_FORCE", "ACTIVE")
    bound.clock.move(microseconds=1)
    assert line_now(bound, version) == ("EXPIRED", "EXPIRED")


@pytest.mark.parametrize("days", [8, 30, -3])
def test_inv_9_needs_a_new_addendum_for_a_session_that_is_moved_further(
    bound: World, days: int
) -> None:
    one = plan(bound)
    guest_agreed(bound, one, GUS)
    assert move(bound, one, days=days) == [bound.ids["gus.party"]]
    assert inside(bound, one) == []
    assert list(own(bound, "gus").coming) == []
    again = guest_agreed(bound, one, GUS)
    assert inside(bound, one) == [GUS.name]
    bound.clock.move(days=14 + days, hours=1)
    assert line_now(bound, again) == ("EXPIRED", "EXPIRED")


def test_inv_9_ends_with_a_session_that_is_cancelled(bound: World) -> None:
    one = plan(bound)
    version = guest_agreed(bound, one, GUS)
    bound.clock.move(days=14, minutes=1)
    assert line_now(bound, version) == ("IN_FORCE", "ACTIVE")
    cancel(bound, one)
    assert line_now(bound, version) == ("EXPIRED", "EXPIRED")
    assert [(row.code, row.ended) for row in own(bound, "gus").past] == [("S1", True)]


def test_inv_9_never_holds_for_a_session_that_was_cancelled_before(bound: World) -> None:
    one = plan(bound)
    version = guest_agreed(bound, one, GUS)
    cancel(bound, one)
    bound.clock.move(days=14, minutes=30)
    assert line_now(bound, version)[0] == "VOID"
    assert list(own(bound, "gus").coming) == []


def test_is_signed_before_the_session_begins_or_not_at_all(bound: World) -> None:
    one = plan(bound)
    version = freeze_terms(bound, bring_in(bound, one, GUS))
    bound.clock.move(days=14)
    assert line_now(bound, version) == ("VOID", "ENDED")
    with pytest.raises(Refused):
        sign_all(bound, version)


def test_takes_an_unsigned_addendum_back_when_its_session_goes(bound: World) -> None:
    moved, cancelled, drafted = plan(bound), plan(bound, days=20), plan(bound, days=30)
    versions = [freeze_terms(bound, bring_in(bound, one, who, key)) for one, who, key in (
        (moved, GUS, "gus"), (cancelled, IVO, "ivo"))]
    draft = bring_in(bound, drafted, GUS)
    move(bound, moved, days=9)
    cancel(bound, cancelled)
    cancel(bound, drafted)
    assert [line_now(bound, version)[0] for version in versions] == ["VOID", "VOID"]
    with bound.ground.work(writes=False) as work:
        assert draft in standing_of_one(work, bound.ids["engagement"]).dropped
        row = work.session.scalars(
            select(TermsDraft).where(TermsDraft.agreement_id == draft)).one()
        assert row.discarded_at is not None
    assert [b.third.name for b in sheet(bound, drafted).beside] == []


def test_brings_the_same_guest_into_another_session_by_another_addendum(bound: World) -> None:
    one, two = plan(bound), plan(bound, days=21)
    guest_agreed(bound, one, GUS)
    party = bound.ids["gus.party"]
    assert inside(bound, two) == []
    guest_agreed(bound, two, GUS)
    assert bound.ids["gus.party"] == party
    assert inside(bound, one) == inside(bound, two) == [GUS.name]


def test_goes_on_with_the_draft_that_was_not_sent(bound: World) -> None:
    one = plan(bound)
    assert bring_in(bound, one, GUS) == bring_in(bound, one, GUS)


@pytest.mark.parametrize("signed", [True, False])
def test_asks_nobody_twice_for_one_session(bound: World, signed: bool) -> None:
    one = plan(bound)
    version = freeze_terms(bound, bring_in(bound, one, GUS))
    if signed:
        sign_all(bound, version)
    with pytest.raises(Refused) as refused:
        bring_in(bound, one, GUS)
    assert refused.value.reason is SessionNo.ASKED_ALREADY


def test_does_not_take_somebody_for_a_guest_who_takes_part_already(bound: World) -> None:
    one = plan(bound)
    with pytest.raises(Refused) as refused:
        bring_in(bound, one, BEN)
    assert refused.value.reason is SessionNo.TAKES_PART_ALREADY


@pytest.mark.parametrize(("owner", "read_by", "no"), [
    (Owner.EMPLOYER, ReadBy.NOBODY, AddressNo.EMPLOYER_OWNED),
    (Owner.SHARED, ReadBy.NOBODY, AddressNo.NOT_PRIVATE),
    (Owner.PRIVATE, ReadBy.ASSISTANT, AddressNo.READ_BY_EMPLOYER),
])
def test_z7_writes_to_a_guest_at_their_own_address_alone(
    bound: World, owner: Owner, read_by: ReadBy, no: AddressNo
) -> None:
    one = plan(bound)
    with bound.ground.work(writes=True, actor=bound.coach()) as work:
        with pytest.raises(Refused) as refused:
            actions.bring_in(work, *held(work, bound, one), actions.NewGuest(
                NewPerson(GUS.name, GUS.email, owner, read_by), "the hand-over", Mode.SILENT))
        assert refused.value.reason is no


@pytest.mark.parametrize("name", ["Human Resources", "the team", "HR"])
def test_inv_19_names_a_person(bound: World, name: str) -> None:
    one = plan(bound)
    with pytest.raises(Refused) as refused:
        bring_in(bound, one, Character(name, "hr@posteo.example"))
    assert refused.value.reason is SessionNo.NOBODY_NAMED


def test_brings_nobody_into_a_session_that_has_begun(bound: World) -> None:
    one = plan(bound)
    bound.clock.move(days=14)
    with pytest.raises(Refused) as refused:
        bring_in(bound, one, GUS)
    assert refused.value.reason is SessionNo.BEGUN


def test_writes_no_addendum_for_a_session_that_has_begun(bound: World) -> None:
    agreement_id = bring_in(bound, plan(bound), GUS)
    bound.clock.move(days=14)
    with bound.ground.work(writes=False) as work:
        assert addendum_of(work, standing_of_one(
            work, bound.ids["engagement"]).agreements[agreement_id]).no is SessionNo.BEGUN
        engagement = work.session.get_one(Engagement, bound.ids["engagement"])
        assert texts_of(work, engagement).to_send == []


def test_writes_no_addendum_for_all_sessions(bound: World) -> None:
    with bound.ground.work(writes=False) as work, pytest.raises(Missing):
        addendum_of(work, next(iter(standing_of_one(
            work, bound.ids["engagement"]).agreements.values())))


@pytest.mark.parametrize(("answer", "expected"), [(accept, [GUS.name]), (refuse, [])])
def test_z6_lets_the_coachee_decide_about_the_guest(
    bound: World, answer, expected: list[str]
) -> None:
    one = plan(bound)
    guest_agreed(bound, one, GUS)
    with bound.ground.work(writes=True, actor=bound.party()) as work:
        engagement = hold(work, bound.ids["engagement"])
        party = work.session.get_one(Party, bound.ids["gus.party"])
        answer(work, engagement, party)
    assert inside(bound, one) == expected


def test_asks_anew_for_somebody_who_was_refused(bound: World) -> None:
    one = plan(bound)
    bring_in(bound, one, GUS)
    refused = bound.ids["gus.party"]
    with bound.ground.work(writes=True, actor=bound.party()) as work:
        refuse(work, hold(work, bound.ids["engagement"]),
               work.session.get_one(Party, refused))
    bring_in(bound, one, GUS)
    assert bound.ids["gus.party"] != refused
    assert agreement_with(bound, "gus")


def test_lets_go_of_a_guest_who_was_never_asked(bound: World) -> None:
    from portal.issuing.actions import take_out

    bring_in(bound, plan(bound), GUS)
    with bound.ground.work(writes=True, actor=bound.coach()) as work:
        engagement = hold(work, bound.ids["engagement"])
        take_out(work, engagement, work.session.get_one(Party, bound.ids["gus.party"]))
    with bound.ground.work(writes=False) as work:
        assert list(work.session.scalars(select(SessionPass))) == []
        assert all(p.role != "GUEST" for p in parties_of(
            work, [bound.ids["engagement"]])[bound.ids["engagement"]])


def test_leaves_the_guest_no_way_in_after_the_session(bound: World) -> None:
    one = plan(bound)
    guest_agreed(bound, one, GUS)
    bound.clock.move(days=14, hours=2)
    assert list(own(bound, "gus").coming) == []
    with pytest.raises(Missing):
        as_party(bound, "gus", actions.leave, one, _party(bound))


def _party(world: World) -> Party:
    with world.ground.work(writes=False) as work:
        return work.session.get_one(Party, world.ids["gus.party"])


def test_counts_seven_days_by_the_wall_clock(bound: World) -> None:
    one = plan(bound, days=122)
    agreement_id = bring_in(bound, one, GUS)
    with bound.ground.work(writes=False) as work:
        text = addendum_of(work, standing_of_one(
            work, bound.ids["engagement"]).agreements[agreement_id])
    assert text.end_at - text.ends_at == 7 * DAY
    assert (text.end_at.utcoffset() or DAY) - (text.ends_at.utcoffset() or DAY) == timedelta(
        hours=1)
