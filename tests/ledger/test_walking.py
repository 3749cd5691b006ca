"""Every change of the record shows when it is walked, also one past the triggers."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from portal.ground.chance import new_id
from portal.ledger.models import Chain, Entry
from portal.ledger.policy import Break, Stored, Walk, Why, entry_bytes, entry_hash, genesis, instant
from portal.ledger.queries import broken_chains, entry_count, walk
from tests.builders import World, add_engagement, add_practice, issue
from tests.conftest import NOW
from tests.tampering import past_the_triggers

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: The columns that evidence hangs on.
COLUMNS = ("seq", "previous", "hash", "kind", "subject_id", "actor_id", "body")
FLIPS = 200


def chain(count: int, chain_id: str = "c") -> list[Stored]:
    """Return a whole chain of so many entries as they lie in the database."""
    entries: list[Stored] = []
    previous = genesis(chain_id)
    for seq in range(1, count + 1):
        body = entry_bytes(chain_id, seq, previous, at=NOW, kind="kind", subject_id="subject",
                           actor_id=None, facts={"n": seq}, salt="0" * 32)
        entries.append((chain_id, seq, previous, entry_hash(body), "kind", "subject", None,
                        instant(NOW), body))
        previous = entry_hash(body)
    return entries


def breaks(entries: list[Stored]) -> list[Break]:
    """Return where these entries break, walked in two stretches."""
    told = Walk()
    told.take(entries[:4])
    told.take(entries[4:])
    assert told.entries == len(entries)
    return told.breaks


def test_finds_no_break_in_whole_chains() -> None:
    assert breaks([*chain(9, "a"), *chain(1, "b"), *chain(3, "c")]) == []


@given(st.integers(0, 8), st.integers(0, 400), st.integers(0, 7))
def test_finds_every_flipped_bit(place: int, at: int, bit: int) -> None:
    entries = chain(9)
    body = bytearray(entries[place][-1])
    body[at % len(body)] ^= 1 << bit
    entries[place] = (*entries[place][:-1], bytes(body))
    assert breaks(entries) == [Break("c", place + 1, Why.CHANGED)]


@given(st.integers(0, 7))
def test_finds_a_missing_entry(place: int) -> None:
    entries = chain(9)
    del entries[place]
    assert breaks(entries) == [Break("c", place + 2, Why.MISSING)]


@given(st.integers(0, 7))
def test_finds_an_entry_made_anew(place: int) -> None:
    entries = chain(9)
    other = entry_bytes("c", place + 1, entries[place][2], at=NOW, kind="kind",
                        subject_id="subject", actor_id=None, facts={"n": 99}, salt="1" * 32)
    entries[place] = (*entries[place][:3], entry_hash(other), *entries[place][4:-1], other)
    assert breaks(entries) == [Break("c", place + 2, Why.UNTIED)]


def test_finds_two_that_changed_places() -> None:
    entries = chain(9)
    entries[3], entries[5] = entries[5], entries[3]
    assert [found.why for found in breaks(entries)] == [Why.MISSING]


def test_binds_a_chain_to_its_engagement() -> None:
    moved: list[Stored] = [("another", *rest) for _chain, *rest in chain(3)]  # type: ignore[misc]
    assert breaks(moved) == [Break("another", 1, Why.UNTIED)]


def test_goes_on_with_the_next_chain_after_a_break() -> None:
    first, last = chain(6, "a"), chain(6, "b")
    del first[2], last[4]
    assert [(found.chain_id, found.seq) for found in breaks(first + last)] == [("a", 4), ("b", 6)]


@pytest.mark.parametrize("column, value", [
    (4, "other"), (5, "somebody"), (6, "somebody"), (7, "2026-11-23T09:00:00.000001Z"),
    (4, 'kind","x":"'),
])
def test_finds_what_is_found_by_something_else(column: int, value: str) -> None:
    entries: list[Any] = list(chain(5))
    entries[2] = (*entries[2][:column], value, *entries[2][column + 1:])
    assert breaks(entries) == [Break("c", 3, Why.MISTOLD)]


def test_reads_what_was_written_before_there_were_salts() -> None:
    entries: list[Any] = list(chain(3))
    body = entries[2][-1].replace(b',"salt":"' + b"0" * 32 + b'"', b"").replace(
        b'"schema":2', b'"schema":1')
    entries[2] = (*entries[2][:3], entry_hash(body), *entries[2][4:-1], body)
    assert breaks(entries) == []


@pytest.fixture
def told(world: World) -> World:
    """Give an engagement whose text was issued."""
    add_practice(world)
    add_engagement(world)
    issue(world)
    return world


def found(world: World) -> list[Break]:
    """Return what a walk finds now."""
    with world.ground.work(writes=False) as work:
        return broken_chains(work)


def entries_of(world: World, chain_id: str) -> list[Any]:
    """Return the rows of a chain in order."""
    with world.ground.engine.connect() as connection:
        return list(connection.execute(
            select(Entry.__table__).where(Entry.chain_id == chain_id).order_by(Entry.seq)))


def test_walks_every_entry_of_every_chain(told: World) -> None:
    with told.ground.work(writes=False) as work:
        *_before, last = walk(work)
        assert (last.entries, last.breaks) == (entry_count(work), [])
        assert last.chains == 2  # The engagement's and the practice's.


def test_catches_every_flipped_bit_of_a_stored_entry(told: World) -> None:
    chance = random.Random(7)
    rows = entries_of(told, told.ids["engagement"])
    for number in range(FLIPS):
        row, column = chance.choice(rows), COLUMNS[number % len(COLUMNS)]
        value = getattr(row, column)
        if value is None:
            continue
        with past_the_triggers(told) as connection:
            _put(connection, row.id, column, _flipped(value, chance))
        assert found(told), (column, row.seq)
        with past_the_triggers(told) as connection:
            _put(connection, row.id, column, value)
    assert found(told) == []


def _put(connection: Connection, entry_id: str, column: str, value: object) -> None:
    connection.execute(update(Entry).where(Entry.id == entry_id).values({column: value}))


def _flipped(value: Any, chance: random.Random) -> object:
    if isinstance(value, int):
        # Low bits would give the number of another entry, which the database itself refuses.
        return value ^ 1 << chance.randrange(6, 12)
    if isinstance(value, bytes):
        whole = bytearray(value)
        whole[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        return bytes(whole)
    place = chance.randrange(len(value))
    # One of the lowest bits, so that a letter stays one.
    return value[:place] + chr(ord(value[place]) ^ 1 << chance.randrange(3)) + value[place + 1:]


def test_catches_a_moved_instant(told: World) -> None:
    rows = entries_of(told, told.ids["engagement"])
    with past_the_triggers(told) as connection:
        _put(connection, rows[2].id, "at", rows[2].at.replace(microsecond=1))
    assert found(told) == [Break(told.ids["engagement"], 3, Why.MISTOLD)]


def test_catches_what_was_deleted_and_put_back_elsewhere(told: World) -> None:
    engagement = told.ids["engagement"]
    rows = entries_of(told, engagement)
    with past_the_triggers(told) as connection:
        connection.execute(delete(Entry).where(Entry.id == rows[1].id))
    assert found(told) == [Break(engagement, 3, Why.MISSING)]
    with past_the_triggers(told) as connection:
        connection.execute(insert(Entry).values({**rows[1]._mapping, "seq": len(rows) + 1}))
    assert found(told) == [Break(engagement, 3, Why.MISSING)]


def test_catches_what_was_moved_to_another_chain(told: World) -> None:
    practice = told.ids["ana.practice"]
    last = entries_of(told, practice)[-1].seq
    moved = entries_of(told, told.ids["engagement"])[-1]
    with past_the_triggers(told) as connection:
        connection.execute(update(Entry).where(Entry.id == moved.id)
                           .values(chain_id=practice, seq=last + 1))
    assert found(told) == [Break(practice, last + 1, Why.UNTIED)]


def test_catches_two_that_changed_places(told: World) -> None:
    rows = entries_of(told, told.ids["engagement"])
    with past_the_triggers(told) as connection:
        for row, seq in ((rows[1], 999), (rows[2], 998), (rows[1], 3), (rows[2], 2)):
            _put(connection, row.id, "seq", seq)
    assert found(told) == [Break(told.ids["engagement"], 2, Why.UNTIED)]


def test_catches_a_fork(told: World) -> None:
    rows = entries_of(told, told.ids["engagement"])
    other = entry_bytes(rows[-1].chain_id, len(rows), rows[-1].previous, at=NOW, kind="forged",
                        subject_id=rows[-1].subject_id, actor_id=None, facts={}, salt="0" * 32)
    fork = {**rows[-1]._mapping, "id": new_id(), "seq": len(rows) + 1, "kind": "forged",
            "actor_id": None, "at": NOW, "body": other, "hash": entry_hash(other),
            "previous": entry_hash(rows[-1].body)}
    with past_the_triggers(told) as connection:
        connection.execute(insert(Entry).values(fork))
    assert found(told) == [Break(told.ids["engagement"], len(rows) + 1, Why.MISTOLD)]


def test_catches_a_chain_that_lost_all(told: World) -> None:
    with past_the_triggers(told) as connection:
        connection.execute(delete(Entry).where(Entry.chain_id == told.ids["engagement"]))
        assert connection.scalar(select(Chain.id).where(Chain.id == told.ids["engagement"]))
    assert found(told) == [Break(told.ids["engagement"], 0, Why.MISSING)]
