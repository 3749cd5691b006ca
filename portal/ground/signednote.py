"""Texts that carry their signature along: signed notes (C2SP) by a P-256 key.

A note is a text, a blank line, and one line for each signature. Ours have one, of the type that
holds ECDSA over SHA-256 in DER, so that openssl can check it.
"""

from __future__ import annotations

import base64
import binascii
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_MARK = "\N{EM DASH} "
_KEY_ID = 4


def sign_note(text: str, name: str, key_pem: bytes) -> str:
    """Return the note of a text. The key's name has neither a space nor a plus.

    Raises `ValueError` for a text that does not end in a line break, a name that does not fit,
    and a key that is not P-256.
    """
    if not text.endswith("\n") or not name or " " in name or "+" in name:
        raise ValueError("a note ends in a line break, and a key's name has no space and no plus")
    key = serialization.load_pem_private_key(key_pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise ValueError("a note is signed with a P-256 key")
    raw = _key_id(key.public_key()) + key.sign(text.encode(), ec.ECDSA(hashes.SHA256()))
    return f"{text}\n{_MARK}{name} {base64.b64encode(raw).decode()}\n"


def read_note(note: str, name: str, certificate_pem: bytes) -> str | None:
    """Return the text of a note that this certificate's key signed under this name, or None.

    Lines of other signers are passed over. Never raises for a note, whatever it is; a certificate
    that is none raises `ValueError`.
    """
    key = x509.load_pem_x509_certificate(certificate_pem).public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return None
    text, blank, lines = note.rpartition("\n\n")
    if not blank:
        return None
    text += "\n"
    for line in lines.split("\n"):
        said, _space, coded = line.removeprefix(_MARK).rpartition(" ")
        if line.startswith(_MARK) and said == name and _is_by(key, text, coded):
            return text
    return None


def _is_by(key: ec.EllipticCurvePublicKey, text: str, coded: str) -> bool:
    try:
        raw = base64.b64decode(coded, validate=True)
        # One signature has one spelling: spare bits of the last letter are not passed over.
        if raw[:_KEY_ID] != _key_id(key) or base64.b64encode(raw).decode() != coded:
            return False
        key.verify(raw[_KEY_ID:], text.encode(), ec.ECDSA(hashes.SHA256()))
    except (binascii.Error, InvalidSignature, ValueError):
        return False
    return True


def _key_id(key: ec.EllipticCurvePublicKey) -> bytes:
    """Return the first bytes of the hash of the public key, by which a note finds its signer."""
    der = key.public_bytes(serialization.Encoding.DER,
                           serialization.PublicFormat.SubjectPublicKeyInfo)
    return sha256(der).digest()[:_KEY_ID]
