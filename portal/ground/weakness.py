"""Telling what makes a setting unusable: a key that could be guessed, a value of the wrong form.

Every answer is the end of a sentence that begins with the name of the setting, and none
repeats the value.
"""

from __future__ import annotations

import base64
import binascii
from urllib.parse import urlsplit

LEAST_CHARACTERS = 32
LEAST_DIFFERENT = 10
MASTER_BYTES = 32
LEVELS = ("debug", "info", "warning", "error")
_PLACEHOLDERS = ("change", "secret", "example", "placeholder", "password", "default", "insecure")
_REPLACE = "Run `portal init` for new keys, or set a random one."


def why_not_key(key: str) -> str | None:
    """Return why a text does not serve as a signing key: missing, a placeholder, too simple."""
    if not key:
        return f"is missing. {_REPLACE}"
    if any(word in key.lower() for word in _PLACEHOLDERS):
        return f"is a placeholder. {_REPLACE}"
    if len(key) < LEAST_CHARACTERS:
        return f"is shorter than {LEAST_CHARACTERS} characters. {_REPLACE}"
    if len(set(key)) < LEAST_DIFFERENT:
        return f"repeats the same few characters. {_REPLACE}"
    return None


def why_not_master(key: str) -> str | None:
    """Return why a text does not serve as a master key: it is base64 of 32 random bytes."""
    if not key:
        return f"is missing. {_REPLACE}"
    try:
        raw = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        return f"is not base64. {_REPLACE}"
    if len(raw) != MASTER_BYTES:
        return f"is not {MASTER_BYTES} bytes long. {_REPLACE}"
    if len(set(raw)) < LEAST_DIFFERENT:
        return f"repeats the same few bytes. {_REPLACE}"
    return None


def why_not_value(name: str, value: object) -> str | None:
    """Return why a setting that is not a key has an unusable form."""
    text = str(value)
    if name == "base_url" and not _is_site(text):
        return "is not http:// or https:// with a host and nothing behind it. Correct it."
    if name == "database_url" and urlsplit(text).scheme.partition("+")[0] not in (
        "sqlite",
        "postgresql",
        "postgres",
    ):
        return "is neither sqlite:///… nor postgresql://…. Correct it."
    if name == "mail_from" and text.count("@") != 1:
        return "is not a mail address. Correct it."
    if name == "log_level" and text not in LEVELS:
        return f"is none of {', '.join(LEVELS)}. Correct it."
    if name == "smtp_url" and text:
        return _why_not_mail_server(text)
    if name == "tsa_url" and text:
        return _why_not_service(text)
    return None


def _is_site(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    rest = parts.path or parts.query or parts.fragment or parts.username
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not rest


def _why_not_service(text: str) -> str | None:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "is not http:// or https:// with a host. Correct it."
    return None


def _why_not_mail_server(text: str) -> str | None:
    from portal.ground.mail import Server  # costs 25 ms, and only where mail is sent

    try:
        Server.read(text)
    except ValueError:
        return "is not smtp://, smtp+starttls:// or smtps:// with a host and a port. Correct it."
    return None


_HERE = ("", "localhost", "127.0.0.1", "::1")


def ways_in_the_clear(*, smtp_url: str, database_url: str, tsa_url: str = "") -> list[str]:
    """Return which of what the portal sends to other machines goes there unencrypted, in words
    that end with what to do; nothing that stays on this machine is among it."""
    found = []
    mail = urlsplit(smtp_url)
    if mail.scheme == "smtp" and mail.hostname not in _HERE:
        found.append("mails go to their server in the clear. Set PORTAL_SMTP_URL to "
                     "smtp+starttls:// or smtps:// where the server can do it.")
    stamps = urlsplit(tsa_url)
    if stamps.scheme == "http" and stamps.hostname not in _HERE:
        found.append("hashes go to be stamped in the clear. Set PORTAL_TSA_URL to https:// where "
                     "the service has it; a stamp is checked either way.")
    base = urlsplit(database_url)
    # Where several hosts or a socket are named, the address says so by the query; that is not read.
    checked = "sslmode=verify-full" in base.query or "sslmode=verify-ca" in base.query
    if not base.scheme.startswith("sqlite") and (base.hostname or "") not in _HERE and not checked:
        found.append("the connection to the database is not checked. Add ?sslmode=verify-full to "
                     "PORTAL_DATABASE_URL where the server has a certificate.")
    return found
