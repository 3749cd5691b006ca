"""A key is destroyed: what it covered is gone from the database, and the evidence stands (INV-10).

Everything that this stage knows of Ben's engagement is erased once; the tests look from all sides.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pikepdf
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from portal import schema
from portal.agreements.models import AgreementVersion
from portal.clockwork.models import FailingItem
from portal.desk.actions import rebuild_board
from portal.desk.models import BoardRow, BoardSlot
from portal.engagements.actions import tell
from portal.engagements.models import CoachingSession, Engagement, Party
from portal.erasing.actions import OVERWRITTEN, SCRUBBED, erase_engagement, erase_person
from portal.erasing.policy import EraseNo
from portal.evidence.models import Seal, SealedFile
from portal.ground import vault as _vault
from portal.ground.db import Base, scrub
from portal.ground.vault import DataKey, Erased
from portal.jobs import JOBS, run_job
from portal.ledger.models import Entry
from portal.notices.models import Notice
from portal.people.models import ContactPoint, NamePrint, Person
from portal.people.queries import name_prints, names_of
from portal.plain.errors import Refused
from portal.reaching.actions import ask_at_door
from portal.taking.actions import tell_mistake
from portal.witness.policy import Verdict
from portal.witness.queries import answer_file, examine
from tests.builders import World
from tests.cast import ACME, ANA, BEN, CARLA, ELI, FAY, GUS, MALLORY
from tests.erasing.residue import columns, files, found_in, opened
from tests.pages import Browser
from tests.strangers import all_here
from tests.strangers import examine as let_strangers_look
from tests.tools.program import ENGAGEMENTS, Program, new_key
from tests.web.stage import Stage, a_world, make_stage, routes

#: What only Ben's engagement holds. Fay's name stands in the practice's own answers too.
WORDS = (BEN.name, BEN.email, CARLA.name, CARLA.email, ELI.name, ELI.email, GUS.name, GUS.email,
         FAY.email, ACME, "acme.example", "Corner room under the roof",
         "A letter lay open on the desk.")
#: Who can open something of Ben's engagement; whoever takes part in it has no session any more.
LOOKERS = ("ana", "hana")


@dataclass
class Past:
    """Hold what was there before."""

    stage: Stage
    papers: dict[str, bytes] = field(default_factory=dict)
    roots: dict[str, bytes] = field(default_factory=dict)
    wrapped: list[bytes] = field(default_factory=list)
    evidence: set[tuple[str, str]] = field(default_factory=set)
    found: dict[str, set[str]] = field(default_factory=dict)
    people: int = 0
    home: dict[str, int] = field(default_factory=dict)

    @property
    def world(self) -> World:
        """Return the world in which it happened."""
        return self.stage.world

    @property
    def engagement_id(self) -> str:
        """Return what was erased."""
        return self.stage.ids["ben.engagement"]


@pytest.fixture(scope="module")
def past(empty_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    """Give two practices with everyone in their place, after Ben's engagement was erased."""
    with a_world(empty_database, tmp_path_factory.mktemp("erased")) as (world, app):
        told = Past(make_stage(world, app))
        say_more(world)
        remember(told)
        ben = told.stage.browser("ben")
        told.home["before"] = ben.get("/p/consents", follow=False).status
        with world.ground.work(writes=True) as work:
            told.people = erase_engagement(work, told.engagement_id)
        for table in SCRUBBED:
            scrub(world.ground.engine, table)
        told.home["after"] = ben.get("/p/consents", follow=False).status
        yield told


def say_more(world: World) -> None:
    """Let a few more words of their own lie in Ben's engagement, and mails wait."""
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = work.session.get_one(Engagement, world.ids["ben.engagement"])
        session = work.session.get_one(CoachingSession, world.ids["ben.session"])
        work.hide(session, "place", "Corner room under the roof")
        work.session.add(FailingItem(
            job="seal", item_id=world.ids["ben.version"], practice_id=engagement.practice_id,
            engagement_id=engagement.id, tries=5, trouble="KeyError", first_at=work.now,
            due_at=work.now, set_aside_at=work.now))
        party = work.session.get_one(Party, world.ids["eli.party"])
        tell_mistake(work, engagement, party, "A letter lay open on the desk.")
        ask_at_door(work, GUS.email)


def remember(told: Past) -> None:
    """Keep what is compared afterwards, and see that what is looked for can be found."""
    ground = told.world.ground
    told.found = {"opened": found_in(opened(ground), WORDS),
                  "columns": found_in(columns(ground), WORDS)}
    told.evidence = evidence(told.world)
    with ground.work(writes=False) as work:
        engagement = work.session.get_one(Engagement, told.engagement_id)
        ben = work.session.get_one(Person, told.stage.ids["ben"])
        told.wrapped = [work.session.get_one(DataKey, key).wrapped
                        for key in (engagement.key_id, ben.key_id)]
        for row in work.session.scalars(
                select(SealedFile).where(SealedFile.engagement_id == told.engagement_id)):
            told.papers[row.id] = work.reveal_bytes(row, "file")
        told.roots = {seal.practice_id: seal.root_pem
                      for seal in work.session.scalars(select(Seal))}
        assert work.session.scalar(select(func.count()).select_from(Notice).where(
            Notice.engagement_id == told.engagement_id, Notice.settled_at.is_(None)))
    assert all(any(key in file for file in files(ground)) for key in told.wrapped)


