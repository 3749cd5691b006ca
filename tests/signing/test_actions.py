"""The ceremony without HTTP: what counts, what is refused, and what is never lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.agreements.models import Grant, Signature
from portal.agreements.policy import SignNo
from portal.agreements.queries import manifests_of, standing_of_one, version_row
from portal.factors.actions import CodeRefused
from portal.factors.policy import CodeNo
from portal.issuing import actions as issuing
from portal.ledger.queries import events_of
from portal.notices.models import Notice
from portal.plain.canonical import agreement_hash
from portal.plain.errors import Missing, PortalError, Refused
from portal.reaching.actions import recall
from portal.signing import actions
from portal.signing.queries import progress_of, seat_of, waiting_of
from tests.builders import (
    World,
    add_engagement,
    add_practice,
    conclude,
    issue,
    opened,
    read_all,
    sign,
    state_now,
    vouch_for,
)
from tests.cast import BEN


@pytest.fixture
def ready(world: World) -> World:
    """Give a world in which Ben has come in and read everything."""
    add_practice(world)
    add_engagement(world)
    issue(world)
    opened(world)
    read_all(world)
    return world


def refusal(world: World, **how: str) -> object:
    with pytest.raises(Refused) as no:
        sign(world, **how)  # type: ignore[arg-type]
    return no.value.reason


def count(world: World, table: type) -> int:
    with world.ground.work(writes=False) as work:
        return work.session.scalar(select(func.count()).select_from(table)) or 0


def test_inv_1_comes_into_force_with_the_last_signature_and_the_voice_check(ready: World) -> None:
    assert state_now(ready) == "PARTLY_SIGNED"
    assert isinstance(sign(ready), Signature)
    assert state_now(ready) == "SCHEDULED"
    vouch_for(ready)
    assert state_now(ready) == "IN_FORCE"
    ready.clock.move(days=366)
    assert state_now(ready) == "EXPIRED"


def test_inv_1_signs_the_hash_of_the_nonce_and_the_canonical_bytes(world: World) -> None:
    conclude(world)
    with world.ground.work(writes=False) as work:
        row = version_row(work, world.ids["version"])
        fixed = agreement_hash(work.reveal_bytes(row, "nonce"), work.reveal_bytes(row, "record"))
        hashes = {m["version_hash"] for m in manifests_of(work, row.id).values()}
        signed = set(work.session.scalars(select(Signature.version_hash)))
    assert {row.hash} == {fixed} == hashes == signed


def test_inv_4_has_no_permit_that_does_not_wait_for_the_coachee(ready: World) -> None:
    with ready.ground.work(writes=False) as work:
        permits = work.session.scalars(select(Grant).where(Grant.effect == "permit")).all()
        facts = standing_of_one(work, ready.ids["engagement"]).version(ready.ids["version"])
    assert permits
    assert {"COACHEE"} <= {slot.role for slot in facts.slots if slot.required}
    assert state_now(ready) == "PARTLY_SIGNED"


def test_inv_8_gives_every_permit_a_start_and_an_end_inside_its_version(ready: World) -> None:
    with ready.ground.work(writes=False) as work:
        row = version_row(work, ready.ids["version"])
        for line in work.session.scalars(select(Grant).where(Grant.effect == "permit")):
            assert line.starts is not None
            assert line.ends is not None
            assert line.ends <= row.valid_to
            assert line.ends - line.starts <= timedelta(days=731)


def test_records_what_was_shown_chosen_and_used(world: World) -> None:
    conclude(world)
    with world.ground.work(writes=False) as work:
        manifest = manifests_of(work, world.ids["version"])[world.ids["ben.party"]]
    assert manifest["printed_name"] == BEN.name
    assert set(manifest["choices"].values()) == {"yes"}
    assert manifest["reached"]["owner"] == "private"
    assert manifest["code"]["enrolled_now"] is True
    assert manifest["intent"].startswith("By choosing “Sign the agreement” I, Ben Adler")
    assert len(manifest["text_hash"]) == 64


def test_records_how_many_codes_were_wrong_before(ready: World) -> None:
    for _time in range(2):
        assert isinstance(sign(ready, code="000000"), CodeRefused)
    assert isinstance(sign(ready), Signature)
    with ready.ground.work(writes=False) as work:
        manifest = manifests_of(work, ready.ids["version"])[ready.ids["ben.party"]]
    assert manifest["code"]["fails_before"] == 2


def test_inv_20_signs_once_on_a_double_click(ready: World) -> None:
    code = ready.fresh_code("ben")

    def click(_number: int) -> object:
        try:
            return sign(ready, code=code)
        except PortalError as no:
            return no

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(click, range(2)))
    assert sum(isinstance(r, Signature) for r in results) == 1
    assert count(ready, Signature) == 2


def test_loses_nothing_on_a_wrong_code(ready: World) -> None:
    strokes = [[[n * 10, (n * 37) % 300] for n in range(20)]]
    read_all(ready, mark="draw", strokes=strokes)
    code = f"{(int(ready.fresh_code('ben')) + 1) % 1_000_000:06d}"
    wrong = sign(ready, code=code)
    assert isinstance(wrong, CodeRefused)
    assert wrong.why is CodeNo.WRONG
    with ready.ground.work(writes=False) as work:
        kept = progress_of(work, ready.ids["engagement"], ready.ids["ben"])
    assert kept.strokes == strokes
    assert isinstance(sign(ready), Signature)


def test_refuses_a_changed_text_before_it_looks_at_the_code(ready: World) -> None:
    code = ready.fresh_code("ben")
    assert refusal(ready, code=code, hash_shown="0" * 64) is SignNo.TEXT_CHANGED
    assert isinstance(sign(ready, code=code), Signature)


@pytest.mark.parametrize(("lack", "reason"), [
    ({"erecord": False}, SignNo.NO_ERECORD_CONSENT),
    ({"answers": "read"}, SignNo.NOT_READ),
    ({"answers": "yes"}, SignNo.CHOICE_MISSING),
])
def test_refuses_what_is_not_complete(
    ready: World, lack: dict[str, object], reason: SignNo
) -> None:
    with ready.ground.work(writes=True, actor=ready.party()) as work:
        seat = seat_of(work)
        waiting = waiting_of(work, seat)
        assert waiting is not None
        if "answers" in lack:
            text = waiting.texts[0]
            lack = {"answers": {text.id: {key: given for key, given in text.answers.items()
                                          if given != lack["answers"]}}}
        actions.save(work, seat, replace(waiting.progress, **lack))  # type: ignore[arg-type]
    assert refusal(ready) is reason


def test_does_not_sign_a_text_that_was_taken_back(ready: World) -> None:
    with ready.ground.work(writes=True, actor=ready.coach()) as work:
        recall(work, issuing.own(work, ready.ids["engagement"]), ready.ids["version"])
    with pytest.raises(Missing):
        sign(ready)
    assert state_now(ready) == "VOID"


def test_does_not_sign_after_the_deadline(ready: World) -> None:
    ready.clock.move(days=15)
    with pytest.raises(Missing):
        sign(ready)
    assert state_now(ready) == "VOID"


def test_inv_17_lets_a_no_to_every_optional_line_conclude_the_terms(world: World) -> None:
    add_practice(world)
    add_engagement(world)
    issue(world)
    opened(world)
    read_all(world, choice="no")
    assert isinstance(sign(world), Signature)
    vouch_for(world)
    assert state_now(world) == "IN_FORCE"


def test_asks_for_sealing_with_the_last_signature(ready: World) -> None:
    assert count(ready, Notice) > 0
    with ready.ground.work(writes=False) as work:
        assert not work.session.scalars(select(Notice).where(Notice.topic == "seal")).all()
    sign(ready)
    with ready.ground.work(writes=False) as work:
        sealing = work.session.scalars(select(Notice.name).where(Notice.topic == "seal")).all()
    assert sealing == ["signed"]


def test_declines_without_a_code_and_without_telling_anyone_yet(ready: World) -> None:
    before = count(ready, Notice)
    with ready.ground.work(writes=True, actor=ready.party(level="mailbox")) as work:
        actions.decline(work, ready.ids["version"])
    assert state_now(ready) == "DECLINED"
    assert count(ready, Notice) == before
    with ready.ground.work(writes=False) as work:
        kinds = [e.kind for e in events_of(work, [ready.ids["engagement"]])[
            ready.ids["engagement"]]]
    assert kinds[-2:] == ["version.declined", "invitation.declined"]


def test_keeps_a_new_text_apart_from_answers_to_the_old_one(ready: World) -> None:
    with ready.ground.work(writes=True, actor=ready.coach()) as work:
        recall(work, issuing.own(work, ready.ids["engagement"]), ready.ids["version"])
    issue(ready)
    with ready.ground.work(writes=False, actor=ready.party()) as work:
        waiting = waiting_of(work, seat_of(work))
    assert waiting is not None
    assert [text.facts.number for text in waiting.texts] == [2]
    assert waiting.texts[0].answers == {}
    assert waiting.progress.name == BEN.name
