"""What may be shared differently under a new text, in sentences (domain 2.6).

Scope is compared line by line and in every dimension, from the first day of the new text on. A
line for another purpose is always a new line, never a changed one. Lines that are as long as their
texts are compared as if both texts were equally long; that they are not is told once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from portal.wording.policy.difference import Change, Sort
from portal.wording.policy.fill import fill
from portal.wording.policy.lines import PERMIT, Line
from portal.wording.policy.scope import atoms, within
from portal.wording.policy.sentences import parts_of, sentence, written

if TYPE_CHECKING:
    from portal.wording.policy.pack import Template
    from portal.wording.policy.record import Frozen


def scope_changes(before: Frozen, after: Frozen, template: Template) -> tuple[Change, ...]:
    """Return what may be shared differently, what widens first.

    Whatever one of these does not name is shared as before: each category and each recipient of
    every line is looked up in the other text.
    """
    found = _Compared(before, after, template)
    changes = [*found.permits(), *found.noes(), *found.length()]
    return tuple(sorted(changes, key=lambda one: (not one.widens, one.narrows, one.line or 0)))


def lines_before(before: Frozen, after: Frozen, template: Template) -> dict[int, int]:
    """Return which permit of the text before a permit goes back to, by their numbers: one for
    the same purposes that shares something and somebody with it."""
    return {new.no: old.no for old, new in _Compared(before, after, template).paired()}


class _Compared:
    """Two texts side by side."""

    def __init__(self, before: Frozen, after: Frozen, template: Template) -> None:
        self.before, self.after, self.template = before, after, template
        self.words = template.vocabulary
        self.since = after.dates.effective_from
        # What was over already is not lost by the new text.
        self.old = [line for line in before.lines
                    if line.effect == PERMIT and line.ends and line.ends >= self.since]
        self.new = [line for line in after.lines if line.effect == PERMIT]

    def permits(self) -> Iterator[Change]:
        """Yield what became of the permits: those that fit together are told by what differs."""
        pairs = self.paired()
        for earlier, later in pairs:
            yield from self._pair(earlier, later)
        told = {id(line) for pair in pairs for line in pair}
        for line in self.new:
            if id(line) not in told and not all(map(self._was_said, atoms(line))):
                yield self._say("now_may", line, Sort.NEW, widens=True)
        for line in self.old:
            if id(line) not in told and not all(map(self._is_said, atoms(line))):
                yield self._say("no_longer", line, Sort.GONE, narrows=True)

    def noes(self) -> Iterator[Change]:
        """Yield the noes that are new, and those that are promised no longer."""
        old, new = ([line for line in text.lines if line.effect != PERMIT]
                    for text in (self.before, self.after))
        for line in new:
            if not any(self._within(line, other) for other in old):
                yield Change(Sort.NEW, line.effect, self._whole(line, self.after),
                             widens=False, narrows=True, line=line.no)
        for line in old:
            if not any(self._within(line, other) for other in new):
                yield Change(Sort.GONE, line.effect, self._whole(line, self.before),
                             widens=True, narrows=False)

    def length(self) -> Iterator[Change]:
        """Yield that lines last longer or shorter because the whole text does."""
        was, will = self.before.dates.valid_to, self.after.dates.valid_to
        if was != will and any(line.ends == was for line in self.old) and any(
                line.ends == will for line in self.new):
            yield Change(Sort.CHANGED, PERMIT, fill(self.words.patterns["text_ends"], {
                "now": written(will, self.template), "before": written(was, self.template)}),
                widens=will > was, narrows=will < was)

    def _level(self, old: Line, new: Line) -> Line:
        """Return an old line as long as the new text, where both are as long as their texts."""
        was, will = self.before.dates.valid_to, self.after.dates.valid_to
        return replace(old, ends=will) if old.ends == was and new.ends == will else old

    def _within(self, line: Line, other: Line) -> bool:
        return within(line, other, self.words, self.since)

    def _was_said(self, new: Line) -> bool:
        """Tell whether the old text lets all of this be shared."""
        return any(self._within(new, self._level(old, new)) for old in self.old)

    def _is_said(self, old: Line) -> bool:
        """Tell whether the new text lets all of this be shared."""
        return any(self._within(self._level(old, new), new) for new in self.new)

    def paired(self) -> list[tuple[Line, Line]]:
        """Return the permits that belong together: the same ones first, then those for the same
        purposes that share something and somebody, by their keys before others."""
        left, rest, pairs = list(self.old), list(self.new), list[tuple[Line, Line]]()
        for fits in (self._same, _is_kin, _belong):
            for new in list(rest):
                old = next((one for one in left if fits(one, new)), None)
                if old is not None:
                    left.remove(old)
                    rest.remove(new)
                    pairs.append((old, new))
        return pairs

    def _same(self, old: Line, new: Line) -> bool:
        level = self._level(old, new)
        return self._within(level, new) and self._within(new, level)

    def _pair(self, old: Line, new: Line) -> Iterator[Change]:
        more = [one for one in atoms(new) if not _names(old, one) and not self._was_said(one)]
        less = [one for one in atoms(old) if not _names(new, one) and not self._is_said(one)]
        yield from (self._say("also_may", part, Sort.NEW, widens=True) for part in _gathered(more))
        yield from (self._say("no_longer", part, Sort.GONE, narrows=True)
                    for part in _gathered(less))
        for part in _gathered([one for one in atoms(new) if _names(old, one)]):
            yield from self._core(replace(old, categories=part.categories,
                                          recipients=part.recipients), part)

    def _core(self, old: Line, new: Line) -> Iterator[Change]:
        """Yield what differs where both lines name the same people and the same things."""
        more, less = (tuple(c for c in one.channels if c not in other.channels)
                      for one, other in ((new, old), (old, new)))
        if more:
            yield self._say("also_by", replace(new, channels=more), Sort.NEW, widens=True)
        if less:
            yield self._say("no_longer_by", replace(old, channels=less), Sort.GONE, narrows=True)
        up = self.words.rung(new.max_form or "fact") - self.words.rung(old.max_form or "fact")
        if up:
            yield self._say("form_now", new, Sort.CHANGED, widens=up > 0, narrows=up < 0,
                            now=self._form(new), before=self._form(old))
        first, before = max(new.starts, self.since), max(old.starts, self.since)
        if first != before:
            yield self._days("starts_now", new, first, before, widens=first < before)
        last, until = new.ends, self._level(old, new).ends
        if last and until and old.ends and last != until:
            yield self._days("ends_now", new, last, old.ends, widens=last > until)
        yield from self._terms(old, new)

    def _terms(self, old: Line, new: Line) -> Iterator[Change]:
        """Yield what differs in how a line is agreed to, and in what goes with it."""
        if old.optional != new.optional:
            yield self._say("asked_now" if new.optional else "settled_now", new, Sort.CHANGED,
                            widens=old.optional, narrows=new.optional)
        if old.condition_of_programme != new.condition_of_programme:
            yield self._say(
                "condition_now" if new.condition_of_programme else "no_condition", new,
                Sort.CHANGED, widens=new.condition_of_programme,
                narrows=old.condition_of_programme)
        rest = replace(new, channels=old.channels, max_form=old.max_form, starts=old.starts,
                       ends=old.ends, optional=old.optional,
                       condition_of_programme=old.condition_of_programme)
        wider, narrower = not self._within(rest, old), not self._within(old, rest)
        if wider or narrower:
            yield self._say("else_now", new, Sort.CHANGED, widens=wider, narrows=narrower,
                            now=self._whole(new, self.after))

    def _days(self, pattern: str, line: Line, now: date, before: date, *, widens: bool) -> Change:
        return self._say(pattern, line, Sort.CHANGED, widens=widens, narrows=not widens,
                         now=written(now, self.template), before=written(before, self.template))

    def _form(self, line: Line) -> str:
        return parts_of(line, self.after.names, self.template)["form"]

    def _whole(self, line: Line, text: Frozen) -> str:
        return text.sentences.get(line.no) or sentence(line, text.names, self.template)

    def _say(self, pattern: str, line: Line, sort: Sort, *, widens: bool = False,
             narrows: bool = False, **values: str) -> Change:
        gone = sort is Sort.GONE
        names = self.before.names if gone else self.after.names
        return Change(sort, line.effect, fill(self.words.patterns[pattern], {
            **parts_of(line, names, self.template), **values}), widens, narrows,
            None if gone else line.no)


def _names(line: Line, atom: Line) -> bool:
    return (set(atom.categories) <= set(line.categories)
            and set(atom.recipients) <= set(line.recipients))


def _is_kin(old: Line, new: Line) -> bool:
    return old.key == new.key and _belong(old, new)


def _belong(old: Line, new: Line) -> bool:
    return (set(old.purposes) == set(new.purposes)
            and bool(set(old.categories) & set(new.categories))
            and bool(set(old.recipients) & set(new.recipients)))


def _gathered(found: Sequence[Line]) -> list[Line]:
    """Return single categories and recipients of one line as few lines: together what belongs to
    the same people, and together the people who hear the same."""
    by_people: dict[tuple[object, ...], list[Line]] = {}
    for atom in found:
        by_people.setdefault(atom.recipients, []).append(atom)
    by_things: dict[tuple[str, ...], list[Line]] = {}
    for own in by_people.values():
        codes = tuple(atom.categories[0] for atom in own)
        by_things.setdefault(codes, []).append(own[0])
    return [replace(own[0], categories=codes,
                    recipients=tuple(line.recipients[0] for line in own))
            for codes, own in by_things.items()]
