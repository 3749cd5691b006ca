"""What decides the state of a version: frozen values, read from rows that never change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from portal.agreements.policy.checking import Checked
from portal.agreements.policy.reviews import Answer, Review, Rhythm

#: How long a required voice check may take after the last signature (Z22).
PAIRING_DEADLINE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """Hold a signer slot as the rules see it."""

    slot_id: str
    party_id: str
    role: str
    required: bool
    vouching: bool
    meaning: str = "agree"


@dataclass(frozen=True, slots=True)
class SignedFacts:
    """Hold a signature as the rules see it; `repudiated_at` is the later finding, if any."""

    signature_id: str
    slot_id: str
    hash: str
    at: datetime
    repudiated_at: datetime | None = None
    disputed: Sequence[tuple[datetime, datetime | None]] = ()

    def is_disputed(self, now: datetime) -> bool:
        """Tell whether the signer says that it is not theirs, and nobody has found out yet (Z14).

        `disputed` are the spans of that, half-open; None means still.
        """
        return any(start <= now and (end is None or now < end) for start, end in self.disputed)

    def state(self, now: datetime) -> str:
        """Return the state of the signature (machine Signature)."""
        if self.repudiated_at is not None and self.repudiated_at <= now:
            return "REPUDIATED"
        return "DISPUTED" if self.is_disputed(now) else "VALID"


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Hold what a signer took back of a version they had signed: from `at` on, for good (INV-7).

    A `line` of None is the whole version. `categories` are codes, None for all that the line is
    about; `by` is the party and `told` says how: "portal" or "phone" (Z13).
    """

    at: datetime
    by: str
    line: int | None = None
    categories: Sequence[str] | None = None
    told: str = "portal"


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """Hold everything that decides the state of a version.

    `called` are reviews that the coach called for, beside those of the text's own rhythm.
    """

    version_id: str
    agreement_id: str
    number: int
    hash: str
    issued_at: datetime
    sign_by: datetime
    effective_from: datetime
    valid_to: datetime
    slots: Sequence[SlotFacts]
    signed: Sequence[SignedFacts] = ()
    vouched: Mapping[str, datetime] = field(default_factory=dict)
    acts: Sequence[tuple[datetime, str]] = ()
    successor_in_force_at: datetime | None = None
    withdrawn: Sequence[Withdrawn] = ()
    rhythm: Rhythm | None = None
    called: Sequence[Review] = ()
    answers: Sequence[Answer] = ()
    checked: Sequence[Checked] = ()

    def slot_of(self, party_id: str) -> SlotFacts | None:
        """Return the slot of a party, or None."""
        return next((slot for slot in self.slots if slot.party_id == party_id), None)

    def waits_for(self, party_id: str) -> bool:
        """Tell whether a party has a place to sign here, and has not signed."""
        slot = self.slot_of(party_id)
        return slot is not None and all(s.slot_id != slot.slot_id for s in self.signed)

    def signed_at(self, party_id: str) -> datetime | None:
        """Return when a party signed, whether it counts or not, or None."""
        signature = self.signature_of(party_id)
        return signature.at if signature is not None else None

    def signature_of(self, party_id: str) -> SignedFacts | None:
        """Return the signature of a party, or None."""
        slot = self.slot_of(party_id)
        return next((s for s in self.signed if slot and s.slot_id == slot.slot_id), None)

    def disputed_by(self, party_id: str, now: datetime) -> bool:
        """Tell whether a party says that the signature here is not theirs (Z14)."""
        signature = self.signature_of(party_id)
        return signature is not None and signature.is_disputed(now)

    def taken_whole(self, party_id: str) -> Withdrawn | None:
        """Return how a party took the whole version back after signing it, or None."""
        return next((w for w in self.withdrawn if w.line is None and w.by == party_id), None)

    def taken_from(self, number: int) -> list[Withdrawn]:
        """Return what was taken back of a line, oldest first."""
        return [w for w in self.withdrawn if w.line == number]

    def line_taken_at(self, number: int, categories: Sequence[str]) -> datetime | None:
        """Return when the last of what a line is about was taken back; None while any is left."""
        left = set(categories)
        for taken in self.taken_from(number):
            if taken.categories is None:
                return taken.at
            left -= set(taken.categories)
            if categories and not left:
                return taken.at
        return None

    def had(self, act: str, now: datetime) -> bool:
        """Tell whether an act was recorded up to `now`, whether or not it changed the state."""
        return any(name == act and at <= now for at, name in self.acts)

    def counting(self) -> list[SignedFacts]:
        """Return the signatures that count: over this hash, by a slot, before `sign_by`."""
        slots = {slot.slot_id for slot in self.slots if slot.required}
        return sorted(
            (s for s in self.signed
             if s.hash == self.hash and s.slot_id in slots and s.at < self.sign_by),
            key=lambda s: s.at,
        )

    def complete_at(self) -> datetime | None:
        """Return when the last required signature was made, or None; none is the last where
        somebody had declined before, and others sign without effect (Z4)."""
        signed = self.counting()
        required = {slot.slot_id for slot in self.slots if slot.required}
        if not signed or {s.slot_id for s in signed} != required:
            return None
        last = signed[-1].at
        return None if any(act == "decline" and at < last for at, act in self.acts) else last

    def vouched_at(self) -> datetime | None:
        """Return when the last required vouching was done; the issue itself if none is needed."""
        needed = [slot.party_id for slot in self.slots if slot.required and slot.vouching]
        if any(party not in self.vouched for party in needed):
            return None
        return max((self.vouched[party] for party in needed), default=self.issued_at)

    def vouch_by(self) -> datetime | None:
        """Return until when the voice check may still bring the version into force, or None
        while signatures are missing: thirty days, and never past the version's own end."""
        complete = self.complete_at()
        return None if complete is None else min(complete + PAIRING_DEADLINE, self.valid_to)

    def force_at(self) -> datetime | None:
        """Return when INV-1 came to hold, or None while something is missing."""
        complete, vouched, limit = self.complete_at(), self.vouched_at(), self.vouch_by()
        if complete is None or vouched is None or limit is None or vouched >= limit:
            return None
        start = max(complete, vouched, self.effective_from)
        return start if start < self.valid_to else None

    def for_session(self, starts_at: datetime, ends_at: datetime) -> VersionFacts:
        """Return an addendum cut to its one session as that is planned now (INV-9).

        It is signed before the session begins, and ends with the session or by its own end,
        whichever comes first.
        """
        return replace(self, sign_by=min(self.sign_by, starts_at, ends_at),
                       valid_to=min(self.valid_to, ends_at))
