"""Filling texts: values, segments, and what stands open."""

from __future__ import annotations

import pytest

from portal.wording.policy.fill import MissingValue, fill, fill_all, is_broken, named, open_places


@pytest.mark.parametrize("text, values, filled", [
    ("Hello {{coach}}.", {"coach": "Ana"}, "Hello Ana."),
    ("{{notes.how}}", {"notes.how": "by hand"}, "by hand"),
    ("A{{#sponsor}} {{sponsor}} pays.{{/sponsor}}", {"sponsor": "Carla"}, "A Carla pays."),
    ("A{{#sponsor}} {{sponsor}} pays.{{/sponsor}}", {"sponsor": ""}, "A"),
    ("A{{#sponsor}} {{sponsor}} pays.{{/sponsor}}", {}, "A"),
    ("A{{^sponsor}} None.{{/sponsor}}", {}, "A None."),
    ("A{{^sponsor}} None.{{/sponsor}}", {"sponsor": "Carla"}, "A"),
    ("{{#a}}1{{#b}}2{{/b}}{{/a}}", {"a": "x", "b": "y"}, "12"),
    ("{{#a}}1{{#b}}2{{/b}}{{/a}}", {"b": "y"}, ""),
    ("{{#a}}1{{#b}}2{{/b}}{{/a}}", {"a": "x"}, "1"),
    ("{{#a}}1{{/a}}{{#a}}2{{/a}}", {"a": "x"}, "12"),
])
def test_puts_in_values_and_settles_segments(
        text: str, values: dict[str, str], filled: str) -> None:
    assert fill(text, values) == filled


@pytest.mark.parametrize("values", [{}, {"coach": ""}])
def test_raises_for_a_placeholder_without_a_value(values: dict[str, str]) -> None:
    with pytest.raises(MissingValue) as missing:
        fill("Hello {{coach}}.", values)
    assert missing.value.key == "coach"


def test_never_reads_a_value_as_a_text() -> None:
    trap = "{{secret}}{{#secret}}x{{/secret}}"
    assert fill("{{coach}}", {"coach": trap, "secret": "s"}) == trap


def test_leaves_out_texts_that_turn_out_empty() -> None:
    assert fill_all(["a", "{{#b}}c{{/b}}", " "], {}) == ("a",)


def test_names_values_and_conditions() -> None:
    assert named("{{a}} {{#b}}{{c.d}}{{/b}} {{^e}}f{{/e}}") == {"a", "b", "c.d", "e"}


@pytest.mark.parametrize("text, found", [
    ("{{a}}", {"a"}),
    ("{{#a}}{{a}}{{/a}}", set()),
    ("{{^a}}{{a}}{{/a}}", {"a"}),
    ("{{#a}}{{b}}{{/a}}", {"b"}),
    ("{{#a}}{{c}}{{/a}}", set()),
    ("{{#a}}x{{/a}}{{a}}", {"a"}),
    ("{{#a}}{{#b}}{{a}}{{b}}{{/b}}{{/a}}", set()),
    ("{{always}}", set()),
])
def test_finds_what_stands_open(text: str, found: set[str]) -> None:
    assert open_places(text, frozenset({"always"}), {"a": frozenset({"c"})}) == found


@pytest.mark.parametrize("text, broken", [
    ("{{a}} {{#b}}c{{/b}}", False),
    ("{{#b}}c", True), ("c{{/b}}", True), ("{{#b}}c{{/d}}", True), ("{{ a }}", True),
    ("{{A}}", True), ("{{a}", True), ("a}}", True), ("{a}", False),
])
def test_finds_broken_braces(text: str, broken: bool) -> None:
    assert is_broken(text) is broken
