"""Keeping sealed papers, and telling those who may fetch one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.engagements.actions import hold, note, tell
from portal.engagements.queries import by_id
from portal.evidence.models import SealedFile, Twin
from portal.evidence.policy.editions import SIGNED, editions_for, own_edition
from portal.evidence.queries import signers_of
from portal.ground import chance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.engagements.models import Engagement, Party
    from portal.ground.work import Work

CODE_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"


def new_short_code() -> str:
    """Return a code for a paper: 16 letters of 30 (78 bits), so that none can be guessed."""
    raw = chance.word(16, CODE_ALPHABET)
    return "-".join(raw[i : i + 4] for i in range(0, 16, 4))


@dataclass(frozen=True, slots=True)
class Sealed:
    """Hold a paper that was printed and sealed outside any transaction."""

    edition: str
    short_code: str
    pdf: bytes
    pages: int
    ledger_head: str
    story_head: str
    level: str
    """By ETSI EN 319 142: "B-B", "B-T" or "B-LT"."""
    twin: bytes
    """The same to read, as one HTML file."""


def keep_papers(
    work: Work, engagement_id: str, version_id: str, occasion: str, papers: list[Sealed],
    *, told_before: bool = False,
) -> None:
    """Store sealed papers with their twins, write the hash of each whole file into the record,
    and tell those who may fetch one. Twice is once: a paper that exists is left alone.

    The first papers come with the news that everyone has signed, unless that was `told_before`.
    """
    engagement, kept = hold(work, engagement_id), dict[str, SealedFile]()
    for paper in papers:
        digest = hashlib.sha256(paper.pdf).hexdigest()
        row = SealedFile(
            id=chance.new_id(), practice_id=engagement.practice_id, engagement_id=engagement_id,
            version_id=version_id, key_id=engagement.key_id, edition=paper.edition,
            occasion=occasion, short_code=paper.short_code, sha256=digest, size=len(paper.pdf),
            pages=paper.pages, ledger_head=paper.ledger_head, sealed_at=work.now,
        )
        work.hide(row, "file", paper.pdf)
        work.session.add(row)
        work.session.flush()
        twin = Twin(id=chance.new_id(), practice_id=engagement.practice_id, paper_id=row.id,
                    key_id=engagement.key_id, size=len(paper.twin),
                    sha256=hashlib.sha256(paper.twin).hexdigest())
        work.hide(twin, "file", paper.twin)
        work.session.add(twin)
        code = hashlib.sha256(paper.short_code.encode()).hexdigest()
        note(work, engagement, "paper.sealed", row.id,
             {"version": version_id, "edition": paper.edition, "occasion": occasion,
              "sha256": digest, "short_code": code, "level": paper.level,
              "story": paper.story_head, "twin": twin.sha256})
        kept[paper.edition] = row
    news = "concluded" if occasion == SIGNED and not told_before else "copy_ready"
    _tell(work, engagement, version_id, news, occasion,
          [p for p in signers_of(work, version_id) if kept.keys() & editions_for(p.role)], kept)


def say_being_sealed(work: Work, engagement_id: str, version_id: str) -> None:
    """Tell that everyone has signed while the copies cannot be sealed yet."""
    engagement = by_id(work, engagement_id)
    _tell(work, engagement, version_id, "being_sealed", SIGNED, signers_of(work, version_id))


def _tell(
    work: Work, engagement: Engagement, version_id: str, news: str, occasion: str,
    parties: list[Party], kept: Mapping[str, SealedFile] | None = None,
) -> None:
    """Tell each party, with the head of the record as their own copy bears it: who keeps the mail
    is a witness of it, too."""
    for party in parties:
        own = own_edition(kept or {}, party.role)
        dedupe = f"{news}:{version_id}:{occasion}:{party.id}"
        if own is None:
            tell(work, engagement, party, news, dedupe=dedupe)
        else:
            tell(work, engagement, party, news, dedupe=dedupe, signer=party.id, paper=own.id,
                 witness=own.ledger_head)
