"""Facts for papers: Ana Kovač coaches Łukasz Żółkiewski, and what one may want to vary."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pikepdf

from portal.evidence.paper import render
from portal.evidence.policy import (
    AskedFacts,
    AssuranceFacts,
    ChoiceFacts,
    ClauseFacts,
    CoacheeFacts,
    CommonFacts,
    DrawnMark,
    Effect,
    IdentifiedFacts,
    InkMark,
    LineFacts,
    PaperFacts,
    PracticeFacts,
    ReachedFacts,
    RuleFacts,
    ScanFacts,
    SignatureFacts,
    TypedMark,
    VersionFacts,
    VouchedFacts,
)
from portal.evidence.policy.story import Event, StoryHeads, story_head
from portal.plain.canonical import agreement_hash
from tests.strangers import all_here, look

ANA, LUKASZ, CARLA, ELI = "Ana Kovač", "Łukasz Żółkiewski", "Carla Jensen", "Eli Öztürk"
HEAD = "4be0c1d2a35f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9"
COMMON_CODE, COACHEE_CODE = "K7QF-2M9D-XW4T", "P3RA-88HV-CJ2N"
RECORD = b'{"schema":"ccp/agreement/v1","title":"Coachee confidentiality terms"}'
GENESIS = "9e" * 32
EVENTS: tuple[Event, ...] = tuple(
    {"at": f"2027-09-14T08:32:0{number}.000000Z", "kind": kind, "subject": "a" * 32,
     "actor": None, "facts": {}, "entry": f"{number}c" * 32}
    for number, kind in enumerate(("version.issued", "version.signed")))
NONCE = "0f" * 16
HASH = agreement_hash(bytes.fromhex(NONCE), RECORD)
RECEIPT = b'{"@type":"ConsentReceipt"}'
SIGNED = datetime(2027, 9, 14, 8, 32, 7, tzinfo=UTC)
STROKES = (((10, 10), (40, 60), (80, 20), (120, 70)), ((130, 40),))

PRACTICE = PracticeFacts(
    name="Kovač Coaching",
    contact="Torstraße 12, 10119 Berlin",
    front_door="https://portal.example/link",
    root_certificate="https://portal.example/root.pem",
    root_fingerprint="b7d0f0c1" * 8,
)


def signature(name: str, role: str = "COACH", minutes: int = 0, **over: Any) -> SignatureFacts:
    """Return a typed signature, some minutes after the first."""
    facts = SignatureFacts(
        printed_name=name, role=role, capacity="self", meaning="agree",
        statement="I agree to these terms.", signed_at=SIGNED + timedelta(minutes=minutes),
        mark=TypedMark(name), version_hash=HASH,
    )
    return replace(facts, **over)


def clause(number: int, *wording: str) -> ClauseFacts:
    """Return a clause with the given paragraphs."""
    return ClauseFacts(number, f"K{number:02d}", f"Topic {number}", f"This is topic {number}.",
                       wording or (f"What is said about topic {number} stays here.",))


def version(**over: Any) -> VersionFacts:
    """Return a version signed by Ana (typed) and Łukasz (drawn)."""
    facts = VersionFacts(
        practice=PRACTICE, engagement="Coaching 2027", title="Coachee confidentiality terms",
        template="T1", template_version="1.0", number=1, locale="en", zone="Europe/Berlin",
        version_hash=HASH, effective_from=date(2027, 9, 15), valid_to=date(2028, 9, 14),
        review_months=6, sign_by=date(2027, 9, 28), ethics="Global Code of Ethics",
        clauses=(clause(1), clause(2)),
        lines=(
            LineFacts(1, Effect.PERMIT, False, "Ana may tell Carla when the coaching begins."),
            LineFacts(2, Effect.PERMIT, True, "Ana may tell Carla the themes."),
            LineFacts(3, Effect.PERMIT, True, "Ana may tell Dev the dates."),
            LineFacts(4, Effect.DENY, False, "Notes are shown to no one."),
        ),
        rules=(),
        signatures=(
            signature(ANA),
            signature(LUKASZ, "COACHEE", 848, mark=DrawnMark(STROKES)),
        ),
        ledger_genesis=GENESIS, ledger_head=HEAD,
        story=StoryHeads(GENESIS, story_head(GENESIS, EVENTS)), record=RECORD, nonce=NONCE,
        copied_at=datetime(2027, 9, 14, 22, 45, tzinfo=UTC),
        issued_at=SIGNED - timedelta(days=1),
    )
    return replace(facts, **over)


def common(**over: Any) -> CommonFacts:
    """Return the facts of a common edition."""
    return CommonFacts(version(**over), COMMON_CODE)


def coachee(**over: Any) -> CoacheeFacts:
    """Return the facts of a coachee's edition: one yes, one no, nothing vouched for."""
    facts = version(**over)
    return CoacheeFacts(
        facts,
        COACHEE_CODE,
        choices=(ChoiceFacts(2, True), ChoiceFacts(3, False)),
        asked=(),
        assurances=(
            AssuranceFacts(ANA, None, IdentifiedFacts("password and code", False)),
            AssuranceFacts(LUKASZ, ReachedFacts("private", "nobody", SIGNED),
                           IdentifiedFacts("link", True)),
        ),
        receipt=RECEIPT, events=EVENTS,
    )


def sponsored(*, yes: bool = True, inked: bool = False, **over: Any) -> tuple[PaperFacts, ...]:
    """Return both editions of a three-way text with a fourth signer and a rule: the common one
    and the coachee's. `inked` lets Łukasz have signed on paper."""
    lukasz = InkMark(date(2027, 9, 10)) if inked else TypedMark(LUKASZ)
    facts = version(**{
        "title": "Three-way terms", "template": "T2", "review_months": 3,
        "rules": (RuleFacts("Code of Conduct", "2025-01", "c0de" * 16),),
        "signatures": (
            signature(ANA), signature(LUKASZ, "COACHEE", 20, mark=lukasz),
            signature(CARLA, "SPONSOR", 40, capacity="for Acme GmbH"),
            signature(ELI, "ASSISTANT", 60, meaning="acknowledge"),
        ), **over})
    vouched = VouchedFacts("video", SIGNED)
    reached = ReachedFacts("private", "nobody", SIGNED)
    known = AssuranceFacts(LUKASZ, reached, IdentifiedFacts("link", True), vouched)
    if inked:
        known = AssuranceFacts(LUKASZ, vouched=VouchedFacts("paper", SIGNED),
                               scan=ScanFacts(ANA, SIGNED, "5ca7" * 16))
    return CommonFacts(facts, COMMON_CODE), CoacheeFacts(
        facts, COACHEE_CODE, choices=(ChoiceFacts(2, yes), ChoiceFacts(3, yes)), events=EVENTS,
        asked=(AskedFacts("May Carla Jensen be asked to sign?", "yes"),
               AskedFacts("Have you seen the Code of Conduct?", "seen")),
        assurances=(AssuranceFacts(ANA), known,
                    AssuranceFacts(CARLA, replace(reached, owner="employer", read_by="assistant")),
                    AssuranceFacts(ELI)))


def everything(pdf: bytes) -> bytes:
    """Return the file with every stream in the clear."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        out = io.BytesIO()
        opened.save(
            out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.all
        )
    return out.getvalue()


def printed(facts: PaperFacts) -> bytes:
    """Return the print of some facts, once strangers' programs have found nothing wrong with it."""
    pdf = render(facts)
    if all_here():
        with TemporaryDirectory() as folder:
            look(pdf, Path(folder))
    return pdf
