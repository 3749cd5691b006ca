"""What the coach's screens show before a text is issued."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from portal.agreements.queries import agreement_by_template, draft_values
from portal.engagements.queries import own_or_missing, parties_of
from portal.people.queries import answers_of, names_of, practice_or_missing
from portal.wording import policy as wording
from portal.wording.queries import template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.engagements.models import Engagement
    from portal.ground.work import Work
    from portal.issuing.queries.drafts import Material
    from portal.wording.policy import Template


@dataclass(frozen=True, slots=True)
class Screen:
    """Hold an engagement before its text is issued; `on_paper` says that its coachee gets no
    link."""

    engagement: Engagement
    template: Template
    coach_name: str
    coachee_name: str
    on_paper: bool
    title: str
    answers: Mapping[str, str]
    answered: bool
    starts_on: date | None
    leave_out: frozenset[str]


def screen_of(work: Work, engagement_id: str) -> Screen:
    """Return what is known of the acting coach's engagement so far."""
    engagement = own_or_missing(work, engagement_id)
    practice = practice_or_missing(work, engagement.practice_id)
    parties = {p.role: p for p in parties_of(work, [engagement.id])[engagement.id]}
    names = names_of(work, [p.person_id for p in parties.values()])
    pack, answers = template("T1"), answers_of(work, practice)
    kept = draft_values(work, agreement_by_template(work, engagement.id, "T1").id)
    starts = date.fromisoformat(kept["starts_on"]) if kept else None
    return Screen(
        engagement=engagement, template=pack, title=work.reveal(engagement, "title"),
        coach_name=names[parties["COACH"].person_id],
        coachee_name=names[parties["COACHEE"].person_id],
        on_paper=parties["COACHEE"].on_paper, answers=answers,
        answered=bool(answers) and not wording.why_not_answers(pack, answers),
        starts_on=starts, leave_out=frozenset(kept.get("leave_out", ())),
    )


def sentences_in(material: Material) -> dict[str, str]:
    """Return the sentence of every line that can stand in a text, by the line's key.

    A line whose answer is missing is not among them: it would drop out of the text.
    """
    printed = {role: " ".join(name.split()) for role, name in material.names.items()}
    everything = wording.LineChoices(edits=material.choices.edits, added=material.choices.added)
    return {line.key: wording.sentence(line, printed, material.template)
            for line in material.lines(everything)}
