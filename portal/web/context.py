"""The frame around every view: one unit of work, one instant, one actor.

Returning commits, raising rolls back before the error page is drawn. GET and HEAD read only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

from flask import current_app, flash, g, request, session
from flask_login import current_user

from portal.ground.actor import Origin
from portal.plain.errors import Missing, NotFresh, NotSignedIn, Refused
from portal.web import late
from portal.web.devices import this_device
from portal.web.guards import ROLES, Door, DoorNo
from portal.web.words import _

if TYPE_CHECKING:
    from flask import Flask

    from portal.ground.actor import Actor
    from portal.ground.work import Ground, Work

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_SCOPES = {Door.PROGRAM: "program"}
_BROWSERS = ("Firefox", "Edg", "Chrome", "Safari")


def ground() -> Ground:
    """Return the ground floor of the running application."""
    found: Ground = current_app.extensions["portal"]
    return found


def origin() -> Origin:
    """Return where a request comes from in the short form that may be kept (domain 5.1)."""
    agent, device = request.headers.get("User-Agent", ""), this_device()
    return Origin(network_of(request.remote_addr),
                  next((name for name in _BROWSERS if name in agent), "other"),
                  device.id, frozenset(device.marks))


def network_of(address: str | None) -> str | None:
    """Return the network of an address, /24 or /48; None for what is no address."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return None
    if found.version == 6 and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return str(ip_network((found, 24 if found.version == 4 else 48), strict=False))


def _admit(work: Work, door: Door) -> Actor | None:
    actor: Actor | None = current_user.actor if current_user.is_authenticated else None
    if door is Door.ANYONE:
        # Whoever comes here may be about to become somebody else, in another practice.
        return actor
    wanted = _SCOPES.get(door, "coach" if door in ROLES else "party")
    if actor is None or actor.scope != wanted:
        raise NotSignedIn(wanted)
    if door is not Door.MAILBOX and not actor.proven:
        raise NotSignedIn(wanted)
    if door in ROLES and actor.role not in ROLES[door]:
        work.note("door", DoorNo.NOT_YOUR_ROLE.value, practice_id=actor.practice_id,
                  person_id=actor.person_id)
        raise Refused(DoorNo.NOT_YOUR_ROLE, 403)
    work.confine(actor.practice_id)
    return actor


def _noting_misses(work: Work, view: Callable[..., Any], values: dict[str, Any]) -> Any:
    """Answer, and note where somebody who is signed in asked for what is not there for them:
    ids of others and ids that do not exist look the same, also in the access log."""
    try:
        return view(work, **values)
    except Missing:
        if work.actor is not None:
            work.note("asked_for", "missing", engagement_id=work.actor.engagement_id)
        raise


def _answer(
    work: Work, view: Callable[..., Any], door: Door, values: dict[str, Any], *, writes: bool
) -> Any:
    """Let the visitor in and the view answer; what comes too late, or is only to be shown again,
    is not carried out."""
    keep, fresh = getattr(view, "keep", None), getattr(view, "fresh", False)
    try:
        work.actor = _admit(work, door)
    except NotSignedIn as out:
        if not writes or "late" not in g or late.is_of_before():
            raise
        return _kept(work, keep or late.keep_sent, out)
    if fresh and not (work.actor is not None and work.actor.is_fresh(work.now)):
        raise NotFresh("a code comes first")
    behind = writes and door not in (Door.ANYONE, Door.PROGRAM)
    if behind and (late.SHOWS in request.form or late.is_of_before()):
        late.draw(work, view, values)
    answer = _noting_misses(work, view, values)
    if behind:
        late.settle(work, answer)
    return answer


def _framed(view: Callable[..., Any], door: Door) -> Callable[..., Any]:
    before = getattr(view, "before", None)

    @wraps(view)
    def framed(**values: Any) -> Any:
        if before is not None and not late.is_of_before():
            before(ground(), values)
        writes = request.method not in SAFE
        try:
            with _as_it_was(), ground().work(writes=writes, origin=origin()) as work:
                g.work, g.door = work, door
                return _answer(work, view, door, values, writes=writes)
        except late.Drawn as drawn:
            late.remember()
            return drawn.answer

    return framed


@contextmanager
def _as_it_was() -> Iterator[None]:
    """Let the cookie say what it said before, where the work behind a page came to nothing: else
    it would name a session that was rolled back, and who sends again would be signed out.

    No cookie goes out then: of two tabs the one that came too late must not put the old session in
    place of the one that the other has just been given.
    """
    before = dict(session)
    try:
        yield
    except BaseException:
        session.clear()
        session.update(before)
        session.modified = False
        raise


def _kept(work: Work, keep: Callable[[Work], bool], out: NotSignedIn) -> Any:
    """Save what came too late, as the person whose session it was, and ask to sign in again."""
    from portal.web.errors import ask_to_sign_in

    work.actor = g.late
    work.confine(g.late.practice_id)
    kept = keep(work)
    work.actor = None
    if not kept:
        raise out
    flash(_("Your session had run out, so nothing was sent. What you typed is kept: once you are "
            "in again, you find it."), "error")
    return ask_to_sign_in(out)


def frame_all(app: Flask) -> None:
    """Put the frame around every view; raises `TypeError` for a view without a guard."""
    for endpoint, view in app.view_functions.items():
        door = getattr(view, "door", None)
        if door is None:
            raise TypeError(f"the view {endpoint} stands behind no door: say @guard(Door.…)")
        if door is not Door.BARE:
            app.view_functions[endpoint] = _framed(view, door)
