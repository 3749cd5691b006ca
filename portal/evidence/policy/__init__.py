"""The facts that a sealed copy is printed from: frozen values, checked when they are made.

`CommonFacts` has no field that could carry a choice, a private address or a pairing; what only
the coachee and the coach may see exists in `CoacheeFacts` alone (Z1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal.evidence.policy.story import Event, StoryHeads, story_head
from portal.plain.passkey import Proof

Stroke = tuple[tuple[int, int], ...]


class Effect(StrEnum):
    """Say whether a line opens or closes."""

    PERMIT = "permit"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class PracticeFacts:
    """Hold what the head of the paper and its last section say about the practice."""

    name: str
    contact: str
    """Address or contact line, in one line."""
    front_door: str
    """URL of the page "Send me my link"."""
    root_certificate: str
    """Where the root certificate of the seal can be fetched: a URL."""
    root_fingerprint: str
    """SHA-256 of that certificate (DER, hex)."""
    check_page: str | None = None
    """URL where anyone can have a file checked, where there is one."""
    successor: str = ""
    """Who acts for the practice when it no longer can, with how to reach them; may be empty."""
    withdrawal: str = ""
    """Where a yes can be taken back without the portal; may be empty."""


@dataclass(frozen=True, slots=True)
class ClauseFacts:
    """Hold one clause as it was frozen: its wording is what was signed."""

    number: int
    code: str
    title: str
    in_short: str
    wording: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineFacts:
    """Hold one line as it was offered to everyone, without anyone's answer."""

    number: int
    effect: Effect
    optional: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """Hold a rule of an organisation that the text lists, and the SHA-256 of its wording."""

    title: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class TypedMark:
    """Hold a signature that was typed."""

    text: str


@dataclass(frozen=True, slots=True)
class InkMark:
    """Say that the signature stands on paper, in ink, since a day that the coach recorded (Z26).

    `is_earlier` says that the paper was signed before this version was made.
    """

    day: date
    is_earlier: bool = False


@dataclass(frozen=True, slots=True)
class DrawnMark:
    """Hold a signature that was drawn: strokes of x, y points, y downwards, any unit."""

    strokes: tuple[Stroke, ...]

    def __post_init__(self) -> None:
        """Refuse a drawing without a point: `ValueError`."""
        if not any(self.strokes):
            raise ValueError("a drawn signature needs at least one point")


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    """Hold one person's signature as recorded (21 CFR 11.50: name, time, meaning)."""

    printed_name: str
    role: str
    """The role's code, as "COACHEE"."""
    capacity: str
    """For whom this person acts: "self", or in words, as "for Acme Ltd"."""
    meaning: str
    """What the signature means, by its code: agree, assent, acknowledge or witness."""
    statement: str | None
    """The sentence beside the button, as it was shown."""
    signed_at: datetime
    mark: TypedMark | DrawnMark | InkMark
    version_hash: str


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """Hold what both editions say about one version of an agreement."""

    practice: PracticeFacts
    engagement: str
    """The engagement's neutral title."""
    title: str
    """The agreement's title: its kind, no names."""
    template: str
    template_version: str
    number: int
    locale: str
    """BCP 47 tag of the language that was signed."""
    zone: str
    """IANA time zone in which the version's days end (Z19)."""
    version_hash: str
    effective_from: date
    valid_to: date
    """The last day; it ends at midnight in `zone`."""
    review_months: int
    """After how many months it is looked at again; 0 where it ends before that."""
    sign_by: date | None
    ethics: str | None
    clauses: tuple[ClauseFacts, ...]
    lines: tuple[LineFacts, ...]
    rules: tuple[RuleFacts, ...]
    signatures: tuple[SignatureFacts, ...]
    ledger_genesis: str
    """What the record of the engagement begins with."""
    ledger_head: str
    story: StoryHeads
    record: bytes
    """The canonical bytes that are attached; the same in both editions."""
    nonce: str
    """The random bytes before the record under the version hash, in hex (Z18)."""
    copied_at: datetime
    """When the sealed copy was made."""
    issued_at: datetime | None = None
    """When the text was fixed and sent; None prints "not recorded"."""
    stamped: bool = False
    """Whether the seal is to carry the time of an outside service."""

    def __post_init__(self) -> None:
        """Refuse facts that contradict each other: `ValueError`, without a word of the text."""
        ZoneInfo(self.zone)
        if not self.signatures:
            raise ValueError("a sealed copy needs a signature")
        if any(s.version_hash != self.version_hash for s in self.signatures):
            raise ValueError("a signature is over another hash than the version's (INV-1)")
        instants = [s.signed_at for s in self.signatures] + [self.copied_at]
        if any(at.tzinfo is None for at in instants):
            raise ValueError("the paper needs instants with a zone")
        if self.valid_to < self.effective_from:
            raise ValueError("a version ends before it begins")

    def with_effect(self, effect: Effect) -> tuple[LineFacts, ...]:
        """Return the lines of one effect, in their order."""
        return tuple(line for line in self.lines if line.effect is effect)


