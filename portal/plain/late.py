"""A form that came too late, as a value: where it was sent, and what stood in it."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Late:
    """Hold a form that came after its session had run out: its address, its fields as pairs in
    their order, and the engagement that the address names."""

    path: str
    fields: tuple[tuple[str, str], ...]
    engagement_id: str | None = None

    def packed(self) -> str:
        """Return address and fields as one text."""
        return json.dumps([self.path, self.fields], ensure_ascii=False)


def unpack(text: str) -> Late:
    """Return what `packed` made."""
    path, fields = json.loads(text)
    return Late(path, tuple((name, value) for name, value in fields))
