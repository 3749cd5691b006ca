"""What a signature records about itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.plain import passkey
from portal.signing.policy.marks import Mark

SCHEMA = 3


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
    passkey: passkey.Proof | None = None
    """What a passkey signed; `step` is then how often it said it was used."""
    anew_at: datetime | None = None
    """When a lost authenticator had been replaced, in the first signature after that."""


def manifest(
    who: SignedBy, proof: Proof, *, version_hash: str, text_hash: str,
    locale: str, zone: str, choices: Mapping[str, str], pages_read: Sequence[str],
    ledger_head: str, at: str, sights: Sequence[str] = (), person: str | None = None,
) -> dict[str, Any]:
    """Return what a signature records (domain 5.1): facts only, null where there is none.

    `sights` are the rules that the coachee has said to have seen, `person` is the answer to
    "May … be asked?".
    """
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
        "choices": dict(choices), "sights": list(sights), "person": person,
        "pages_read": list(pages_read),
        "erecord_consent": {"text": who.erecord_text, "given": True, "at": at},
        "reached": None if proof.invitation_id is None else {
            "invitation": proof.invitation_id, "at": _iso(proof.invited_at),
            "owner": proof.address_owner, "read_by": proof.address_read_by,
            "link": proof.token_print},
        "signed_in_with": proof.signed_in_with,
        **_proven(proof),
        "network": proof.network, "browser": proof.browser, "ledger_head": ledger_head,
    }


def _proven(proof: Proof) -> dict[str, Any]:
    """Return with what it was proven who signs: a code or a passkey, the other is null."""
    about = {"factor": proof.factor_id, "fails_before": proof.fails_before,
             "enrolled_now": proof.enrolled_now,
             **({"anew_at": _iso(proof.anew_at)} if proof.anew_at else {})}
    if proof.passkey is None:
        return {"code": {**about, "step": proof.step}, "passkey": None}
    return {"code": None,
            "passkey": {**about, "count": proof.step, **proof.passkey.as_values()}}


def _iso(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at is not None else None
