"""When something went wrong, everything that lets people in ends in one act, and they come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from portal.cli import main
from portal.links.actions import make_feed
from portal.links.models import CalendarFeed
from portal.links.queries import by_id, is_living
from portal.people.actions import NewMember, invite_member, make_token
from portal.people.models import Account, ApiToken, MembershipInvitation, Person, Practice, SignIn
from portal.people.policy import Role
from portal.reaching.actions import revoke_engagement, revoke_person, revoke_practice
from portal.reaching.policy import Reason
from tests.builders import World, add_colleague, add_engagement, add_practice, issue, opened
from tests.cast import ANA, BEN, DORA, MALLORY
from tests.conftest import KEYS
from tests.journeys.steps import newest_link
from tests.pages import Browser
from tests.people.outbox import kinds, recorded, waiting
from tests.web.test_sessions import is_in

if TYPE_CHECKING:
    from flask import Flask

WHY = {"reason": Reason.STRANGER.value}


@pytest.fixture
def house(world: World) -> World:
    """Give a practice in which Ana coaches Ben and Mallory, and Dora coaches too; each coachee has
    a link, everybody a calendar, and Ana a key for a program."""
    add_practice(world)
    add_colleague(world, DORA, "dora")
    for who, key in ((BEN, "ben"), (MALLORY, "mallory")):
        world.ids[f"{key}.engagement"] = add_engagement(world, who, key)
        issue(world)
        world.clock.move(seconds=1)
        opened(world, key)
    with world.ground.work(writes=True, actor=world.coach()) as work:
        practice_id = world.ids["ana.practice"]
        for key in ("ben", "mallory"):
            make_feed(work, practice_id, world.ids[key], world.ids[f"{key}.engagement"])
        make_feed(work, practice_id, world.ids["ana"], None)
        make_token(work, work.session.get_one(Account, world.ids["ana.account"]), "Notes", 30)
        invite_member(work, work.session.get_one(Practice, practice_id),
                      NewMember("Ida Iversen", "ida@iversen.example", Role.HELPER))
    return world


def browsers(world: World, app: Flask) -> dict[str, Browser]:
    """Return a browser for each of the people, all signed in."""
    return {"ana": Browser(app).be(world, "ana", "coach"),
            "dora": Browser(app).be(world, "dora", "coach"),
            "ben": Browser(app).be(world, "ben", "party"),
            "mallory": Browser(app).be(world, "mallory", "party")}


def inside(held: dict[str, Browser]) -> set[str]:
    """Return who is still in."""
    return {key for key, browser in held.items()
            if is_in(browser, "/today" if key in ("ana", "dora") else "/p/later")}


def feeds(world: World) -> set[str]:
    """Return whose calendars still get something."""
    who = {world.ids[key]: key for key in ("ana", "ben", "mallory")}
    with world.ground.work(writes=False) as work:
        return {who[row.person_id] for row in work.session.scalars(
            select(CalendarFeed).where(CalendarFeed.ended_at.is_(None)))}


def has_link(world: World, key: str) -> bool:
    """Tell whether somebody's link still leads somewhere."""
    with world.ground.work(writes=False) as work:
        found = by_id(work, world.ids[f"{key}.invitation"])
        assert found is not None
        return is_living(work, found)


def keys(world: World) -> int:
    """Return how many keys of programs still work."""
    with world.ground.work(writes=False) as work:
        return len(work.session.scalars(
            select(ApiToken).where(ApiToken.ended_at.is_(None))).all())


def told(world: World) -> set[str]:
    """Return which addresses are told how to come back."""
    return {mail.to for mail in waiting(world, "ways_in_ended")}


def test_shuts_out_an_engagement_and_nobody_beside_it(house: World, app: Flask) -> None:
    held = browsers(house, app)
    with house.ground.work(writes=True, actor=house.coach()) as work:
        assert revoke_engagement(work, house.ids["ben.engagement"], Reason.STRANGER) == 1
    assert inside(held) == {"ana", "dora", "mallory"}
    assert (has_link(house, "ben"), has_link(house, "mallory")) == (False, True)
    assert feeds(house) == {"ana", "mallory"}
    assert told(house) == {BEN.email}
    kind, facts, _body = recorded(house, house.ids["ben.engagement"])[-2]
    assert (kind, facts) == ("party.link_revoked", WHY)
    assert "party.link_revoked" not in kinds(house, house.ids["mallory.engagement"])


def test_shuts_out_a_person_who_signs(house: World, app: Flask) -> None:
    held = browsers(house, app)
    with house.ground.work(writes=True, actor=house.coach()) as work:
        ben = work.session.get_one(Person, house.ids["ben"])
        assert revoke_person(work, ben, Reason.DEVICE) == 1
    assert inside(held) == {"ana", "dora", "mallory"}
    assert not has_link(house, "ben")
    assert told(house) == {BEN.email}
    assert "revoked.person" not in kinds(house, house.ids["ana.practice"])


def test_shuts_out_a_person_who_coaches_with_keys_and_calendar(house: World, app: Flask) -> None:
    held = browsers(house, app)
    with house.ground.work(writes=True, actor=house.coach("dora")) as work:
        revoke_person(work, work.session.get_one(Person, house.ids["ana"]), Reason.STRANGER)
    assert inside(held) == {"dora", "ben", "mallory"}
    assert keys(house) == 0
    assert feeds(house) == {"ben", "mallory"}
    assert told(house) == {ANA.email}
    kind, facts, _body = recorded(house, house.ids["ana.practice"])[-1]
    assert (kind, facts) == ("revoked.person", WHY)


