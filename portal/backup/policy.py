"""What a backup says of itself, how values are spelled in it, and which backups are kept."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

#: What is written today. A reader refuses any other number.
FORMAT = 1

#: The first and the last member of the archive, and the keys where they are in it.
ABOUT, MANIFEST, KEYS = "about.json", "manifest.json", "keys.env"
_MEMBER = re.compile(r"tables/([a-z][a-z0-9_]*)/([0-9]{6})\.jsonl")

#: A table as it lies in a backup: its columns in order, each with the kind of its values.
Columns = Sequence[tuple[str, str]]


def member(table: str, number: int) -> str:
    """Return the name of a part of a table; parts count from 1."""
    return f"tables/{table}/{number:06}.jsonl"


def table_of(name: str) -> tuple[str, int] | None:
    """Return table and number of a part by its name, or None where it is none."""
    found = _MEMBER.fullmatch(name)
    return (found[1], int(found[2])) if found else None


class BadBackup(ValueError):
    """Say what in a backup is not as it has to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Hold what stands at the beginning: what it takes to read the rest."""

    format: int
    portal: str
    revision: str
    database: str
    taken_at: str
    keys: bool
    rows: int
    tables: Mapping[str, Columns]

    def spelled(self) -> bytes:
        """Return it as it stands in the archive."""
        return _json(asdict(self))

    @classmethod
    def read(cls, text: bytes) -> About:
        """Return what such a text says; raises `BadBackup` for any other text."""
        told = _object(text)
        if told.get("format") != FORMAT:
            raise BadBackup("it was made by a portal whose format this one does not know")
        try:
            return cls(**told)
        except TypeError as wrong:
            raise BadBackup("its beginning is not as it has to be") from wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Hold what stands at the end: what must be in the tables.

    `tables` gives rows and SHA-256 of each table's lines, `chains` number and hash of the newest
    entry of each chain, `checkpoints` those of the newest checkpoint of each practice, `papers`
    the SHA-256 of each sealed file. `findings` says, in words, what was wrong with the record
    already when the backup was taken.
    """

    tables: Mapping[str, tuple[int, str]]
    chains: Mapping[str, tuple[int, str]]
    checkpoints: Mapping[str, tuple[int, str]]
    papers: Mapping[str, str]
    engagements: int
    findings: Sequence[str] = field(default_factory=tuple)

    def spelled(self) -> bytes:
        """Return it as it stands in the archive."""
        return _json(asdict(self))

    @classmethod
    def read(cls, text: bytes) -> Manifest:
        """Return what such a text says; raises `BadBackup` for any other text."""
        told = _object(text)
        try:
            for name in ("tables", "chains", "checkpoints"):
                told[name] = {key: (int(pair[0]), str(pair[1]))
                              for key, pair in told[name].items()}
            return cls(**told)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as wrong:
            raise BadBackup("its manifest is not as it has to be") from wrong


def _json(told: Any) -> bytes:
    return json.dumps(told, sort_keys=True, indent=1).encode() + b"\n"


def _object(text: bytes) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError as wrong:
        raise BadBackup("it holds something that is no JSON") from wrong
    if not isinstance(told, dict):
        raise BadBackup("it holds something that is no JSON object")
    return told


def spell(kind: str, value: Any) -> Any:
    """Return a value as JSON has it: bytes in base64, instants in UTC, days as they are written."""
    if value is None or kind in ("text", "number", "truth", "json"):
        return value
    if kind == "bytes":
        return base64.b64encode(value).decode("ascii")
    if kind == "instant":
        at = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return value.isoformat()


def unspell(kind: str, told: Any) -> Any:
    """Return the value of what `spell` wrote; raises `BadBackup` for anything else."""
    if told is None or kind in ("text", "number", "truth", "json"):
        return told
    try:
        if kind == "bytes":
            return base64.b64decode(told, validate=True)
        if kind == "instant":
            return datetime.fromisoformat(told)
        return date.fromisoformat(told)
    except (TypeError, ValueError, binascii.Error) as wrong:
        raise BadBackup("a row holds a value of another kind than its column") from wrong


def line(row: Sequence[Any]) -> bytes:
    """Return a row of spelled values as a line."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def rows_of(lines: bytes, columns: Columns) -> list[dict[str, Any]]:
    """Return the rows of a part of a table; raises `BadBackup` where a line is no row of it."""
    found = []
    for text in lines.splitlines():
        try:
            told = json.loads(text)
        except ValueError as wrong:
            raise BadBackup("a row is no JSON") from wrong
        if not isinstance(told, list) or len(told) != len(columns):
            raise BadBackup("a row has other columns than its table")
        found.append({name: unspell(kind, value)
                      for (name, kind), value in zip(columns, told, strict=True)})
    return found


_NAME = re.compile(r"portal-([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z\.backup")


def name_at(at: datetime) -> str:
    """Return the name of the file of a backup that the clockwork takes."""
    return f"portal-{at.astimezone(UTC):%Y-%m-%dT%H%M%SZ}.backup"


def taken_at(name: str) -> datetime | None:
    """Return when the clockwork took a backup, by the name of its file; None for any other file."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        return datetime.fromisoformat(f"{found[1]}T{found[2]}:{found[3]}:{found[4]}+00:00")
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Keep:
    """Say how many are kept: the newest of so many days, weeks and months that have one."""

    days: int
    weeks: int
    months: int


def let_go(names: Iterable[str], keep: Keep) -> list[str]:
    """Return which files of the clockwork's own need not be kept any longer, the oldest first.

    The newest always stays. A name that the clockwork would not give is never among them.
    """
    own = sorted((at, name) for name in names if (at := taken_at(name)) is not None)
    spans = ((keep.days, lambda at: at.date()), (keep.weeks, lambda at: at.isocalendar()[:2]),
             (keep.months, lambda at: (at.year, at.month)))
    stays = {own[-1][1]} if own else set()
    for most, span in spans:
        newest = {span(at): name for at, name in own}
        stays |= {newest[one] for one in sorted(newest)[-most:]} if most else set()
    return [name for _at, name in own if name not in stays]


#: A newest backup that is older than this is told of.
LATE = timedelta(days=2)

_LEAST, _LEAST_DIFFERENT = 16, 8


def why_not_passphrase(text: str) -> str | None:
    """Return why a passphrase would not hold against somebody who tries many, or None."""
    if len(text) < _LEAST:
        return (f"The passphrase needs at least {_LEAST} characters. Five or more words that do "
                "not belong together are easy to write down.")
    if len(set(text.lower())) < _LEAST_DIFFERENT:
        return "The passphrase repeats the same few characters. Take several different words."
    if any(_repeats(text.lower(), length) for length in range(1, len(text) // 2 + 1)):
        return "The passphrase repeats one piece. Take several different words."
    return None


def _repeats(text: str, length: int) -> bool:
    return (text[:length] * (len(text) // length + 1)).startswith(text)
