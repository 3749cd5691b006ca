"""The lines of one draft as its coach sees them, and one of them to be changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from portal.engagements.queries import own_or_missing
from portal.issuing.queries.drafts import Material, material_of
from portal.plain.errors import Missing
from portal.wording import policy as wording

if TYPE_CHECKING:
    from portal.ground.work import Work

PERMIT = "permit"


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one permit of a draft: its sentence, and what the coach did about it.

    `faults` say why it can no longer stand as it is, as after a change of the dates.
    """

    key: str
    sentence: str
    optional: bool
    added: bool
    asked: bool
    changed: bool
    faults: tuple[wording.WhyNotLine, ...]


@dataclass(frozen=True, slots=True)
class LineSheet:
    """Hold all lines of one draft: permits, what is missing for others, noes, and what can be
    added. `missing` names the questions without an answer for which lines drop out."""

    material: Material
    rows: Sequence[Row]
    missing: Sequence[str]
    never: Sequence[str]
    kinds: Sequence[wording.Offer]

    @property
    def fixed(self) -> list[Row]:
        """Return the lines that are no question."""
        return [row for row in self.rows if not row.optional]

    @property
    def asked(self) -> list[Row]:
        """Return the lines that the coachee can be asked, left out or not."""
        return [row for row in self.rows if row.optional]


def sheet_of(work: Work, engagement_id: str, agreement_id: str) -> LineSheet:
    """Return the lines of a draft of the acting coach."""
    material = material_of(work, own_or_missing(work, engagement_id), agreement_id)
    pack, choices = material.template, material.choices
    lines = material.lines(replace(choices, leave_out=()))
    there = {line.key for line in lines}
    dropped = [q for text in pack.lines if text.key not in there for q in text.needs]
    return LineSheet(
        material=material, rows=[_row(material, line) for line in lines if line.effect == PERMIT],
        missing=[q.label for q in pack.questions
                 if q.key in dropped and not material.answers.get(q.key)],
        never=[sentence_of(material, line) for line in lines if line.effect != PERMIT],
        kinds=material.offers())


def _row(material: Material, line: wording.Line) -> Row:
    choices, added = material.choices, wording.place_of(line.key) is not None
    return Row(
        line.key, sentence_of(material, line), line.optional, added,
        asked=line.key not in choices.leave_out, changed=not added and line.key in choices.edits,
        faults=wording.why_not_line(line, material.template, material.dates))


def sentence_of(material: Material, line: wording.Line) -> str:
    """Return the one sentence of a line, as every reader and every paper will have it."""
    return wording.sentence(line, material.draft().printed, material.template)


@dataclass(frozen=True)
class OneLine:
    """Hold one line of a draft with what can be chosen for it; `key` is "new" for one more.

    `base` is the line as the template has it, or None for one that the coach adds.
    """

    material: Material
    key: str
    offer: wording.Offer
    base: wording.Line | None

    @property
    def is_new(self) -> bool:
        """Tell whether the line is not in the draft yet."""
        return self.key == wording.NEW

    @property
    def changed(self) -> bool:
        """Tell whether the template has it in other words."""
        return self.key in self.material.choices.edits

    @cached_property
    def kept(self) -> wording.Line | None:
        """Return the line as the coach has it now."""
        return _find(self.material, replace(self.material.choices, leave_out=()), self.key)

    @property
    def kept_sentence(self) -> str:
        """Return the sentence of the line as the coach has it now, or an empty text."""
        return sentence_of(self.material, self.kept) if self.kept else ""

    def having(self, chosen: wording.LineEdit) -> wording.Line:
        """Return the line as it would be with other choices."""
        material, key = self.material, self.key
        choices = wording.with_line(replace(material.choices, leave_out=()), key, chosen)
        line = _find(material, choices, f"added-{len(choices.added)}" if self.is_new else key)
        if line is None:
            raise Missing("line")
        return line

    def why_not(self, chosen: wording.LineEdit) -> tuple[wording.LineFault, ...]:
        """Return what speaks against these choices, part by part."""
        material = self.material
        if chosen.max_form not in material.template.vocabulary.forms:
            return (wording.LineFault("max_form", wording.WhyNotLine.UNKNOWN_WORD),)
        return wording.why_not_edit(self.having(chosen), self.offer, material.template,
                                    material.dates)

    def sentence(self, chosen: wording.LineEdit) -> str:
        """Return the line with these choices as one sentence."""
        return sentence_of(self.material, self.having(chosen))

    def edit(self, chosen: wording.LineEdit) -> wording.LineEdit:
        """Return what of the choices differs from the template."""
        return wording.edit_of(chosen, self.base, self.material.dates)


def line_of(material: Material, key: str, kind: str = "") -> OneLine:
    """Return a permit of a draft, or one more of a kind that can be added.

    Raises `Missing` for a no, for a line that is not there, and for a kind that is not offered.
    """
    if key == wording.NEW:
        for offer in material.offers():
            if offer.key == kind:
                return OneLine(material, key, offer, None)
        raise Missing("kind")
    added = wording.place_of(key) is not None
    choices = replace(material.choices, leave_out=()) if added else wording.LineChoices()
    base = _find(material, choices, key)
    offers = material.offers(base) if base is not None and base.effect == PERMIT else ()
    if not offers:
        raise Missing("line")
    return OneLine(material, key, offers[0], None if added else base)


def _find(
    material: Material, choices: wording.LineChoices, key: str
) -> wording.Line | None:
    return next((line for line in material.lines(choices) if line.key == key), None)
