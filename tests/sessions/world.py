"""Third persons beside Ana and Ben, bound by agreements that these tests freeze by themselves.

What a text says is for the tests of wording and issuing. Here counts which lines hold, from when
to when, and who signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from portal.agreements.actions import NewLine, NewSlot, NewVersion, freeze, sign
from portal.agreements.queries import standing_of_one
from portal.engagements.actions import hold
from portal.engagements.models import Party
from portal.engagements.queries import by_id, parties_of
from portal.people.actions import NewPerson
from portal.people.policy import Owner, ReadBy
from portal.plain.days import start_of
from portal.sessions import actions
from portal.sessions.policy import Mode, Span
from portal.sessions.queries import (
    OwnPage,
    Sheet,
    addendum_of,
    own_page,
    session_or_missing,
    sheet_of,
)

if TYPE_CHECKING:
    from portal.agreements.models import Agreement
    from portal.ground.work import Work
    from tests.builders import World
    from tests.cast import Character

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LINES = {"T3": ("LOG.SCHEDULE", "ASSISTANT"), "T4": ("CNT.SESSION", "SUPPORTER"),
         "T5": ("CNT.SESSION", "GUEST")}


def plan(world: World, *, days: float = 14, hours: float = 1, place: str = "Room 4",
         coach: str = "ana") -> str:
    """Let a coach plan a session in so many days; returns its id."""
    with world.ground.work(writes=True, actor=world.coach(coach)) as work:
        engagement = actions.own(work, world.ids["engagement"])
        starts = work.now + days * DAY
        session = actions.plan(work, engagement, Span(starts, starts + hours * HOUR), place)
        return session.id


def move(world: World, session_id: str, *, days: float, place: str = "Room 4") -> list[str]:
    """Let Ana move a session by so many days; returns whose addendum does not reach it."""
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement, session = held(work, world, session_id)
        span = Span(session.starts_at + days * DAY, session.ends_at + days * DAY)
        return actions.move(work, engagement, session, span, place)


def cancel(world: World, session_id: str) -> None:
    """Let Ana cancel a session."""
    with world.ground.work(writes=True, actor=world.coach()) as work:
        actions.cancel(work, *held(work, world, session_id))


def held(work: Work, world: World, session_id: str):
    """Return the engagement, held, and one of its sessions."""
    engagement = hold(work, world.ids["engagement"])
    return engagement, session_or_missing(work, engagement.id, session_id)


def remember(world: World, party: Party, key: str) -> None:
    """Note the ids of a third person."""
    world.ids |= {key: party.person_id, f"{key}.party": party.id,
                  f"{key}.practice": party.practice_id, f"{key}.engagement": party.engagement_id}


def bring_in(world: World, session_id: str, who: Character, key: str = "gus",
             mode: Mode = Mode.WHEN_ASKED) -> str:
    """Let Ana name a guest; returns the id of the addendum's agreement."""
    with world.ground.work(writes=True, actor=world.coach()) as work:
        agreement = actions.bring_in(work, *held(work, world, session_id), actions.NewGuest(
            NewPerson(who.name, who.email, Owner.PRIVATE, ReadBy.NOBODY), "the hand-over", mode))
        remember(world, work.session.get_one(Party, agreement.party_id), key)
        return agreement.id


@dataclass
class Terms:
    """Hold what a version that is frozen here is made of."""

    starts: datetime
    ends: datetime
    sign_by: datetime
    optional: bool = False


def agreement_with(world: World, key: str) -> str:
    """Return the newest agreement that a third person is to sign."""
    with world.ground.work(writes=False) as work:
        standing = standing_of_one(work, world.ids["engagement"])
        return standing.of_party(world.ids[f"{key}.party"])[-1].id


def freeze_terms(world: World, agreement_id: str, terms: Terms | None = None) -> str:
    """Issue a version of an agreement with the one line that its template is about."""
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = hold(work, world.ids["engagement"])
        standing = standing_of_one(work, engagement.id)
        agreement = standing.agreements[agreement_id]
        parties = {p.id: p for p in parties_of(work, [engagement.id])[engagement.id]}
        signers = [p for p in parties.values() if p.role in ("COACH", "COACHEE")]
        signers.append(parties[agreement.party_id])
        text = _new(agreement, signers, terms or _usual(work, agreement))
        [(version, _facts)] = freeze(work, engagement, standing, [(agreement, text)])
        return version.id


def _usual(work: Work, agreement: Agreement) -> Terms:
    if agreement.session_id is None:
        return Terms(work.now, work.now + 180 * DAY, work.now + 14 * DAY)
    text = addendum_of(work, agreement)
    return Terms(start_of(text.starts_at.date(), "Europe/Vienna"), text.end_at, text.starts_at)


def _new(agreement: Agreement, signers: list[Party], terms: Terms) -> NewVersion:
    category, role = LINES[agreement.template_code]
    scope = {"key": "line", "categories": [category], "recipients": [role]}
    return NewVersion(
        template_version="1", locale="en", timezone="Europe/Vienna", record={}, notices={},
        slots=[NewSlot(p.id, p.role, "agree", vouching=p.role == "COACHEE") for p in signers],
        lines=[NewLine(1, "permit", terms.optional, False, scope, terms.starts, terms.ends)],
        starts_on=terms.starts.date(), ends_on=terms.ends.date(), effective_from=terms.starts,
        valid_to=terms.ends, sign_by=terms.sign_by, review_months=3, grace_days=0,
        silence_days=60, check_in_months=0)


def sign_all(world: World, version_id: str, answer: str = "yes") -> None:
    """Let everyone sign a version; the coachee answers its optional line."""
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = hold(work, world.ids["engagement"])
        for slot in standing_of_one(work, engagement.id).version(version_id).slots:
            facts = standing_of_one(work, engagement.id).version(version_id)
            sign(work, engagement, facts, slot, {"choices": {"1": answer}})
            work.session.flush()


def agree(world: World, key: str, terms: Terms | None = None, answer: str = "yes") -> str:
    """Bring the agreement with a third person into force; returns the version's id."""
    version_id = freeze_terms(world, agreement_with(world, key), terms)
    sign_all(world, version_id, answer)
    return version_id


def guest_agreed(world: World, session_id: str, who: Character, key: str = "gus") -> str:
    """Bring a guest in, and let everyone sign the addendum; returns the version's id."""
    version_id = freeze_terms(world, bring_in(world, session_id, who, key))
    sign_all(world, version_id)
    return version_id


def own(world: World, key: str) -> OwnPage:
    """Return what a party sees of sessions now."""
    with world.ground.work(writes=False) as work:
        engagement = by_id(work, world.ids["engagement"])
        party = work.session.get_one(Party, world.ids[f"{key}.party"])
        return own_page(work, engagement, party, standing_of_one(work, engagement.id))


def sheet(world: World, session_id: str) -> Sheet:
    """Return what Ana sees of a session now."""
    with world.ground.work(writes=False, actor=world.coach()) as work:
        return sheet_of(work, world.ids["engagement"], session_id)


def inside(world: World, session_id: str) -> list[str]:
    """Return the names of the third persons in a session, as its coach sees them."""
    return [b.third.name for b in sheet(world, session_id).beside if b.third.is_in]


def as_party(world: World, key: str, act, session_id: str, *more: object) -> None:
    """Let a party do something about one session."""
    with world.ground.work(writes=True, actor=world.party(key)) as work:
        act(work, *held(work, world, session_id), *more)
