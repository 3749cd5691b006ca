"""What people do besides going straight on, and that nothing they gave is lost by it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from portal.agreements.models import Signature, SignerSlot
from portal.factors.models import Factor, UsedStep
from tests.browser import steps
from tests.browser.conftest import DESKTOP, Visit
from tests.browser.steps import Visitor
from tests.builders import add_practice, read_all
from tests.cast import ANA, BEN

if TYPE_CHECKING:
    from tests.browser.house import House

pytestmark = pytest.mark.needs("chromium", "oathtool")


@pytest.fixture
def ben(invited: House, visit: Visit, phone: dict[str, Any]) -> Visitor:
    """Give Ben, with his telephone in his hand."""
    return visit(**phone)


def go_to_sheet(ben: Visitor) -> None:
    """Come in, have read everything, and stand before the sheet with an app set up."""
    steps.come_in(ben)
    read_all(ben.house.world, name="", erecord=False)
    ben.page.goto("/p/sign")
    ben.keep_app()


def wrong(code: str) -> str:
    """Return a code that is not this one."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


def signed(house: House) -> tuple[int, int]:
    """Return how often Ben has signed, and how many of his codes are used up."""
    ids = house.world.ids
    with house.world.ground.work(writes=False) as work:
        count = work.session.scalars(
            select(Signature).join(SignerSlot).where(SignerSlot.party_id == ids["ben.party"])
        ).all()
        used = work.session.scalars(
            select(UsedStep).join(Factor).where(Factor.person_id == ids["ben"])
        ).all()
        return len(count), len(used)


def test_declines_and_tells_nobody_before_the_deadline(ben: Visitor, visit: Visit) -> None:
    house = ben.house
    go_to_sheet(ben)
    ben.follow("Decline to sign")
    ben.press("Continue")
    expect(ben.page.locator(".errsum")).to_be_focused()
    ben.choose("I decline to sign this agreement")
    ben.press("Continue")
    ben.sees("You have declined to sign")
    ben.page.goto("/p/sign")
    ben.sees("Nothing waits for you here now")

    ana = visit(**DESKTOP)
    steps.sign_in(ana)
    ana.follow(BEN.name)
    ana.sees(f"Waiting for {BEN.name} to sign")
    assert "declin" not in ana.main
    house.clock.move(days=15)
    house.run("deadlines")
    assert len(house.mails_to(ANA.email)) == 1
    steps.sign_in(ana)
    ana.follow(BEN.name)
    ana.sees("Not concluded")
    assert "declin" not in ana.main


def test_ends_a_link_that_reached_somebody_else(ben: Visitor, visit: Visit) -> None:
    house = ben.house
    link = house.link_for(BEN.email)
    ben.page.goto(link)
    ben.press("Continue")
    ben.choose("This is not me")
    ben.press("Continue")
    ben.sees("Thank you for telling us")
    assert ANA.name not in ben.page.content()
    ben.page.goto(link)
    ben.sees("This link does not work")
    ben.page.goto("/p/start")
    ben.sees("Send me my link")

    assert len(house.mails_to(ANA.email)) == 1
    ana = visit(**DESKTOP)
    steps.sign_in(ana)
    ana.follow(BEN.name)
    expect(ana.page.get_by_role("link", name="Correct the address").first).to_be_visible()