def evidence(world: World) -> set[tuple[str, str]]:
    """Return every row of evidence as a text."""
    with world.ground.engine.connect() as connection:
        return {(name, repr(tuple(row))) for name in schema.EVIDENCE
                for row in connection.execute(select(schema.METADATA.tables[name]))}


def test_erases_everybody_who_takes_part_in_nothing_else(past: Past) -> None:
    """Ben, Carla, Eli, Gus and Fay; Ana has other engagements, and an account."""
    assert past.people == 5
    with past.world.ground.work(writes=False) as work:
        assert names_of(work, [past.stage.ids["ben"]]) == {past.stage.ids["ben"]: "(erased)"}
        assert names_of(work, [past.stage.ids["ana"]]) == {past.stage.ids["ana"]: ANA.name}
        assert names_of(work, [past.stage.ids["mallory"]]).popitem()[1] == MALLORY.name


def test_inv_10_no_personal_word_can_be_read_from_the_database(past: Past) -> None:
    assert past.found == {"opened": set(WORDS), "columns": set()}
    assert found_in(columns(past.world.ground), WORDS) == set()
    assert found_in(opened(past.world.ground), WORDS) == set()
    assert found_in(opened(past.world.ground), [MALLORY.name, ANA.name]) == {
        MALLORY.name, ANA.name}


def test_the_destroyed_keys_are_in_no_file_of_the_database(past: Past) -> None:
    here = files(past.world.ground)
    assert here
    assert not any(key in file for key in past.wrapped for file in here)
    assert found_in(here, WORDS) == set()


def test_nobody_is_found_by_a_name_or_an_address(past: Past) -> None:
    with past.world.ground.work(writes=False) as work:
        practice_id = past.stage.ids["ana.practice"]
        for word in ("adler", "conti", "acme"):
            (print_,) = name_prints(work, practice_id, [word])
            assert work.session.scalar(
                select(NamePrint.id).where(NamePrint.print == print_).limit(1)) is None
        print_ = work.vault.fingerprint(BEN.email, "contact")
        assert work.session.scalar(
            select(ContactPoint.id).where(ContactPoint.fingerprint == print_)) is None


def test_inv_10_evidence_stays_as_it_was_written(past: Past) -> None:
    """Entries are added, none is changed; the triggers stand in the way as before."""
    assert past.evidence <= evidence(past.world)
    table = AgreementVersion.__tablename__
    with pytest.raises(DBAPIError), past.world.ground.engine.begin() as connection:
        connection.execute(text(f"DELETE FROM {table}"))


def test_the_record_is_whole_and_says_what_was_erased_without_a_name(past: Past) -> None:
    with past.world.ground.work(writes=False) as work:
        told = examine(work)
        assert told.is_whole, told.in_words()
        said = list(work.session.execute(
            select(Entry.kind, Entry.subject_id, Entry.body).where(
                Entry.chain_id == past.stage.ids["ana.practice"],
                Entry.kind.in_(("erasure.engagement", "erasure.person")))))
    assert [row.subject_id for row in said if row.kind == "erasure.engagement"] == [
        past.engagement_id]
    assert len(said) == 6
    assert all(json.loads(row.body)["facts"] == {} for row in said)


def test_the_papers_that_people_hold_still_prove_what_they_proved(
    past: Past, tmp_path: Path
) -> None:
    assert len(past.papers) >= 4
    with past.world.ground.work(writes=False) as work:
        hashes = set(work.session.scalars(select(AgreementVersion.hash)))
        for number, (paper_id, pdf) in enumerate(sorted(past.papers.items())):
            assert answer_file(work, pdf).verdict is Verdict.GENUINE
            row = work.session.get_one(SealedFile, paper_id)
            assert hashlib.sha256(pdf).hexdigest() == row.sha256
            with pikepdf.open(io.BytesIO(pdf)) as paper:
                record = paper.attachments["record.json"].get_file().read_bytes()
                proof = json.loads(paper.attachments["proof.json"].get_file().read_bytes())
            nonce = bytes.fromhex(proof["version"]["nonce"])
            made = hashlib.sha256(b"ccp/agreement/v1\n" + nonce + record).hexdigest()
            assert made in hashes
            if all_here() and number < 2:
                let_strangers_look(pdf, past.roots[row.practice_id], tmp_path / paper_id,
                                   lists=False)


