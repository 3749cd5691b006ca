"""The facts that a receipt is made of: frozen values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from portal.agreements.policy import VersionFacts
    from portal.wording.policy import Vocabulary


class State(StrEnum):
    """Name what a consent can come to be, by the words of the DPV (domain 5.2)."""

    REQUESTED = "ConsentRequested"
    GIVEN = "ConsentGiven"
    RENEWED = "RenewedConsentGiven"
    REFUSED = "ConsentRefused"
    WITHDRAWN = "ConsentWithdrawn"
    """By the coachee."""
    REVOKED = "ConsentRevoked"
    """By somebody else."""
    EXPIRED = "ConsentExpired"
    INVALIDATED = "ConsentInvalidated"
    UNKNOWN = "ConsentUnknown"
    """The coachee says that the signature is not theirs, and nobody has found out yet (Z14)."""


#: The only states in which something may be shared.
VALID = frozenset({State.GIVEN, State.RENEWED})


@dataclass(frozen=True, slots=True)
class PermitFacts:
    """Hold when a permission holds, as it was frozen."""

    number: int
    optional: bool
    starts: datetime
    ends: datetime
    categories: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """Hold how the coachee signed: when, by which way, and the answers to optional lines.

    `way` is "portal" or "paper". A line without an answer was not asked of this person.
    """

    at: datetime
    way: str
    choices: Mapping[int, bool]
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """Hold a recorded act about a version or its coachee's signature.

    `kind` is the record's. `by_coachee` says whose act it was, `told` how it was said ("portal"
    or "phone", Z13). A `line` of None is the whole version; `categories` of None all of a line.
    `entry` is the hash of the entry of the record.
    """

    kind: str
    at: datetime
    by_coachee: bool
    told: str = "portal"
    line: int | None = None
    categories: Sequence[str] | None = None
    entry: str = ""


@dataclass(frozen=True, slots=True)
class TextFacts:
    """Hold a version as its coachee's consent is seen: permissions, answers, acts, in order.

    `issued` is the hash of the entry by which it was issued.
    """

    version: VersionFacts
    permits: Sequence[PermitFacts]
    answered: AnswerFacts | None = None
    acts: Sequence[Act] = ()
    issued: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Hold one event in the life of a consent, for the lines that it concerns.

    `by` is "controller", "coachee" or "" where the clock alone brought it. `starts` and `ends`
    bound what the event made valid, half-open; `way` says how it was said; `categories` are
    those of a line that were taken back alone.
    """

    state: State
    at: datetime
    by: str
    lines: tuple[int, ...]
    starts: datetime | None = None
    ends: datetime | None = None
    way: str = ""
    categories: tuple[str, ...] = ()
    entry: str = ""


@dataclass(frozen=True, slots=True)
class ControllerFacts:
    """Hold who answers for the data: the practice, and where a yes can be taken back without
    the portal, if anywhere."""

    id: str
    name: str
    country: str
    contact: str
    withdrawal: str = ""


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """Hold one part of the privacy notice, as the coachee was shown it."""

    heading: str
    text: Sequence[str]


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """Hold everything that a receipt says.

    `record` is the frozen text as data and `digest` the SHA-256 of its bytes; `parties` are the
    signers' ids by role, `base` is the portal's address, `kind` what the engagement is.
    """

    text: TextFacts
    record: Mapping[str, Any]
    digest: str
    notice: Sequence[NoticeFacts]
    controller: ControllerFacts
    parties: Mapping[str, str]
    kind: str
    jurisdiction: str
    base: str
    ledger_head: str
    made_at: datetime
    words: Vocabulary = field(repr=False)
