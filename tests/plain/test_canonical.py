"""Canonical bytes and the hash of an agreement version (RFC 8785, NFC, Z18)."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.plain.canonical import AGREEMENT, SAFE_INTEGER, agreement_hash, canonical_bytes

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
INTEGER = st.integers(-SAFE_INTEGER, SAFE_INTEGER)
LEAF = st.none() | st.booleans() | INTEGER | TEXT


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    same = st.dictionaries(TEXT, inner, max_size=5).filter(
        lambda value: len({unicodedata.normalize("NFC", key) for key in value}) == len(value))
    return st.lists(inner, max_size=5) | same


VALUE = st.recursive(LEAF, _objects, max_leaves=20)


def _turned(value: Any) -> Any:
    """Return the same value with the keys of every object in the opposite order."""
    if isinstance(value, dict):
        return {key: _turned(item) for key, item in reversed(value.items())}
    return [_turned(item) for item in value] if isinstance(value, list) else value


def _spelled(value: Any, form: str) -> Any:
    """Return the same value with every text in one Unicode form."""
    if isinstance(value, dict):
        return {unicodedata.normalize(form, key): _spelled(item, form)  # type: ignore[arg-type]
                for key, item in value.items()}
    if isinstance(value, list):
        return [_spelled(item, form) for item in value]
    return unicodedata.normalize(form, value) if isinstance(value, str) else value  # type: ignore[arg-type]


@given(VALUE)
def test_gives_the_same_bytes_whatever_the_order_of_keys(value: Any) -> None:
    assert canonical_bytes(_turned(value)) == canonical_bytes(value)


@given(VALUE)
def test_gives_the_same_bytes_for_composed_and_decomposed_text(value: Any) -> None:
    assert canonical_bytes(_spelled(value, "NFD")) == canonical_bytes(_spelled(value, "NFC"))


@given(VALUE)
def test_can_be_read_back_by_any_json_reader(value: Any) -> None:
    assert json.loads(canonical_bytes(value)) == _spelled(value, "NFC")


@given(VALUE)
def test_changes_nothing_that_is_canonical_already(value: Any) -> None:
    once = canonical_bytes(value)
    assert canonical_bytes(json.loads(once)) == once


@given(VALUE, VALUE)
def test_gives_different_bytes_to_different_values(one: Any, other: Any) -> None:
    def typed(value: Any) -> str:
        return json.dumps(_spelled(value, "NFC"), sort_keys=True)

    assert (canonical_bytes(one) == canonical_bytes(other)) == (typed(one) == typed(other))


def test_sorts_keys_by_utf_16_units_as_rfc_8785_does() -> None:
    # Section 3.2.3: the surrogate pair of U+1F600 (D83D …) comes before U+FF21.
    value = {"\u20ac": 1, "\r": 2, "\uff21": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "ö": 7}
    keys = list(json.loads(canonical_bytes(value)))
    assert keys == ["\r", "1", "\u0080", "ö", "\u20ac", "\U0001f600", "\uff21"]


def test_writes_utf_8_without_spaces_and_without_escapes_for_letters() -> None:
    assert canonical_bytes({"b": [True, None, -1], "a": "Łukasz 张伟"}) == (
        '{"a":"Łukasz 张伟","b":[true,null,-1]}'.encode())


@pytest.mark.parametrize("value, path", [
    (1.0, "$"), ({"a": [0, 0.5]}, "$.a[1]"), (float("nan"), "$"),
    (SAFE_INTEGER + 1, "$"), ([-SAFE_INTEGER - 1], "$[0]"),
    ((1, 2), "$"), ({"a": {"b": {1}}}, "$.a.b"), (b"bytes", "$"),
    ({"a": "\ud800"}, "$.a"), ({"\udfff": 1}, "$"), ({1: "a"}, "$"), ({None: 1}, "$"),
    ({"é": 1, "e\u0301": 2}, "$"),
])
def test_refuses_what_has_no_one_spelling_and_says_where(value: Any, path: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(path)}: "):
        canonical_bytes(value)


@pytest.mark.parametrize("value", [SAFE_INTEGER, -SAFE_INTEGER, 0])
def test_keeps_every_integer_of_the_safe_range(value: int) -> None:
    assert canonical_bytes(value) == str(value).encode()


def test_says_nothing_of_the_content_it_refuses() -> None:
    with pytest.raises(ValueError, match="float") as refused:
        canonical_bytes({"words": ["secret of Ben", 0.25]})
    assert "secret" not in str(refused.value)
    assert "0.25" not in str(refused.value)


def test_hashes_an_agreement_over_mark_nonce_and_bytes() -> None:
    nonce, body = bytes(range(16)), canonical_bytes({"text": "x"})
    by_hand = hashlib.sha256(b"ccp/agreement/v1\n" + nonce + b'{"text":"x"}').hexdigest()
    assert agreement_hash(nonce, body) == by_hand
    assert AGREEMENT.endswith(b"\n")


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_gives_the_same_text_another_hash_under_another_nonce(one: bytes, other: bytes) -> None:
    body = canonical_bytes({"text": "x"})
    assert (agreement_hash(one, body) == agreement_hash(other, body)) == (one == other)


@pytest.mark.parametrize("length", [0, 15, 17, 32])
def test_refuses_a_nonce_that_is_not_128_bits_long(length: int) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        agreement_hash(bytes(length), b"{}")


def _composed(value: Any) -> Any:
    """Return the same value with every text in NFC."""
    return _spelled(value, "NFC")


ASCII = st.text(st.characters(max_codepoint=0x7F), max_size=8)
#: Values with keys of ASCII alone, which go the fast way, and texts with all that is escaped.
FAST = st.recursive(
    LEAF | st.text(st.characters(max_codepoint=0x2030, exclude_categories=["Cs"]), max_size=12),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(ASCII, inner, max_size=5),
    max_leaves=20)


@settings(max_examples=500)
@given(VALUE | FAST)
def test_spells_everything_as_the_library_for_it_does(value: Any) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(_composed(value))


@pytest.mark.parametrize("text", [chr(code) for code in (*range(0x20), 0x22, 0x5C, 0x2F, 0x7F,
                                                         0x80, 0x2028, 0x2029, 0xFFFD, 0x1F600)])
def test_escapes_what_the_library_escapes(text: str) -> None:
    for value in ({"a": text}, {text: 1}, [text]):
        assert canonical_bytes(value) == rfc8785.dumps(_composed(value))
