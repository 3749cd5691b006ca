"""Decisions as programs are told them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from portal.sharing.policy.deciding import Decision


def told_decision(
    engagement_id: str, at: datetime, decision: Decision, sentence: str | None, revision: int
) -> dict[str, Any]:
    """Return an answer as JSON values; `sentence` is that of the line that decided."""
    return {"engagement": engagement_id, "time": told_moment(at), **decision._asdict(),
            "obligations": list(decision.obligations), "sentence": sentence, "revision": revision}


def told_moment(at: datetime) -> str:
    """Return an instant in UTC as RFC 3339 writes it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
