"""Joining a practice: a link that works once, and says nothing to strangers (Z5, Z9, Z10)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from portal.factors.models import Factor
from portal.factors.policy import DISABLED_AT
from portal.ground.tokens import SECRET_BYTES, LinkSigner
from portal.handing.actions import end_membership
from portal.jobs import run_job
from portal.people.actions import NewMember, invite_member, join, resend, revoke_invitation
from portal.people.models import (
    Account,
    ContactPoint,
    Membership,
    MembershipInvitation,
    Person,
    Practice,
)
from portal.people.policy import InviteNo, JoinNo, Owner, ReadBy, Role
from portal.people.queries import invited_to, joinable
from portal.plain.errors import Missing, Refused
from tests.builders import World, add_colleague, add_engagement, add_practice, issue
from tests.cast import DORA, HANA, ZOE
from tests.journeys.steps import newest_link
from tests.mailroom import running
from tests.pages import BASE, Browser, Page
from tests.people.outbox import kinds, recorded, waiting
from tests.web.stage import IDA, rows

if TYPE_CHECKING:
    from flask import Flask

SECRET = "four words of a long sentence"
FILLED = {"who": "me", "owner": "private", "read_by": "nobody", "password": SECRET,
          "repeated": SECRET}


@pytest.fixture
def practice(world: World) -> World:
    """Give Berg Coaching, and Quist Coaching beside it."""
    add_practice(world)
    add_practice(world, ZOE, "zoe", name="Quist Coaching")
    world.clock.move(minutes=1)
    return world


def ask(world: World, email: str = IDA.email, role: Role = Role.COACH, by: str = "ana") -> str:
    """Let an owner invite Ida a minute later; returns the path of the link in the mail."""
    world.clock.move(minutes=1)
    with world.ground.work(writes=True, actor=world.coach(by)) as work:
        practice = work.session.get_one(Practice, world.ids[f"{by}.practice"])
        row = invite_member(work, practice, NewMember(IDA.name, email, role))
        world.ids["join"] = row.id
    return link(world)


def link(world: World) -> str:
    """Return the path of the newest link to join that waits in the outbox."""
    with world.ground.work(writes=False) as work:
        rows_ = {row.id: row for row in work.session.scalars(select(MembershipInvitation))}
        row = rows_[world.ids["join"]]
    found = [path for mail in waiting(world, "join")
             for path in [mail.values["link"].removeprefix(BASE)]
             if _leads(world, path) == row.id]
    return found[-1]


def _leads(world: World, path: str) -> str | None:
    with world.ground.work(writes=False) as work:
        found = joinable(work, path.removeprefix("/join/"))
        return found.id if found else None


def act(world: World, verb: str) -> None:
    with world.ground.work(writes=True, actor=world.coach()) as work:
        row = work.session.get_one(MembershipInvitation, world.ids["join"])
        {"resend": resend, "revoke": revoke_invitation}[verb](work, row)


def enter(browser: Browser, path: str) -> Page:
    """Press the button behind a link."""
    return browser.post(path, page=browser.get(path))


def fill(browser: Browser, page: Page, **changes: str) -> Page:
    """Say who one is and choose a password."""
    return browser.post("/join", {**FILLED, **changes}, page=page)


def enrolled(world: World, browser: Browser, page: Page, key: str = "ida") -> Page:
    """Set up the app of the newest account with its first code."""
    assert page.response.request.path == "/sign-in/app"
    with world.ground.work(writes=False) as work:
        account = work.session.scalars(
            select(Account).order_by(Account.created_at.desc())).first()
        assert account is not None
        world.ids |= {key: account.person_id, f"{key}.account": account.id,
                      f"{key}.practice": account.practice_id}
    return browser.post("/sign-in/app", {"code": world.fresh_code(key)}, page=page)


def test_brings_somebody_from_a_mail_to_the_desk(practice: World, app: Flask) -> None:
    ana, ida = Browser(app).be(practice, "ana", "coach"), Browser(app)
    page = ana.get("/practice/people/new")
    assert "role" not in page.fields("/practice/people/new")
    page = ana.post("/practice/people/new", {"name": IDA.name, "email": IDA.email,
                                             "role": "coach"}, page=page)
    assert IDA.name in page.text
    (mail,) = waiting(practice, "join")
    assert mail.to == IDA.email
    path = mail.values["link"].removeprefix(BASE)
    page = enter(ida, path)
    assert page.response.request.path == "/join"
    assert "who" not in page.fields("/join")
    page = fill(ida, page, repeated="something else")
    assert page.status == 422
    codes = enrolled(practice, ida, fill(ida, page))
    assert len(codes.soup.select("#codes li")) >= 8
    assert ida.get("/today").status == 200
    assert ida.get("/engagements/new").status == 200
    page = ana.get("/practice/people")
    assert IDA.name in [t.get_text().strip() for t in page.soup.select(".waits .t")]
    assert "Nobody is invited" in page.text


def test_leads_back_to_the_door_when_the_first_app_was_guessed_at_too_often(
    practice: World, app: Flask
) -> None:
    ida = Browser(app)
    page = fill(ida, enter(ida, ask(practice)))
    with practice.ground.work(writes=True) as work:
        pending = work.session.scalars(select(Factor).where(Factor.enrolled_at.is_(None))).one()
        pending.fails = DISABLED_AT - 1
    page = ida.post("/sign-in/app", {"code": "000000"}, page=page)
    assert (page.status, page.response.request.path) == (200, "/sign-in")
    assert "There were too many wrong codes" in page.text


def test_lets_a_helper_in_as_a_helper(practice: World, app: Flask) -> None:
    ida = Browser(app)
    enrolled(practice, ida, fill(ida, enter(ida, ask(practice, role=Role.HELPER))))
    assert ida.get("/engagements/new").status == 403
    assert ida.get("/practice").status == 403


def test_changes_nothing_by_looking_at_a_link(practice: World, app: Flask) -> None:
    path, engine = ask(practice), practice.ground.engine
    before = rows(engine)
    client = app.test_client()
    for method in ("GET", "HEAD", "OPTIONS") * 3:
        client.open(path, method=method, base_url=BASE)
    assert rows(engine) == before
    page = Browser(app).get(path)
    assert IDA.name not in page.text
    assert IDA.email not in page.text
    assert "Berg Coaching" in page.text


def test_changes_nothing_when_a_machine_presses_every_button(practice: World, app: Flask) -> None:
    path, engine = ask(practice), practice.ground.engine
    before = rows(engine)
    scanner = Browser(app)
    page = enter(scanner, path)
    assert scanner.post("/join", page.fields("/join")).status == 422
    assert rows(engine) == before


def test_z10_answers_every_dead_link_alike(practice: World, app: Flask) -> None:
    with practice.ground.work(writes=False) as work:
        keys = work.ground.settings.link_keys
    forged = LinkSigner(("another key of thirty-two letters..",), "membership")
    add_engagement(practice)
    issue(practice)
    to_sign = newest_link(practice).removeprefix("/i/")
    dead = {"forged": forged.make(b"f" * SECRET_BYTES), "junk": "junk", "to sign": to_sign,
            "never written": LinkSigner(keys, "membership").make(b"n" * SECRET_BYTES)}
    dead["revoked"] = ask(practice).removeprefix("/join/")
    act(practice, "revoke")
    dead["replaced"] = ask(practice).removeprefix("/join/")
    practice.clock.move(seconds=1)
    act(practice, "resend")
    dead["used"] = link(practice).removeprefix("/join/")
    ida = Browser(app)
    fill(ida, enter(ida, f"/join/{dead['used']}"))
    dead["expired"] = ask(practice, "late@iversen.example").removeprefix("/join/")
    practice.clock.move(days=7)
    seen = set()
    for token in dead.values():
        for answer in (Browser(app).get(f"/join/{token}"),
                       Browser(app).post(f"/join/{token}", {})):
            assert answer.status == 404
            seen.add(re.sub(r'value="[^"]+"', "", answer.html))
    assert len(seen) == 1
    assert Browser(app).get(f"/i/{dead['used']}").status == 404


def test_works_for_a_week_and_no_second_longer(practice: World, app: Flask) -> None:
    path = ask(practice)
    practice.clock.move(days=7, seconds=-1)
    assert Browser(app).get(path).status == 200
    practice.clock.move(seconds=1)
    assert Browser(app).get(path).status == 404


def test_z9_ends_the_old_link_with_a_new_one(practice: World, app: Flask) -> None:
    old = ask(practice)
    practice.clock.move(hours=1)
    act(practice, "resend")
    assert Browser(app).get(old).status == 404
    assert Browser(app).get(link(practice)).status == 200


def test_joins_once_however_often_it_is_sent(practice: World, app: Flask) -> None:
    path, first, second = ask(practice), Browser(app), Browser(app)
    pages = [enter(browser, path) for browser in (first, second)]
    assert fill(first, pages[0]).response.request.path == "/sign-in/app"
    assert fill(second, pages[1]).status == 404
    assert first.post("/join", FILLED).status == 404
    with practice.ground.work(writes=True) as work, pytest.raises(Missing):
        join(work, work.session.get_one(MembershipInvitation, practice.ids["join"]), SECRET,
             Owner.PRIVATE, ReadBy.NOBODY)
    with practice.ground.work(writes=False) as work:
        assert len(work.session.scalars(select(Account).where(
            Account.practice_id == practice.ids["ana.practice"])).all()) == 2


@pytest.mark.parametrize("changes, field", [
    ({"password": "short", "repeated": "short"}, "password"), ({"password": ""}, "password"),
    ({"password": IDA.email, "repeated": IDA.email}, "password"),
    ({"repeated": ""}, "repeated"), ({"owner": ""}, "owner"), ({"read_by": "the cat"}, "read_by"),
    ({"who": ""}, "who")])
def test_asks_again_and_loses_nothing(
    practice: World, app: Flask, changes: dict[str, str], field: str
) -> None:
    ida = Browser(app)
    page = fill(ida, enter(ida, ask(practice)), **changes)
    assert page.status == 422
    assert page.soup.select(f"#errsum-h + ul a[href^='#{field}']") or page.soup.select(
        f".errsum a[href^='#{field}']")
    kept = page.fields("/join")
    for name in {"who", "owner", "read_by"} - set(changes):
        assert kept[name] == FILLED[name]
    assert SECRET not in page.html
    assert fill(ida, page).response.request.path == "/sign-in/app"


def test_ends_a_link_that_reached_somebody_else(practice: World, app: Flask) -> None:
    path, other = ask(practice), Browser(app)
    page = other.post("/join", {"who": "not_me"}, page=enter(other, path))
    assert page.status == 200
    assert Browser(app).get(path).status == 404
    ana = Browser(app).be(practice, "ana", "coach")
    page = ana.get("/practice/people")
    assert "Somebody else read the mail" in page.text
    ana.post(f"/practice/invitations/{practice.ids['join']}/revocation")
    assert IDA.name not in ana.get("/practice/people").text


def test_forgets_for_whom_an_invitation_was_once_it_ends(practice: World, app: Flask) -> None:
    ask(practice)
    act(practice, "revoke")
    act(practice, "revoke")
    with practice.ground.work(writes=False) as work:
        row = work.session.get_one(MembershipInvitation, practice.ids["join"])
        assert (row.name_enc, row.address_enc, row.address_print) == (None, None, None)
    assert kinds(practice, practice.ids["ana.practice"]).count("member.invitation_ended") == 1


def test_records_ids_and_codes_alone(practice: World, app: Flask) -> None:
    ida = Browser(app)
    fill(ida, enter(ida, ask(practice)))
    told = recorded(practice, practice.ids["ana.practice"])
    assert [kind for kind, _facts, _body in told][-3:] == [
        "member.invited", "account.opened", "member.invitation_ended"]
    for _kind, _facts, body in told:
        assert not [word for word in (IDA.name, IDA.email, "Iversen") if word in body]


def test_keeps_no_token(practice: World) -> None:
    token = ask(practice).removeprefix("/join/")
    secret = LinkSigner(practice.ground.settings.link_keys, "membership").read(token)
    assert secret is not None
    text = "".join(row for _table, row in rows(practice.ground.engine))
    for spelled in (token, token.split(".")[0], secret.hex(), repr(secret)[2:-1]):
        assert spelled not in text


def test_takes_nobody_twice(practice: World) -> None:
    add_colleague(practice, DORA, "dora")
    ask(practice)
    with pytest.raises(Refused) as no:
        ask(practice, IDA.email.upper())
    assert no.value.reason is InviteNo.ALREADY_INVITED
    with pytest.raises(Refused) as no:
        ask(practice, DORA.email)
    assert no.value.reason is InviteNo.ALREADY_IN


def test_tells_an_owner_nothing_of_an_account_elsewhere(practice: World, app: Flask) -> None:
    """Zoe has an account in another practice: only the owner of her mailbox hears of it."""
    ana = Browser(app).be(practice, "ana", "coach")
    seen = []
    for email in ("nobody@quist.example", ZOE.email):
        page = ana.post("/practice/people/new", {"name": "Zoe Quist", "email": email,
                                                 "role": "coach"})
        seen.append((page.status, page.text.replace(email, "")))
        row_id = re.search(r"/practice/invitations/(\w+)/link", page.html)
        assert row_id
        practice.ids["join"] = row_id[1]
        if email != ZOE.email:
            act(practice, "revoke")
    assert seen[0] == seen[1]
    path = link(practice)
    zoe = Browser(app)
    assert "account already" not in zoe.get(path).text
    page = enter(zoe, path)
    assert page.status == 200
    assert "has an account already" in page.heading
    page = zoe.post("/join", FILLED)
    assert "has an account already" in page.heading
    with practice.ground.work(writes=False) as work:
        assert [one.word for one in invited_to(work, practice.ids["ana.practice"])] == ["open"]
    with practice.ground.work(writes=True) as work, pytest.raises(Refused) as no:
        join(work, work.session.get_one(MembershipInvitation, practice.ids["join"]), SECRET,
             Owner.PRIVATE, ReadBy.NOBODY)
    assert no.value.reason is JoinNo.HAS_ACCOUNT


def test_is_the_same_person_who_comes_back(practice: World, app: Flask) -> None:
    add_colleague(practice, DORA, "dora")
    with practice.ground.work(writes=True, actor=practice.coach()) as work:
        end_membership(work, work.session.get_one(Account, practice.ids["dora.account"]))
    dora = Browser(app)
    page = fill(dora, enter(dora, ask(practice, DORA.email, Role.HELPER)))
    assert page.response.request.path == "/sign-in/code"
    page = dora.post("/sign-in/code", {"code": practice.fresh_code("dora")}, page=page)
    assert dora.get("/engagements/new").status == 403
    with practice.ground.work(writes=False) as work:
        account = work.session.get_one(Account, practice.ids["dora.account"])
        assert (account.person_id, account.closed_at) == (practice.ids["dora"], None)
        held = work.session.scalars(select(Membership).where(
            Membership.account_id == account.id).order_by(Membership.since)).all()
        assert [(row.role, row.until is None) for row in held] == [
            ("coach", False), ("helper", True)]


def test_lets_an_address_go_to_another_practice_once_its_account_is_closed(
    practice: World, app: Flask
) -> None:
    add_colleague(practice, DORA, "dora")
    with practice.ground.work(writes=True, actor=practice.coach()) as work:
        end_membership(work, work.session.get_one(Account, practice.ids["dora.account"]))
    dora = Browser(app)
    path = ask(practice, DORA.email, by="zoe")
    enrolled(practice, dora, fill(dora, enter(dora, path)), "dora at quist")
    assert practice.ids["dora at quist"] != practice.ids["dora"]
    assert practice.ids["dora at quist.practice"] == practice.ids["zoe.practice"]


def test_z7_keeps_whose_the_address_is_and_who_reads_it(practice: World, app: Flask) -> None:
    ida = Browser(app)
    fill(ida, enter(ida, ask(practice)), owner="employer", read_by="assistant")
    with practice.ground.work(writes=False) as work:
        point = work.session.scalars(select(ContactPoint).join(Person).where(
            Person.practice_id == practice.ids["ana.practice"])
            .order_by(ContactPoint.owner_declared_at.desc(), ContactPoint.owner)).first()
        assert point is not None
        assert (point.owner, point.read_by) == ("employer", "assistant")
        assert point.verified_at is not None


def test_z10_sends_the_link_again_from_the_front_door(practice: World, app: Flask) -> None:
    path = ask(practice)
    practice.clock.move(hours=2)
    Browser(app).post("/lost", {"email": IDA.email})
    assert run_job(practice.ground, "door") == 1
    assert Browser(app).get(path).status == 404
    assert Browser(app).get(link(practice)).status == 200
    Browser(app).post("/lost", {"email": IDA.email})
    run_job(practice.ground, "door")
    assert len(waiting(practice, "join")) == 2


def test_shows_that_a_mail_did_not_arrive_until_one_does(practice: World, app: Flask) -> None:
    ask(practice)
    ana = Browser(app).be(practice, "ana", "coach")
    with running() as (mailroom, url):
        practice.ground.settings = replace(practice.ground.settings, smtp_url=url)
        mailroom.refuse[IDA.email] = "550 5.1.1 no such user"
        run_job(practice.ground, "mail")
        assert "The mail did not arrive" in ana.get("/practice/people").text
        mailroom.refuse.clear()
        practice.clock.move(minutes=1)
        act(practice, "resend")
        run_job(practice.ground, "mail")
        (mail,) = mailroom.mails
        assert mail["Subject"] == "Berg Coaching: an invitation"
        assert mail["Reply-To"] == "ana@berg.example"
    assert "did not arrive" not in ana.get("/practice/people").text


def test_does_not_send_again_what_has_ended(practice: World, app: Flask) -> None:
    ask(practice)
    act(practice, "revoke")
    ana = Browser(app).be(practice, "ana", "coach")
    page = ana.post(f"/practice/invitations/{practice.ids['join']}/link")
    assert "has ended meanwhile" in page.text
    assert len(waiting(practice, "join")) == 1


def test_z5_leaves_invitations_of_another_practice_alone(practice: World, app: Flask) -> None:
    path = ask(practice)
    zoe = Browser(app).be(practice, "zoe", "coach")
    for verb in ("link", "revocation"):
        assert zoe.post(f"/practice/invitations/{practice.ids['join']}/{verb}").status == 404
    assert Browser(app).get(path).status == 200
    assert IDA.name not in zoe.get("/practice/people").text


def test_says_what_to_correct_when_an_owner_invites(practice: World, app: Flask) -> None:
    ana = Browser(app).be(practice, "ana", "coach")
    typed = {"name": HANA.name, "email": "hana at berg", "role": "helper"}
    page = ana.post("/practice/people/new", typed, page=ana.get("/practice/people/new"))
    assert page.status == 422
    assert page.fields("/practice/people/new")["name"] == HANA.name
    assert page.fields("/practice/people/new")["role"] == "helper"
    page = ana.post("/practice/people/new", {"email": "ana@berg.example"}, page=page)
    assert page.status == 422
    assert "in the practice already" in page.text
