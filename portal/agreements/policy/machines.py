"""The machines of versions, lines and signatures, as the domain lists them."""

from __future__ import annotations

from portal.plain.machine import Machine, machine

LEAVE = "withdraw(coachee) or leave(required party)"
LEAVE_WHOLE = "withdraw(coachee, whole) or leave(required party)"
FORCE = "effective_from reached and required pairings confirmed"

VERSION: Machine = machine(
    "AgreementVersion", "DRAFT", "DECLINED,VOID,SUPERSEDED,EXPIRED,WITHDRAWN,TERMINATED", f"""
DRAFT --issue--> ISSUED
DRAFT --discard--> VOID
ISSUED --sign(first of several)--> PARTLY_SIGNED
ISSUED --sign(only signer)--> IN_FORCE
PARTLY_SIGNED --sign(not last)--> PARTLY_SIGNED
PARTLY_SIGNED --sign(last)--> SCHEDULED
PARTLY_SIGNED --sign(last)--> IN_FORCE
ISSUED --decline--> DECLINED
ISSUED --{LEAVE}--> WITHDRAWN
PARTLY_SIGNED --{LEAVE}--> WITHDRAWN
PARTLY_SIGNED --decline--> DECLINED
ISSUED --recall_or_sign_by_passed--> VOID
PARTLY_SIGNED --recall_or_sign_by_passed--> VOID
SCHEDULED --{FORCE}--> IN_FORCE
SCHEDULED --{LEAVE}--> WITHDRAWN
SCHEDULED --recall_or_pairing_deadline--> VOID
SCHEDULED --engagement_closed--> TERMINATED
IN_FORCE --review_grace_over--> SUSPENDED
SUSPENDED --reaffirmed(by those who were silent)--> IN_FORCE
SUSPENDED --suspension_limit_over--> EXPIRED
IN_FORCE --valid_to--> EXPIRED
SUSPENDED --valid_to--> EXPIRED
IN_FORCE --{LEAVE_WHOLE}--> WITHDRAWN
SUSPENDED --{LEAVE_WHOLE}--> WITHDRAWN
IN_FORCE --successor_in_force--> SUPERSEDED
SUSPENDED --successor_in_force--> SUPERSEDED
IN_FORCE --engagement_closed--> TERMINATED
SUSPENDED --engagement_closed--> TERMINATED
""")

LINE: Machine = machine(
    "ScopeGrant", "PROPOSED", "REFUSED,WITHDRAWN,EXPIRED,USED_UP,ENDED", """
PROPOSED --version_in_force--> ACTIVE
PROPOSED --version_in_force--> REFUSED
PROPOSED --version_dead--> ENDED
ACTIVE --hold(recipient silent at review | version suspended | engagement paused)--> SLEEPING
SLEEPING --release_hold--> ACTIVE
ACTIVE --coachee_withdraws_line--> WITHDRAWN
SLEEPING --coachee_withdraws_line--> WITHDRAWN
ACTIVE --line_to_reached--> EXPIRED
SLEEPING --line_to_reached--> EXPIRED
ACTIVE --uses_exhausted--> USED_UP
ACTIVE --version_ended--> ENDED
SLEEPING --version_ended--> ENDED
""")

SIGNATURE: Machine = machine("Signature", "BEGUN", "ABANDONED,REPUDIATED", """
BEGUN --confirm--> VALID
BEGUN --timeout_or_too_many_wrong_codes--> ABANDONED
VALID --dispute--> DISPUTED
DISPUTED --upheld--> VALID
DISPUTED --found_not_genuine--> REPUDIATED
""")

REVIEW: Machine = machine(
    "Review", "SCHEDULED", "DONE_KEPT,DONE_CHANGED,DONE_ENDED,LAPSED,CANCELLED", """
SCHEDULED --open(lead time before due)--> OPEN
SCHEDULED --agreement_ended--> CANCELLED
OPEN --agreement_ended--> CANCELLED
ANSWERING --agreement_ended--> CANCELLED
CHANGING --agreement_ended--> CANCELLED
OVERDUE --agreement_ended--> CANCELLED
OPEN --answer(some)--> ANSWERING
OPEN --due_passed--> OVERDUE
ANSWERING --all_keep--> DONE_KEPT
ANSWERING --someone_wants_change--> CHANGING
ANSWERING --someone_ends--> DONE_ENDED
ANSWERING --due_passed--> OVERDUE
CHANGING --amendment_adopted--> DONE_CHANGED
CHANGING --amendment_rejected_or_lapsed--> OVERDUE
OVERDUE --late_answer(all)--> DONE_KEPT
OVERDUE --late_change--> CHANGING
OVERDUE --someone_ends--> DONE_ENDED
OVERDUE --grace_over--> LAPSED
""")

#: Recorded acts that end or change a version, by the record's kind.
KINDS = {
    "version.declined": "decline",
    "version.withdrawn": "withdraw",
    "version.recalled": "recall",
    "version.engagement_closed": "engagement_closed",
}
OPEN_STATES = frozenset({"ISSUED", "PARTLY_SIGNED"})
#: How a no to the person ends a version, by its state: what the record calls it, and the event.
ENDS = {
    "ISSUED": ("version.declined", "decline"),
    "PARTLY_SIGNED": ("version.declined", "decline"),
    "SCHEDULED": ("version.withdrawn", LEAVE),
    "IN_FORCE": ("version.withdrawn", LEAVE_WHOLE),
    "SUSPENDED": ("version.withdrawn", LEAVE_WHOLE),
}


def withdrawing(state: str) -> str:
    """Return the machine's word for a withdrawal or a leaving party, which differs by state."""
    return LEAVE_WHOLE if state in ("IN_FORCE", "SUSPENDED") else LEAVE
