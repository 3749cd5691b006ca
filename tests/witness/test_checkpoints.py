"""Checkpoints are witnesses against whoever has the database in hand."""

from __future__ import annotations

import json
import random
import subprocess
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update

from portal.evidence.jobs import seal_due
from portal.evidence.models import Seal, SealedFile
from portal.ground.signednote import read_note
from portal.ledger.models import Entry
from portal.ledger.policy import Why
from portal.witness.jobs import take_checkpoints
from portal.witness.models import Checkpoint
from portal.witness.policy import NOTHING, Examined, Trouble, key_name, read_heads, text_hash
from portal.witness.queries import examine
from tests.builders import World, conclude
from tests.doors.test_cli import Shell
from tests.plugins.needs import tool
from tests.tampering import past_the_triggers


@pytest.fixture
def kept(world: World) -> World:
    """Give terms in force with their papers, and checkpoints of two nights."""
    conclude(world)
    assert take_checkpoints(world.ground) == 1
    world.clock.move(days=1)
    assert seal_due(world.ground) == 2
    assert take_checkpoints(world.ground) == 1
    return world


def examined(world: World) -> Examined:
    with world.ground.work(writes=False) as work:
        return examine(work)


def checkpoints(world: World) -> list[Checkpoint]:
    with world.ground.work(writes=False) as work:
        return list(work.session.scalars(select(Checkpoint).order_by(Checkpoint.number)))


def certificate(world: World) -> bytes:
    with world.ground.work(writes=False) as work:
        return work.session.scalars(select(Seal)).one().certificate_pem


def troubles(world: World) -> set[Trouble]:
    return {fault.trouble for fault in examined(world).faults}


def test_is_whole_as_it_is(kept: World) -> None:
    told = examined(kept)
    assert told.is_whole
    assert (told.chains, told.checkpoints, told.papers) == (2, 2, 3)
    assert told.in_words().startswith("Whole: ")


def test_names_the_checkpoint_before_and_what_has_grown(kept: World) -> None:
    first, second = checkpoints(kept)
    lines = second.note.decode().splitlines()
    assert lines[:2] == [key_name(kept.ids["ana.practice"]), "checkpoint 2"]
    assert lines[3] == f"before {first.hash}"
    assert f"before {NOTHING}" in first.note.decode()
    chains = {head.chain_id for head in read_heads(second.heads) or []}
    assert kept.ids["engagement"] in chains


def test_takes_none_where_nothing_was_recorded(kept: World) -> None:
    kept.clock.move(days=1)
    assert take_checkpoints(kept.ground) == 0
    assert len(checkpoints(kept)) == 2


@pytest.mark.needs("openssl")
def test_is_checked_with_openssl_alone(kept: World, tmp_path: Path) -> None:
    note = checkpoints(kept)[-1].note.decode()
    said, _blank, signature = note.rpartition("\n\n")
    (tmp_path / "text").write_text(said + "\n")
    (tmp_path / "signature").write_bytes(b64decode(signature.split()[-1])[4:])
    (tmp_path / "seal.pem").write_bytes(certificate(kept))
    key = subprocess.run([tool("openssl"), "x509", "-in", tmp_path / "seal.pem", "-pubkey",
                          "-noout"], check=True, capture_output=True).stdout
    (tmp_path / "key.pem").write_bytes(key)
    done = subprocess.run(
        [tool("openssl"), "dgst", "-sha256", "-verify", tmp_path / "key.pem", "-signature",
         tmp_path / "signature", tmp_path / "text"], check=False, capture_output=True, text=True)
    assert done.stdout.strip() == "Verified OK"


def test_catches_the_end_of_a_chain_cut_off(kept: World) -> None:
    """No chain of hashes can show this by itself."""
    with past_the_triggers(kept) as connection:
        newest = select(Entry.id).where(Entry.chain_id == kept.ids["engagement"]).order_by(
            Entry.seq.desc()).limit(1)
        connection.execute(delete(Entry).where(Entry.id == connection.scalar(newest)))
    told = examined(kept)
    assert told.breaks == []
    assert Trouble.UNKNOWN_HEAD in {fault.trouble for fault in told.faults}
    assert "NOT WHOLE" in told.in_words()


def test_catches_a_checkpoint_that_is_gone(kept: World) -> None:
    with past_the_triggers(kept) as connection:
        connection.execute(delete(Checkpoint).where(Checkpoint.number == 1))
    assert troubles(kept) == {Trouble.MISSING}


def test_catches_a_paper_that_no_entry_names(kept: World) -> None:
    with past_the_triggers(kept) as connection:
        connection.execute(update(SealedFile).values(ledger_head="0" * 64))
    assert troubles(kept) == {Trouble.UNKNOWN_PAPER}


def test_catches_every_flipped_bit_of_a_checkpoint(kept: World) -> None:
    chance, first = random.Random(11), checkpoints(kept)[0]
    for number in range(60):
        column = ("hash", "note", "heads")[number % 3]
        value: Any = getattr(first, column)
        flipped = bytearray(value if isinstance(value, bytes) else value.encode())
        flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(3)
        _put(kept, column, bytes(flipped) if isinstance(value, bytes) else flipped.decode())
        assert not examined(kept).is_whole, column
        _put(kept, column, value)
    assert examined(kept).is_whole


def _put(world: World, column: str, value: object) -> None:
    with past_the_triggers(world) as connection:
        connection.execute(update(Checkpoint).where(Checkpoint.number == 1).values({column: value}))


@pytest.mark.parametrize("change", [
    lambda note: note.replace("checkpoint 1", "checkpoint 2"),
    lambda note: note.replace("consent-portal/", "another/"),
    lambda note: note.replace("\n\n", "\n"),
    lambda note: note[:-20] + "\n",
    lambda note: note.replace("\N{EM DASH}", "-"),
    lambda note: "",
])
def test_reads_no_text_from_a_note_that_was_changed(kept: World, change: Any) -> None:
    note = checkpoints(kept)[0].note.decode()
    name, seal = key_name(kept.ids["ana.practice"]), certificate(kept)
    text = read_note(note, name, seal)
    assert text is not None
    assert text_hash(text) == checkpoints(kept)[0].hash
    assert read_note(change(note), name, seal) is None
    assert read_note(note, "somebody-else", seal) is None


def test_the_command_tells_it_in_words_and_as_data(kept: World, tmp_path: Path) -> None:
    settings = kept.ground.settings
    shell = Shell(tmp_path, settings.database_url)
    keys = {"PORTAL_SECRET_KEY": settings.secret_key, "PORTAL_LINK_KEY": settings.link_key,
            "PORTAL_MASTER_KEY": settings.master_key}
    words = shell.run("verify", "--ledger", **keys)
    assert words.exit_code == 0
    assert "Whole: " in words.output
    with past_the_triggers(kept) as connection:
        connection.execute(text("UPDATE ledger_entry SET kind = 'other' WHERE seq = 2"))
    told = shell.run("verify", "--ledger", "--json", **keys)
    assert told.exit_code == 1
    assert {found["why"] for found in json.loads(told.output)["breaks"]} == {str(Why.MISTOLD)}
    assert "no such option" in shell.run("verify", "--nothing").output.lower()
