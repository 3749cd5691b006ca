"""What somebody with an account is told about the safety of it: their own doing, and what others
tried in their name. Nothing of a coachee stands here (Z1 to Z4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

#: So many of the newest sign-ins and tries are shown, and so many changes.
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


def told(
    noted: Sequence[Told], recorded: Sequence[Told], first: Mapping[str, datetime]
) -> list[Told]:
    """Return the lines of both records, the newest first; `first` says when somebody first signed
    in from each network, as far back as that is known.

    The first sign-in that is known is from no new network: there is none to compare it with.
    """
    begin = min(first.values(), default=None)
    marked = [replace(line, is_new=line.code == "sign_in.begun"
                      and begin != line.at == first.get(line.network)) for line in noted]
    return sorted([*marked, *recorded], key=lambda line: line.at, reverse=True)
