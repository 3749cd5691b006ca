"""The rules: how values are spelled, which backups stay, which passphrases hold."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from portal import schema
from portal.backup.policy import (
    About,
    BadBackup,
    Keep,
    Manifest,
    let_go,
    line,
    name_at,
    rows_of,
    spell,
    taken_at,
    unspell,
    why_not_passphrase,
)
from portal.backup.tables import columns_of

NIGHT = datetime(2026, 11, 26, 2, 10, 5, tzinfo=UTC)


@pytest.mark.parametrize(("kind", "value", "spelled"), [
    ("text", "Zoë \n\u2028 'Berg'", "Zoë \n\u2028 'Berg'"), ("number", -7, -7),
    ("truth", False, False),
    ("bytes", b"\x00\xff", "AP8="), ("bytes", b"", ""), ("day", date(2026, 3, 31), "2026-03-31"),
    ("instant", NIGHT, "2026-11-26T02:10:05.000000Z"),
    ("instant", datetime(2026, 11, 26, 3, 10, tzinfo=timezone(timedelta(hours=1))),
     "2026-11-26T02:10:00.000000Z"),
    ("json", {"a": [True, None]}, {"a": [True, None]}), ("text", None, None),
    ("bytes", None, None)])
def test_spells_a_value_and_reads_it_back(kind: str, value: object, spelled: object) -> None:
    assert spell(kind, value) == spelled
    assert rows_of(line([spell(kind, value)]), [("column", kind)]) == [{"column": value}]


@pytest.mark.parametrize(("kind", "told"), [
    ("bytes", "no base64!"), ("bytes", 7), ("instant", "yesterday"), ("day", "31 March"),
    ("day", 3)])
def test_reads_no_value_of_another_kind(kind: str, told: object) -> None:
    with pytest.raises(BadBackup):
        unspell(kind, told)


@pytest.mark.parametrize("text", [b"{}\n", b"[1]\n", b"[1,2,3]\n", b"no\n"])
def test_reads_no_row_of_another_form(text: bytes) -> None:
    with pytest.raises(BadBackup):
        rows_of(text, [("a", "number"), ("b", "number")])


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"format": 1}', b'{"format": 2}', b"\xff"])
def test_reads_no_other_beginning_and_no_other_end(text: bytes) -> None:
    with pytest.raises(BadBackup):
        About.read(text)
    with pytest.raises(BadBackup):
        Manifest.read(text)


def test_knows_how_to_spell_every_column_of_every_table() -> None:
    for table in schema.METADATA.sorted_tables:
        metadata = sa.MetaData()
        columns = [sa.Column(one.name, getattr(one.type, "impl", one.type))
                   for one in table.columns]
        assert len(columns_of(sa.Table(table.name, metadata, *columns))) == len(columns)


def nights(count: int, *, skip: range = range(0)) -> list[str]:
    return [name_at(NIGHT - timedelta(days=ago)) for ago in range(count) if ago not in skip]


def days(names: list[str]) -> list[str]:
    return sorted(found[0] for name in names
                  if (found := re.search(r"\d{4}-\d\d-\d\d", name)) is not None)


def test_keeps_days_then_weeks_then_months() -> None:
    names = nights(500)
    stays = set(names) - set(let_go(names, Keep(7, 4, 12)))
    assert days(list(stays)) == [
        "2025-12-31", "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31",
        "2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31",
        "2026-11-08", "2026-11-15", "2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23",
        "2026-11-24", "2026-11-25", "2026-11-26"]
    # What is let go stays let go, and nothing else goes the next time.
    assert let_go(stays, Keep(7, 4, 12)) == []


def test_keeps_the_newest_whatever_was_set() -> None:
    names = nights(40, skip=range(30))
    assert let_go(names, Keep(0, 0, 0)) == sorted(names)[:-1]
    assert let_go(names[:1], Keep(0, 0, 0)) == []
    assert let_go([], Keep(7, 4, 12)) == []


def test_lets_go_of_nothing_that_has_another_name() -> None:
    others = ["portal.db", "portal-2020-01-01T000000Z.backup.gpg", "x-2020-01-01T000000Z.backup",
              "portal-2020-13-01T000000Z.backup", ".portal-2020-01-01T000000Z.backup.part",
              "portal-2020-01-01.backup", "keys.env"]
    assert let_go([*others, *nights(2)], Keep(1, 0, 0)) == nights(2)[1:]
    assert not any(map(taken_at, others))
    assert taken_at(name_at(NIGHT)) == NIGHT


@pytest.mark.parametrize(("text", "why"), [
    ("", "16"), ("short but fine", "16"), ("aaaaaaaaaaaaaaaaaaaa", "same few"),
    ("abcabcabcabcabcabc", "same few"), ("1234567812345678", "one piece"),
    ("correct horse correct horse ", "one piece"), ("Berg Wien 26 Berg Wien 26 ", "one piece")])
def test_refuses_a_passphrase_that_would_not_hold(text: str, why: str) -> None:
    assert why in (why_not_passphrase(text) or "")


@pytest.mark.parametrize("text", ["correct horse battery staple", "fünf Wörter die keiner errät"])
def test_takes_a_passphrase_of_several_words(text: str) -> None:
    assert why_not_passphrase(text) is None
