"""Coming in by link, or saying that it reached somebody else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from portal.engagements.actions import hold, note, tell_coach
from portal.factors.actions import (
    Act,
    Answer,
    CodeRefused,
    begin_enrolment,
    begin_first,
    prove,
    use_code,
)
from portal.factors.policy import CodeNo
from portal.factors.queries import has_had_factor
from portal.links.actions import advance, state_of
from portal.links.queries import is_living
from portal.people.actions import begin_session, shut_out
from portal.people.models import ContactPoint
from portal.people.queries import person_or_missing
from portal.plain.errors import Missing
from portal.returning.actions import arrive, hold_all, settle
from portal.returning.policy import Stage
from portal.returning.queries import asked_facts, with_app

if TYPE_CHECKING:
    from portal.engagements.models import Engagement
    from portal.ground.work import Work
    from portal.links.models import Invitation
    from portal.people.models import Person


#: What a passkey signs to come in behind a link.
COME_BACK = Act("come back")


def is_new(work: Work, invitation: Invitation) -> bool:
    """Tell whether the person behind a link has never enrolled a factor: then mailbox is enough
    to read (Z9)."""
    return not has_had_factor(work, invitation.person_id)


def begin_own(work: Work, invitation: Invitation) -> str:
    """Begin the first app of a new person for the browser that said who it is; returns its id."""
    person = person_or_missing(work, invitation.practice_id, invitation.person_id)
    return begin_first(work, person, invitation.id).id


def come_in(work: Work, invitation: Invitation, lasts: timedelta) -> str:
    """Let a new person in at mailbox level after "I am …", and return the session's token.

    Only this opens the invitation; a pending authenticator is made for the sign page. Raises
    `Missing` for a link that has ended.
    """
    _hold(work, invitation)
    person = person_or_missing(work, invitation.practice_id, invitation.person_id)
    _opened(work, invitation, person)
    begin_enrolment(work, person, invitation.id)
    return _session(work, invitation, person, "mailbox", lasts)


def come_back(
    work: Work, invitation: Invitation, given: str | Answer, lasts: timedelta
) -> str | CodeRefused:
    """Let a person in who has a factor: the link and a code or passkey together (Z9).

    A code of an app that takes the place of a lost one lets nobody in before that counts. The first
    one that counts ends what the lost one had opened. Raises `Missing` for a link that has ended,
    before either is looked at.
    """
    hold_all(work, invitation.person_id)
    _hold(work, invitation)
    person = person_or_missing(work, invitation.practice_id, invitation.person_id)
    asked, app = with_app(work, person.id)
    taken = (use_code(work, person, given, beside=app) if isinstance(given, str) else
             prove(work, person, COME_BACK, given))
    if isinstance(taken, CodeRefused):
        return taken
    if asked is not None and taken.factor is app:
        if arrive(work, person, asked, taken.factor) is not Stage.READY:
            return CodeRefused(CodeNo.NOT_YET, asked_facts(asked).ready_at)
    elif taken.enrolled_now:
        settle(work, person, taken.factor)
    _opened(work, invitation, person)
    if state_of(work, invitation) == "OPENED":
        advance(work, invitation, "invitation.bound", by=person.id)
    return _session(work, invitation, person, "factor", lasts)


def _hold(work: Work, invitation: Invitation) -> Engagement:
    """Hold the engagement of a link that still leads somewhere; raises `Missing` for one that
    ended after its page was drawn."""
    engagement = hold(work, invitation.engagement_id)
    if not is_living(work, invitation):
        raise Missing("link")
    return engagement


def _opened(work: Work, invitation: Invitation, person: Person) -> None:
    if state_of(work, invitation) in ("CREATED", "SENT"):
        advance(work, invitation, "invitation.opened", by=person.id)
    point = work.session.get(ContactPoint, invitation.contact_point_id)
    if point is not None and point.verified_at is None:
        point.verified_at = work.now


def _session(
    work: Work, invitation: Invitation, person: Person, level: str, lasts: timedelta
) -> str:
    return begin_session(work, person, scope="party", level=level, lasts=lasts,
                         engagement_id=invitation.engagement_id, invitation_id=invitation.id)


def not_me(work: Work, invitation: Invitation) -> None:
    """End a link that reached somebody else, and let the record say so."""
    engagement = _hold(work, invitation)
    shut_out(work, invitation.person_id, engagement.id)
    advance(work, invitation, "invitation.revoked")
    note(work, engagement, "invitation.not_me", invitation.id)
    tell_coach(work, engagement, "not_me", dedupe=f"not_me:{invitation.id}")
