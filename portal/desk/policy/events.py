"""What somebody with an account is told about the safety of it: their own doing, and what others
tried in their name. Nothing of a coachee stands here (Z1 to Z4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

#: So many of the newest lines are shown.
MOST = 200
#: What is told of the access log, which keeps it for 90 days.
NOTED = frozenset({"sign_in.begun", "sign_in.proved", "sign_in.ended", "sign_in.password", "code",
                   "api.refused"})
#: What is told of the record, where it is of this person's account.
RECORDED = frozenset({
    "account.opened", "account.reopened", "account.password_changed", "account.reset_asked",
    "account.password_reset", "account.address_asked",
    "account.address_changed", "account.address_objected", "member.role_changed", "member.ended",
    "factor.enrolled", "factor.disabled", "factor.retired", "recovery.made", "recovery.used",
    "recovery.reopened", "recovery.kept_shut",
    "token.made", "token.revoked", "revoked.person", "revoked.practice",
})


@dataclass(frozen=True, slots=True)
class Told:
    """Hold one line: its code, what came of it, and from where in the short form that is kept;
    `is_new` says that nobody signed in from that network in the days before."""

    at: datetime
    code: str
    outcome: str = ""
    network: str = ""
    browser: str = ""
    is_new: bool = False


def told(noted: Sequence[Told], recorded: Sequence[Told]) -> list[Told]:
    """Return the lines of both records, the newest first.

    The first sign-in that is known is from no new network: there is none to compare it with.
    """
    known: set[str] = set()
    marked = []
    for line in sorted(noted, key=lambda line: line.at):
        begins = line.code == "sign_in.begun" and bool(line.network)
        is_new = begins and bool(known) and line.network not in known
        if begins:
            known.add(line.network)
        marked.append(Told(line.at, line.code, line.outcome, line.network, line.browser, is_new))
    return sorted([*marked, *recorded], key=lambda line: line.at, reverse=True)[:MOST]