def test_touches_no_engagement_that_is_not_among_those_it_was_told(
    house: World, app: Flask
) -> None:
    with house.ground.work(writes=True, actor=house.coach()) as work:
        ben = work.session.get_one(Person, house.ids["ben"])
        assert revoke_person(work, ben, Reason.DEVICE, [house.ids["mallory.engagement"]]) == 0
    assert has_link(house, "ben")


def test_shuts_out_a_whole_practice(house: World, app: Flask) -> None:
    held = browsers(house, app)
    with house.ground.work(writes=True, actor=house.coach()) as work:
        practice = work.session.get_one(Practice, house.ids["ana.practice"])
        assert revoke_practice(work, practice, Reason.STRANGER) == (2, 2)
    assert inside(held) == set()
    assert (has_link(house, "ben"), has_link(house, "mallory")) == (False, False)
    assert (feeds(house), keys(house)) == (set(), 0)
    assert told(house) == {ANA.email, DORA.email, BEN.email, MALLORY.email}
    with house.ground.work(writes=False) as work:
        [invitation] = work.session.scalars(select(MembershipInvitation)).all()
        assert invitation.ended_as == "revoked"
    kind, facts, _body = recorded(house, house.ids["ana.practice"])[-1]
    assert (kind, facts) == ("revoked.practice", {**WHY, "parties": 2, "members": 2})


def test_leaves_another_practice_alone(house: World, app: Flask) -> None:
    add_practice(house, MALLORY, "zoe", name="Quist Coaching")
    zoe = Browser(app).be(house, "zoe", "coach")
    with house.ground.work(writes=True, actor=house.coach()) as work:
        revoke_practice(work, work.session.get_one(Practice, house.ids["ana.practice"]),
                        Reason.PRECAUTION)
    assert is_in(zoe, "/today")


def test_names_no_reason_and_no_secret_in_the_mail(house: World) -> None:
    with house.ground.work(writes=True, actor=house.coach()) as work:
        revoke_engagement(work, house.ids["ben.engagement"], Reason.MAILBOX)
    [mail] = waiting(house, "ways_in_ended")
    assert "mailbox" not in str(mail.values)
    assert "link" not in mail.values
    assert mail.values["front_door"].endswith("/lost")


@pytest.mark.parametrize("minutes", [1, 120])
def test_lets_the_person_come_back_by_the_front_door(
    house: World, app: Flask, minutes: int
) -> None:
    from portal.jobs import run_job

    with house.ground.work(writes=True, actor=house.coach()) as work:
        revoke_engagement(work, house.ids["ben.engagement"], Reason.PRECAUTION)
    before = newest_link(house)
    house.clock.move(minutes=minutes)
    Browser(app).post("/lost", {"email": BEN.email})
    assert run_job(house.ground, "door") == 1
    assert newest_link(house) != before
    assert Browser(app).get(newest_link(house)).status == 200


def test_asks_the_coach_whose_and_why_and_does_it(house: World, app: Flask) -> None:
    held = browsers(house, app)
    path = f"/engagements/{house.ids['ben.engagement']}/incident"
    empty = held["ana"].post(path, page=held["ana"].get(path))
    assert empty.status == 422
    assert "Choose whose links and sign-ins end." in empty.text
    assert inside(held) == {"ana", "dora", "ben", "mallory"}
    done = held["ana"].post(path, {"whose": house.ids["ben.party"], **WHY},
                            page=held["ana"].get(path))
    assert "Ended." in done.text
    assert inside(held) == {"ana", "dora", "mallory"}


def test_asks_the_owner_whose_and_why_and_signs_everybody_out(house: World, app: Flask) -> None:
    held = browsers(house, app)
    path = "/practice/incident"
    done = held["ana"].post(path, {"whose": house.ids["dora.account"], **WHY},
                            page=held["ana"].get(path))
    assert done.response.request.path == "/practice/people"
    assert inside(held) == {"ana", "ben", "mallory"}
    done = held["ana"].post(path, {"whose": "practice", **WHY}, page=held["ana"].get(path))
    assert done.response.request.path == "/sign-in"
    assert inside(held) == set()


def test_does_it_on_the_command_line_too(house: World, app: Flask) -> None:
    held = browsers(house, app)
    settings = house.ground.settings
    environment = {"PORTAL_DATABASE_URL": settings.database_url,
                   "PORTAL_INSTANCE_DIR": str(settings.instance_dir),
                   "PORTAL_BASE_URL": settings.base_url,
                   **{f"PORTAL_{name.upper()}": value for name, value in KEYS.items()}}

    def run(*words: str, typed: str = "") -> tuple[int, str]:
        result = CliRunner().invoke(main, ["revoke", *words], env=environment, input=typed)
        return result.exit_code, result.output

    assert run("person", "--reason", "precaution", typed="nobody@nowhere.example\n")[0] == 1
    assert run("person", "--reason", "precaution", typed=f"{BEN.email}\n")[0] == 0
    assert inside(held) == {"ana", "dora", "mallory"}
    assert run("engagement", "0" * 32, "--reason", "precaution")[0] == 1
    assert run("engagement", house.ids["mallory.engagement"], "--reason", "precaution")[0] == 0
    assert inside(held) == {"ana", "dora"}
    code, output = run("practice", "--reason", "precaution")
    assert (code, output) == (0, "Ended for 2 members and 2 people who were asked to sign.\n")
    assert inside(held) == set()
    with house.ground.work(writes=False) as work:
        assert work.session.scalars(select(SignIn).where(SignIn.ended_at.is_(None))).all() == []
