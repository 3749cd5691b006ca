"""Reading the content pack that ships with the portal."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

from portal.wording.policy import Pack, Question, RawPack, Template, questions, read_pack
from portal.wording.policy.pack import PRACTICE

_CODES = ("T1", "T2", "T3", "T4", "T5")


@lru_cache(maxsize=1)
def load_pack() -> Pack:
    """Return the pack: read and built once per process, on first use."""
    return read_pack(raw_pack())


def raw_pack() -> RawPack:
    """Return the JSON values of the pack, read anew."""
    shared = {name: _read(name) for name in (
        "vocabulary", "clauses", "questions", "schedule", "notice", "common")}
    return RawPack(**shared, templates=[_read(f"templates/{code}") for code in _CODES])


def template(code: str) -> Template:
    """Return a template of the pack; raises `KeyError` for one that does not ship."""
    return load_pack().template(code)


def category_name(code: str) -> str:
    """Return what a kind of information is called in lists; a code that no longer ships is told
    as it stands."""
    found = next(iter(load_pack().templates.values())).vocabulary.category(code)
    return found.name if found is not None else code


def practice_questions() -> tuple[Question, ...]:
    """Return all that a practice is asked once, for every template that ships."""
    return tuple(q for _template, asked in practice_questions_by_text() for q in asked)


def practice_questions_by_text() -> tuple[tuple[Template, tuple[Question, ...]], ...]:
    """Return each template with what it asks of a practice and none before it does."""
    found, seen = [], set[str]()
    for one in load_pack().templates.values():
        asked = tuple(q for q in questions(one, PRACTICE) if q.key not in seen)
        seen |= {question.key for question in asked}
        found.append((one, asked))
    return tuple(found)


def _read(name: str) -> Any:
    found = files("portal.wording").joinpath("pack", *f"{name}.json".split("/"))
    return json.loads(found.read_text(encoding="utf-8"))
