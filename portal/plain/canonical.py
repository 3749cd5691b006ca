"""One spelling for each value, so that a hash means the same everywhere (RFC 8785, NFC)."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from typing import TYPE_CHECKING, Any

import rfc8785

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The integers that every JSON reader keeps exactly (RFC 8785, section 3.2.2.3).
SAFE_INTEGER = 2**53 - 1

#: What the hash of an agreement version begins with: no other record can share its hash.
AGREEMENT = b"ccp/agreement/v1\n"

#: Z18: a version is hashed with 128 random bits, so that nobody can guess a text from its hash.
NONCE_BYTES = 16


def canonical_bytes(value: object) -> bytes:
    """Return the canonical UTF-8 bytes of a value; the order of keys never matters.

    Every text and every key is brought to NFC first. Allowed are str, int, bool, None, list
    and dict. Raises `ValueError` naming the path, never the content, for anything else: floats,
    tuples, integers beyond 2**53 - 1, lone surrogates, keys that are no text, and two keys
    that are one after NFC.
    """
    plain = _plain(value, "$")
    if not _has_only_ascii_keys(plain):
        return rfc8785.dumps(plain)
    # The standard library spells what is left here just the same, in a tenth of the time: only
    # floats, which are refused, and the order of other keys differ. A test compares the two.
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def agreement_hash(nonce: bytes, canonical: bytes) -> str:
    """Return the hex SHA-256 of an agreement version (Z18).

    The nonce has 16 bytes and stands between the domain mark and the canonical bytes.
    Raises `ValueError` for a nonce of another length.
    """
    if len(nonce) != NONCE_BYTES:
        raise ValueError(f"a nonce has {NONCE_BYTES} bytes, not {len(nonce)}")
    return hashlib.sha256(AGREEMENT + nonce + canonical).hexdigest()


# `Any`, because rfc8785 keeps the name of its recursive input type to itself.
def _plain(value: object, path: str) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, path)
    if isinstance(value, int):
        if abs(value) > SAFE_INTEGER:
            raise ValueError(f"{path}: an integer beyond the safe range")
        return int(value)
    if isinstance(value, list):
        return [_plain(item, f"{path}[{place}]") for place, item in enumerate(value)]
    if isinstance(value, dict):
        return _object(value, path)
    raise ValueError(f"{path}: {type(value).__name__} has no canonical form")


def _has_only_ascii_keys(plain: Any) -> bool:
    if isinstance(plain, dict):
        return "".join(plain).isascii() and all(map(_has_only_ascii_keys, plain.values()))
    return not isinstance(plain, list) or all(map(_has_only_ascii_keys, plain))


def _object(value: Mapping[object, object], path: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, item in value.items():
        name = _text(key, path) if isinstance(key, str) else None
        if name is None:
            raise ValueError(f"{path}: a key is {type(key).__name__}, not text")
        if name in found:
            raise ValueError(f"{path}: two keys are the same after NFC")
        found[name] = _plain(item, f"{path}.{name}")
    return found


def _text(value: str, path: str) -> str:
    text = unicodedata.normalize("NFC", value)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{path}: a text holds half a surrogate pair") from None
    return text