def test_shows_one_page_for_every_link_that_is_dead(ben: Visitor, visit: Visit) -> None:
    house = ben.house
    links = {"revoked": house.link_for(BEN.email)}
    ana = visit(**DESKTOP)
    steps.sign_in(ana)
    ana.follow(BEN.name)
    ana.press(f"Send a new link to {BEN.name}")
    ana.page.get_by_role("status").filter(has_text="a new link goes out").wait_for()
    links["used"] = house.link_for(BEN.email)
    steps.come_in(ben)
    read_all(house.world)
    ben.page.goto("/p/sign")
    steps.press_sign(ben, ben.keep_app().fresh())
    ben.sees("You have signed")
    house.clock.move(hours=2)
    ben.page.goto("/lost")
    ben.write("Your mail address", BEN.email)
    ben.press("Send me my link")
    house.run("door")
    links["expired"] = house.link_for(BEN.email)
    house.clock.move(days=2)
    unknown = house.world.ground.links.make(bytes(32))
    links |= {"unknown": f"{house.url}/i/{unknown}", "garbled": links["used"][:-3]}

    stranger = visit(**DESKTOP)
    pages = {}
    for kind, link in links.items():
        answer = stranger.page.goto(link)
        assert answer is not None
        pages[kind] = (answer.status, answer.text())
    assert len(set(links.values())) == 5
    assert len(set(pages.values())) == 1, {kind: page[0] for kind, page in pages.items()}
    assert pages["unknown"][0] == 404
    stranger.follow("Send me my link")
    stranger.sees("Send me my link")


def test_finds_the_place_again_after_the_session_has_ended(ben: Visitor) -> None:
    steps.begin(ben)
    steps.answer_page(ben)
    steps.answer_page(ben)
    ben.choose("I have read this page")
    ben.house.clock.move(minutes=31)
    ben.press("Continue")
    ben.sees("Send me my link")
    steps.come_in(ben)
    # What was sent with the third page is kept, as everything before it.
    ben.follow("Go on with page 4")
    steps.read_on(ben, "No, I do not agree", "Yes, I agree")

    fill_and_draw(ben)
    drawn = ben.page.locator("[name=strokes]").input_value()
    ben.keep_app()
    ben.house.clock.move(minutes=31)
    steps.press_sign(ben, ben.fresh_code())
    ben.sees("Send me my link")
    steps.come_in(ben)
    ben.follow("Check your answers and sign")
    assert_kept(ben, drawn)
    steps.press_sign(ben, ben.fresh_code())
    ben.sees("You have signed")


def test_gives_a_form_back_that_stood_open_while_its_reader_signed_in_anew(
    invited: House, visit: Visit
) -> None:
    ana = visit(**DESKTOP)
    steps.sign_in(ana)
    ana.page.goto("/practice/settings")
    words = "Neue Gasse 7, 1070 Vienna"
    field = ana.page.locator("[name=contact]")
    field.fill(words)
    other = Visitor(ana.page.context.new_page(), invited)
    other.page.goto("/today")
    other.press("Sign out")
    steps.sign_in(other)
    ana.press("Keep this")
    expect(ana.page.get_by_text("somebody signed in anew here")).to_be_visible()
    expect(field).to_have_value(words)
    ana.press("Keep this")
    ana.page.goto("/practice/settings")
    expect(field).to_have_value(words)
    assert other.faults == []


def fill_and_draw(ben: Visitor) -> None:
    """Type the name, agree to the screen, then choose to draw, and draw."""
    steps.fill_sheet(ben)
    ben.choose("Draw with a finger or mouse")
    steps.draw(ben)
    assert json.loads(ben.page.locator("[name=strokes]").input_value())


def assert_kept(ben: Visitor, drawn: str) -> None:
    """Look whether the sheet still has the name, the drawing, the choice and the consent."""
    expect(ben.page.get_by_label("Draw with a finger or mouse")).to_be_checked()
    expect(ben.page.locator("[name=name]")).to_have_value(BEN.name)
    expect(ben.page.locator("[name=erecord]")).to_be_checked()
    assert json.loads(ben.page.locator("[name=strokes]").input_value()) == json.loads(drawn)
    ink = ben.page.locator(".sigpad canvas").evaluate(
        "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v)"
    )
    assert ink, "the drawing is on the page again"


