"""Naming who else takes part, and taking a name back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from portal.engagements.models import Organisation, Party
from portal.engagements.policy import AskFacts, may_be_asked
from portal.ground.vault import DataKey
from portal.issuing import actions as issuing
from portal.issuing.policy import NewParty, PartyFacts, PartyNo, why_not_party
from portal.issuing.queries import people_of
from portal.people.models import ContactPoint, Person
from portal.people.policy import AddressNo, Owner, ReadBy
from portal.plain.errors import Missing, Refused
from portal.reaching import actions as reaching
from tests.builders import World, add_engagement, add_party, add_practice, issue
from tests.cast import ACME, BEN, CARLA, DEV, ELI, GUS, MALLORY
from tests.pages import Browser
from tests.web.stage import DORA, add_colleague

if TYPE_CHECKING:
    from flask import Flask

TODAY = date(2026, 11, 23)
CARLA_NEW = NewParty("SPONSOR", CARLA.name, CARLA.email, Owner.EMPLOYER, ReadBy.ASSISTANT, ACME)
GUS_NEW = NewParty("SUPPORTER", GUS.name, GUS.email, Owner.PRIVATE, ReadBy.NOBODY)
DEV_NEW = NewParty("LINE_MANAGER", DEV.name)
PAPER_NEW = NewParty("SUPPORTER", GUS.name, on_paper=True)


@pytest.mark.parametrize(("facts", "may"), [
    (AskFacts("COACHEE"), True),
    (AskFacts("COACHEE", gone=True), False),
    (AskFacts("SPONSOR"), False),
    (AskFacts("SPONSOR", answer=True), True),
    (AskFacts("SPONSOR", answer=False), False),
    (AskFacts("ASSISTANT", asked_for=True), True),
    (AskFacts("ASSISTANT", asked_for=True, answer=True), True),
    (AskFacts("ASSISTANT", asked_for=True, answer=False), False),
    (AskFacts("SUPPORTER", asked_for=True, gone=True), False),
    (AskFacts("SUPPORTER", answer=True, gone=True), False),
    (AskFacts("LINE_MANAGER", asked_for=True, answer=True), False),
    (AskFacts("HR_PARTNER", answer=True), False),
])
def test_z6_asks_the_coachee_first(facts: AskFacts, may: bool) -> None:
    assert may_be_asked(facts) is may


@pytest.mark.parametrize(("new", "facts", "faults"), [
    (CARLA_NEW, {}, []),
    (GUS_NEW, {}, []),
    (DEV_NEW, {"has_sponsor": True}, []),
    (DEV_NEW, {}, [("name", PartyNo.SPONSOR_FIRST)]),
    (replace(CARLA_NEW, name="Acme GmbH"), {}, [("name", PartyNo.NOBODY_NAMED)]),
    (replace(CARLA_NEW, name="The management"), {}, [("name", PartyNo.NOBODY_NAMED)]),
    (replace(DEV_NEW, role="HR_PARTNER", name="HR"), {"has_sponsor": True},
     [("name", PartyNo.NOBODY_NAMED)]),
    (replace(CARLA_NEW, organisation=""), {},
     [("organisation", PartyNo.ORGANISATION_MISSING)]),
    (PAPER_NEW, {}, []),
    (replace(PAPER_NEW, on_paper=False), {}, [("owner", AddressNo.NOT_PRIVATE)]),
    (replace(PAPER_NEW, role="SPONSOR"), {}, [("organisation", PartyNo.ORGANISATION_MISSING)]),
    (replace(PAPER_NEW, asked_for_on=TODAY + timedelta(days=1)), {},
     [("asked_for_on", PartyNo.NOT_YET)]),
    (GUS_NEW, {"address_taken": True}, [("email", PartyNo.ADDRESS_TAKEN)]),
    (replace(GUS_NEW, owner=Owner.EMPLOYER), {}, [("owner", AddressNo.EMPLOYER_OWNED)]),
    (replace(GUS_NEW, owner=Owner.SHARED), {}, [("owner", AddressNo.NOT_PRIVATE)]),
    (replace(GUS_NEW, read_by=ReadBy.EMPLOYER), {}, [("read_by", AddressNo.READ_BY_EMPLOYER)]),
    (replace(GUS_NEW, asked_for_on=TODAY), {}, []),
    (replace(GUS_NEW, asked_for_on=TODAY + timedelta(days=1)), {},
     [("asked_for_on", PartyNo.NOT_YET)]),
])
def test_inv_19_z7_says_who_cannot_be_named(
    new: NewParty, facts: dict[str, bool], faults: list[tuple[str, Any]]
) -> None:
    known = PartyFacts(**{"today": TODAY, "has_sponsor": False, "address_taken": False, **facts})
    assert [(f.where, f.why) for f in why_not_party(new, known)] == faults


@pytest.fixture
def begun(world: World) -> World:
    """Give a world in which Ana has named Ben and sent nothing yet."""
    add_practice(world)
    add_engagement(world)
    return world


def test_makes_one_person_of_a_sponsor_in_two_engagements(begun: World) -> None:
    add_party(begun, "SPONSOR", CARLA)
    first = begun.ids["carla"]
    add_engagement(begun, MALLORY, "mallory")
    add_party(begun, "SPONSOR", CARLA)
    assert begun.ids["carla"] == first
    with begun.ground.work(writes=False) as work:
        assert work.session.scalar(select(func.count()).select_from(Organisation)) == 1


def test_z5_makes_two_persons_of_somebody_whom_two_coaches_know(begun: World) -> None:
    add_party(begun, "SPONSOR", CARLA)
    first = begun.ids["carla"]
    add_colleague(begun, DORA, "dora")
    add_engagement(begun, MALLORY, "mallory", "dora")
    add_party(begun, "SPONSOR", CARLA, coach="dora")
    assert begun.ids["carla"] != first


def test_makes_two_persons_of_two_names_at_one_address(begun: World) -> None:
    add_party(begun, "SPONSOR", CARLA)
    first = begun.ids["carla"]
    add_engagement(begun, MALLORY, "mallory")
    add_party(begun, "SPONSOR", replace(CARLA, name="Carla Moretti"))
    assert begun.ids["carla"] != first


def test_refuses_an_address_that_somebody_here_has(begun: World) -> None:
    with pytest.raises(Refused) as refused:
        add_party(begun, "SUPPORTER", replace(GUS, email=BEN.email.upper()))
    assert refused.value.reason is PartyNo.ADDRESS_TAKEN


def take_out(world: World, key: str) -> None:
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        party = reaching.party_by_id(work, engagement, world.ids[f"{key}.party"])
        issuing.take_out(work, engagement, party)


def counted(world: World) -> list[int]:
    with world.ground.work(writes=False) as work:
        return [work.session.scalar(select(func.count()).select_from(table)) or 0
                for table in (Party, Person, ContactPoint, DataKey)]


def test_takes_somebody_out_without_a_trace_before_they_are_asked(begun: World) -> None:
    before = counted(begun)
    add_party(begun, "ASSISTANT", ELI, asked=True)
    take_out(begun, "eli")
    assert counted(begun) == before
    add_party(begun, "ASSISTANT", ELI)


def test_keeps_a_person_who_takes_part_elsewhere(begun: World) -> None:
    add_party(begun, "SPONSOR", CARLA)
    add_engagement(begun, MALLORY, "mallory")
    add_party(begun, "SPONSOR", CARLA)
    take_out(begun, "carla")
    with begun.ground.work(writes=False) as work:
        assert work.session.get(Person, begun.ids["carla"]) is not None


def test_takes_neither_coach_nor_coachee_out(begun: World) -> None:
    with pytest.raises(Missing):
        take_out(begun, "ben")


def test_notices_a_private_address_that_ends_like_the_sponsors(begun: World) -> None:
    add_party(begun, "SPONSOR", CARLA)
    add_party(begun, "SUPPORTER", replace(GUS, email="gus.groth@acme.example"))
    with begun.ground.work(writes=False, actor=begun.coach()) as work:
        people = people_of(work, begun.ids["engagement"])
    assert [named.works_at for named in people.others] == ["", ACME]
    assert people.coachee.works_at == ""


FILLED = {
    "sponsor-name": CARLA.name, "sponsor-organisation": ACME, "sponsor-email": CARLA.email,
    "sponsor-owner": "employer", "sponsor-read_by": "nobody",
    "line_manager-name": DEV.name,
    "assistant-name": ELI.name, "assistant-email": ELI.email, "assistant-owner": "employer",
    "assistant-read_by": "nobody", "assistant-asked_for_on": "2026-11-20",
    "supporter-name": GUS.name, "supporter-email": GUS.email, "supporter-owner": "private",
    "supporter-read_by": "family",
}


def test_names_everybody_on_one_screen(begun: World, app: Flask) -> None:
    ana = Browser(app).be(begun, "ana", "coach")
    path = f"/engagements/{begun.ids['engagement']}/people"
    page = ana.get(path)
    assert "Ben Adler and you, and nobody else." in page.text
    assert "may say no to anyone" in page.text
    done = ana.post(path, FILLED, page=page, follow=False)
    assert done.location.endswith("/terms")
    page = ana.get(path)
    rows = [" ".join(row.get_text(" ").split()) for row in page.soup.select(".waits > li")]
    assert len(rows) == 4
    assert "Ben Adler is asked first. The mail goes out after a yes." in rows[0]
    assert "Ben Adler asked for this person on 20 November 2026" in rows[2]
    assert page.soup.select_one(".waits time")["datetime"] == "2026-11-20"


@pytest.mark.parametrize(("field", "value", "says"), [
    ("supporter-owner", "employer", "Ask Gus Groth for a private address."),
    ("supporter-read_by", "employer", "Other people at work would read this."),
    ("supporter-email", CARLA.email, "Somebody else in this engagement has this address."),
    ("sponsor-organisation", "", "Enter the organisation"),
    ("sponsor-name", "The company", "Name one person"),
    ("sponsor-email", "", "Enter a mail address."),
    ("assistant-asked_for_on", "2026-12-24", "today or an earlier day"),
])
def test_z7_says_at_entry_what_to_do(
    begun: World, app: Flask, field: str, value: str, says: str
) -> None:
    ana = Browser(app).be(begun, "ana", "coach")
    path = f"/engagements/{begun.ids['engagement']}/people"
    page = ana.post(path, {**FILLED, field: value}, page=ana.get(path))
    assert page.status == 422
    assert says in page.text
    assert page.fields(path)["assistant-name"] == ELI.name
    assert len(page.soup.select("details[open]")) == 4
    with begun.ground.work(writes=False) as work:
        assert work.session.scalar(select(func.count()).select_from(Party)) == 2


def test_takes_somebody_out_by_a_button(begun: World, app: Flask) -> None:
    add_party(begun, "ASSISTANT", ELI)
    ana = Browser(app).be(begun, "ana", "coach")
    path = f"/engagements/{begun.ids['engagement']}"
    page = ana.post(f"{path}/parties/{begun.ids['eli.party']}/removal",
                    page=ana.get(f"{path}/people"))
    assert "Eli Engel takes part no more." in page.text
    assert not page.soup.select(".waits > li")


def test_goes_on_without_anybody_else(begun: World, app: Flask) -> None:
    ana = Browser(app).be(begun, "ana", "coach")
    path = f"/engagements/{begun.ids['engagement']}/people"
    assert ana.post(path, page=ana.get(path), follow=False).location.endswith("/terms")
    issue(begun)
    assert "Who else takes part?" in ana.get(path).text
