"""The rules of the ceremony: what comes next, what is complete, what a signature records."""

from portal.signing.policy.hopes import Hopes, Shared, ShareNo, may_read, why_not_shared
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
from portal.signing.policy.waiting import Screen, Text, Waiting, third_name, words_of

__all__ = [
    "Answer", "Hopes", "Mark", "MarkNo", "Progress", "Proof", "Screen", "ShareNo", "Shared",
    "SignedBy", "Text", "Waiting", "brings_more", "choices_of", "is_page_done", "is_refused",
    "manifest", "may_read", "progress_from", "questions", "settled", "shown_digest",
    "sights_of", "strokes_from", "third_name", "why_not_mark", "why_not_shared", "words_of",
]
