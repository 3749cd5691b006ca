"""What was taken back of versions, and which signatures are disputed: read from the record."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from portal.agreements.policy import Withdrawn

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from portal.ledger.policy import Event
    from portal.ledger.queries import Line

#: What a signer may have taken back, by the record's kind.
TAKEN = ("line.withdrawn", "version.withdrawn", "version.declined")


def withdrawn_of(version_id: str, taken: Iterable[Line]) -> tuple[Withdrawn, ...]:
    """Return what signers took back of one version, oldest first."""
    return tuple(Withdrawn(line.at, line.facts["by"], line.facts.get("line"),
                           line.facts.get("categories"), line.facts["told"])
                 for line in taken if line.kind in TAKEN and line.subject_id == version_id
                 and "by" in line.facts)


_FINDINGS = ("signature.upheld", "signature.repudiated")
_DISPUTES = ("signature.disputed", *_FINDINGS)


def disputes_of(events: Iterable[Event]) -> dict[str, list[tuple[datetime, datetime | None]]]:
    """Return from when to when signatures were said not to be genuine, by signature (Z14)."""
    found: dict[str, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    for event in events:
        known = found[event.subject_id] if event.kind in _DISPUTES else []
        if event.kind == "signature.disputed" and not (known and known[-1][1] is None):
            known.append((event.at, None))
        elif event.kind in _FINDINGS and known and known[-1][1] is None:
            known[-1] = (known[-1][0], event.at)
    return found
