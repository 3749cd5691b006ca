"""What a program has to know before it can ask: the coach's own engagements and their words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from portal.agreements.queries import standing_of
from portal.engagements.models import Engagement
from portal.engagements.policy import Mandatory, engagement_state
from portal.people.queries import practice_or_missing
from portal.plain.errors import Missing
from portal.sharing.policy.codes import CHANNELS, CLASSES, FORMS, PURPOSES
from portal.sharing.queries import around
from portal.tools.policy import told_moment
from portal.wording.queries import load_pack

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from portal.agreements.queries import Standing
    from portal.ground.work import Work


@dataclass(frozen=True, slots=True)
class Brief:
    """Hold an engagement as a list names it."""

    id: str
    title: str
    state: str


@dataclass(frozen=True, slots=True)
class Briefs:
    """Hold a page of engagements; `after` is where the next page begins, None on the last."""

    engagements: Sequence[Brief]
    after: str | None


def own_engagements(work: Work, limit: int, after: str | None = None) -> Briefs:
    """Return a page of the acting coach's own engagements, newest first, with as many queries
    whatever their number. What was erased is left out.

    Raises `Missing` where `after` is none of them (Z5).
    """
    if work.actor is None:
        raise Missing("actor")
    found = (select(Engagement)
             .where(Engagement.practice_id == work.actor.practice_id,
                    Engagement.coach_id == work.actor.person_id)
             .order_by(Engagement.created_at.desc(), Engagement.id).limit(limit + 1))
    if after is not None:
        edge = work.session.get(Engagement, after)
        if edge is None or edge.coach_id != work.actor.person_id:
            raise Missing("engagement")
        found = found.where(or_(Engagement.created_at < edge.created_at,
                                (Engagement.created_at == edge.created_at)
                                & (Engagement.id > edge.id)))
    rows = list(work.session.scalars(found))
    page = rows[:limit]
    work.vault.fetch(row.key_id for row in page)
    here = [row for row in page if not work.vault.is_gone(row.key_id)]
    standings = standing_of(work, [row.id for row in here])
    return Briefs([brief_of(work, row, standings[row.id]) for row in here],
                  page[-1].id if len(rows) > limit else None)


def brief_of(work: Work, engagement: Engagement, standing: Standing) -> Brief:
    """Return an engagement as a list names it."""
    state = engagement_state(engagement.id, standing.events,
                             Mandatory(standing.mandatory_spans(work.now)), work.now)
    return Brief(engagement.id, work.reveal(engagement, "title"), state)


def engagement_told(work: Work, engagement: Engagement) -> dict[str, Any]:
    """Return all that a question about an engagement needs to name, as JSON values.

    The people are those whom something can be shared with: the coach is told nothing that the
    coach does not hold already.
    """
    there, words = around(work, engagement.id), load_pack().vocabulary
    return {
        "id": engagement.id, "title": work.reveal(engagement, "title"),
        "state": there.world.state, "revision": there.revision,
        "zone": practice_or_missing(work, engagement.practice_id).timezone,
        "coachee": there.world.coachee,
        "people": [{"id": who.id, "role": who.role, "name": who.name}
                   for who in there.people.values() if who.role != "COACH"],
        "sessions": [{"code": code, "starts_at": told_moment(starts), "ends_at": told_moment(ends)}
                     for code, starts, ends in there.sessions],
        "categories": _named(CLASSES, words.categories),
        "purposes": _named(sorted(PURPOSES), words.purposes),
        "channels": _named(sorted(CHANNELS), words.channels),
        "forms": _named(FORMS, words.forms),
    }


def _named(codes: Collection[str], words: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return codes with their names; one that is in no text has its code for a name."""
    return [{"code": code, "name": words[code].name if code in words else code} for code in codes]
