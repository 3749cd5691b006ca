"""The one sentence about an engagement: where its texts stand together, and for whom it waits."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum, auto

from portal.desk.policy.board import Signer
from portal.reaching.policy import Word


class Lead(IntEnum):
    """Say where a text stands; of several texts the lowest leads, for it needs somebody first."""

    BOUNCED = auto()
    NO_LINK = auto()
    WAITING = auto()
    VOICE = auto()
    DRAFT = auto()
    COMING = auto()
    IN_FORCE = auto()
    NOT_CONCLUDED = auto()
    RECALLED = auto()
    ENDED = auto()


_SAID = {"draft": Lead.DRAFT, "coming": Lead.COMING, "in_force": Lead.IN_FORCE,
         "not_concluded": Lead.NOT_CONCLUDED, "recalled": Lead.RECALLED, "ended": Lead.ENDED}


def lead(said: str, signers: Sequence[Signer]) -> tuple[Lead, list[Signer]]:
    """Return where a text stands, and the signers who make it so.

    Whoever is not asked yet is named only where nobody else is missing.
    """
    if said == "held":
        unheard = [s for s in signers if s.vouching and s.vouched_at is None]
        return (Lead.VOICE, unheard) if unheard else (Lead.COMING, [])
    if said != "open":
        return _SAID[said], []
    missing = [s for s in signers if not s.signed]
    for found, concerns in ((Lead.BOUNCED, [s for s in missing if s.word is Word.BOUNCED]),
                            (Lead.NO_LINK, [s for s in missing if is_stuck(s)])):
        if concerns:
            return found, concerns
    return Lead.WAITING, [s for s in missing if s.word is not Word.NOT_YET] or missing


def is_stuck(signer: Signer) -> bool:
    """Tell whether somebody has no working link until the coach does something."""
    return not signer.signed and (signer.wrong_person
                                  or signer.word in (Word.BOUNCED, Word.REVOKED))
