"""Every word that a page shows goes through gettext, and every template can be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html")) + sorted(
    (ROOT / "templates").rglob("*.txt"))
#: What needs no translation: signs, and the names of formats.
_NO_WORDS = {"PDF", "KB"}


def bare_words(text: str) -> list[str]:
    """Return the words of a template that stand outside tags, comments and expressions."""
    for pattern in (r"\{#.*?#\}", r"\{% block (?:head_)?width %\}[\w-]*\{% endblock %\}",
                    r"\{%.*?%\}", r"\{\{.*?\}\}", r"<!--.*?-->",
                    r"<style.*?</style>", r"<[^>]*>", r"&\w+;",
                    r"(?m)^\s*-part\s*$"):
        text = re.sub(pattern, " ", text, flags=re.DOTALL)
    return [word for word in re.findall(r"[^\W\d_]{2,}", text) if word not in _NO_WORDS]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT)))
def test_shows_no_word_that_cannot_be_translated(path: Path) -> None:
    assert bare_words(path.read_text(encoding="utf-8")) == []


def test_would_see_a_bare_word() -> None:
    assert bare_words("<p class='x'>Hello {{ _('you') }}</p>") == ["Hello"]


def test_finds_the_words_for_translators() -> None:
    messages = {message for _file, _line, message, *_rest in extract_from_dir(
        ROOT / "templates", [("**.html", "jinja2"), ("**.txt", "jinja2")],
        {"**.html": {"trimmed": "true"}})}
    assert "Send me my link" in messages
    assert len(messages) > 200
