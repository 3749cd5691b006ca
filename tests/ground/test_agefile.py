"""What is locked for a key or a passphrase opens with that, whole, and with nothing else."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from portal.ground.agefile import (
    BadKey,
    CannotOpen,
    Key,
    Lock,
    _armoured,
    _work,
    lock,
    new_key,
    read_identities,
    unlock,
    wants_passphrase,
    why_not_recipient,
)

WORDS = "six words nobody would think of"
PIECES = [b"", b"first", b"x" * 200_000, b"last"]


def locked(how: Lock) -> io.BytesIO:
    out = io.BytesIO()
    lock(iter(PIECES), out, how)
    return out


def opened(file: io.BytesIO, key: Key) -> bytes:
    out = io.BytesIO()
    unlock(file, out, key)
    return out.getvalue()


def test_opens_with_each_of_several_keys_and_no_other() -> None:
    one, two, other = new_key(), new_key(), new_key()
    file = locked(Lock(recipients=(one[1], two[1])))
    assert not wants_passphrase(file)
    for key, _public in (one, two):
        assert opened(file, Key(identities=(other[0], key))) == b"".join(PIECES)
    with pytest.raises(CannotOpen):
        opened(file, Key(identities=(other[0],)))


def test_opens_with_the_passphrase() -> None:
    file = locked(Lock(passphrase=WORDS))
    assert wants_passphrase(file)
    assert opened(file, Key(passphrase=WORDS)) == b"".join(PIECES)


def test_lets_a_passphrase_cost_enough_however_busy_the_machine_is() -> None:
    assert _work(_armoured(b"text", WORDS)) >= 15


def test_raises_what_making_the_pieces_raised() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"first"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        lock(pieces(), io.BytesIO(), Lock(recipients=(new_key()[1],)))


@pytest.mark.parametrize("text", ["", "# only a comment", "AGE-SECRET-KEY-1NONSENSE", "age1x"])
def test_reads_no_key_where_there_is_none(text: str) -> None:
    with pytest.raises(BadKey):
        read_identities(text)
    assert why_not_recipient(text) is not None


@pytest.mark.parametrize("body", [b"", b"%PDF-1.7", b"SQLite format 3\0", b"age"])
def test_knows_a_file_of_another_kind(body: bytes) -> None:
    with pytest.raises(CannotOpen, match="not a backup"):
        wants_passphrase(io.BytesIO(body))
