"""Reading what papers are made of, and the papers themselves."""

from portal.evidence.queries.facts import private_part, version_facts
from portal.evidence.queries.files import (
    Paper,
    SealShown,
    every_root,
    file_or_missing,
    is_sealed,
    list_of,
    live_seal,
    newest_paper,
    papers_of,
    seal_address,
    seal_or_missing,
    seals_of,
    signers_of,
    twin_or_missing,
)
from portal.evidence.queries.mailing import enclosed
from portal.evidence.queries.telling import events_told

__all__ = [
    "Paper", "SealShown", "enclosed", "events_told", "every_root", "file_or_missing", "is_sealed",
    "list_of", "live_seal", "newest_paper", "papers_of", "private_part", "seal_address",
    "seal_or_missing", "seals_of", "signers_of", "twin_or_missing", "version_facts",
]
