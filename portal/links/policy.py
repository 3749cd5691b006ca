"""The life of an invitation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from portal.ledger.policy import Event
from portal.plain.machine import Machine, NotListed, machine

MACHINE: Machine = machine(
    "Invitation", "CREATED", "COMPLETED,DECLINED,EXPIRED,REVOKED,BOUNCED", """
CREATED --send--> SENT
CREATED --revoke--> REVOKED
SENT --bounce--> BOUNCED
SENT --open(by POST)--> OPENED
SENT --expires_at--> EXPIRED
SENT --revoke_or_reissue--> REVOKED
OPENED --bind--> BOUND
OPENED --decline--> DECLINED
OPENED --expires_at--> EXPIRED
OPENED --revoke_or_reissue--> REVOKED
BOUND --sign--> COMPLETED
BOUND --decline--> DECLINED
BOUND --expires_at--> EXPIRED
BOUND --revoke_or_reissue--> REVOKED
""")

#: What the record calls each event of the machine.
KINDS = {
    "invitation.sent": "send",
    "invitation.bounced": "bounce",
    "invitation.opened": "open(by POST)",
    "invitation.bound": "bind",
    "invitation.completed": "sign",
    "invitation.declined": "decline",
    "invitation.revoked": "revoke_or_reissue",
}
#: States in which the link leads somewhere.
OPENS = frozenset({"CREATED", "SENT", "OPENED", "BOUND"})


def state(invitation_id: str, expires_at: datetime, events: Iterable[Event], now: datetime) -> str:
    """Return the state at `now`, from the record and the clock; expiry needs no job."""
    current = MACHINE.start
    for event in events:
        name = KINDS.get(event.kind)
        if event.subject_id != invitation_id or name is None:
            continue
        if current == "CREATED" and name == "revoke_or_reissue":
            name = "revoke"
        current = MACHINE.after(current, name)
    if now >= expires_at and current not in MACHINE.terminal:
        try:
            return MACHINE.after(current, "expires_at")
        except NotListed:
            # Never sent and already too old: nothing is behind it, whatever it is called.
            return "EXPIRED"
    return current
