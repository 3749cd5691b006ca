"""When an ink signature can be recorded, which scans are taken, and what the record then says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from portal.plain.passkey import Proof

#: The largest scan that is taken, in bytes.
LARGEST = 5 * 1024 * 1024
#: Older papers than this are a slip of the pen.
OLDEST = timedelta(days=10 * 366)


class Basis(StrEnum):
    """Say what the paper is: a print of this version, or one signed before there was one."""

    THIS_PRINT = "this_print"
    EARLIER_PAPER = "earlier_paper"


class InkNo(StrEnum):
    """Name why an ink signature cannot be recorded."""

    NOT_ASKED_YET = "not_asked_yet"
    NAME_MISSING = "name_missing"
    DAY_AHEAD = "day_ahead"
    DAY_TOO_OLD = "day_too_old"
    DAY_BEFORE_TEXT = "day_before_text"
    ANSWER_MISSING = "answer_missing"
    RULE_NOT_SEEN = "rule_not_seen"


@dataclass(frozen=True, slots=True)
class InkFacts:
    """Hold what decides whether what the coach read from a paper can be recorded."""

    may_be_asked: bool
    name: str
    day: date
    basis: Basis
    issued_on: date
    asks: Sequence[Mapping[str, Any]]
    answers: Mapping[str, str]


def why_not_ink(facts: InkFacts, today: date) -> InkNo | None:
    """Return why a paper cannot be recorded, or None.

    A print of this version cannot have been signed before there was one; an earlier paper can.
    A no to the person settles everything: then nothing is signed.
    """
    if not facts.may_be_asked:
        return InkNo.NOT_ASKED_YET
    if refused(facts.asks, facts.answers):
        return None
    if not facts.name.strip():
        return InkNo.NAME_MISSING
    return _why_not_day(facts, today) or _why_not_answers(facts)


def _why_not_day(facts: InkFacts, today: date) -> InkNo | None:
    if facts.day > today:
        return InkNo.DAY_AHEAD
    if facts.day < today - OLDEST:
        return InkNo.DAY_TOO_OLD
    before = facts.basis is Basis.THIS_PRINT and facts.day < facts.issued_on
    return InkNo.DAY_BEFORE_TEXT if before else None


def _why_not_answers(facts: InkFacts) -> InkNo | None:
    for ask in facts.asks:
        answer = facts.answers.get(ask["key"])
        if ask["kind"] == "sight" and answer == "no":
            return InkNo.RULE_NOT_SEEN
        if answer not in ("yes", "no"):
            return InkNo.ANSWER_MISSING
    return None


def refused(asks: Sequence[Mapping[str, Any]], answers: Mapping[str, str]) -> bool:
    """Tell whether the coachee said on paper that the person is not to be asked (Z6)."""
    return any(ask["kind"] == "person" and answers.get(ask["key"]) == "no" for ask in asks)


class Kind(StrEnum):
    """Name the kinds of scan that are taken."""

    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"


MEDIA = {Kind.PDF: "application/pdf", Kind.PNG: "image/png", Kind.JPEG: "image/jpeg"}
_BEGINS = ((b"%PDF-1.", Kind.PDF), (b"%PDF-2.", Kind.PDF),
           (b"\x89PNG\r\n\x1a\n", Kind.PNG), (b"\xff\xd8\xff", Kind.JPEG))
_PDF_ENDS_WITHIN = 2048


class ScanNo(StrEnum):
    """Name why a file is not taken as a scan."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNKNOWN_KIND = "unknown_kind"
    DAMAGED = "damaged"


def why_not_scan(body: bytes) -> ScanNo | None:
    """Return why a file is not taken, or None: its content decides, not its name."""
    if not body:
        return ScanNo.EMPTY
    if len(body) > LARGEST:
        return ScanNo.TOO_LARGE
    kind = kind_of(body)
    if kind is None:
        return ScanNo.UNKNOWN_KIND
    whole = kind is not Kind.PDF or b"%%EOF" in body[-_PDF_ENDS_WITHIN:]
    return None if whole else ScanNo.DAMAGED


def kind_of(body: bytes) -> Kind | None:
    """Return what a file is by its first bytes, or None."""
    return next((kind for begin, kind in _BEGINS if body.startswith(begin)), None)


@dataclass(frozen=True, slots=True)
class Inked:
    """Hold what the record of an ink signature says beside the text's own words."""

    party_id: str
    slot_id: str
    role: str
    meaning: str
    name: str
    day: date
    basis: Basis
    scan_sha256: str
    scan_kind: Kind
    recorded_by: str
    code_step: int
    factor_id: str
    passkey: Proof | None = None
    """What the coach's passkey signed, where it was one; `code_step` is then its counter."""


def ink_intent(shown: Mapping[str, Any], role: str) -> str:
    """Return the sentence above the line to sign: the frozen one, which on a screen names its
    button, with a signature in its place."""
    said: str = shown["intents"][role]
    begin = f"By choosing “{shown['buttons'][role]}” "
    return f"By signing below {said.removeprefix(begin)}" if said.startswith(begin) else said


def manifest(
    ink: Inked, shown: Mapping[str, Any], answers: Mapping[str, str], *, version_hash: str,
    text_hash: str, locale: str, ledger_head: str, at: str,
) -> dict[str, Any]:
    """Return what an ink signature records (domain 5.1): the same fields as one on a screen, null
    where a paper has no such fact, and how it came into the portal.

    `signed_at` is the instant of recording; the day on the paper stands beside it.
    """
    is_print, asks = ink.basis is Basis.THIS_PRINT, asks_of(shown)
    # What an earlier paper said above its line is not known here.
    intent = ink_intent(shown, ink.role) if is_print else None
    given = {ask["key"]: answers[ask["key"]] for ask in asks if ask["key"] in answers}
    return {
        "schema": 3, "slot": ink.slot_id, "party": ink.party_id, "printed_name": ink.name,
        "role": ink.role, "capacity": shown["capacities"][ink.role], "meaning": ink.meaning,
        "intent": intent,
        "intent_hash": hashlib.sha256(intent.encode()).hexdigest() if intent else None,
        "mark": {"kind": "ink", "strokes": []},
        "signed_at": at, "clock": "server clock, UTC", "zone": shown["zone"], "locale": locale,
        "version_hash": version_hash, "text_hash": text_hash if is_print else None,
        "choices": {str(ask["line"]): given[ask["key"]] for ask in asks
                    if ask["kind"] == "line" and ask["key"] in given},
        "sights": [ask["key"] for ask in asks
                   if ask["kind"] == "sight" and given.get(ask["key"]) == "yes"],
        "person": next((given.get(ask["key"]) for ask in asks if ask["kind"] == "person"), None),
        "pages_read": [], "erecord_consent": None, "reached": None, "signed_in_with": "paper",
        "code": None, "passkey": None, "network": None, "browser": None, "ledger_head": ledger_head,
        "evidence": "paper",
        "ink": {"day": ink.day.isoformat(), "basis": ink.basis.value, "scan": ink.scan_sha256,
                "kind": ink.scan_kind.value, "recorded_by": ink.recorded_by,
                "code": {"factor": ink.factor_id, "step": ink.code_step},
                "passkey": ink.passkey.as_values() if ink.passkey else None},
    }


def asks_of(shown: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return all that a text asks its reader, in reading order."""
    return [ask for page in shown["pages"] for ask in page["asks"]]
