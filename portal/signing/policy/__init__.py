"""The rules of the ceremony: what comes next, what is complete, what a signature records."""

from portal.signing.policy.marks import Mark, MarkNo, strokes_from, why_not_mark
from portal.signing.policy.pages import (
    Answer,
    choices_of,
    is_page_done,
    is_refused,
    questions,
    settled,
    sights_of,
)
from portal.signing.policy.progress import Progress, brings_more, progress_from
from portal.signing.policy.record import Proof, SignedBy, manifest, shown_digest
from portal.signing.policy.waiting import Screen, Text, Waiting

__all__ = [
    "Answer", "Mark", "MarkNo", "Progress", "Proof", "Screen", "SignedBy", "Text", "Waiting",
    "brings_more", "choices_of", "is_page_done", "is_refused", "manifest", "progress_from",
    "questions", "settled", "shown_digest", "sights_of", "strokes_from",
    "why_not_mark",
]
