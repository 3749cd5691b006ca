"""What was taken back of versions, and which signatures are disputed: read from the record."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from portal.agreements.policy import Withdrawn
from portal.ledger.queries import told_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from portal.ground.work import Work
    from portal.ledger.policy import Event
    from portal.ledger.queries import Line

#: What a signer may have taken back, by the record's kind.
_TAKEN = ("line.withdrawn", "version.withdrawn", "version.declined")


def taken_in(work: Work, events: Mapping[str, Sequence[Event]]) -> dict[str, list[Line]]:
    """Return the entries by which something was taken back; asks where there is any."""
    some = [e for e, known in events.items() if any(event.kind in _TAKEN for event in known)]
    found = told_of(work, some, _TAKEN) if some else {}
    return {e: found.get(e, []) for e in events}


def withdrawn_of(version_id: str, taken: Iterable[Line]) -> tuple[Withdrawn, ...]:
    """Return what signers took back of one version, oldest first."""
    return tuple(Withdrawn(line.at, line.facts["by"], line.facts.get("line"),
                           line.facts.get("categories"), line.facts["told"])
                 for line in taken if line.subject_id == version_id and "by" in line.facts)


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
