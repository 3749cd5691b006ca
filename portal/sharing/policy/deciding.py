"""The one function that answers whether something may be shared.

Deny beats permit, what is not listed is a no, time is half-open, and no answer depends on the
order in which texts, lines or cases are given (sections 3.2 and 3.2.1 of the domain).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from portal.sharing.policy.codes import (
    CASE_STATES,
    CLASSES,
    GROUNDS,
    LIMITS_DISCLOSURE,
    LOGISTICS,
    NEARNESS,
    NOT_SHARED,
    OPEN_STATES,
    ORG,
    SHARED,
    SUPERVISOR,
    Code,
)
from portal.sharing.policy.locked import why_locked
from portal.sharing.policy.matching import forbids, misses
from portal.sharing.policy.request import Request, read_request
from portal.sharing.policy.world import NONE

if TYPE_CHECKING:
    from portal.sharing.policy.world import Line, World

YES, NO = "PERMIT", "DENY"

_CASE_DUTIES = ("follow_up", "log_case", "minimum_necessary", "relationship_review")
_OWN_DUTIES = ("log", "redact_third_persons")


class Decision(NamedTuple):
    """The answer. `by` is the line, the case or the right that decided.

    `code` and `by` are for coach and coachee; everybody else gets `outside`, which is the same
    word for every no (INV-16).
    """

    decision: str
    code: Code
    by: str | None = None
    obligations: tuple[str, ...] = ()
    outside: str = NOT_SHARED


def decide(world: World, request: object) -> Decision:
    """Answer one question; never raises, and whatever cannot be understood is a no.

    `request` is a `Request`, or a mapping in the format of the vectors.
    """
    asked = request if isinstance(request, Request) else read_request(request, world)
    if asked is None:
        return _no(Code.UNKNOWN_INPUT)
    if asked.purpose == LIMITS_DISCLOSURE:
        return _by_case(world, asked)
    if (closed := _why_closed(world, asked) or why_locked(asked, world)) is not None:
        return _no(closed)
    if asked.recipient == world.coachee and CLASSES[asked.category] != ORG:
        return _yes(Code.OWN_INFORMATION, "right", _OWN_DUTIES)
    return _by_lines(world, asked)


def _by_case(world: World, asked: Request) -> Decision:
    """Answer by cases alone (R1): nothing else is consulted."""
    item = (asked.category, asked.recipient, asked.channel, asked.form)
    found = [case.id for case in world.cases
             if case.state in CASE_STATES and case.ground in GROUNDS and item in case.items]
    if found:
        return _yes(Code.CASE_AUTHORISED, min(found), _CASE_DUTIES)
    return _no(Code.NO_CASE_AUTHORITY)


def _why_closed(world: World, asked: Request) -> Code | None:
    """Return why the engagement is not open for this (R2): the coachee's rights do not end."""
    if asked.recipient == world.coachee:
        return None
    if world.state not in OPEN_STATES:
        return Code.ENGAGEMENT_NOT_OPEN
    if world.state == "PAUSED" and CLASSES[asked.category] != LOGISTICS:
        return Code.ENGAGEMENT_PAUSED
    return None


def _by_lines(world: World, asked: Request) -> Decision:
    """Answer by what was signed: any no first, then any permission, then the nearest miss."""
    about = world.lines_about.get((asked.recipient, asked.category), NONE)
    noes = [no.line.id for no in about.denies if forbids(no, asked, world)]
    if noes:
        return _no(Code.EXPLICIT_DENY, min(noes))
    permits, nearest = [], None
    for permit in about.permits:
        missed = misses(permit, asked, world)
        if not missed:
            permits.append(permit.line)
            continue
        near = (len(missed), NEARNESS[missed[0]], permit.line.id, missed[0])
        if nearest is None or near < nearest:
            nearest = near
    if permits:
        return _yes(Code.GRANT, min(line.id for line in permits), _duties(world, asked, permits))
    return _no(Code.DEFAULT_DENY) if nearest is None else _no(nearest[3], nearest[2])


def _duties(world: World, asked: Request, permits: list[Line]) -> tuple[str, ...]:
    duties = {"log"}.union(*(line.obligations for line in permits))
    to_supervisor = world.parties[asked.recipient].role == SUPERVISOR
    if CLASSES[asked.category] != LOGISTICS and not to_supervisor:
        duties |= {"coachee_copy", "no_onward_sharing_notice"}
    return tuple(sorted(duties))


def _yes(code: Code, by: str, obligations: tuple[str, ...]) -> Decision:
    return Decision(YES, code, by, obligations, SHARED)


def _no(code: Code, by: str | None = None) -> Decision:
    return Decision(NO, code, by)
