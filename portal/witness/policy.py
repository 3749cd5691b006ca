"""What a checkpoint says, and what contradicts one."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from portal.ledger.policy import Break, Why, instant
from portal.throttles.policy import Limit

_NAMES = re.compile(rb"consent-portal/([0-9a-f]{32})\r?\ncheckpoint ([0-9]{1,9})\r?\n")
#: What the first checkpoint of a practice names as the one before.
NOTHING = "0" * 64


class Head(NamedTuple):
    """Name the newest entry of a chain."""

    chain_id: str
    seq: int
    hash: str


def head_lines(heads: Iterable[Head]) -> bytes:
    """Return heads as a checkpoint keeps them: a line each, in the order of the chains."""
    return "".join(f"{h.chain_id} {h.seq} {h.hash}\n" for h in sorted(heads)).encode()


def read_heads(lines: bytes) -> list[Head] | None:
    """Return the heads of such lines, or None where these are none."""
    found = []
    try:
        for line in lines.decode("ascii").splitlines():
            chain_id, seq, head = line.split(" ")
            found.append(Head(chain_id, int(seq), head))
    except ValueError:
        return None
    return found


def key_name(practice_id: str) -> str:
    """Return the name under which a practice signs its notes."""
    return f"consent-portal/{practice_id}"


def note_text(
    practice_id: str, number: int, taken_at: datetime, before: str, heads: bytes
) -> str:
    """Return the text that is signed; `before` is the hash of the text of the checkpoint before."""
    return (
        f"{key_name(practice_id)}\n"
        f"checkpoint {number}\n"
        f"taken {instant(taken_at)}\n"
        f"before {before}\n"
        f"heads {hashlib.sha256(heads).hexdigest()}\n"
    )


def text_hash(text: str) -> str:
    """Return the hash under which the next checkpoint names this text."""
    return hashlib.sha256(text.encode()).hexdigest()


def signed_part(note: bytes) -> bytes:
    """Return what of a note is signed: signing it again would give other bytes behind that."""
    return note.replace(b"\r\n", b"\n").rpartition(b"\n\n")[0]


def read_names(note: bytes) -> tuple[str, int] | None:
    """Return the practice and the number that a note names, or None where it names none."""
    found = _NAMES.match(note)
    return (found[1].decode(), int(found[2])) if found else None


def how_to_check(number: int) -> str:
    """Return the commands that check a note with openssl, of its file and the certificate's."""
    name = f"checkpoint-{number}.txt"
    return (
        f"head -n 5 {name} > text\n"
        f"tail -n 1 {name} | cut -d ' ' -f 3 | base64 -d | tail -c +5 > signature\n"
        "openssl x509 -in seal.pem -pubkey -noout > key.pem\n"
        "openssl dgst -sha256 -verify key.pem -signature signature text")


class Trouble(StrEnum):
    """Say what contradicts what."""

    MISSING = "missing"
    """A checkpoint is gone, or stands where another belongs."""
    UNSIGNED = "unsigned"
    """The practice's seal did not sign this note."""
    CHANGED = "changed"
    """A checkpoint's values differ from its signed text."""
    UNKNOWN_HEAD = "unknown_head"
    """An entry that a checkpoint was taken over is gone or another one now."""
    UNKNOWN_PAPER = "unknown_paper"
    """A paper names an entry that is gone, or no entry names the paper."""
    OTHER_NOTE = "other_note"
    """A checkpoint that somebody kept elsewhere says something else than the record's own."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Say where record, checkpoints and papers contradict each other, by ids."""

    trouble: Trouble
    where: str
    number: int = 0


#: A program that checks papers without the portal; it lies beside the pages that explain it.
KIT = Path(__file__).parents[2] / "docs" / "kit" / "check_paper.py"

#: A file of ours is far smaller than this (bytes); a larger one is not read.
LARGEST = 5 * 1024 * 1024

#: How often files and codes from one network are checked: so often within so long.
CHECKS, WITHIN = 30, timedelta(minutes=10)
CHECKED = Limit("checked", CHECKS, WITHIN)


