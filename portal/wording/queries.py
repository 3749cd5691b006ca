"""Reading the content pack that ships with the portal."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

from portal.wording.policy import Pack, Template, read_pack

_FILES = ("vocabulary", "clauses", "questions", "notice", "templates")


@lru_cache(maxsize=1)
def load_pack() -> Pack:
    """Return the pack: read and built once per process, on first use."""
    return read_pack(*(_read(name) for name in _FILES))


def template(code: str) -> Template:
    """Return a template of the pack; raises `KeyError` for one that does not ship."""
    return load_pack().template(code)


def _read(name: str) -> Any:
    found = files("portal.wording").joinpath("pack", f"{name}.json")
    return json.loads(found.read_text(encoding="utf-8"))
