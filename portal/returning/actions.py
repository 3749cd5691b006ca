"""Asking for a way back, being heard, arriving, and objecting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from portal.engagements.actions import hold, note, tell_coach
from portal.engagements.models import Party
from portal.engagements.queries import by_id, party_of_person
from portal.factors.actions import (
    CodeRefused,
    begin_app,
    code_of,
    enrol,
    let_go,
    retire,
    use_recovery_code,
)
from portal.factors.models import Factor
from portal.factors.policy import ANEW
from portal.factors.queries import live_factors
from portal.ground import chance
from portal.links.actions import revoke_all
from portal.links.queries import is_living
from portal.people.actions import end_sessions_of, write_at
from portal.people.models import Person
from portal.people.queries import person_or_missing, practice_or_missing
from portal.plain.errors import Missing, require
from portal.returning import policy
from portal.returning.models import WayBack
from portal.returning.policy import BackNo, Stage
from portal.returning.queries import (
    asked_facts,
    back_facts,
    known_addresses,
    objections,
    open_request,
    places_of,
)
from portal.vouching.actions import match, show_digits
from portal.vouching.policy import How, VouchNo
from portal.web.words import instant, speak

if TYPE_CHECKING:
    from portal.engagements.models import Engagement
    from portal.ground.work import Work
    from portal.links.models import Invitation


def begin(work: Work, invitation: Invitation) -> Factor:
    """Begin to set up another app behind a link; it counts for nothing until the coach has heard
    the person. Raises `Refused` with `BackNo`, and `Missing` for a link that has ended."""
    person = _behind(work, invitation)
    require(policy.why_not_ask(back_facts(work, person.id)))
    return begin_app(work, person, ANEW)


def _behind(work: Work, invitation: Invitation) -> Person:
    hold_all(work, invitation.person_id)
    if not is_living(work, invitation):
        raise Missing("link")
    return person_or_missing(work, invitation.practice_id, invitation.person_id)


def ask(
    work: Work, invitation: Invitation, app: Factor, typed: str
) -> WayBack | CodeRefused:
    """Ask, with the first code of the new app, that the coach hears the person.

    The coach is told, and so is the person at every address that is known: whoever did not ask
    ends it with one click there. An older request ends. Raises `Refused` with `BackNo`.
    """
    person = _behind(work, invitation)
    require(policy.why_not_ask(back_facts(work, person.id)))
    taken = code_of(work, person, [app], typed)
    if isinstance(taken, CodeRefused):
        return taken
    older = open_request(work, person.id)
    if older is not None:
        _end(work, older, "replaced")
    engagement = by_id(work, invitation.engagement_id)
    party = party_of_person(work, engagement.id, person.id)
    request = WayBack(
        id=chance.new_id(), practice_id=person.practice_id, person_id=person.id,
        engagement_id=engagement.id, party_id=party.id, factor_id=app.id, asked_at=work.now,
        expires_at=work.now + policy.LASTS)
    work.session.add(request)
    work.session.flush()
    note(work, engagement, "return.asked", party.id, {"factor": app.id}, by=person.id)
    tell_coach(work, engagement, "hear_anew", who=work.reveal(person, "name"),
               dedupe=f"hear_anew:{request.id}")
    _tell(work, person, request, "asked")
    return request


def show_digits_anew(work: Work, request: WayBack) -> None:
    """Put fresh digits on the screen of whoever gave a code of the new app; raises `Refused` for a
    request that no longer waits to be heard."""
    engagement = hold(work, request.engagement_id)
    work.lock(request)
    now = policy.stage(asked_facts(request), work.now)
    require(None if now is Stage.ASKED else BackNo.NOT_OPEN)
    show_digits(work, engagement, work.session.get_one(Party, request.party_id),
                request.factor_id)


def hear(
    work: Work, engagement: Engagement, request: WayBack, typed: str, how: How
) -> VouchNo | None:
    """Match what the coach typed with the digits beside the new app; None means that it fits.

    From then on a day has to pass. What was lost sleeps meanwhile, and wakes when the request ends
    otherwise; every session of the person ends, and every address of theirs is told.
    """
    person = person_or_missing(work, request.practice_id, request.person_id)
    work.lock(request)
    party = work.session.get_one(Party, request.party_id)
    found = match(work, engagement, party, typed, request.factor_id)
    if isinstance(found, VouchNo):
        return found
    request.heard_at, request.heard_by = work.now, engagement.coach_id
    request.how, request.expires_at = how.value, work.now + policy.LASTS
    for factor in live_factors(work, person.id):
        factor.asleep_until = request.expires_at
    end_sessions_of(work, person.id, "party")
    note(work, engagement, "return.heard", party.id, {"how": how.value,
                                                      "factor": request.factor_id})
    _tell(work, person, request, "heard")
    return None


def arrive(work: Work, person: Person, request: WayBack, app: Factor) -> Stage:
    """Let the new app count, now that its code was given, if the day has passed; returns how far
    the request was.

    The chains of all engagements are held by the caller. The old apps, every link and every session
    of the person end; what was signed stays as it was.
    """
    now = policy.stage(asked_facts(request), work.now)
    if now is Stage.READY:
        retire(work, person, but=app)
        enrol(work, person, app)
        request.ended_at, request.ended_as = work.now, "done"
        settle(work, person, app, heard=request)
    return now


def settle(
    work: Work, person: Person, app: Factor, heard: WayBack | None = None
) -> None:
    """Record in every engagement of a person that another app stands for them from now on, and end
    what the old one had opened. Where the coach heard them, it is vouched for."""
    for party in places_of(work, person.id):
        engagement = hold(work, party.engagement_id)
        if work.vault.is_gone(engagement.key_id):
            continue
        note(work, engagement, "return.done", party.id,
             {"factor": app.id, "as": app.set_up_as}, by=person.id)
        if heard is not None and heard.party_id == party.id:
            note(work, engagement, "party.vouched", party.id,
                 {"how": heard.how, "factor": app.id}, by=heard.heard_by)
        revoke_all(work, person.practice_id, party.engagement_id, person.id)
        tell_coach(work, engagement, "came_back", who=work.reveal(person, "name"),
                   dedupe=f"came_back:{app.id}:{party.id}")
    end_sessions_of(work, person.id, "party")
    for point in known_addresses(work, person.id):
        write_at(work, person, work.reveal(point, "value"), "factor_changed",
                 dedupe=f"factor_changed:{app.id}:{point.id}", what="anew")


def hold_all(work: Work, person_id: str) -> None:
    """Hold every engagement of a person, in the order in which everybody holds several."""
    for party in places_of(work, person_id):
        hold(work, party.engagement_id)


def recover(work: Work, invitation: Invitation, typed: str) -> Factor | CodeRefused:
    """Take a recovery code behind a fresh link; returns the new app that is to be set up.

    What was lost counts no more, and every session of the person ends. Raises `Refused` with
    `BackNo` before any code is looked at.
    """
    person = _behind(work, invitation)
    require(policy.why_not_recover(back_facts(work, person.id), invitation.issued_at, work.now))
    app = use_recovery_code(work, person, typed)
    if isinstance(app, CodeRefused):
        return app
    waiting = open_request(work, person.id)
    if waiting is not None:
        _end(work, waiting, "recovered")
    end_sessions_of(work, person.id, "party")
    return app


def stop(work: Work, request: WayBack, how: str) -> None:
    """End a request: "objected" by somebody at one of the person's addresses, or "stopped" by the
    person behind their link. What slept wakes; the coach and every address are told."""
    hold_all(work, request.person_id)
    engagement = by_id(work, request.engagement_id)
    work.lock(request)
    require(BackNo.NOT_OPEN if policy.stage(asked_facts(request), work.now) is Stage.OVER
            else None)
    _end(work, request, how)
    person = person_or_missing(work, request.practice_id, request.person_id)
    tell_coach(work, engagement, "not_heard", who=work.reveal(person, "name"),
               dedupe=f"not_heard:{request.id}")
    _tell(work, person, request, "stopped")


def _end(work: Work, request: WayBack, how: str) -> None:
    request.ended_at, request.ended_as = work.now, how
    person = person_or_missing(work, request.practice_id, request.person_id)
    work.session.execute(
        update(Factor).where(Factor.person_id == person.id, Factor.asleep_until.is_not(None))
        .values(asleep_until=None))
    let_go(work, person, work.session.get_one(Factor, request.factor_id))
    note(work, by_id(work, request.engagement_id), "return.ended", request.party_id,
         {"how": how}, by=person.id if how != "objected" else None)


def _tell(work: Work, person: Person, request: WayBack, what: str) -> None:
    base = work.ground.settings.base_url.rstrip("/")
    ready, practice = asked_facts(request).ready_at, practice_or_missing(work, person.practice_id)
    speak(practice.locale, practice.timezone)
    for point in known_addresses(work, person.id):
        write_at(work, person, work.reveal(point, "value"), "way_back", what=what,
                 dedupe=f"way_back:{request.id}:{what}:{point.id}",
                 object=f"{base}/not-me/{objections(work).make(request.id.encode('ascii'))}",
                 ready=instant(ready) if ready is not None else "")
