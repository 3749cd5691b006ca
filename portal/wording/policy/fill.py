"""Filling texts: `{{name}}` is a value, `{{#name}}…{{/name}}` stands only where there is one.

`{{^name}}…{{/name}}` stands only where there is none. Segments of different names may be nested.
A value is put in as it is and never read as a text with placeholders of its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

_SEGMENT = re.compile(r"\{\{([#^])([a-z_.]+)\}\}(.*?)\{\{/\2\}\}", re.DOTALL)
_PLACE = re.compile(r"\{\{([a-z_.]+)\}\}")


class MissingValue(ValueError):
    """Say that a text needs a value that nobody gave."""

    def __init__(self, key: str) -> None:
        """Keep the name of the placeholder."""
        super().__init__(f"no value for {key}")
        self.key = key


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return the text with its segments settled and its values put in.

    An empty value counts as none. Raises `MissingValue` for a placeholder that stands open.
    """
    def put(match: re.Match[str]) -> str:
        value = values.get(match[1], "")
        if not value:
            raise MissingValue(match[1])
        return value

    return _PLACE.sub(put, _settle(text, values))


def fill_all(texts: Iterable[str], values: Mapping[str, str]) -> tuple[str, ...]:
    """Return the filled texts without those that turn out empty."""
    return tuple(filled for text in texts if (filled := fill(text, values).strip()))


def named(text: str) -> frozenset[str]:
    """Return every name that a text uses, as a value or as the condition of a segment."""
    return frozenset(_PLACE.findall(text)) | frozenset(re.findall(r"\{\{[#^]([a-z_.]+)\}\}", text))


def open_places(text: str, always: frozenset[str],
                implied: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return the placeholders that no segment guards and that do not always have a value.

    `implied` says which other values are there whenever the condition of a segment is.
    """
    found: set[str] = set()
    rest = text
    while match := _SEGMENT.search(rest):
        there = {match[2], *implied.get(match[2], ())} if match[1] == "#" else set()
        found |= open_places(match[3], always | there, implied)
        rest = rest[:match.start()] + rest[match.end():]
    return frozenset(found | (set(_PLACE.findall(rest)) - always))


def without(text: str, absent: Container[str]) -> str:
    """Return the text with the segments settled whose value is never there."""
    def keep(match: re.Match[str]) -> str:
        if match[2] in absent:
            return "" if match[1] == "#" else match[3]
        inner = without(match[3], absent)
        return f"{{{{{match[1]}{match[2]}}}}}{inner}{{{{/{match[2]}}}}}"

    while (shorter := _SEGMENT.sub(keep, text)) != text:
        text = shorter
    return text


def is_broken(text: str) -> bool:
    """Tell whether braces are left over once all segments and placeholders are taken out."""
    rest = text
    while (shorter := _SEGMENT.sub(r"\3", rest)) != rest:
        rest = shorter
    rest = _PLACE.sub("", rest)
    return "{{" in rest or "}}" in rest


def _settle(text: str, values: Mapping[str, str]) -> str:
    def keep(match: re.Match[str]) -> str:
        return match[3] if bool(values.get(match[2])) == (match[1] == "#") else ""

    while (shorter := _SEGMENT.sub(keep, text)) != text:
        text = shorter
    return text