@dataclass(frozen=True, slots=True)
class CommonFacts:
    """Hold the common edition, which goes to every party."""

    version: VersionFacts
    short_code: str


@dataclass(frozen=True, slots=True)
class ChoiceFacts:
    """Hold the coachee's answer to one optional line; no answer prints "not recorded"."""

    number: int
    agreed: bool


@dataclass(frozen=True, slots=True)
class AskedFacts:
    """Hold another question that the coachee answered: about a person, or about a rule."""

    question: str
    answer: str
    """By its code: yes, no or seen."""


@dataclass(frozen=True, slots=True)
class ReachedFacts:
    """Hold through what a signer came: whose mailbox the link went to, who reads it, and when."""

    owner: str
    read_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class IdentifiedFacts:
    """Hold with what a signer signed in: "link" or "password and code", and with a one-time code,
    or with a passkey that signed the text; `anew_at` is when a lost authenticator had been
    replaced, in the first signature after it."""

    way: str
    enrolled_now: bool
    passkey: bool = False
    anew_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PasskeyFacts:
    """Hold what a passkey signed, and in which role its owner stands here."""

    role: str
    proof: Proof


@dataclass(frozen=True, slots=True)
class VouchedFacts:
    """Hold how coach and signer spoke when the coach vouched: "paper" where the coach recorded
    an ink signature."""

    how: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ScanFacts:
    """Hold who recorded an ink signature and when, and the SHA-256 of the scan that is kept."""

    recorded_by: str
    recorded_at: datetime
    sha256: str


@dataclass(frozen=True, slots=True)
class AssuranceFacts:
    """Hold how one signer was known; None prints "not recorded"."""

    printed_name: str
    reached: ReachedFacts | None = None
    identified: IdentifiedFacts | None = None
    vouched: VouchedFacts | None = None
    scan: ScanFacts | None = None
    passkey: PasskeyFacts | None = None


@dataclass(frozen=True, slots=True)
class CoacheeFacts:
    """Hold the coachee's edition, which goes to the coachee and the coach alone."""

    version: VersionFacts
    short_code: str
    choices: tuple[ChoiceFacts, ...]
    asked: tuple[AskedFacts, ...]
    assurances: tuple[AssuranceFacts, ...]
    receipt: bytes = b""
    """The consent receipt that is attached, as it stood when the copy was made."""
    events: tuple[Event, ...] = ()
    """What happened in the engagement up to the head of its story, in order."""

    def __post_init__(self) -> None:
        """Refuse an answer to a line that was not optional or does not exist, and events that do
        not lead to the head: `ValueError`."""
        optional = {line.number for line in self.version.lines if line.optional}
        if {choice.number for choice in self.choices} - optional:
            raise ValueError("an answer belongs to no optional line")
        if story_head(self.version.story.genesis, self.events) != self.version.story.head:
            raise ValueError("the events do not lead to the head of the story")


PaperFacts = CommonFacts | CoacheeFacts
