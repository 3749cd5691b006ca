"""Sealed papers of every kind as bytes: both editions, with and without a time stamp."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.evidence.paper import render
from portal.ground.authority import make_list
from portal.ground.clock import SystemClock
from portal.ground.seal import Proof, Sealer, StampService, make_authority
from tests.evidence.sample import coachee, common
from tests.stamping import stamping

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class SealedPapers:
    """Hold papers by edition and level, "common B-LT" for example, and the roots (PEM)."""

    papers: dict[str, bytes]
    root: bytes
    stamp_root: bytes


def seal_papers(folder: Path) -> SealedPapers:
    """Print and seal both editions, once by the word of this machine's clock and once stamped.

    The revocation lists of the service are looked at by that clock, so all of it is of today.
    """
    now = SystemClock().now()
    made, papers = make_authority(now, "Kovač Coaching"), {}
    with stamping(folder) as service:
        sealers = {
            "B-B": Sealer(made.seal, made.seal_key),
            "B-LT": Sealer(made.seal, made.seal_key, service=StampService(service.url),
                           proof=Proof(lists=(make_list(made.root, made.root_key, now, 1),)))}
        for edition, facts in (("common", common()), ("coachee", coachee())):
            for level, sealer in sealers.items():
                assert sealer.level == level
                papers[f"{edition} {level}"] = sealer.seal(render(facts), now)
        return SealedPapers(papers, made.root, service.root.read_bytes())
