"""A signed note has one spelling: nothing but what was written is taken for it."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from portal.ground.authority import Authority, make_authority
from portal.ground.signednote import read_note, sign_note

TEXT, NAME = "a line\nanother\n", "portal"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return make_authority(datetime(2026, 11, 23, 9, 0, tzinfo=UTC), "Berg Coaching")


def with_spare_bits(authority: Authority) -> str:
    """Sign until the last letter of the signature holds bits that nobody needs; a signature has
    70 to 72 bytes, and two lengths of three have such bits."""
    while not (note := sign_note(TEXT, NAME, authority.seal_key)).endswith("=\n"):
        pass
    return note


def test_takes_no_other_spelling_of_a_signature(authority: Authority) -> None:
    note = with_spare_bits(authority)
    assert read_note(note, NAME, authority.seal) == TEXT
    head, _space, coded = note.rpartition(" ")
    bare = coded.rstrip("=\n")
    respelled = bare[:-1] + LETTERS[LETTERS.index(bare[-1]) ^ 1] + coded[len(bare):]
    assert base64.b64decode(respelled) == base64.b64decode(coded)
    assert read_note(f"{head} {respelled}", NAME, authority.seal) is None


@pytest.mark.parametrize("end", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\r"])
def test_ends_a_line_with_a_line_break_alone(authority: Authority, end: str) -> None:
    note = sign_note(TEXT, NAME, authority.seal_key)
    assert read_note(note[:-1] + end, NAME, authority.seal) is None
