"""Owner, coach and helper: what each sees, how a role changes and a membership ends (Z5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from portal.handing.actions import change_role, end_membership
from portal.people.models import Account, Membership
from portal.people.policy import (
    MemberFacts,
    MemberNo,
    Role,
    Sees,
    sees,
    why_not_leave,
    why_not_role,
)
from portal.people.queries import lookers_of, members_of
from portal.plain.errors import Missing, Refused
from tests.builders import World, add_colleague, add_practice
from tests.cast import ANA, DORA, HANA, OLGA, PASSWORD, ZOE
from tests.pages import Browser
from tests.people.outbox import kinds, recorded, waiting

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def practice(world: World) -> World:
    """Give Berg Coaching with two owners, a coach and a helper, and Quist Coaching beside it."""
    add_practice(world)
    world.clock.move(minutes=1)
    add_colleague(world, DORA, "dora")
    add_colleague(world, HANA, "hana", "helper")
    add_colleague(world, OLGA, "olga", "owner")
    add_practice(world, ZOE, "zoe", name="Quist Coaching")
    return world


def account(world: World, key: str) -> str:
    return world.ids[f"{key}.account"]


def let_go(world: World, key: str, by: str = "ana", **how: bool) -> None:
    with world.ground.work(writes=True, actor=world.coach(by)) as work:
        end_membership(work, work.session.get_one(Account, account(world, key)), **how)


def promote(world: World, key: str, role: Role, by: str = "ana") -> None:
    with world.ground.work(writes=True, actor=world.coach(by)) as work:
        change_role(work, work.session.get_one(Account, account(world, key)), role)


@pytest.mark.parametrize("role, owners, coaches, new, no", [
    (Role.OWNER, 1, 0, Role.COACH, MemberNo.LAST_OWNER),
    (Role.OWNER, 1, 0, Role.HELPER, MemberNo.LAST_OWNER),
    (Role.OWNER, 2, 0, Role.COACH, None),
    (Role.OWNER, 2, 1, Role.COACH, None),
    (Role.OWNER, 2, 1, Role.HELPER, MemberNo.STILL_COACHES),
    (Role.COACH, 1, 3, Role.OWNER, None),
    (Role.COACH, 1, 3, Role.HELPER, MemberNo.STILL_COACHES),
    (Role.COACH, 1, 0, Role.HELPER, None),
    (Role.HELPER, 1, 0, Role.COACH, None),
    (Role.HELPER, 1, 0, Role.HELPER, MemberNo.SAME_ROLE),
    (Role.OWNER, 1, 0, Role.OWNER, MemberNo.SAME_ROLE),
])
def test_says_why_a_member_keeps_a_role(
    role: Role, owners: int, coaches: int, new: Role, no: MemberNo | None
) -> None:
    assert why_not_role(MemberFacts(role, owners, coaches), new) is no


@pytest.mark.parametrize("role, owners, coaches, cannot, no", [
    (Role.OWNER, 1, 0, False, MemberNo.LAST_OWNER),
    (Role.OWNER, 1, 2, True, MemberNo.LAST_OWNER),
    (Role.OWNER, 2, 0, False, None),
    (Role.COACH, 1, 2, False, MemberNo.STILL_COACHES),
    (Role.COACH, 1, 2, True, None),
    (Role.COACH, 1, 0, False, None),
    (Role.HELPER, 1, 0, False, None),
])
def test_says_why_a_member_stays(
    role: Role, owners: int, coaches: int, cannot: bool, no: MemberNo | None
) -> None:
    assert why_not_leave(MemberFacts(role, owners, coaches), cannot_hand_over=cannot) is no


def test_z5_lets_each_role_see_its_own_part() -> None:
    assert {(role, coaches): sees(role, coaches=coaches) for role in Role
            for coaches in (True, False)} == {
        (Role.OWNER, True): Sees.COACH, (Role.OWNER, False): Sees.STATES,
        (Role.COACH, True): Sees.COACH, (Role.COACH, False): None,
        (Role.HELPER, True): Sees.COACH, (Role.HELPER, False): Sees.DATES}


def test_inv_24_names_everybody_who_can_open_anything_and_nobody_else(practice: World) -> None:
    with practice.ground.work(writes=False) as work:
        found = lookers_of(work, practice.ids["ana.practice"], practice.ids["dora"])
        own = lookers_of(work, practice.ids["ana.practice"], practice.ids["ana"])
    assert [(one.name, one.sees.value) for one in found] == [
        (DORA.name, "coach"), (ANA.name, "states only"), (OLGA.name, "states only"),
        (HANA.name, "dates and reminders")]
    assert [one.name for one in own] == [ANA.name, OLGA.name, HANA.name]


def test_inv_24_no_longer_names_who_has_left(practice: World) -> None:
    for key in ("hana", "olga", "dora"):
        let_go(practice, key)
    with practice.ground.work(writes=False) as work:
        found = lookers_of(work, practice.ids["ana.practice"], practice.ids["dora"])
    assert [(one.name, one.sees) for one in found] == [(ANA.name, Sees.STATES)]


def test_lists_who_is_in_and_nobody_of_another_practice(practice: World) -> None:
    with practice.ground.work(writes=False) as work:
        members = members_of(work, practice.ids["ana.practice"])
    assert [(one.name, one.role) for one in members] == [
        (ANA.name, Role.OWNER), (OLGA.name, Role.OWNER), (DORA.name, Role.COACH),
        (HANA.name, Role.HELPER)]


def test_gives_another_role_at_once_and_signs_out(practice: World, app: Flask) -> None:
    hana = Browser(app).be(practice, "hana", "coach")
    assert hana.get("/engagements/new").status == 403
    promote(practice, "hana", Role.COACH)
    assert hana.get("/engagements/new", follow=False).location.startswith("/sign-in")
    again = Browser(app).be(practice, "hana", "coach")
    assert again.get("/engagements/new").status == 200
    with practice.ground.work(writes=False) as work:
        rows = work.session.scalars(select(Membership).where(
            Membership.account_id == account(practice, "hana")).order_by(Membership.since)).all()
    assert [(row.role, row.until is None) for row in rows] == [("helper", False), ("coach", True)]


def test_takes_a_right_away_from_a_session_that_is_open(practice: World, app: Flask) -> None:
    olga = Browser(app).be(practice, "olga", "coach")
    assert olga.get("/practice/people").status == 200
    promote(practice, "olga", Role.COACH)
    assert olga.get("/practice/people", follow=False).location.startswith("/sign-in")
    assert Browser(app).be(practice, "olga", "coach").get("/practice/people").status == 403


def test_ends_a_membership_at_once(practice: World, app: Flask) -> None:
    dora = Browser(app).be(practice, "dora", "coach")
    assert dora.get("/today").status == 200
    let_go(practice, "dora")
    assert dora.get("/today", follow=False).location.startswith("/sign-in")
    page = Browser(app).post("/sign-in", {"email": DORA.email, "password": PASSWORD})
    assert page.status == 422
    with practice.ground.work(writes=False) as work:
        assert DORA.name not in [m.name for m in members_of(work, practice.ids["ana.practice"])]


def test_keeps_the_last_owner(practice: World) -> None:
    let_go(practice, "olga")
    for act in (lambda: let_go(practice, "ana"), lambda: promote(practice, "ana", Role.COACH)):
        with pytest.raises(Refused) as no:
            act()
        assert no.value.reason is MemberNo.LAST_OWNER


def test_lets_only_one_of_two_owners_let_the_other_go(practice: World) -> None:
    """A right that a page showed a moment ago is looked at again."""
    let_go(practice, "olga")
    with pytest.raises(Missing):
        let_go(practice, "olga")
    with pytest.raises(Refused):
        let_go(practice, "ana", by="olga")


def test_records_ids_and_codes_and_tells_the_person(practice: World) -> None:
    promote(practice, "hana", Role.COACH)
    let_go(practice, "dora")
    told = recorded(practice, practice.ids["ana.practice"])[-2:]
    assert [(kind, facts) for kind, facts, _body in told] == [
        ("member.role_changed", {"from": "helper", "to": "coach"}),
        ("member.ended", {"coached": 0})]
    for _kind, _facts, body in told:
        for who in (DORA, HANA, ANA):
            assert who.name not in body
            assert who.email not in body
    mails = waiting(practice, "role_changed", "membership_ended")
    assert {(mail.name, mail.to) for mail in mails} == {
        ("role_changed", HANA.email), ("membership_ended", DORA.email)}


def test_z5_lets_nobody_act_on_a_member_of_another_practice(
    practice: World, app: Flask
) -> None:
    zoe = Browser(app).be(practice, "zoe", "coach")
    for path in (f"/practice/people/{account(practice, 'dora')}",
                 f"/practice/people/{account(practice, 'dora')}/end"):
        assert zoe.get(path).status == 404
    before = kinds(practice, practice.ids["ana.practice"])
    zoe.post(f"/practice/people/{account(practice, 'dora')}/end", {"sure": "end"})
    zoe.post(f"/practice/people/{account(practice, 'dora')}/role", {"role": "owner"})
    assert kinds(practice, practice.ids["ana.practice"]) == before


@pytest.mark.parametrize("key", ["dora", "hana"])
def test_z5_opens_the_pages_about_people_to_owners_alone(
    practice: World, app: Flask, key: str
) -> None:
    visitor = Browser(app).be(practice, key, "coach")
    assert visitor.get("/practice/people").status == 403
    assert visitor.get("/practice/without-coach").status == 403
    before = kinds(practice, practice.ids["ana.practice"])
    for path, values in ((f"/practice/people/{account(practice, 'ana')}/role", {"role": "helper"}),
                         (f"/practice/people/{account(practice, key)}/role", {"role": "owner"}),
                         (f"/practice/people/{account(practice, 'olga')}/end", {"sure": "end"}),
                         ("/practice/people/new", {"name": "M", "email": "m@m.example",
                                                   "role": "owner"})):
        assert visitor.post(path, values).status == 403
    assert kinds(practice, practice.ids["ana.practice"]) == before


def test_changes_a_role_on_its_page_and_keeps_what_was_chosen(
    practice: World, app: Flask
) -> None:
    ana = Browser(app).be(practice, "ana", "coach")
    path = f"/practice/people/{account(practice, 'olga')}"
    page = ana.get(path)
    assert page.fields(f"{path}/role")["role"] == "owner"
    assert ana.post(f"{path}/role", {"role": "owner"}, page=page).status == 422
    page = ana.post(f"{path}/role", {"role": "coach"}, page=page)
    assert page.response.request.path == "/practice/people"
    own = f"/practice/people/{account(practice, 'ana')}"
    page = ana.post(f"{own}/role", {"role": "helper"}, page=ana.get(own))
    assert page.status == 422
    assert "only owner" in page.text


def test_closes_an_account_on_its_page_only_when_one_is_sure(practice: World, app: Flask) -> None:
    ana = Browser(app).be(practice, "ana", "coach")
    path = f"/practice/people/{account(practice, 'dora')}/end"
    page = ana.get(path)
    assert "sure" not in page.fields(path)
    assert ana.post(path, page=page).status == 422
    page = ana.post(path, {"sure": "wait"}, page=page)
    assert "Nothing was changed." in page.text
    page = ana.post(path, {"sure": "end"}, page=ana.get(path))
    assert page.response.request.path == "/practice/people"
    assert DORA.name not in [a.get_text() for a in page.soup.select(".waits .t")]
    assert ana.get(path).status == 404


def test_signs_an_owner_out_who_closes_the_own_account(practice: World, app: Flask) -> None:
    olga = Browser(app).be(practice, "olga", "coach")
    path = f"/practice/people/{account(practice, 'olga')}/end"
    page = olga.post(path, {"sure": "end"}, page=olga.get(path))
    assert page.response.request.path == "/sign-in"
    ana = Browser(app).be(practice, "ana", "coach")
    own = ana.get(f"/practice/people/{account(practice, 'ana')}/end")
    assert "only owner" in own.text
    assert not own.soup.select("main form")
