"""The rules of the ceremony: what comes next, what is complete, what a signature records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

SCHEMA = 1
#: A drawn signature: how much of it is kept, and the least that is one.
MOST_POINTS = 4000
LEAST_POINTS = 8
PAD = (1000, 400)


class Read(StrEnum):
    """Say what a person answered below a page of the text."""

    READ = "read"
    TALK = "talk"


class Choice(StrEnum):
    """Say what the coachee answered to an optional line."""

    YES = "yes"
    NO = "no"
    TALK = "talk"


class Mark(StrEnum):
    """Say how the name was put under the text."""

    TYPE = "type"
    DRAW = "draw"


class MarkNo(StrEnum):
    """Name why a name or drawing is not one."""

    NAME_MISSING = "name_missing"
    DRAWING_MISSING = "drawing_missing"
    DRAWING_FLAT = "drawing_flat"


@dataclass(frozen=True, slots=True)
class Progress:
    """Hold what a person has done in a sitting, for one version of the text."""

    version_id: str
    read: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    mark: str = Mark.TYPE.value
    strokes: Sequence[Sequence[Sequence[int]]] = ()
    erecord: bool = False

    def as_values(self) -> dict[str, Any]:
        """Return the form in which a sitting is kept."""
        return {"version_id": self.version_id, "read": dict(self.read),
                "choices": dict(self.choices), "name": self.name, "mark": self.mark,
                "strokes": [[list(point) for point in stroke] for stroke in self.strokes],
                "erecord": self.erecord}


def brings_more(kept: Progress, sent: Progress, own_name: str) -> bool:
    """Tell whether the sheet came back with more than it showed; a machine that presses the
    button sends what stands there, and changes nothing (Z9)."""
    shown = replace(kept, name=kept.name or own_name)
    return sent.as_values() not in (kept.as_values(), shown.as_values())


def is_page_done(page: Mapping[str, Any], progress: Progress) -> bool:
    """Tell whether a page was read, or its choice made; wanting to talk first leaves it open."""
    if page["kind"] == "choice":
        return progress.choices.get(str(page["line"])) in (Choice.YES, Choice.NO)
    return progress.read.get(page["key"]) == Read.READ


def next_page(pages: Sequence[Mapping[str, Any]], progress: Progress) -> int | None:
    """Return the number, from 1, of the first page that is not done; None when all are."""
    for number, page in enumerate(pages, start=1):
        if not is_page_done(page, progress):
            return number
    return None


def read_all(pages: Sequence[Mapping[str, Any]], progress: Progress) -> bool:
    """Tell whether every page of text was read to its end."""
    return all(is_page_done(p, progress) for p in pages if p["kind"] == "read")


def chosen_all(pages: Sequence[Mapping[str, Any]], progress: Progress) -> bool:
    """Tell whether every optional line has a yes or a no."""
    return all(is_page_done(p, progress) for p in pages if p["kind"] == "choice")


def strokes_from(text: str) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Return the strokes of a drawing sent as JSON: x and y only, inside the pad.

    Time and pressure are biometrics and are not taken. Anything malformed gives no strokes.
    """
    try:
        raw = json.loads(text or "[]")
        strokes = tuple(
            tuple((min(max(int(x), 0), PAD[0]), min(max(int(y), 0), PAD[1])) for x, y in stroke)
            for stroke in raw
        )
    except (ValueError, TypeError, OverflowError, RecursionError):
        return ()
    return strokes if sum(map(len, strokes)) <= MOST_POINTS else ()


def why_not_mark(
    mark: Mark, name: str, strokes: Sequence[Sequence[Sequence[int]]]
) -> MarkNo | None:
    """Return why a name or a drawing cannot stand under the text: a dot or a line is none."""
    if not name.strip():
        return MarkNo.NAME_MISSING
    if mark is Mark.TYPE:
        return None
    points = [point for stroke in strokes for point in stroke]
    if len(points) < LEAST_POINTS:
        return MarkNo.DRAWING_MISSING
    return MarkNo.DRAWING_FLAT if _is_flat(points) else None


def _is_flat(points: Sequence[Sequence[int]]) -> bool:
    (x0, y0), (x1, y1) = points[0], points[-1]
    length = max(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5, 1.0)
    away = [abs((x1 - x0) * (y0 - y) - (x0 - x) * (y1 - y0)) / length for x, y in points]
    width = max(x for x, _ in points) - min(x for x, _ in points)
    height = max(y for _, y in points) - min(y for _, y in points)
    return sum(away) / len(away) < 3 or max(width, height) < 12


def shown_digest(shown: Mapping[str, Any]) -> str:
    """Return the hash over the clause text as it was rendered to a signer (Z17)."""
    text = [[c["number"], c["title"], *c["text"]] for c in shown["clauses"]]
    text += [[line["number"], line["sentence"]] for line in shown["lines"]]
    raw = json.dumps(text, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(raw.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class SignedBy:
    """Hold who signs, as the record will say it."""

    party_id: str
    slot_id: str
    role: str
    capacity: str
    meaning: str
    name: str
    mark: Mark
    strokes: Sequence[Sequence[Sequence[int]]]
    intent: str
    erecord_text: str


@dataclass(frozen=True, slots=True)
class Proof:
    """Hold how the person was reached and identified; None where there is no fact."""

    factor_id: str
    step: int
    fails_before: int
    enrolled_now: bool
    invitation_id: str | None
    invited_at: datetime | None
    address_owner: str | None
    address_read_by: str | None
    token_print: str | None
    signed_in_with: str | None
    network: str | None
    browser: str | None


def manifest(
    who: SignedBy, proof: Proof, *, version_hash: str, text_hash: str,
    locale: str, zone: str, choices: Mapping[str, str], pages_read: Sequence[str],
    ledger_head: str, at: str,
) -> dict[str, Any]:
    """Return what a signature records (domain 5.1): facts only, null where there is none."""
    return {
        "schema": SCHEMA, "slot": who.slot_id, "party": who.party_id,
        "printed_name": who.name, "role": who.role, "capacity": who.capacity,
        "meaning": who.meaning, "intent": who.intent,
        "intent_hash": hashlib.sha256(who.intent.encode()).hexdigest(),
        "mark": {"kind": who.mark.value,
                 "strokes": [[list(p) for p in s] for s in who.strokes]
                 if who.mark is Mark.DRAW else []},
        "signed_at": at, "clock": "server clock, UTC", "zone": zone, "locale": locale,
        "version_hash": version_hash, "text_hash": text_hash,
        "choices": dict(choices), "pages_read": list(pages_read),
        "erecord_consent": {"text": who.erecord_text, "given": True, "at": at},
        "reached": None if proof.invitation_id is None else {
            "invitation": proof.invitation_id, "at": _iso(proof.invited_at),
            "owner": proof.address_owner, "read_by": proof.address_read_by,
            "link": proof.token_print},
        "signed_in_with": proof.signed_in_with,
        "code": {"factor": proof.factor_id, "step": proof.step,
                 "fails_before": proof.fails_before, "enrolled_now": proof.enrolled_now},
        "network": proof.network, "browser": proof.browser, "ledger_head": ledger_head,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at is not None else None
