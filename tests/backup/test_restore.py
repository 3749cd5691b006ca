"""What was backed up comes back whole, on either database, and nothing else takes its place."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, inspect, select, text

from portal.backup.places import CannotRestore
from portal.backup.policy import BadBackup, Manifest
from portal.backup.reading import opened
from portal.backup.restoring import Restored, look, restoring, why_not_restore
from portal.backup.scratch import Found
from portal.ground.agefile import CannotOpen, Key, Lock
from portal.ground.running import in_use
from portal.ground.work import Ground
from portal.ledger.models import Entry
from portal.links.models import Invitation
from portal.links.queries import is_living
from portal.people.models import SignIn
from tests.backup import stage
from tests.backup.conftest import House
from tests.backup.stage import KEY, quiet
from tests.builders import World, add_practice, conclude
from tests.cast import ZOE
from tests.conftest import DATABASE

pytestmark = pytest.mark.alters_schema

#: So many copies are cut and so many changed. `make soak` takes twenty thousand of each.
DAMAGED = int(os.environ.get("PORTAL_TEST_DAMAGE", "150"))


def bring_back(file: Path, ground: Ground, key: Key = KEY) -> tuple[Found, Restored]:
    """Restore a backup as the command does, with everything that it looks at."""
    with opened(file, key, None) as reading, restoring(
            reading, ground, quiet, brought_keys=False) as waiting:
        assert why_not_restore(waiting.found, although_not_whole=False) is None
        return waiting.found, waiting.go_on()


def without_aftercare(file: Path, ground: Ground) -> None:
    """Put a backup in place row by row as it is."""
    from portal.backup.places import place_for
    from portal.backup.scratch import load

    with opened(file, KEY, None) as reading, place_for(ground.engine) as place:
        load(reading, place.engine, lambda _count: None)
        place.put(ground.clock.now())


def empty_place(home: Path, *, other: bool = False) -> Ground:
    return stage.ground_on(f"sqlite:///{home / ('other.db' if other else 'portal.db')}", home)


def test_brings_back_every_row_and_every_byte_of_every_paper(house: House, tmp_path: Path) -> None:
    """On PostgreSQL this is the move to SQLite."""
    there = empty_place(tmp_path)
    without_aftercare(house.file, there)
    assert stage.rows(there.engine) == house.rows
    assert stage.papers(there) == house.papers
    assert len(house.papers) == 6
    assert sum(map(len, house.rows.values())) == house.taken.about.rows > 100
    there.engine.dispose()


def test_shows_no_word_of_what_is_in_it(house: House) -> None:
    raw, inside = house.file.read_bytes(), b"".join(stage.unfold(house.file)[1].values())
    words = {value for rows in house.rows.values() for row in rows for value in row
             if isinstance(value, str) and len(value) > 7}
    assert {"Berg Coaching", "Europe/Vienna", "agreement.issued"} & words
    assert sum(word.encode() in inside for word in words) > len(words) / 2
    assert [word for word in words if word.encode() in raw] == []
    # Nor is there anything in it that was only squeezed.
    for found in re.finditer(b"\x1f\x8b\x08", raw):
        with suppress(zlib.error):  # or, where chance wrote these bytes, it waits for more
            assert not zlib.decompressobj(wbits=31).decompress(raw[found.start():])


def told_otherwise(world: World) -> None:
    """Let a world hold what no backup does, down to its last id."""
    add_practice(world, ZOE, "zoe", name="Quist Coaching")
    conclude(world)


def test_brings_it_back_over_a_database_that_holds_something_else(
    house: House, world: World, tmp_path: Path,
) -> None:
    """On PostgreSQL a schema takes the place of another, and the way back from SQLite is gone too:
    there and back nothing is different."""
    told_otherwise(world)
    here = world.ground
    here.engine.dispose()
    without_aftercare(house.file, here)
    assert stage.rows(here.engine) == house.rows
    assert stage.papers(here) == house.papers
    if DATABASE == "postgresql":
        there = empty_place(tmp_path)
        without_aftercare(house.file, there)
        stage.back_up(there, tmp_path / "moved.backup")
        here.engine.dispose()
        here.clock.move(minutes=1)  # type: ignore[attr-defined]
        without_aftercare(tmp_path / "moved.backup", here)
        assert stage.rows(here.engine) == house.rows
        assert stage.unfold(tmp_path / "moved.backup")[1] == stage.unfold(house.file)[1]
        there.engine.dispose()


def test_keeps_the_database_of_before_until_somebody_deletes_it(house: House, world: World) -> None:
    told_otherwise(world)
    world.ground.engine.dispose()
    before = stage.rows(world.ground.engine)
    world.ground.engine.dispose()
    _found, done = bring_back(house.file, world.ground)
    assert done.aside is not None
    if DATABASE == "sqlite":
        path = Path(world.ground.engine.url.database or "")
        assert path.stat().st_mode & 0o077 == 0
        kept = stage.ground_on(f"sqlite:///{path.with_name(done.aside)}", path.parent)
        assert stage.rows(kept.engine) == before
        kept.engine.dispose()
        assert not list(path.parent.glob(".portal*"))
        return
    with world.ground.engine.connect() as connection:
        assert inspect(connection).get_schema_names() == sorted(
            ["information_schema", "public", done.aside])
        connection.execute(text(f"SET search_path TO {done.aside}"))
        assert connection.scalar(select(func.count()).select_from(Entry)) == len(
            before["ledger_entry"])


@pytest.mark.once
def test_says_what_is_in_a_backup(house: House, tmp_path: Path) -> None:
    there = empty_place(tmp_path)
    with opened(house.file, KEY, None) as reading:
        found = look(reading, there, None, quiet)
    assert found.practices == ["Berg Coaching", "Nord Coaching"]
    assert (found.engagements, found.papers, found.erased) == (2, 7, 0)
    assert found.rows == house.taken.about.rows
    assert not found.faults
    assert not inspect(there.engine).get_table_names()
    there.engine.dispose()


def test_ends_every_way_in_and_writes_down_that_it_was_restored(
    house: House, tmp_path: Path,
) -> None:
    there = empty_place(tmp_path)
    found, done = bring_back(house.file, there)
    assert done.aside is None
    assert done.mails == sum(
        row[5] in ("mail", "news") and row[-2] is None for row in house.rows["notice"])
    with there.work(writes=False) as work:
        assert not work.session.scalars(select(SignIn).where(SignIn.ended_at.is_(None))).all()
        links = work.session.scalars(select(Invitation)).all()
        assert links
        assert not any(is_living(work, one) for one in links)
        kinds = work.session.scalars(
            select(Entry.kind).where(Entry.chain_id == Entry.practice_id)
            .order_by(Entry.chain_id, Entry.seq)).all()
        assert kinds.count("record.restored") == 2
    assert set(stage.rows(there.engine)["ledger_entry"]) >= set(house.rows["ledger_entry"])
    assert found.entries == len(house.rows["ledger_entry"])
    there.engine.dispose()


def test_refuses_while_anything_is_at_work(house: House, tmp_path: Path) -> None:
    there = house.ground if DATABASE == "postgresql" else empty_place(tmp_path)
    there.engine.dispose()
    with opened(house.file, KEY, None) as reading, in_use(there.engine):
        other = stage.ground_on(there.settings.database_url, tmp_path)
        with (other.engine.connect(),
              pytest.raises(CannotRestore, match="Stop every portal serve"),
              restoring(reading, there, quiet, brought_keys=False)):
            raise AssertionError("it was not refused")
        other.engine.dispose()
    there.engine.dispose()


@pytest.mark.once
def test_21_opens_no_copy_that_was_cut_or_changed(house: House, tmp_path: Path) -> None:
    body, draw = house.file.read_bytes(), Random(21)
    damaged = [body[:draw.randrange(len(body))] for _ in range(DAMAGED)]
    damaged += [body[:-1], body + b"\n", body[:len(body) // 2] + body[len(body) // 2 + 1:]]
    damaged += [flipped(body, at, draw.randrange(8)) for at in (
        0, 40, len(body) - 1, *(draw.randrange(len(body)) for _ in range(DAMAGED)))]
    assert refused(tmp_path, damaged, KEY) == len(damaged) == 2 * DAMAGED + 6


@pytest.mark.once
def test_21_opens_none_that_a_passphrase_opens_either(house: House, tmp_path: Path) -> None:
    """Few are tried: each costs the work that a passphrase is to cost whoever tries many."""
    whole, key = tmp_path / "whole", Key(passphrase="six words nobody would think of")
    stage.back_up(house.ground, whole, Lock(passphrase=key.passphrase))
    body, draw = whole.read_bytes(), Random(21)
    damaged = [body[:-1], flipped(body, 0, 0), flipped(body, 120, 0),
               *(flipped(body, draw.randrange(len(body)), 0) for _ in range(DAMAGED // 500))]
    assert refused(tmp_path, damaged, key) == len(damaged) >= 3
    assert refused(tmp_path, [body], Key(passphrase="six words nobody would think")) == 1


def flipped(body: bytes, at: int, bit: int) -> bytes:
    changed = bytearray(body)
    changed[at] ^= 1 << bit
    return bytes(changed)


def refused(home: Path, copies: list[bytes], key: Key) -> int:
    """Return how many of these are not opened."""
    file, count = home / "damaged", 0
    for one in copies:
        file.write_bytes(one)
        try:
            with opened(file, key, None):
                continue
        except (CannotOpen, BadBackup):
            count += 1
    return count


@pytest.mark.once
def test_21_knows_that_a_copied_database_is_no_backup(house: House, tmp_path: Path) -> None:
    copy = tmp_path / "portal.db.copy"
    shutil.copy(house.ground.engine.url.database or "", copy)
    with pytest.raises(CannotOpen, match="SQLite database"), opened(copy, KEY, None):
        raise AssertionError("it was opened")


def changed_row(tables: dict[str, bytes], manifest: Manifest) -> Manifest:
    """A row is gone, and the manifest was left as it was."""
    tables["notice"] = b"".join(tables["notice"].splitlines(keepends=True)[:-1])
    return manifest


def changed_entry(tables: dict[str, bytes], manifest: Manifest) -> Manifest:
    lines = tables["ledger_entry"].splitlines(keepends=True)
    row = json.loads(lines[3])
    at = next(n for n, value in enumerate(row) if isinstance(value, str) and len(value) > 200)
    row[at] = base64.b64encode(base64.b64decode(row[at]).replace(b'"facts"', b'"fakts"')).decode()
    lines[3] = json.dumps(row, separators=(",", ":")).encode() + b"\n"
    tables["ledger_entry"] = b"".join(lines)
    return stage.counted(manifest, tables)


def missing_end(tables: dict[str, bytes], manifest: Manifest) -> Manifest:
    """The newest entries of a chain are cut off, and rows and hashes fit: the heads do not."""
    rows = [json.loads(line) for line in tables["ledger_entry"].splitlines()]
    names = [name for name, _kind in ABOUT["ledger_entry"]]
    chain, seq = names.index("chain_id"), names.index("seq")
    last = max(rows, key=lambda row: (row[chain], row[seq]))
    tables["ledger_entry"] = b"".join(
        json.dumps(row, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
        for row in rows if row is not last)
    return stage.counted(manifest, tables)


def swapped_papers(tables: dict[str, bytes], manifest: Manifest) -> Manifest:
    """Two sealed files trade places: a value that is moved does not open (Z18)."""
    rows = [json.loads(line) for line in tables["sealed_file"].splitlines()]
    at = [name for name, _kind in ABOUT["sealed_file"]].index("file_enc")
    rows[0][at], rows[1][at] = rows[1][at], rows[0][at]
    tables["sealed_file"] = b"".join(
        json.dumps(row, separators=(",", ":")).encode() + b"\n" for row in rows)
    return stage.counted(manifest, tables)


def dangling(tables: dict[str, bytes], manifest: Manifest) -> Manifest:
    tables["practice"] = b"".join(tables["practice"].splitlines(keepends=True)[:1])
    return stage.counted(manifest, tables)


ABOUT: dict[str, list[tuple[str, str]]] = {}


@pytest.mark.once
@pytest.mark.parametrize(("change", "says"), [
    (changed_row, "rows are not those"), (changed_entry, "bytes are not those that were hashed"),
    (missing_end, "the chains are not those"), (swapped_papers, "cannot be opened"),
    (dangling, "names another one|foreign key|violates")])
def test_finds_what_somebody_put_together_who_has_the_public_key(
    house: House, tmp_path: Path, change: Callable[[dict[str, bytes], Manifest], Manifest],
    says: str,
) -> None:
    about, tables, manifest = stage.unfold(house.file)
    ABOUT.update({name: [tuple(pair) for pair in pairs]  # type: ignore[misc]
                  for name, pairs in about.tables.items()})
    manifest = change(tables, manifest)
    forged = stage.forge(tmp_path / "forged", about, tables, manifest)
    there = empty_place(tmp_path)
    try:
        with opened(forged, KEY, None) as reading:
            told = "\n".join(look(reading, there, None, quiet).faults)
    except BadBackup as wrong:
        told = str(wrong)
    finally:
        there.engine.dispose()
    assert re.search(says, told), told


@pytest.mark.once
@pytest.mark.parametrize("change", ["newer", "format", "table", "end", "kind"])
def test_refuses_what_is_spelled_otherwise(house: House, tmp_path: Path, change: str) -> None:
    about, tables, manifest = stage.unfold(house.file)
    told: Manifest | None = manifest
    if change == "newer":
        about = replace(about, revision="9999")
    elif change == "format":
        about = replace(about, format=2)
    elif change == "table":
        tables = {"../../etc/passwd": b"[]\n"}
    elif change == "end":
        told = None
    else:
        tables["practice"] = tables["practice"].replace(b"Z\"", b"?\"")
    there = empty_place(tmp_path)
    with (pytest.raises(BadBackup),
          opened(stage.forge(tmp_path / "odd", about, tables, told), KEY, None) as reading):
        look(reading, there, None, quiet)
    there.engine.dispose()


@pytest.mark.once
def test_brings_nothing_that_the_keys_here_do_not_open(house: House, tmp_path: Path) -> None:
    there = empty_place(tmp_path)
    there = replace(there, settings=replace(
        there.settings, master_key=base64.b64encode(bytes(range(40, 72))).decode()))
    with opened(house.file, KEY, None) as reading:
        found = look(reading, there, None, quiet)
    assert found.unopened == len(house.rows["data_key"])
    why = why_not_restore(found, although_not_whole=True)
    assert why is not None
    assert "PORTAL_MASTER_KEY_PREVIOUS" in why
    there.engine.dispose()


@pytest.mark.once
def test_brings_a_record_that_was_broken_before_only_when_told(
    house: House, tmp_path: Path,
) -> None:
    """A disk took an entry before anybody backed up: all else is still worth having."""
    about, tables, manifest = stage.unfold(house.file)
    ABOUT.update({name: [tuple(pair) for pair in pairs]  # type: ignore[misc]
                  for name, pairs in about.tables.items()})
    manifest = changed_entry(tables, manifest)
    there = empty_place(tmp_path)
    with opened(stage.forge(tmp_path / "one", about, tables, manifest), KEY, None) as reading:
        known = look(reading, there, None, quiet).faults
    manifest = replace(manifest, findings=list(known))
    with opened(stage.forge(tmp_path / "two", about, tables, manifest), KEY, None) as reading:
        found = look(reading, there, None, quiet)
    assert not found.faults
    assert "NOT WHOLE" in (why_not_restore(found, although_not_whole=False) or "")
    assert why_not_restore(found, although_not_whole=True) is None
    there.engine.dispose()
