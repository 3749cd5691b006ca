"""How far a person is in a sitting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from portal.signing.policy.marks import Mark
from portal.signing.policy.pages import Answers


@dataclass(frozen=True, slots=True)
class Progress:
    """Hold what a person has done in a sitting: one name and one mark for all of its texts,
    answers and ticks for each."""

    answers: Mapping[str, Answers] = field(default_factory=dict)
    ticks: Mapping[str, bool] = field(default_factory=dict)
    name: str = ""
    mark: str = Mark.TYPE.value
    strokes: Sequence[Sequence[Sequence[int]]] = ()
    erecord: bool = False

    def of(self, version_id: str) -> Answers:
        """Return the answers to one text; a new text has none yet."""
        return self.answers.get(version_id, {})

    def answered(self, version_id: str, given: Answers) -> Progress:
        """Return the progress with further answers to one text."""
        own = {**self.of(version_id), **given}
        return replace(self, answers={**self.answers, version_id: own})

    def signed(self, version_ids: Iterable[str]) -> Progress:
        """Return what is left for the texts that keep waiting: nothing is ticked for them."""
        done = set(version_ids)
        left = {key: value for key, value in self.answers.items() if key not in done}
        return replace(self, answers=left, ticks={}, erecord=False)

    def as_values(self) -> dict[str, Any]:
        """Return the form in which a sitting is kept."""
        return {"answers": {key: dict(own) for key, own in self.answers.items()},
                "ticks": dict(self.ticks), "name": self.name, "mark": self.mark,
                "strokes": [[list(point) for point in stroke] for stroke in self.strokes],
                "erecord": self.erecord}


def progress_from(values: Mapping[str, Any]) -> Progress:
    """Return a progress as it was kept, also by a portal that knew one text a sitting."""
    if "version_id" in values:
        lines = {f"line-{number}": answer for number, answer in values["choices"].items()}
        kept = {key: values[key] for key in ("name", "mark", "strokes", "erecord")}
        return Progress({values["version_id"]: {**values["read"], **lines}}, **kept)
    return Progress(**values)


def brings_more(kept: Progress, sent: Progress, own_name: str) -> bool:
    """Tell whether the sheet came back with more than it showed; a machine that presses the
    button sends what stands there, and changes nothing (Z9)."""
    shown = replace(kept, name=kept.name or own_name)
    return sent.as_values() not in (kept.as_values(), shown.as_values())