class Verdict(StrEnum):
    """Say what a file or a code is, and no more than that (Z2)."""

    GENUINE = "genuine"
    CODE_KNOWN = "code_known"
    CHANGED = "changed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold a verdict, and when the paper was sealed where it is known."""

    verdict: Verdict
    sealed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Name the page that tells somebody what a paper counts for today."""

    endpoint: str
    engagement_id: str | None = None


_CODE = re.compile(rb"[A-HJKMNP-Z2-9]{4}(?:-[A-HJKMNP-Z2-9]{4}){3}")
#: A file is looked through for so many codes at most.
_CODES = 50


def codes_in(file: bytes) -> list[str]:
    """Return what looks like the code of a paper in a file, as far as it stands there readably."""
    found = dict.fromkeys(match.group().decode() for match in _CODE.finditer(file))
    return list(found)[:_CODES]


def spelled(code: str) -> str:
    """Return a code as papers print it, however it was typed."""
    letters = re.sub(r"[\s-]", "", code).upper()
    return "-".join(letters[at:at + 4] for at in range(0, len(letters), 4))


def carries(file: bytes, certificate: bytes) -> bool:
    """Tell whether a file holds this certificate (DER), as sealed PDFs hold theirs: in hex."""
    told = certificate.hex().encode()
    return told in file or told.upper() in file


@dataclass(frozen=True, slots=True)
class Kept:
    """Hold a checkpoint as it lies in the database.

    `signed` is the text under the signature of the practice's seal, None where there is none.
    """

    practice_id: str
    number: int
    hash: str
    heads: bytes
    taken_at: datetime
    signed: str | None


def faults_in(kept: Sequence[Kept]) -> list[Fault]:
    """Return what does not fit in the checkpoints of one practice, given in order."""
    found, before = [], NOTHING
    for expected, one in enumerate(kept, start=1):
        trouble = _trouble(one, expected, before)
        if trouble is not None:
            found.append(Fault(trouble, one.practice_id, one.number))
        before = one.hash
    return found


def _trouble(one: Kept, expected: int, before: str) -> Trouble | None:
    if one.number != expected:
        return Trouble.MISSING
    if one.signed is None:
        return Trouble.UNSIGNED
    text = note_text(one.practice_id, one.number, one.taken_at, before, one.heads)
    if one.signed != text or one.hash != text_hash(text) or read_heads(one.heads) is None:
        return Trouble.CHANGED
    return None


@dataclass(frozen=True, slots=True)
class Examined:
    """Hold what examining the whole record came to."""

    entries: int
    chains: int
    checkpoints: int
    papers: int
    breaks: Sequence[Break]
    faults: Sequence[Fault]

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing contradicts anything."""
        return not self.breaks and not self.faults

    def as_json(self) -> str:
        """Return it as one JSON object; where something is wrong, by ids."""
        return json.dumps({"whole": self.is_whole, **asdict(self)}, sort_keys=True)

    def in_words(self) -> str:
        """Return it in words: what was examined, then a line for each thing that is wrong."""
        size = (f"{self.entries} entries in {self.chains} chains, {self.checkpoints} checkpoints, "
                f"{self.papers} papers")
        if self.is_whole:
            return f"Whole: {size}."
        return "\n".join([
            f"NOT WHOLE: {size}.",
            *(f"chain {one.chain_id}, entry {one.seq}: {_BREAKS[one.why]}" for one in self.breaks),
            *(f"{one.where}{f', checkpoint {one.number}' if one.number else ''}: "
              f"{_FAULTS[one.trouble]}" for one in self.faults)])


_BREAKS = {
    Why.MISSING: "entries before it are gone, or it stands where another belongs",
    Why.UNTIED: "it names another entry than the one before it",
    Why.CHANGED: "its bytes are not those that were hashed",
    Why.MISTOLD: "what it is found by differs from its bytes",
}
_FAULTS = {
    Trouble.MISSING: "a checkpoint before it is gone, or it stands where another belongs",
    Trouble.UNSIGNED: "the seal of the practice did not sign it",
    Trouble.CHANGED: "it differs from its signed text",
    Trouble.UNKNOWN_HEAD: "an entry that it was taken over is gone, or another one now",
    Trouble.UNKNOWN_PAPER: "a paper and the record do not name each other",
    Trouble.OTHER_NOTE: "the note that was kept elsewhere is not the one in this record",
}
