"""A link is what we wrote letter by letter, or it is nothing."""

from __future__ import annotations

import os
import random
from collections.abc import Callable

import pytest

from portal.ground.chance import new_id
from portal.ground.tokens import LinkSigner

#: So many forgeries are tried. `make soak` tries a million.
FORGERIES = int(os.environ.get("PORTAL_TEST_FORGERIES", "20000"))
KEY = "a link key of the tests, 32 letters or more"
SIGNER = LinkSigner((KEY,))
SECRET = bytes(range(32))
TOKEN = SIGNER.make(SECRET)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=%"


def test_reads_its_own_token() -> None:
    assert SIGNER.read(TOKEN) == SECRET


def test_has_ids_of_128_bits_and_secrets_of_256() -> None:
    drawn = [bytes.fromhex(new_id()) for _time in range(1000)]
    assert len(set(drawn)) == 1000
    assert {len(one) for one in drawn} == {16}
    # What is shorter or longer than a secret of ours is read as nothing, whatever signed it.
    assert [length for length in range(80) if SIGNER.read(SIGNER.make(bytes(length)))] == [32]


def test_refuses_every_change_of_one_letter() -> None:
    for place in range(len(TOKEN)):
        for letter in LETTERS:
            changed = TOKEN[:place] + letter + TOKEN[place + 1:]
            assert changed == TOKEN or SIGNER.read(changed) is None


@pytest.mark.parametrize("bad", [
    "", ".", TOKEN + "=", TOKEN + "A", "=" + TOKEN, TOKEN[:-1], TOKEN.swapcase(), TOKEN + "\n",
    TOKEN.split(".")[0], "é" * 90, TOKEN.replace(".", ".."), "\x00" * 44,
])
def test_refuses_other_spellings(bad: str) -> None:
    assert SIGNER.read(bad) is None


def letters_changed(chance: random.Random, token: str) -> str:
    letters = list(token)
    for _change in range(chance.randint(1, 4)):
        letters[chance.randrange(len(letters))] = chance.choice(LETTERS)
    return "".join(letters)


def bits_flipped(chance: random.Random, token: str) -> str:
    flipped = bytearray(token.encode())
    for _change in range(chance.randint(1, 3)):
        flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
    return flipped.decode("latin-1")


def cut(chance: random.Random, token: str) -> str:
    begin, end = sorted(chance.sample(range(len(token) + 1), 2))
    return token[begin:end]


def padded(chance: random.Random, token: str) -> str:
    place = chance.randrange(len(token) + 1)
    return token[:place] + "".join(chance.choices(LETTERS + "\n\x00 ", k=chance.randint(1, 3))) \
        + token[place:]


def cased(chance: random.Random, token: str) -> str:
    return "".join(chance.choice((letter.upper(), letter.lower())) for letter in token)


def spelled_otherwise(chance: random.Random, token: str) -> str:
    """Letters that look or count alike to somebody: wide ones, and a homoglyph."""
    letters = list(token)
    place = chance.randrange(len(letters))
    wide = chr(0xFEE0 + ord(letters[place]))
    letters[place] = chance.choice((wide, "\u0430", "\u2024", "\u017f"))
    return "".join(letters)


def joined(chance: random.Random, token: str) -> str:
    """The head of one and the tail of another that is good as well."""
    other = SIGNER.make(chance.randbytes(32))
    place = chance.randrange(8, len(token) - 8)
    return token[:place] + other[place:]


def foreign(chance: random.Random, _token: str) -> str:
    """Good for another purpose, or by another key."""
    signer = chance.choice((LinkSigner((KEY,), purpose="feed"), LinkSigner((KEY[::-1],))))
    return signer.make(chance.randbytes(32))


WAYS = (letters_changed, bits_flipped, cut, padded, cased, spelled_otherwise, joined, foreign)


@pytest.mark.parametrize("way", WAYS)
def test_refuses_what_was_made_of_a_good_one(way: Callable[[random.Random, str], str]) -> None:
    chance, tried = random.Random(way.__name__), 0
    while tried < FORGERIES // len(WAYS):
        secret = chance.randbytes(32)
        token = SIGNER.make(secret)
        assert SIGNER.read(token) == secret
        for changed in (way(chance, token) for _number in range(20)):
            assert changed == token or SIGNER.read(changed) is None, changed
            tried += changed != token


def test_reads_tokens_of_an_earlier_key_and_signs_with_the_newest() -> None:
    newer = LinkSigner(("a newer link key of the tests, 32 letters",
                        "a link key of the tests, 32 letters or more"))
    assert newer.read(TOKEN) == SECRET
    assert SIGNER.read(newer.make(SECRET)) is None


def test_does_not_take_a_token_of_another_purpose() -> None:
    other = LinkSigner(("a link key of the tests, 32 letters or more",), purpose="feed")
    assert SIGNER.read(other.make(SECRET)) is None
