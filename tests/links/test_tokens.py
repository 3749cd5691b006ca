"""A link is what we wrote letter by letter, or it is nothing."""

from __future__ import annotations

import random

import pytest

from portal.ground.tokens import LinkSigner

SIGNER = LinkSigner(("a link key of the tests, 32 letters or more",))
SECRET = bytes(range(32))
TOKEN = SIGNER.make(SECRET)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=%"


def test_reads_its_own_token() -> None:
    assert SIGNER.read(TOKEN) == SECRET


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


def test_refuses_random_mutations() -> None:
    chance = random.Random(7)
    for _number in range(20_000):
        letters = list(TOKEN)
        for _change in range(chance.randint(1, 4)):
            letters[chance.randrange(len(letters))] = chance.choice(LETTERS)
        changed = "".join(letters)
        assert changed == TOKEN or SIGNER.read(changed) is None


def test_reads_tokens_of_an_earlier_key_and_signs_with_the_newest() -> None:
    newer = LinkSigner(("a newer link key of the tests, 32 letters",
                        "a link key of the tests, 32 letters or more"))
    assert newer.read(TOKEN) == SECRET
    assert SIGNER.read(newer.make(SECRET)) is None


def test_does_not_take_a_token_of_another_purpose() -> None:
    other = LinkSigner(("a link key of the tests, 32 letters or more",), purpose="feed")
    assert SIGNER.read(other.make(SECRET)) is None
