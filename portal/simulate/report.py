"""What became of everybody: states of texts and lines, what was sent, answered, shared, refused."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from portal.agreements.models import Grant
from portal.agreements.policy import LineFacts, VersionFacts, line_state, sleeps_for, state
from portal.agreements.queries import choices_of, standing_of_one
from portal.engagements.queries import parties_of
from portal.ledger.models import Entry
from portal.notices.models import Notice
from portal.sharing.models import Question, Share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from portal.ground.work import Work
    from portal.simulate.people import Simulated
    from portal.simulate.policy import Life


@dataclass(frozen=True, slots=True)
class Fate:
    """Hold what became of one text of one engagement: its days as they were frozen, its state,
    and of each permit line by number its state, whether it was optional, and its own end."""

    number: int
    text: str
    version: VersionFacts
    state: str
    lines: Mapping[int, str]
    optional: Mapping[int, bool]
    ends: Mapping[int, datetime | None]


@dataclass(frozen=True, slots=True)
class Report:
    """Hold what a simulation came to."""

    fates: Sequence[Fate]
    taken: Mapping[int, tuple[str, int]]
    mails: Counter[str] = field(default_factory=Counter)
    acts: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    shared: int = 0

    def in_words(self) -> str:
        """Return the report as lines of text: the same for the same seed."""
        return "\n".join((
            f"{len({fate.number for fate in self.fates})} engagements, {len(self.fates)} texts",
            *_table("Texts", Counter(f"{f.text} {f.state}" for f in self.fates)),
            *_table("Lines that let something be shared", Counter(
                f"{f.text} {state}" for f in self.fates for state in f.lines.values())),
            *_table("Reviews in the record", self.acts),
            *_table("Mails, by what became of them", self.mails),
            *_table("May this be shared? Answers by reason", self.asked),
            f"\nShared after a yes: {self.shared}\n"))


def _table(title: str, counts: Counter[str]) -> list[str]:
    rows = [f"  {count:>7}  {name}" for name, count in sorted(counts.items())] or ["  nothing"]
    return [f"\n{title}", *rows]


def report_of(
    on: Simulated, lives: Sequence[Life], taken: Mapping[int, tuple[str, int]]
) -> Report:
    """Read what became of everybody."""
    with on.ground.work(writes=False) as work:
        fates = [fate for life in lives for fate in _fates(work, on, life)]
        acts = Counter(dict(work.session.execute(
            select(Entry.kind, func.count()).where(Entry.kind.like("review.%"))
            .group_by(Entry.kind)).all()))
        mails = Counter({f"{name} {became or 'waits'}": count for name, became, count in
                         work.session.execute(
                             select(Notice.name, Notice.settled_as, func.count())
                             .where(Notice.topic.in_(("mail", "news")))
                             .group_by(Notice.name, Notice.settled_as))})
        asked = Counter(dict(work.session.execute(
            select(Question.code, func.count()).group_by(Question.code)).all()))
        shared = work.session.scalar(select(func.count()).select_from(Share)) or 0
    return Report(fates, taken, mails, acts, asked, shared)


def _fates(work: Work, on: Simulated, life: Life) -> list[Fate]:
    engagement_id = on.engagements[str(life.number)]
    standing = standing_of_one(work, engagement_id)
    coachee = next(party for party in parties_of(work, [engagement_id])[engagement_id]
                   if party.role == "COACHEE")
    ids = [facts.version_id for facts in standing.versions]
    choices = choices_of(work, coachee.id, ids)
    grants = work.session.scalars(
        select(Grant).where(Grant.version_id.in_(ids), Grant.effect == "permit")
        .order_by(Grant.number)).all()
    return [_fate(work, life, facts, standing.agreements[facts.agreement_id].template_code,
                  [grant for grant in grants if grant.version_id == facts.version_id],
                  choices.get(facts.version_id, {})) for facts in standing.versions]


def _fate(
    work: Work, life: Life, facts: VersionFacts, text: str, grants: Sequence[Grant],
    choices: Mapping[str, str],
) -> Fate:
    third = next((slot.party_id for slot in facts.slots
                  if slot.role not in ("COACH", "COACHEE")), "")
    lines = {}
    for grant in grants:
        scope = grant.scope["categories"]
        taken = facts.line_taken_at(grant.number, scope if isinstance(scope, list) else [])
        lines[grant.number] = line_state(LineFacts(
            grant.number, grant.optional, grant.ends, choices.get(str(grant.number)) == "yes",
            taken, asleep=bool(third) and sleeps_for(facts, third, work.now)), facts, work.now)
    return Fate(life.number, text, facts, state(facts, work.now), lines,
                {grant.number: grant.optional for grant in grants},
                {grant.number: grant.ends for grant in grants})
