"""What a paper proves as data: the attachment "proof.json"."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pikepdf
import pytest
from sqlalchemy import select

from portal.desk.policy.story import TOLD
from portal.evidence.jobs import seal_due
from portal.evidence.models import SealedFile
from portal.evidence.policy import PaperFacts
from portal.evidence.policy.story import LEFT_OUT, STORY, event_digest, story_head, withheld
from portal.ledger.models import Entry
from tests.builders import World, conclude
from tests.evidence.sample import COACHEE_CODE, EVENTS, GENESIS, coachee, common, printed


def attached(pdf: bytes, name: str = "proof.json") -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return opened.attachments[name].get_file().read_bytes()


def proof(facts: PaperFacts) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(attached(printed(facts)))
    return told


def papers(world: World) -> list[tuple[SealedFile, dict[str, Any]]]:
    """Return all papers in the order in which they tell, each with its proof."""
    with world.ground.work(writes=False) as work:
        found = [(row, json.loads(attached(work.reveal_bytes(row, "file"))))
                 for row in work.session.scalars(select(SealedFile))]
    return sorted(found, key=lambda paper: len(paper[1]["story"].get("events", ())))


def paper(world: World, edition: str, occasion: str) -> tuple[SealedFile, dict[str, Any]]:
    (found,) = [one for one in papers(world)
                if (one[0].edition, one[0].occasion) == (edition, occasion)]
    return found


def stories(world: World) -> list[dict[str, Any]]:
    """Return the stories of all coachee's editions, oldest first."""
    return [told["story"] for row, told in papers(world) if row.edition == "coachee"]


def walked(told: Mapping[str, Any]) -> list[str]:
    """Return every hash that a story passes, by the standard library alone, as "how" says."""
    heads = [told["genesis"]]
    for event in told["events"]:
        spelled = json.dumps(event, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        own = event.get("withheld") or sha256(spelled.encode()).hexdigest()
        heads.append(sha256(f"ccp/story/v1\n{heads[-1]}\n{own}".encode()).hexdigest())
    return heads


def test_says_on_paper_or_gives_a_reason_for_whatever_the_coach_is_told() -> None:
    assert STORY | LEFT_OUT.keys() == TOLD, (
        "a new code goes into STORY, or into LEFT_OUT with a reason, before it is first written")
    assert not STORY & LEFT_OUT.keys()


def test_z1_carries_heads_alone_in_the_common_edition() -> None:
    told = proof(common())
    assert told["story"] == {"genesis": GENESIS, "head": story_head(GENESIS, EVENTS)}
    assert set(told) == {"schema", "edition", "short_code", "copied_at", "how", "version", "ledger",
                         "root", "story"}
    assert told["edition"] == "common"


def test_tells_the_events_in_the_coachees_edition() -> None:
    told = proof(coachee())
    assert (told["edition"], told["short_code"]) == ("coachee", COACHEE_CODE)
    assert told["story"]["events"] == [dict(event) for event in EVENTS]
    assert walked(told["story"])[-1] == told["story"]["head"]


def test_names_the_hash_of_the_record_beside_it() -> None:
    made = printed(coachee())
    told = json.loads(attached(made))
    assert told["version"]["record_sha256"] == sha256(attached(made, "record.json")).hexdigest()
    assert told["receipt_sha256"] == sha256(attached(made, "consent.jsonld")).hexdigest()


def test_refuses_events_that_do_not_lead_to_the_head() -> None:
    with pytest.raises(ValueError, match="do not lead"):
        replace(coachee(), events=EVENTS[:1])


def test_hangs_together_also_where_events_are_withheld() -> None:
    held = (withheld(EVENTS[0]), *EVENTS[1:])
    assert set(held[0]) == {"withheld"}
    assert event_digest(held[0]) == event_digest(EVENTS[0])
    assert story_head(GENESIS, held) == story_head(GENESIS, EVENTS)
    assert story_head(GENESIS, EVENTS[::-1]) != story_head(GENESIS, EVENTS)


def test_tells_in_a_later_copy_what_an_earlier_one_told(world: World) -> None:
    conclude(world)
    seal_due(world.ground)
    others = papers(world)
    last, late = others.pop()
    heads = walked(late["story"])
    assert len(others) == 2
    for _row, earlier in others:
        told = earlier["story"].get("events", [])
        assert told == late["story"]["events"][:len(told)]
        assert earlier["story"]["head"] in heads
    kinds = [event["kind"] for event in late["story"]["events"]]
    assert kinds[0] == "engagement.started"
    assert kinds.count("version.signed") == 2
    assert kinds[-1] == "paper.sealed"
    with world.ground.work(writes=False) as work:
        entry = json.loads(work.session.scalars(select(Entry.body).where(
            Entry.kind == "paper.sealed", Entry.subject_id == last.id)).one())
    assert entry["facts"]["story"] == heads[-1]


def test_z1_has_neither_numbers_nor_gaps(world: World) -> None:
    """Also what is not told stands behind the hashes: each names an entry of the record."""
    conclude(world)
    seal_due(world.ground)
    _row, told = paper(world, "coachee", "vouched")
    with world.ground.work(writes=False) as work:
        kept = {e.hash: e for e in work.session.scalars(select(Entry).where(
            Entry.chain_id == world.ids["engagement"]))}
    for event in told["story"]["events"]:
        assert set(event) == {"at", "kind", "subject", "actor", "facts", "entry"}
        entry = kept[event["entry"]]
        assert (entry.kind, entry.subject_id) == (event["kind"], event["subject"])
    silent = [entry for entry in kept.values() if entry.kind not in STORY]
    assert silent
    spelled = json.dumps(told)
    assert not [entry for entry in silent if entry.hash in spelled
                and entry.hash != told["ledger"]["head"]]
    assert not [entry for entry in kept.values() if entry.previous in json.dumps(
        [event["facts"] for event in told["story"]["events"]])]
