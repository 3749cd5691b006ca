"""Files that a key or a passphrase opens, and nothing else: the age format (age-encryption.org/v1).

Everything streams, however long it is. For a passphrase a key is made that lives in this one file:
it stands in front, in the letters of age's own armour, under the passphrase; behind it stands what
that key opens. The program `age` opens both parts.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from portal.plain.errors import PortalError

if TYPE_CHECKING:
    from collections.abc import Iterator

_BEGIN, _END = b"-----BEGIN AGE ENCRYPTED FILE-----", b"-----END AGE ENCRYPTED FILE-----\n"
_MAGIC = b"age-encryption.org/"
#: The armour of a key under a passphrase is a few hundred bytes long; nothing longer is read.
_ARMOUR = 4096
#: A passphrase costs two to the power of this: about half a second on a machine of today.
_ENOUGH = 17
#: How often the library is asked to measure anew how much work is too little, or too much.
_TRIES = 5
#: What it says where a passphrase would cost more than this machine does in some seconds.
_TOO_SLOW = "Excessive work"
#: So many bytes are handed to the library at once.
_PIECE = 1 << 16


class CannotOpen(PortalError):
    """Say why a file is not opened: it is none of this kind, it was changed, or the key is
    another."""


class BadKey(PortalError):
    """Say that a text is no public key, or a file holds no key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Hold who can open a file: whoever has the key of one of these public keys, or knows the
    passphrase."""

    recipients: tuple[str, ...] = ()
    passphrase: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Hold what opens a file: keys as texts, or a passphrase."""

    identities: tuple[str, ...] = ()
    passphrase: str = ""


class _Pieces(io.RawIOBase):
    """Let the library read what is made piece by piece, and keep what went wrong in making it."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""
        self.trouble: BaseException | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        try:
            while not self._rest:
                self._rest = next(self._pieces)
        except StopIteration:
            return 0
        except BaseException as trouble:
            self.trouble = trouble
            raise
        count = min(len(into), len(self._rest))
        into[:count], self._rest = self._rest[:count], self._rest[count:]
        return count


def new_key() -> tuple[str, str]:
    """Return a new key and its public key, as `age-keygen` makes them."""
    from pyrage import x25519

    made = x25519.Identity.generate()
    return str(made), str(made.to_public())


def why_not_recipient(text: str) -> str | None:
    """Return why a text is no public key; the end of a sentence."""
    from pyrage import RecipientError, x25519

    try:
        x25519.Recipient.from_str(text)
    except RecipientError:
        return "is no public key of age: one begins with age1"
    return None


def read_identities(text: str) -> tuple[str, ...]:
    """Return the keys of a key file; lines with `#` in front are comments. Raises `BadKey`."""
    from pyrage import IdentityError, x25519

    lines = [line.strip() for line in text.splitlines()]
    found = tuple(line for line in lines if line and not line.startswith("#"))
    try:
        for line in found:
            x25519.Identity.from_str(line)
    except IdentityError as wrong:
        raise BadKey("a line of the key file is no key of age: one begins with "
                     "AGE-SECRET-KEY-1") from wrong
    if not found:
        raise BadKey("there is no key in the key file")
    return found


def lock(pieces: Iterator[bytes], out: BinaryIO, how: Lock) -> None:
    """Write what the pieces make, so that only `how` opens it; raises what making them raised."""
    import pyrage

    recipients = [pyrage.x25519.Recipient.from_str(one) for one in how.recipients]
    if how.passphrase:
        once, public = new_key()
        out.write(_armoured(f"{once}\n".encode(), how.passphrase))
        recipients.append(pyrage.x25519.Recipient.from_str(public))
    source = _Pieces(pieces)
    try:
        pyrage.encrypt_io(io.BufferedReader(source, _PIECE), out, recipients)
    except pyrage.EncryptError:
        if source.trouble is not None:
            raise source.trouble from None
        raise


def wants_passphrase(file: BinaryIO) -> bool:
    """Tell whether a file is opened by a passphrase; raises `CannotOpen` for one of another kind.

    The file stands at its beginning afterwards.
    """
    file.seek(0)
    begin = file.read(len(_BEGIN))
    file.seek(0)
    if begin == _BEGIN:
        return True
    if begin.startswith(_MAGIC):
        return False
    raise CannotOpen("This is not a backup: nothing in it is encrypted as backups are." + (
        " It is a SQLite database, and a copy of one that was made while something ran may lack "
        "what was written last." if begin.startswith(b"SQLite format 3") else ""))


def unlock(file: BinaryIO, out: BinaryIO, key: Key) -> None:
    """Write what is in a file; raises `CannotOpen`, and what was written until then counts for
    nothing: only the end shows that nothing is missing."""
    import pyrage

    named = key.identities
    try:
        if wants_passphrase(file):
            named = (_once(file, key.passphrase),)
        pyrage.decrypt_io(file, out, [pyrage.x25519.Identity.from_str(one) for one in named])
    except (pyrage.DecryptError, pyrage.IdentityError, OSError) as wrong:
        if isinstance(wrong, OSError) and wrong.errno:
            raise  # the disk is full, say: nothing is wrong with the file
        raise CannotOpen("It cannot be opened: the key or the passphrase is another one, or the "
                         "file was damaged or cut.") from wrong


def _once(file: BinaryIO, passphrase: str) -> str:
    """Return the key that stands in front, under the passphrase; the file stands behind it then."""
    import pyrage

    front = file.read(_ARMOUR)
    end = front.find(_END)
    if end < 0:
        raise OSError("the armour has no end")
    file.seek(end + len(_END))
    for tries_left in range(_TRIES - 1, -1, -1):
        try:
            inside: bytes = pyrage.passphrase.decrypt(front[:end + len(_END)], passphrase)
            break
        except pyrage.DecryptError as no:
            if _TOO_SLOW not in str(no):
                raise
            if not tries_left:
                raise CannotOpen("This machine is too slow just now for the work that the "
                                 "passphrase costs. Try again when it does less besides, or on "
                                 "another one.") from no
    return inside.decode("ascii", "replace").strip()


def _armoured(text: bytes, passphrase: str) -> bytes:
    """Return a text under a passphrase, in letters. How much work that costs is measured by the
    library at each call, and a machine that is busy for a moment would let it cost too little."""
    import pyrage

    made: list[bytes] = []
    while len(made) < _TRIES and max(map(_work, made), default=0) < _ENOUGH:
        made.append(pyrage.passphrase.encrypt(text, passphrase, armored=True))
    return max(made, key=_work)


def _work(armoured: bytes) -> int:
    """Return the logarithm of the work that a passphrase costs, as the head of the file says."""
    head = base64.b64decode(b"".join(armoured.splitlines()[1:-1]))
    return int(head.split(b"\n", 2)[1].split(b" ")[-1])
