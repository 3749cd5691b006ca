"""How a request falls on one line: what a no forbids, and what a permission misses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.sharing.policy.codes import NAMED_SESSION, RUNG, Code

if TYPE_CHECKING:
    from datetime import datetime

    from portal.sharing.policy.request import Request
    from portal.sharing.policy.world import Line, Placed, Version, World


def forbids(no: Placed, request: Request, world: World) -> bool:
    """Tell whether a no forbids what is asked, of a recipient and a category that it names.

    It counts from the coachee's signature on, alone, until a newer text replaces its own: the
    period, a withdrawal or a sleep of its text do not matter (INV-6, INV-21).
    """
    line, version, at = no.line, no.version, request.time
    if (request.purpose not in no.purposes or request.channel not in no.channels
            or RUNG[request.form] < no.rung):
        return False
    signed_at = version.signed_at(world.coachee)
    return (
        signed_at is not None and signed_at <= at
        and (version.superseded_at is None or at < version.superseded_at)
        and (line.starts is None or line.starts <= at)
        and (line.ends is None or at < line.ends)
        and (not line.sessions or request.session in line.sessions)
        and request.session not in line.outside_sessions
    )


def state(version: Version, at: datetime) -> Code | None:
    """Return why a version is not in force at a moment, None if it is (INV-1)."""
    if version.complete_at is None or at < version.complete_at:
        return Code.NOT_IN_FORCE
    if at < version.valid_from:
        return Code.NOT_YET
    if version.superseded_at is not None and version.superseded_at <= at:
        return Code.SUPERSEDED
    if version.withdrawn_at is not None and version.withdrawn_at <= at:
        return Code.WITHDRAWN
    if version.valid_to <= at:
        return Code.EXPIRED
    if any(sleep.party is None and sleep.holds(at) for sleep in version.suspended):
        return Code.SUSPENDED
    return None


def misses(permit: Placed, request: Request, world: World) -> list[Code]:
    """Return all that keeps a permission from answering yes, of a recipient and a category that
    it names: no other line is ever told as the nearest.

    In the order in which a reason is chosen; nothing at all means yes.
    """
    found: list[Code] = []
    _of_the_version(found, permit.version, request, world)
    _of_the_recipient(found, permit, request, world)
    _of_the_yes(found, permit.line, permit.version, request)
    _of_the_words(found, permit, request)
    return found


def _of_the_version(found: list[Code], version: Version, request: Request, world: World) -> None:
    if world.coachee not in version.required or world.coachee not in version.signatures:
        found.append(Code.NO_COACHEE_CONSENT)
    elif (why := state(version, request.time)) is not None:
        found.append(why)


def _of_the_recipient(found: list[Code], permit: Placed, request: Request, world: World) -> None:
    left_at = world.parties[request.recipient].left_at
    bound = permit.line.recipient_need_not_sign or request.recipient in permit.version.required
    if not bound or (left_at is not None and left_at <= request.time):
        found.append(Code.RECIPIENT_NOT_BOUND)


def _of_the_yes(found: list[Code], line: Line, version: Version, request: Request) -> None:
    at = request.time
    if line.optional and line.id not in version.accepted:
        found.append(Code.OPTION_REFUSED)
    for taken in version.withdrawals:
        if taken.takes(line, request.category, at):
            found.append(Code.WITHDRAWN)
    for sleep in version.suspended:
        if sleep.party == request.recipient and sleep.holds(at):
            found.append(Code.SUSPENDED)
    if line.starts is not None and at < line.starts:
        found.append(Code.NOT_YET)
    if line.ends is not None and line.ends <= at:
        found.append(Code.EXPIRED)


def _of_the_words(found: list[Code], permit: Placed, request: Request) -> None:
    line = permit.line
    if request.purpose not in permit.purposes:
        found.append(Code.WRONG_PURPOSE)
    if request.channel not in permit.channels:
        found.append(Code.WRONG_CHANNEL)
    if RUNG[request.form] > permit.rung:
        found.append(Code.FORM_TOO_DETAILED)
    if ((line.sessions or request.purpose == NAMED_SESSION)
            and request.session not in line.sessions):
        found.append(Code.WRONG_SESSION)
    if line.uses_left is not None and line.uses_left < 1:
        found.append(Code.USED_UP)
