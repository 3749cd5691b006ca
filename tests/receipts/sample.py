"""Facts for receipts: a text with four permissions, two of them optional, and what may happen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from portal.agreements.policy import SignedFacts, SlotFacts, VersionFacts
from portal.receipts.policy import (
    Act,
    AnswerFacts,
    ControllerFacts,
    NoticeFacts,
    PermitFacts,
    ReceiptFacts,
    TextFacts,
)
from portal.wording.queries import load_pack

START = datetime(2027, 1, 4, 9, tzinfo=UTC)
SIGN_BY, ENDS = START + timedelta(days=14), START + timedelta(days=365)
SIGNED, FORCE = START + timedelta(hours=1), START + timedelta(hours=2)
HASH, VERSION = "ab" * 32, "1" * 32
COACH, COACHEE, SPONSOR = "a" * 32, "b" * 32, "c" * 32
YES_AND_NO = AnswerFacts(SIGNED, "portal", {2: True, 3: False}, "e1" * 32)


def slot(party: str, role: str) -> SlotFacts:
    """Return a place that has to be signed, without a voice check."""
    return SlotFacts(f"slot-{role}", party, role, required=True, vouching=False)


def version(*signed: tuple[str, datetime], **over: Any) -> VersionFacts:
    """Return a version that those named by role have signed."""
    signatures = [SignedFacts(f"by-{role}", f"slot-{role}", HASH, at) for role, at in signed]
    facts = VersionFacts(
        VERSION, "2" * 32, 1, HASH, START, SIGN_BY, START, ENDS,
        [slot(COACH, "COACH"), slot(COACHEE, "COACHEE"), slot(SPONSOR, "SPONSOR")], signatures)
    return replace(facts, **over)


IN_FORCE = version(("COACH", START), ("COACHEE", SIGNED), ("SPONSOR", FORCE))
PERMITS = (PermitFacts(1, False, START, ENDS, ("LOG.BILLING", "ENG.STATUS")),
           PermitFacts(2, True, START, ENDS, ("PRG.GOALS", "PRG.PROGRESS")),
           PermitFacts(3, True, START, ENDS, ("PRG.ACTIONS",)))


def text(facts: VersionFacts = IN_FORCE, *acts: Act, **over: Any) -> TextFacts:
    """Return a text that Ben has signed with one yes and one no, unless something else is said."""
    return replace(TextFacts(facts, PERMITS, YES_AND_NO, acts, "e0" * 32), **over)


def act(kind: str, days: float = 1, **over: Any) -> Act:
    """Return an act of the coachee, some days after the text came into force."""
    return replace(Act(kind, FORCE + timedelta(days=days), True, entry="e2" * 32), **over)


def line(number: int, **over: Any) -> dict[str, Any]:
    """Return a line as a frozen record holds it."""
    found = {
        "no": number, "effect": "permit", "optional": number > 1, "sentence": f"Line {number}.",
        "categories": ["LOG.BILLING"], "purposes": ["billing"], "channels": ["portal"],
        "max_form": "fact", "min_form": None, "obligations": [], "sessions": [],
        "recipients": [{"role": "SPONSOR", "name": "Carla Jensen", "place": ""}]}
    return found | over


RECORD = {
    "template": {"code": "T2", "version": "3", "name": "Three-way sponsor agreement"},
    "number": 1, "locale": "en", "ethics_code": {"name": "A code", "version": "2025"},
    "answers": {"storage.active": "in a locked cabinet", "retention.records": "12 months",
                "code.url": "https://code.example/"},
    "lines": [
        line(1), line(2, categories=["PER.HEALTH"], obligations=["both_approved_report"]),
        line(3, recipients=[{"role": "TOOL", "name": "Scribe", "place": "Norway"}]),
        line(4, effect="deny", optional=False, categories=["CNT"], purposes=["*"],
             recipients=[{"role": "*", "name": "", "place": ""}], max_form=None,
             min_form="fact")],
}


def facts(body: TextFacts | None = None, days: float = 2, **over: Any) -> ReceiptFacts:
    """Return the facts of a receipt that is asked for some days after the text came into force."""
    found = ReceiptFacts(
        text=body or text(), record=RECORD, digest="cd" * 32,
        notice=[NoticeFacts("Who asks", ["Ana Berg asks."])],
        controller=ControllerFacts("d" * 32, "Berg Coaching", "AT", "Lindengasse 1, Vienna"),
        parties={"COACH": COACH, "COACHEE": COACHEE, "SPONSOR": SPONSOR}, kind="coaching",
        jurisdiction="AT", base="https://portal.example", ledger_head="4b" * 32,
        made_at=FORCE + timedelta(days=days), words=load_pack().vocabulary)
    return replace(found, **over)
