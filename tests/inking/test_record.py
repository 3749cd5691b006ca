"""The coach records what was signed on paper, and everything that follows from a signature does."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from portal.agreements.models import Signature
from portal.agreements.queries import manifests_of
from portal.engagements.models import Party
from portal.evidence.jobs import seal_due
from portal.evidence.models import SealedFile
from portal.factors.actions import CodeRefused
from portal.inking.actions import set_by_link, set_on_paper
from portal.inking.models import InkScan
from portal.inking.policy import Basis, InkNo
from portal.inking.queries import inked
from portal.issuing import actions as issuing
from portal.ledger.models import Entry
from portal.ledger.queries import broken_chains
from portal.links.actions import state_of
from portal.notices.models import Notice
from portal.plain.errors import Missing, Refused
from portal.reaching.actions import party_by_id
from portal.web.words import today
from tests.builders import (
    PAPER,
    World,
    add_engagement,
    add_practice,
    issue,
    newest_invitation,
    opened,
    read_all,
    sign,
    sign_in_ink,
    state_now,
)


@pytest.fixture
def sent(world: World) -> World:
    """Give a world in which Ben's terms are out."""
    add_practice(world)
    add_engagement(world)
    issue(world)
    return world


def entries(world: World, kind: str) -> list[dict[str, object]]:
    with world.ground.work(writes=False) as work:
        return [json.loads(body)["facts"] for body in work.session.scalars(
            select(Entry.body).where(Entry.kind == kind).order_by(Entry.at))]


def manifest_of_ben(world: World) -> dict[str, object]:
    with world.ground.work(writes=False) as work:
        return manifests_of(work, world.ids["version"])[world.ids["ben.party"]]


def test_z26_brings_a_text_into_force_by_paper_alone(sent: World) -> None:
    """Recording is the coach vouching for the person: no voice check is missing then (Z8)."""
    assert isinstance(sign_in_ink(sent), Signature)
    assert state_now(sent) == "IN_FORCE"
    [vouched] = entries(sent, "party.vouched")
    assert vouched == {"how": "paper", "scan": hashlib.sha256(PAPER).hexdigest()}


def test_records_instant_and_ink_day_apart(sent: World) -> None:
    sent.clock.move(hours=72)
    day = today(sent.clock.now()) - timedelta(days=2)
    sign_in_ink(sent, day=day)
    made = manifest_of_ben(sent)
    assert str(made["signed_at"]).startswith(sent.clock.now().date().isoformat())
    ink = made["ink"]
    assert isinstance(ink, dict)
    assert (ink["day"], ink["recorded_by"]) == (day.isoformat(), sent.ids["ana"])
    assert made["evidence"] == "paper"


def test_brings_in_a_running_engagement_with_its_old_day(sent: World) -> None:
    """The day on the old paper is kept as it is; what counts begins with the recording."""
    day = today(sent.clock.now()) - timedelta(days=400)
    with pytest.raises(Refused) as no:
        sign_in_ink(sent, day=day)
    assert no.value.reason is InkNo.DAY_BEFORE_TEXT
    signature = sign_in_ink(sent, day=day, basis=Basis.EARLIER_PAPER)
    assert isinstance(signature, Signature)
    assert signature.signed_at == sent.clock.now()
    with sent.ground.work(writes=False) as work:
        [record] = inked(work, [sent.ids["version"]]).values()
    assert (record.day, record.is_earlier) == (day, True)


@pytest.mark.parametrize("choice", ["yes", "no"])
def test_keeps_the_coachees_ticks_as_choices(sent: World, choice: str) -> None:
    sign_in_ink(sent, choice=choice)
    choices = manifest_of_ben(sent)["choices"]
    assert isinstance(choices, dict)
    assert choices
    assert set(choices.values()) == {choice}


def test_z15_records_nothing_while_a_tick_is_missing(sent: World) -> None:
    with pytest.raises(Refused) as no:
        sign_in_ink(sent, answers={})
    assert no.value.reason is InkNo.ANSWER_MISSING
    assert entries(sent, "ink.recorded") == []


def test_keeps_the_scan_encrypted_with_its_hash_in_record_and_manifest(sent: World) -> None:
    sign_in_ink(sent)
    with sent.ground.work(writes=False) as work:
        row = work.session.scalars(select(InkScan)).one()
        assert work.reveal_bytes(row, "file") == PAPER
        assert PAPER not in row.file_enc
    digest = hashlib.sha256(PAPER).hexdigest()
    [fact] = entries(sent, "ink.recorded")
    ink = manifest_of_ben(sent)["ink"]
    assert isinstance(ink, dict)
    assert (row.sha256, fact["sha256"], ink["scan"]) == (digest,) * 3
    assert row.engagement_id == sent.ids["engagement"]


