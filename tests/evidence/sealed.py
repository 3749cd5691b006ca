"""Sealed papers of every kind as bytes: both editions, with and without a time stamp, and one whose
proof was renewed twice."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from portal.evidence.paper import render
from portal.ground.authority import der, make_list
from portal.ground.clock import SystemClock
from portal.ground.renewal import renew
from portal.ground.seal import Proof, Sealer, StampService, make_authority
from tests.evidence.sample import coachee, common
from tests.stamping import stamping
from tests.strangers import all_here, examine

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class SealedPapers:
    """Hold papers by edition and level, "common B-LT" for example, and the roots (PEM)."""

    papers: dict[str, bytes]
    root: bytes
    stamp_root: bytes


def with_a_page(pdf: bytes) -> bytes:
    """Return a paper with a page put behind the others in a revision of its own."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    writer.insert_page(type(page)({key: page.raw_get(key) for key in page if key != "/Parent"}))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def seal_papers(folder: Path) -> SealedPapers:
    """Print and seal both editions, once by the word of this machine's clock and once stamped.

    The revocation lists of the service are looked at by that clock, so all of it is of today.
    """
    now = SystemClock().now()
    made, papers = make_authority(now, "Kovač Coaching"), {}
    proof = Proof((der(made.root),), (make_list(made.root, made.root_key, now, 1),))
    with stamping(folder) as service:
        sealers = {
            "B-B": Sealer(made.seal, made.seal_key),
            "B-LT": Sealer(made.seal, made.seal_key, service=StampService(service.url),
                           proof=proof)}
        for edition, facts in (("common", common()), ("coachee", coachee())):
            for level, sealer in sealers.items():
                assert sealer.level == level
                papers[f"{edition} {level}"] = sealer.seal(render(facts), now)
        if all_here():
            for number, (kind, pdf) in enumerate(papers.items()):
                stamps = service.root.read_bytes() if kind.endswith("B-LT") else None
                examine(pdf, made.root, folder / str(number), stamps)
        papers["coachee B-LTA"] = papers["coachee B-LT"]
        for _year in range(2):
            papers["coachee B-LTA"] = renew(
                papers["coachee B-LTA"], proof, StampService(service.url), now).pdf
        papers["renewed with a page more"] = renew(
            with_a_page(papers["coachee B-LT"]), proof, StampService(service.url), now).pdf
        return SealedPapers(papers, made.root, service.root.read_bytes())
