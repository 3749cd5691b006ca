"""Where the request to each signer stands, and the one next step of a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.ledger.policy import Event
from portal.reaching.policy import Word, word

#: So long after the request a missing signature counts as overdue.
OVERDUE_AFTER = timedelta(days=7)
#: So long a text that was not concluded stays among what is open.
LOOK_BACK = timedelta(days=30)

#: Words of a text that is being waited for, and of one that holds or will by itself.
WAITING = ("draft", "open", "held")
LIVE = ("open", "held", "coming", "in_force")
#: Words of a request that went out and has no answer yet.
ASKED = frozenset({Word.SENT, Word.OPENED, Word.IDENTIFIED})
UNSENT = frozenset({Word.TO_SEND, Word.NOT_YET})


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """Hold what decides where the request to one signer of a version stands.

    `links` are those sent for it, oldest first, and `told` what the record says of them and of
    the coach's acts on the party since the text was issued. `may_be_asked` follows Z6.
    `no_reminders` says that the person wants none, whatever else they say.
    """

    party_id: str
    person_id: str
    role: str
    may_be_asked: bool
    on_paper: bool
    no_reminders: bool
    vouching: bool
    issued_at: datetime
    signed_at: datetime | None
    vouched_at: datetime | None
    links: Sequence[str]
    told: Sequence[Event]


def held_up(said: str, engagement: str, *, mandatory: bool) -> str:
    """Return what waits for a text: "start" or "pause" of the engagement, or nothing (INV-2). For
    one that has ended, a paused engagement waits until there is a new one."""
    if said == "ended" and mandatory and engagement == "PAUSED":
        return "pause"
    if not mandatory or said not in (*WAITING, "not_concluded"):
        return ""
    return {"DRAFT": "start", "CONTRACTING": "start", "PAUSED": "pause"}.get(engagement, "")


class Step(StrEnum):
    """Name the one next step of a row."""

    GO_ON = "go_on"
    SIGN = "sign"
    VOICE = "voice"
    ADDRESS = "address"
    LINK = "link"
    PAPER = "paper"
    REMIND = "remind"
    RENEW = "renew"
    NONE = "none"


#: Steps that only the coach can take, and that hold everything up until then.
MINE = frozenset({Step.GO_ON, Step.SIGN, Step.VOICE, Step.ADDRESS, Step.LINK, Step.PAPER})


@dataclass(frozen=True, slots=True)
class Signer:
    """Hold where the request to one signer stands."""

    party_id: str
    person_id: str
    role: str
    word: Word
    since: datetime
    asked_at: datetime | None = None
    reminded_at: datetime | None = None
    wrong_person: bool = False
    no_reminders: bool = False
    vouching: bool = False
    vouched_at: datetime | None = None

    @property
    def signed(self) -> bool:
        """Tell whether the signature is there."""
        return self.word is Word.SIGNED

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether a signature is missing a week after it was asked for."""
        return (not self.signed and self.asked_at is not None
                and now >= self.asked_at + OVERDUE_AFTER)


def request(facts: RequestFacts) -> Signer:
    """Return where the request to a signer stands: for silence and for a decline alike (Z4)."""
    said, since = word(facts.told, facts.issued_at, facts.signed_at)
    if facts.signed_at is None and facts.role != "COACH":
        if not facts.may_be_asked:
            said, since = Word.NOT_YET, facts.issued_at
        elif facts.on_paper:
            said, since = Word.ON_PAPER, facts.issued_at
    moments = {kind: [e.at for e in facts.told if e.kind == kind]
               for kind in ("invitation.sent", "party.reminded")}
    asked = [facts.issued_at] if said is Word.ON_PAPER else moments["invitation.sent"]
    return Signer(
        party_id=facts.party_id, person_id=facts.person_id, role=facts.role, word=said,
        since=since, asked_at=next(iter(asked), None),
        reminded_at=next(iter(moments["party.reminded"][-1:]), None),
        wrong_person=facts.signed_at is None and any(
            e.kind == "invitation.not_me" and e.subject_id == facts.links[-1]
            for e in facts.told),
        no_reminders=facts.no_reminders, vouching=facts.vouching, vouched_at=facts.vouched_at,
    )


def next_step(said: str, signers: Sequence[Signer]) -> tuple[Step, Signer | None]:
    """Return the next step for a text, and the signer whom it concerns."""
    if said in ("draft", "not_concluded", "recalled", "ended"):
        return (Step.GO_ON if said == "draft" else Step.RENEW), None
    if said == "held":
        unheard = next((s for s in signers if s.vouching and s.vouched_at is None), None)
        return (Step.VOICE, unheard) if unheard is not None else (Step.NONE, None)
    if said != "open":
        return Step.NONE, None
    missing = sorted((s for s in signers if not s.signed), key=lambda s: s.since)
    for step, concerns in _OPEN_STEPS:
        signer = next((s for s in missing if concerns(s)), None)
        if signer is not None:
            return step, signer
    return Step.NONE, None


_OPEN_STEPS = (
    (Step.SIGN, lambda s: s.role == "COACH"),
    (Step.ADDRESS, lambda s: s.word is Word.BOUNCED or s.wrong_person),
    (Step.LINK, lambda s: s.word is Word.REVOKED),
    (Step.PAPER, lambda s: s.word is Word.ON_PAPER),
    (Step.REMIND, lambda s: s.word in ASKED and not s.no_reminders),
)