@pytest.mark.parametrize("statement", ["UPDATE ink_scan SET size = 1", "DELETE FROM ink_scan"])
def test_inv_10_lets_nobody_change_a_scan(sent: World, statement: str) -> None:
    sign_in_ink(sent)
    with pytest.raises(DBAPIError, match="append-only"), sent.ground.engine.begin() as database:
        database.execute(text(statement))


def test_writes_no_name_into_the_ledger(sent: World) -> None:
    sign_in_ink(sent)
    with sent.ground.work(writes=False) as work:
        bodies = [body.decode() if isinstance(body, bytes) else str(body)
                  for body in work.session.scalars(select(Entry.body))]
    assert not [body for body in bodies if "Ben" in body or "Adler" in body]


def test_counts_a_wrong_code_and_records_nothing(sent: World) -> None:
    assert isinstance(sign_in_ink(sent, code="000000"), CodeRefused)
    assert entries(sent, "ink.recorded") == entries(sent, "party.vouched") == []
    assert isinstance(sign_in_ink(sent), Signature)


def test_uses_a_code_once(sent: World) -> None:
    code = sent.fresh_code("ana")
    assert isinstance(sign_in_ink(sent, code=code), Signature)
    add_engagement(sent)
    issue(sent)
    assert isinstance(sign_in_ink(sent, code=code), CodeRefused)


def test_records_no_second_signature_of_the_same_person(sent: World) -> None:
    sign_in_ink(sent)
    with pytest.raises(Refused) as no:
        sign_in_ink(sent)
    assert no.value.reason.value == "already_signed"


def test_records_no_paper_after_the_last_day(sent: World) -> None:
    sent.clock.move(hours=24 * 15)
    with pytest.raises(Refused) as no:
        sign_in_ink(sent)
    assert no.value.reason.value == "not_open"


def test_records_no_paper_for_the_coach(sent: World) -> None:
    """The coach signs at issue, in their own session, with a code (Z15)."""
    with sent.ground.work(writes=False) as work:
        sent.ids["ana.party"] = work.session.scalars(
            select(Party.id).where(Party.role == "COACH")).one()
    with pytest.raises(Missing):
        sign_in_ink(sent, "ana")


def test_needs_a_scan(sent: World) -> None:
    with pytest.raises(Missing):
        sign_in_ink(sent, scan=None)


def test_seals_each_edition_once_for_the_vouching_comes_first(sent: World) -> None:
    sign_in_ink(sent)
    seal_due(sent.ground)
    with sent.ground.work(writes=False) as work:
        made = sorted((row.edition, row.occasion) for row in work.session.scalars(
            select(SealedFile)))
    assert made == [("coachee", "signed"), ("common", "signed")]


def settle(world: World, *, paper: bool) -> None:
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        party = party_by_id(work, engagement, world.ids["ben.party"])
        (set_on_paper if paper else set_by_link)(work, engagement, party)


def mails(world: World) -> list[str]:
    with world.ground.work(writes=False) as work:
        return list(work.session.scalars(select(Notice.name).where(Notice.topic != "seal")))


def test_sends_no_link_to_somebody_who_signs_on_paper(world: World) -> None:
    add_practice(world)
    add_engagement(world)
    settle(world, paper=True)
    issue(world)
    assert mails(world) == []
    assert isinstance(sign_in_ink(world), Signature)
    assert state_now(world) == "IN_FORCE"


def test_ends_the_link_of_somebody_who_signs_on_paper_after_all(sent: World) -> None:
    settle(sent, paper=True)
    with sent.ground.work(writes=False) as work:
        assert state_of(work, newest_invitation(work, sent.ids["ben"])) == "REVOKED"


def test_sends_a_link_to_somebody_who_signs_on_a_screen_after_all(sent: World) -> None:
    settle(sent, paper=True)
    sent.clock.move(hours=1)
    settle(sent, paper=False)
    assert mails(sent) == ["invitation", "invitation"]
    opened(sent)
    read_all(sent)
    assert isinstance(sign(sent), Signature)
    assert manifest_of_ben(sent).get("evidence") != "paper"


def test_ends_the_link_to_what_was_signed_on_paper(sent: World) -> None:
    sign_in_ink(sent)
    with sent.ground.work(writes=False) as work:
        assert state_of(work, newest_invitation(work, sent.ids["ben"])) == "REVOKED"


def test_keeps_a_chain_that_can_be_verified(sent: World) -> None:
    sign_in_ink(sent)
    with sent.ground.work(writes=False) as work:
        assert broken_chains(work) == []
