"""Look and send: the pages as the ceremony draws them, and who is written to when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portal.engagements.models import Party
from portal.engagements.policy import AskFacts
from portal.issuing.policy import AskedNo, MailWhen, mail_when, why_not_note_asked
from portal.notices.jobs import in_words
from tests.builders import World, add_practice, add_table, issue
from tests.cast import ANA
from tests.pages import Browser
from tests.signing.table import ben_signs, kinds, mails_to, set_table, signs

if TYPE_CHECKING:
    from flask import Flask

    from tests.pages import Page


@pytest.mark.parametrize(("asking", "when"), [
    (AskFacts("COACHEE"), MailWhen.NOW),
    (AskFacts("SPONSOR"), MailWhen.AFTER_YES),
    (AskFacts("SPONSOR", asked_for=True), MailWhen.NOW),
    (AskFacts("ASSISTANT", answer=True), MailWhen.NOW),
    (AskFacts("ASSISTANT", answer=False), MailWhen.NEVER),
    (AskFacts("SUPPORTER", asked_for=True, answer=False), MailWhen.NEVER),
    (AskFacts("GUEST", asked_for=True, gone=True), MailWhen.NEVER),
    (AskFacts("LINE_MANAGER", asked_for=True), MailWhen.NAMED_ONLY),
    (AskFacts("HR_PARTNER"), MailWhen.NAMED_ONLY),
])
def test_z6_knows_when_each_is_written_to(asking: AskFacts, when: MailWhen) -> None:
    assert mail_when(asking, on_paper=False, has_address=True) is when
    mailed = when in (MailWhen.NOW, MailWhen.AFTER_YES)
    assert mail_when(asking, on_paper=True, has_address=True) is (
        MailWhen.PAPER if mailed else when)
    assert mail_when(asking, on_paper=False, has_address=False) is (
        MailWhen.NO_MAILBOX if mailed else when)


def look(world: World, app: Flask) -> Page:
    return Browser(app).be(world, "ana", "coach").get(
        f"/engagements/{world.ids['engagement']}/issue")


def said_of(page: Page) -> list[str]:
    section = page.soup.find("section", {"aria-labelledby": "mails-h"})
    assert section is not None
    return [" ".join(row.get_text().split()) for row in section.find_all("li")]


def test_says_of_each_person_when_they_are_written_to(world: World, app: Flask) -> None:
    add_practice(world)
    add_table(world, "eli")
    with world.ground.work(writes=True) as work:
        work.session.get_one(Party, world.ids["gus.party"]).on_paper = True
    assert said_of(look(world, app)) == [
        "Ben Adler gets a mail with a personal link as soon as you send.",
        "Carla Conti gets a mail once Ben Adler has said yes to that. After a no, none ever goes "
        "out.",
        "Dev Desai is named in a text, and gets no mail.",
        "Eli Engel gets a mail as soon as you send: you noted that Ben Adler asked for them on "
        "23 November 2026, and Ben Adler reads that.",
        "Gus Groth signs on paper, and gets no mail.",
    ]


def test_does_as_it_says(world: World, app: Flask) -> None:
    add_practice(world)
    add_table(world, "eli")
    said = said_of(look(world, app))
    issue(world)
    for name in ("Ben Adler", "Eli Engel", "Carla Conti", "Dev Desai", "Gus Groth"):
        promised = any(text.startswith(f"{name} gets a mail") and "as soon as" in text
                       for text in said)
        assert bool(mails_to(world, name)) is promised, name


@pytest.mark.parametrize(("asking", "out", "no"), [
    (AskFacts("ASSISTANT"), False, None),
    (AskFacts("ASSISTANT"), True, AskedNo.OUT),
    (AskFacts("ASSISTANT", asked_for=True), False, AskedNo.SETTLED),
    (AskFacts("SPONSOR", answer=True), False, AskedNo.SETTLED),
    (AskFacts("SPONSOR", answer=False), False, AskedNo.SETTLED),
    (AskFacts("GUEST", gone=True), False, AskedNo.SETTLED),
    (AskFacts("HR_PARTNER"), False, AskedNo.NAMED_ONLY),
    (AskFacts("COACHEE"), False, AskedNo.NAMED_ONLY),
])
def test_z6_knows_when_asking_can_be_noted_after_naming(
    asking: AskFacts, out: bool, no: AskedNo | None
) -> None:
    assert why_not_note_asked(asking, out=out) is no


def test_z6_notes_after_naming_that_the_coachee_asked_and_writes_at_once(
    world: World, app: Flask
) -> None:
    add_practice(world)
    add_table(world)
    ana = Browser(app).be(world, "ana", "coach")
    people = f"/engagements/{world.ids['engagement']}/people"
    path = f"/engagements/{world.ids['engagement']}/parties/{world.ids['eli.party']}/asked-for"
    page = ana.post(path, page=ana.get(people))
    assert "Ben Adler asked for this person on 23 November 2026" in page.text
    assert kinds(world, "eli.party") == ["party.proposed", "party.asked_for"]
    assert path not in page.html
    shown = look(world, app)
    assert "you noted that Ben Adler asked for them on 23 November 2026" in " ".join(said_of(shown))
    assert "You asked for Eli Engel" in shown.text
    issue(world)
    assert mails_to(world, "Eli Engel")
    assert not mails_to(world, "Gus Groth")


@pytest.mark.parametrize(("key", "sent"), [
    ("eli", True), ("carla", True), ("dev", False), ("ben", False)])
def test_z6_notes_nothing_past_the_coachee(
    world: World, app: Flask, key: str, sent: bool
) -> None:
    add_practice(world)
    add_table(world)
    if sent:
        issue(world)
    ana = Browser(app).be(world, "ana", "coach")
    path = f"/engagements/{world.ids['engagement']}/parties/{world.ids[f'{key}.party']}/asked-for"
    assert path not in ana.get(f"/engagements/{world.ids['engagement']}/people").html
    assert ana.post(path).status == 409
    assert "party.asked_for" not in kinds(world, f"{key}.party")


def test_shows_each_page_as_the_ceremony_does_and_folds_its_wording(
    world: World, app: Flask
) -> None:
    add_practice(world)
    add_table(world)
    page = look(world, app)
    pages = page.soup.select(".screen")
    asked = [one for one in pages if one.find("strong", string="May Ana Berg ask Eli Engel to "
                                                                  "sign this?")]
    assert len(asked) == 1
    assert "What if I say no?" in asked[0].get_text()
    lines = [one for one in pages if "You can take back a yes before then" in one.get_text()]
    assert lines
    assert all(one.select("figure, svg") for one in lines)
    assert "exact wording" in page.text
    assert not page.soup.select(".screen details[open]")


@pytest.mark.parametrize(("who", "talk"), [("ben", True), ("eli", False)])
def test_writes_to_the_coach_of_a_talk_only_where_one_is_due(
    world: World, who: str, talk: bool
) -> None:
    set_table(world, "eli")
    ben_signs(world)
    if who == "eli":
        signs(world, "eli")
    values = [one for one in mails_to(world, ANA.name) if one["name"] == "signed"][-1]
    _subject, text = in_words("signed", values)
    assert ("eight digits" in text) is talk
    assert ("who has still to sign" in text) is not talk
    old = {key: said for key, said in values.items() if key != "talk"}
    assert "who has still to sign" in in_words("signed", old)[1]


def test_says_above_each_own_sentence_which_text_it_signs(world: World, app: Flask) -> None:
    """Two assistants sign texts of one name: who it is with tells them apart."""
    add_practice(world)
    add_table(world)
    page = look(world, app)
    sheet = page.soup.find("section", {"aria-labelledby": "sign-h"})
    assert sheet is not None
    titles = [" ".join(title.get_text().split()) for title in sheet.find_all("h3")]
    assert titles == [
        "Coachee confidentiality terms", "Three-way sponsor agreement, with Carla Conti",
        "Assistant, limited scope, with Eli Engel", "Supporting person, with Gus Groth"]
    assert len(sheet.select(".wording")) == 4
