"""What the coachee's edition adds: the answers, and how each signer was reached and known (Z1)."""

from __future__ import annotations

from collections.abc import Sequence

from portal.evidence.paper import words
from portal.evidence.paper.layout import LABEL, SIGNED, TEXT, Para, beside, heading
from portal.evidence.paper.pages import Row
from portal.evidence.paper.times import Times
from portal.evidence.policy import AskedFacts, AssuranceFacts, CoacheeFacts, PaperFacts
from portal.web.words import _


def private_part(facts: PaperFacts, times: Times) -> list[Row]:
    """Return the pages for coachee and coach alone; the common edition has none."""
    if not isinstance(facts, CoacheeFacts):
        return []
    return [*_answers(facts), *_asked(facts.asked), *_known(facts.assurances, times)]


def _answers(facts: CoacheeFacts) -> list[Row]:
    given = {choice.number: choice.agreed for choice in facts.choices}
    said = {True: _("Agreed"), False: _("Not agreed"), None: _("not recorded")}
    rows = heading(_("Answers to the optional lines"),
                   _("Only the coachee answers them. Nobody but the coachee and the coach receives"
                     " this page."))
    optional = [line for line in facts.version.lines if line.optional]
    if not optional:
        return rows + beside([], [Para(_("There was no optional line."), TEXT)], first=True)
    for at, line in enumerate(optional):
        answer = said[given.get(line.number)]
        rows.extend(beside(
            [Para(_("Line {number}").format(number=line.number), LABEL)],
            [Para(answer, LABEL), Para(line.sentence, SIGNED, 1)],
            pad=6, first=at == 0, whole=True,
        ))
    return rows


def _asked(asked: Sequence[AskedFacts]) -> list[Row]:
    if not asked:
        return []
    said = {"yes": _("Yes"), "no": _("No"), "seen": _("Seen")}
    rows = heading(_("What else the coachee was asked"))
    for at, one in enumerate(asked):
        rows.extend(beside([Para(said[one.answer], LABEL)], [Para(one.question, SIGNED)],
                           pad=6, first=at == 0, whole=True))
    return rows


def _known(assurances: Sequence[AssuranceFacts], times: Times) -> list[Row]:
    rows = heading(_("How each person was reached and known"))
    for at, known in enumerate(assurances):
        body = [Para(line, TEXT) for line in words.known(known, times)]
        rows.extend(beside([Para(known.printed_name, LABEL)], body, pad=5, first=at == 0,
                           whole=True))
    return rows