def test_keeps_name_and_drawing_through_wrong_codes_and_names_the_pause(ben: Visitor) -> None:
    go_to_sheet(ben)
    assert ben.app is not None
    fill_and_draw(ben)
    drawn = ben.page.locator("[name=strokes]").input_value()
    message = ben.page.locator("#code-error")

    steps.press_sign(ben, "abc")
    expect(message).to_contain_text("Enter the 6-digit code. Codes have only digits.")
    for _ in range(4):
        steps.press_sign(ben, wrong(ben.fresh_code()))
        expect(message).to_contain_text("This code does not fit. Wait for the next one")
        expect(ben.page.get_by_label("6-digit code")).to_have_value("")
        assert_kept(ben, drawn)
    steps.press_sign(ben, wrong(ben.fresh_code()))
    until = "10:04"  # four and then five half minutes after nine, and one minute, in Vienna
    expect(message).to_contain_text(f"You can try again at {until}.")
    steps.press_sign(ben, ben.app.now())
    expect(message).to_contain_text(f"there is a pause. You can try again at {until}.")
    assert_kept(ben, drawn)
    assert signed(ben.house) == (0, 0)

    ben.house.clock.move(minutes=1)
    steps.press_sign(ben, ben.fresh_code())
    ben.sees("You have signed")
    assert signed(ben.house) == (1, 1)


@pytest.mark.parametrize("scripted", [True, False], ids=["scripted", "unscripted"])
def test_signs_once_however_often_one_presses(
    invited: House, visit: Visit, phone: dict[str, Any], scripted: bool
) -> None:
    ben = visit(**phone, java_script_enabled=scripted)
    go_to_sheet(ben)
    steps.fill_sheet(ben)
    ben.write("6-digit code", ben.fresh_code())
    ben.page.get_by_role("button", name="Sign the agreement").dblclick()
    # Without a script the second press can come with the session that the first one ended.
    ben.sees("You have signed" if scripted else re.compile("You have signed|Send me my link"))
    assert signed(invited) == (1, 1)


def test_shows_the_new_text_and_burns_no_code_when_it_changed_meanwhile(
    ben: Visitor, visit: Visit
) -> None:
    house = ben.house
    go_to_sheet(ben)
    steps.fill_sheet(ben)

    ana = visit(**DESKTOP)
    steps.sign_in(ana)
    ana.follow(BEN.name)
    ana.press("Take the text back")
    ana.sees("Taken back")
    ana.follow("Prepare a new text")
    ana.page.get_by_text("Your practice’s answers").click()
    ana.page.locator("[name=q_breach_hours]").fill("24")
    ana.press("Continue to look and send")
    steps.sign_and_send(ana, house.world.fresh_code("ana"))

    code = ben.fresh_code()
    with ben.page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        steps.press_sign(ben, code)
    assert answered.value.status == 409
    ben.page.get_by_text("Your code was not used").wait_for()
    assert signed(house) == (0, 0)
    expect(ben.page.locator("[name=name]")).to_have_value(BEN.name)
    expect(ben.page.locator("[name=erecord]")).not_to_be_checked()
    ben.follow("Answer page 1")
    steps.read_on(ben)
    steps.fill_sheet(ben)
    steps.press_sign(ben, code)
    ben.sees("You have signed")
    ben.follow("The text you signed, as a page")
    assert "24 hours" in ben.main


def test_goes_the_whole_way_without_javascript(
    house: House, visit: Visit, phone: dict[str, Any]
) -> None:
    add_practice(house.world)
    ana = visit(**DESKTOP, java_script_enabled=False)
    ben = visit(**phone, java_script_enabled=False)
    steps.sign_in(ana)
    engagement = steps.invite(ana)
    steps.begin(ben)
    steps.read_on(ben, "No, I do not agree")
    expect(ben.page.get_by_label("Draw with a finger or mouse")).to_be_hidden()
    expect(ben.page.locator(".sigpad")).to_be_hidden()
    steps.sign_typed(ben)
    receipt = ben.path
    steps.vouch(ana, engagement, steps.digits_on(ben))
    ben.page.goto(receipt)
    assert "It has been in force since" in ben.main
