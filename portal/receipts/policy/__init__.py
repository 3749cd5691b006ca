"""Making a receipt from facts: pure."""

from portal.receipts.policy.events import events_of, status_of
from portal.receipts.policy.facts import (
    Act,
    AnswerFacts,
    ControllerFacts,
    Event,
    NoticeFacts,
    PermitFacts,
    ReceiptFacts,
    State,
    TextFacts,
)
from portal.receipts.policy.terms import CONTEXT, SCHEMA
from portal.receipts.policy.writing import receipt, receipt_bytes

__all__ = [
    "CONTEXT", "SCHEMA", "Act", "AnswerFacts", "ControllerFacts", "Event", "NoticeFacts",
    "PermitFacts", "ReceiptFacts", "State", "TextFacts", "events_of", "receipt", "receipt_bytes",
    "status_of",
]