def test_every_page_says_so_and_none_breaks(past: Past) -> None:
    """Whoever comes, by whatever address, whatever is posted: no word of it, and no crash."""
    said = set()
    values = past.stage.values()
    for who in LOOKERS:
        browser = past.stage.browser(who)
        for rule, method in routes(past.stage.app):
            if (rule.endpoint in ("static", "factors.sign_out") or "token" in rule.arguments
                    or rule.rule == "/readyz"):  # which says whether a clockwork runs
                continue
            path = past.stage.path(rule, **values)
            page = (browser.get(path, follow=False) if method == "GET"
                    else browser.post(path, {}, follow=False))
            assert page.status < 500, (who, method, path)
            assert found_in([page.text.encode()], WORDS) == set(), (who, path)
            if page.status == 410:
                said.add((who, rule.endpoint))
                assert page.heading == "The content of this was erased"
    assert {("ana", name) for name in (
        "desk.engagement", "desk.story", "desk.paper", "sharing.ask")} <= said
    assert {who for who, _endpoint in said} == {"ana", "hana"}


def test_a_program_is_told_that_nothing_is_there(past: Past) -> None:
    program = Program(past.stage.app, new_key(past.world))
    assert program.call("GET", f"{ENGAGEMENTS}/{past.engagement_id}").status_code == 404
    listed = program.call("GET", ENGAGEMENTS).json["engagements"]
    assert past.engagement_id not in {one["id"] for one in listed}
    assert past.stage.ids["mallory.engagement"] in {one["id"] for one in listed}


def test_links_and_sessions_end(past: Past) -> None:
    link = f"/i/{past.stage.ids['ben.token']}"
    assert Browser(past.stage.app).get(link).status == 404
    assert past.home == {"before": 200, "after": 303}


def test_the_board_is_left_also_when_it_is_made_anew(past: Past) -> None:
    rebuild_board(past.world.ground)
    with past.world.ground.work(writes=False) as work:
        for table in (BoardRow, BoardSlot):
            assert work.session.scalar(select(func.count()).select_from(table).where(
                table.engagement_id == past.engagement_id)) == 0
        assert work.session.scalar(select(BoardRow.id).limit(1)) is not None
    page = past.stage.browser("ana").get("/today")
    assert page.status == 200
    assert MALLORY.name in page.text


def test_the_clockwork_goes_past_it_for_years(past: Past) -> None:
    ground = past.world.ground
    for days in (1, 30, 400):
        past.world.clock.move(days=days)
        # The trigger of that one goes by the clock of the machine.
        for name in sorted(JOBS.keys() - {"forget"}):
            run_job(ground, name)
    with ground.work(writes=False) as work:
        waits = work.session.scalars(select(Notice.name).where(
            Notice.engagement_id == past.engagement_id, Notice.settled_at.is_(None))).all()
        assert waits == []
        assert work.session.scalar(select(FailingItem.item_id).where(
            FailingItem.engagement_id == past.engagement_id)) is None
        assert work.session.scalar(select(func.count()).select_from(Notice).where(
            Notice.engagement_id == past.engagement_id, Notice.values_enc.is_not(None))) == 0


def test_nothing_is_written_about_it_again(past: Past) -> None:
    with past.world.ground.work(writes=True) as work:
        engagement = work.session.get_one(Engagement, past.engagement_id)
        before = work.session.scalar(select(func.count()).select_from(Notice))
        for party in work.session.scalars(
                select(Party).where(Party.engagement_id == past.engagement_id)):
            tell(work, engagement, party, "reminder", dedupe=f"again:{party.id}")
        assert work.session.scalar(select(func.count()).select_from(Notice)) == before
        with pytest.raises(Erased):
            work.hide(engagement, "title", "Coaching")


def test_is_erased_once(past: Past) -> None:
    ground = past.world.ground
    with pytest.raises(Refused) as no, ground.work(writes=True) as work:
        erase_engagement(work, past.engagement_id)
    assert no.value.reason is EraseNo.GONE


def test_erases_nobody_who_takes_part_in_something(past: Past) -> None:
    for key in ("ana", "mallory"):
        with pytest.raises(Refused) as no, past.world.ground.work(writes=True) as work:
            erase_person(work, work.session.get_one(Person, past.stage.ids[key]))
        assert no.value.reason is EraseNo.TAKES_PART


def test_every_table_is_evidence_or_overwritten_or_of_the_practice() -> None:
    """A new table with encrypted columns under an engagement's or a person's key belongs to one."""
    keyed = {mapper.local_table.name for mapper in Base.registry.mappers
             if "key_id" in mapper.local_table.columns
             and any(c.name.endswith("_enc") for c in mapper.local_table.columns)}
    practice = {"practice", "organisation", "seal", "seal_root", "successor", "api_token",
                "membership_invitation"}
    overwritten = {table.__tablename__ for table in OVERWRITTEN}
    assert keyed == overwritten | (keyed & set(schema.EVIDENCE)) | practice | {"notice"}
    assert not overwritten & set(schema.EVIDENCE)
    assert _vault.DataKey.__tablename__ not in schema.EVIDENCE
