"""Who can be named, when a text cannot be issued, and where its days begin and end."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from portal.engagements.policy import NAMED_ONLY, AskFacts, may_be_asked
from portal.people.policy import AddressNo, Owner, ReadBy, why_not_address
from portal.plain.canonical import canonical_bytes
from portal.wording.policy import is_named

#: The template that a third person signs, by their role.
TEMPLATES = {"SPONSOR": "T2", "ASSISTANT": "T3", "SUPPORTER": "T4", "GUEST": "T5"}
#: In which order people are listed.
ORDER = ("SPONSOR", "LINE_MANAGER", "HR_PARTNER", "ASSISTANT", "SUPPORTER", "GUEST")
#: Without these the engagement does not become active (INV-2).
MANDATORY = frozenset({"T1", "T2"})


class IssueNo(StrEnum):
    """Name why a version cannot be issued."""

    ALREADY_OPEN = "already_open"
    TEXT_CHANGED = "text_changed"
    ANSWERS_MISSING = "answers_missing"


class PartyNo(StrEnum):
    """Name why somebody cannot be named like this."""

    NOBODY_NAMED = "nobody_named"
    ADDRESS_TAKEN = "address_taken"
    ORGANISATION_MISSING = "organisation_missing"
    SPONSOR_FIRST = "sponsor_first"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class NewParty:
    """Hold somebody who is to take part: by name alone, or with an address and whose it is.

    Somebody who signs `on_paper` has no address at all (Z26).
    """

    role: str
    name: str
    email: str = ""
    owner: Owner = Owner.UNKNOWN
    read_by: ReadBy = ReadBy.NOBODY
    organisation: str = ""
    asked_for_on: date | None = None
    on_paper: bool = False


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """Hold what else decides: who takes part already, and which day it is."""

    today: date
    has_sponsor: bool
    address_taken: bool


@dataclass(frozen=True, slots=True)
class PartyFault:
    """Say which entry will not do, and why."""

    where: str
    why: PartyNo | AddressNo


def why_not_party(new: NewParty, facts: PartyFacts) -> tuple[PartyFault, ...]:
    """Return everything that speaks against naming somebody (INV-19, Z6, Z7). Of an address that
    there is not, nothing does."""
    found = []
    if not is_named(new.name, "person"):
        found.append(PartyFault("name", PartyNo.NOBODY_NAMED))
    if new.role in NAMED_ONLY:
        if not facts.has_sponsor:
            found.append(PartyFault("name", PartyNo.SPONSOR_FIRST))
        return tuple(found)
    if new.role == "SPONSOR" and not new.organisation:
        found.append(PartyFault("organisation", PartyNo.ORGANISATION_MISSING))
    if not new.on_paper:
        found += _why_not_reached(new, facts)
    if new.asked_for_on is not None and new.asked_for_on > facts.today:
        found.append(PartyFault("asked_for_on", PartyNo.NOT_YET))
    return tuple(found)


def _why_not_reached(new: NewParty, facts: PartyFacts) -> list[PartyFault]:
    found = [PartyFault("email", PartyNo.ADDRESS_TAKEN)] if facts.address_taken else []
    address = why_not_address(new.role, new.owner, new.read_by)
    if address is not None:
        found.append(PartyFault(
            "read_by" if address is AddressNo.READ_BY_EMPLOYER else "owner", address))
    return found


class AskedNo(StrEnum):
    """Name why it cannot be noted now that the coachee asked for somebody."""

    NAMED_ONLY = "named_only"
    SETTLED = "settled"
    OUT = "out"


def why_not_note_asked(asking: AskFacts, *, out: bool) -> AskedNo | None:
    """Return why the coach cannot note after naming that the coachee asked for a person (Z6).

    A text that is out says already that the person is asked only after a yes, and the coachee
    answers that on the page: nothing is noted past it.
    """
    if asking.role in NAMED_ONLY or asking.role in ("COACH", "COACHEE"):
        return AskedNo.NAMED_ONLY
    if asking.gone or asking.asked_for or asking.answer is not None:
        return AskedNo.SETTLED
    return AskedNo.OUT if out else None


class MailWhen(StrEnum):
    """Say when a person who takes part is written to."""

    NOW = "now"
    AFTER_YES = "after_yes"
    PAPER = "paper"
    NO_MAILBOX = "no_mailbox"
    NAMED_ONLY = "named_only"
    NEVER = "never"


def mail_when(asking: AskFacts, *, on_paper: bool, has_address: bool) -> MailWhen:
    """Return when somebody is written to about what is sent now: the coachee first, the others
    once the coachee has said yes or has asked for them (Z6), nobody who signs on paper."""
    if asking.role in NAMED_ONLY:
        return MailWhen.NAMED_ONLY
    if asking.gone or asking.answer is False:
        return MailWhen.NEVER
    if on_paper:
        return MailWhen.PAPER
    if not has_address:
        return MailWhen.NO_MAILBOX
    return MailWhen.NOW if may_be_asked(asking) else MailWhen.AFTER_YES


def digest_of(records: Iterable[Mapping[str, Any]]) -> str:
    """Return what tells apart the texts that a page shows from those that stand now."""
    return hashlib.sha256(b"\n".join(canonical_bytes(dict(one)) for one in records)).hexdigest()


#: A text that is out, in the coach's own word for it: a new one is prepared when it is over, or
#: begun as the next version of one that is in force.
OUT = frozenset({"open", "held", "in_force"})


def is_draft(seen: str, *, settled: bool, begun: bool) -> bool:
    """Tell whether an agreement has a draft.

    Its newest text, if any, is over in the coach's eyes and a new one was begun, or it is in force
    and its next version was `begun`. What was declined reads "open" until its day (Z4).
    """
    if not seen or settled:
        return not seen
    return begun if seen == "in_force" else seen not in OUT


def may_begin_anew(seen: str, *, settled: bool) -> bool:
    """Tell whether a new text can be prepared: the last one is over and none was begun."""
    return bool(seen) and seen not in OUT and settled


def domain_of(address: str) -> str:
    """Return the part of a mail address behind the @, as it is compared."""
    return address.rpartition("@")[2].strip().casefold()
