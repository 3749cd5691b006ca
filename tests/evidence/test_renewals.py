"""The proof in a paper is renewed before it ends, beside the paper, and everybody can have it."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select

from portal.doctor import _renewals as doctor_says
from portal.evidence.jobs import renew_papers, seal_due
from portal.evidence.models import Renewal, RenewedFile, Seal, SealedFile
from portal.evidence.policy.renewals import AHEAD, first_renewal, level_of, next_renewal
from portal.evidence.queries.renewals import has_renewals, overdue_renewals
from portal.ground.renewal import standing_of
from portal.ground.seal import check
from portal.ground.vault import DataKey
from portal.ledger.models import Entry
from portal.witness.policy import Trouble, Verdict
from portal.witness.queries import answer_file, examine
from tests.builders import World, conclude
from tests.pages import Browser
from tests.stamping import Service, stamping
from tests.tampering import past_the_triggers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

pytestmark = pytest.mark.needs("openssl")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with stamping(tmp_path_factory.mktemp("stamps")) as service:
        yield service


@pytest.fixture
def service(running: Service, world: World) -> Service:
    """Give a service by the clock of the world, which seals and renews there."""
    running.mood, running.dripping, running.lists_sent = (lambda good: (200, good)), False, True
    running.clock = world.clock.now
    running.founded_anew()
    world.ground.settings = replace(world.ground.settings, tsa_url=running.url)
    return running


@pytest.fixture
def sealed(world: World, service: Service) -> World:
    """Give a concluded engagement with its three papers, sealed and in the queue."""
    conclude(world)
    seal_due(world.ground)
    assert renew_papers(world.ground) == 0
    return world


def files(world: World) -> dict[str, bytes]:
    with world.ground.work(writes=False) as work:
        return {row.id: work.reveal_bytes(row, "file")
                for row in work.session.scalars(select(SealedFile))}


def renewed(world: World) -> dict[tuple[str, int], bytes]:
    with world.ground.work(writes=False) as work:
        return {(row.paper_id, row.number): work.reveal_bytes(row, "file")
                for row in work.session.scalars(select(RenewedFile))}


def queue(world: World) -> list[Renewal]:
    with world.ground.work(writes=False) as work:
        return list(work.session.scalars(select(Renewal).order_by(Renewal.paper_id)))


def seal_ends(world: World) -> datetime:
    with world.ground.work(writes=False) as work:
        return work.session.scalars(select(Seal.ends_at)).one()


def test_is_due_three_months_before_and_never_more_than_once_a_month(world: World) -> None:
    now = world.clock.now()
    ends = now + timedelta(days=500)
    assert first_renewal(ends) == ends - AHEAD
    assert next_renewal(ends, now) == ends - AHEAD
    assert next_renewal(now + timedelta(days=1), now) == now + timedelta(days=30)
    assert (level_of(complete=True), level_of(complete=False)) == ("B-LTA", "B-T")


def test_renews_each_paper_beside_itself_when_its_seal_nears_its_end(sealed: World) -> None:
    first = files(sealed)
    assert {row.holds_until for row in queue(sealed)} == {seal_ends(sealed)}
    sealed.clock.move(days=365 * 5 - 100)
    assert renew_papers(sealed.ground) == 0
    sealed.clock.move(days=12)
    assert renew_papers(sealed.ground) == 3
    assert files(sealed) == first
    made = renewed(sealed)
    assert {key[0] for key in made} == first.keys()
    assert all(pdf.startswith(first[paper_id]) for (paper_id, _number), pdf in made.items())
    with sealed.ground.work(writes=False) as work:
        bodies = work.session.scalars(select(Entry.body).where(Entry.kind == "paper.renewed"))
        facts = [json.loads(body)["facts"] for body in bodies]
    assert {one["level"] for one in facts} == {"B-LTA"}
    assert {one["sha256"] for one in facts} == {
        hashlib.sha256(pdf).hexdigest() for pdf in made.values()}
    assert renew_papers(sealed.ground) == 0


def test_renews_again_before_the_stamp_of_the_last_time_ends(
    sealed: World, service: Service
) -> None:
    sealed.clock.move(days=365 * 5 - 80)
    assert renew_papers(sealed.ground) == 3
    hangs_on = {row.holds_until for row in queue(sealed)}
    sealed.clock.move(days=365 * 4)
    assert renew_papers(sealed.ground) == 0
    service.founded_anew()  # before the certificate of the last one ends
    sealed.clock.move(days=365 * 2)
    assert renew_papers(sealed.ground) == 3
    made = renewed(sealed)
    assert {number for _paper, number in made} == {1, 2}
    for (paper_id, number), pdf in made.items():
        assert standing_of(pdf).renewed == number
        assert number == 1 or pdf.startswith(made[paper_id, 1])
    assert min(row.holds_until for row in queue(sealed) if row.holds_until) > max(
        one for one in hangs_on if one)


@pytest.mark.parametrize("trouble", ["down", "nonsense", "slow"])
def test_tries_each_day_and_loses_nothing(
    sealed: World, service: Service, trouble: str
) -> None:
    sealed.clock.move(days=365 * 5 - 80)
    patience = 0.3 if trouble == "slow" else 30.0
    if trouble == "down":
        sealed.ground.settings = replace(sealed.ground.settings, tsa_url="http://127.0.0.1:1/")
    service.dripping = trouble == "slow"
    if trouble == "nonsense":
        service.mood = lambda _good: (200, b"<html>The hotel welcomes you</html>")
    assert renew_papers(sealed.ground, patience=patience) == 1  # the others do not wait as well
    assert sorted(row.trouble or "" for row in queue(sealed)) == ["", "", f"stamp_{trouble}"]
    sealed.clock.move(days=1)
    assert renew_papers(sealed.ground, patience=patience) == 1
    assert sorted(row.attempts for row in queue(sealed)) == [0, 1, 1]
    with sealed.ground.work(writes=False) as work:
        found = overdue_renewals(work)
    assert (found.count, found.ends_at) == (2, seal_ends(sealed))
    (told,) = doctor_says(sealed.ground)
    assert not told.good
    assert told.says.startswith("2 papers could not be renewed so far (stamp_")
    service.mood, service.dripping = (lambda good: (200, good)), False
    sealed.ground.settings = replace(sealed.ground.settings, tsa_url=service.url)
    sealed.clock.move(days=1)
    assert renew_papers(sealed.ground) == 3
    assert {row.trouble for row in queue(sealed)} == {None}
    assert len(renewed(sealed)) == 3
    assert list(doctor_says(sealed.ground)) == []


def test_waits_for_nobody_whose_paper_was_erased(sealed: World) -> None:
    """Nor is such a paper read again and again."""
    with past_the_triggers(sealed) as connection:
        connection.execute(delete(Renewal))
        keys = select(SealedFile.key_id)
        connection.execute(DataKey.__table__.update().where(DataKey.id.in_(keys)).values(
            wrapped=b"destroyed"))
    sealed.clock.move(days=365 * 5 - 80)
    assert renew_papers(sealed.ground) == 0
    assert {(row.due_at, row.trouble) for row in queue(sealed)} == {(None, "erased")}


def test_begins_with_papers_that_were_sealed_without_an_outside_time(
    world: World, service: Service
) -> None:
    world.ground.settings = replace(world.ground.settings, tsa_url="")
    conclude(world)
    seal_due(world.ground)
    world.clock.move(days=365 * 5 - 80)
    assert renew_papers(world.ground) == 0
    assert not looks_due(world)
    world.ground.settings = replace(world.ground.settings, tsa_url=service.url)
    assert looks_due(world)
    assert renew_papers(world.ground) == 3
    assert not looks_due(world)


def looks_due(world: World) -> bool:
    with world.ground.work(writes=False) as work:
        return has_renewals(work)


def test_two_at_once_renew_each_paper_once(sealed: World) -> None:
    sealed.clock.move(days=365 * 5 - 80)
    with sealed.ground.work(writes=True) as work:
        taken = work.session.scalars(select(Renewal).order_by(Renewal.paper_id)).first()
        assert taken is not None
        taken.claimed_until = work.now + timedelta(minutes=5)  # by another process
    assert renew_papers(sealed.ground) == 2
    sealed.clock.move(minutes=6)  # which has died
    assert renew_papers(sealed.ground) == 1
    assert len(renewed(sealed)) == 3


def test_is_genuine_to_whoever_has_it_checked(sealed: World, app: Flask) -> None:
    at = sealed.clock.now()
    sealed.clock.move(days=365 * 5 - 80)
    renew_papers(sealed.ground)
    pdf = next(iter(renewed(sealed).values()))
    first = files(sealed)[next(iter(renewed(sealed)))[0]]
    with sealed.ground.work(writes=False) as work:
        found = answer_file(work, pdf)
        assert (found.verdict, found.sealed_at) == (Verdict.GENUINE, at)
        assert answer_file(work, first).verdict is Verdict.GENUINE
        for changed in (pdf[:-1], pdf[:-9] + b"#" + pdf[-8:], pdf[:len(first) + 50]):
            assert answer_file(work, changed).verdict is Verdict.CHANGED
        assert examine(work).is_whole
        root = work.session.scalars(select(Seal.root_pem)).one()
    assert check(first, root).good
    anyone = Browser(app)
    page = anyone.post("/check", {"file": (io.BytesIO(pdf), "a.pdf"), "code": ""},
                       page=anyone.get("/check"))
    assert "Genuine" in page.text


def test_is_missed_where_the_record_does_not_name_it(sealed: World) -> None:
    sealed.clock.move(days=365 * 5 - 80)
    renew_papers(sealed.ground)
    with past_the_triggers(sealed) as connection:
        newest = select(Entry.id).where(Entry.kind == "paper.renewed").order_by(
            Entry.seq.desc()).limit(1)
        connection.execute(delete(Entry).where(Entry.id == connection.scalar(newest)))
    with sealed.ground.work(writes=False) as work:
        assert [one.trouble for one in examine(work).faults] == [Trouble.UNKNOWN_PAPER]


def test_is_handed_to_coach_and_coachee_beside_the_first(sealed: World, app: Flask) -> None:
    sealed.clock.move(days=365 * 5 - 80)
    before = {who: links(sealed, app, who) for who in ("ana", "ben")}
    assert before == {"ana": [], "ben": []}
    renew_papers(sealed.ground)
    made = set(renewed(sealed).values())
    for who in ("ana", "ben"):
        found = links(sealed, app, who)
        assert len(found) == (2 if who == "ana" else 1)
        for path in found:
            answer = browser(sealed, app, who).get(path).response
            assert answer.get_data() in made
            assert "renewed-1.pdf" in answer.headers["Content-Disposition"]


def browser(world: World, app: Flask, who: str) -> Browser:
    world.ids["ben.engagement"] = world.ids["engagement"]
    return Browser(app).be(world, who, "coach" if who == "ana" else "party", "factor")


def links(world: World, app: Flask, who: str) -> list[str]:
    path = f"/engagements/{world.ids['engagement']}" if who == "ana" else "/p/consents"
    soup = browser(world, app, who).get(path).soup
    return [str(a["href"]) for a in soup.find_all("a", href=True)
            if str(a["href"]).endswith("/renewed.pdf")]
