"""Every setting: its name, its kind, what holds when nothing is said, and what it does.

A dataclass and a small reader (`config.py`) stand here instead of a settings library, because
importing one would add 110 ms to a cold start of 230 ms. The page of the documentation is made
from the same table.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

PREFIX: Final = "PORTAL_"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def _says(
    description: str,
    default: Any = dataclasses.MISSING,
    *,
    secret: bool = False,
    least: int = 0,
    most: int = 0,
) -> Any:
    return dataclasses.field(
        default=default,
        repr=not secret,
        metadata={"says": description, "secret": secret, "range": (least, most)},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Hold every setting; secrets are left out of `repr`. `load` checks them, this does not."""

    instance_dir: Path = _says(
        "The folder of this installation: keys, and the database if it is SQLite.", Path("instance")
    )
    database_url: str = _says(
        "Where the records live: `sqlite:///…` or `postgresql://…`. Left out, `portal.db` in "
        "the folder of this installation.",
        "",
        secret=True,
    )
    base_url: str = _says(
        "The address under which people reach the portal, as it stands in mails and on paper.",
        "http://127.0.0.1:8000",
    )
    host: str = _says("The network address on which the server listens.", "127.0.0.1")
    port: int = _says("The port on which the server listens.", 8000, least=1, most=65535)
    threads: int = _says(
        "How many requests one server process answers at a time.", 8, least=1, most=64
    )
    queue: int = _says(
        "How many more requests wait for their turn. Whoever comes then is told at once to come "
        "again (503).", 96, least=0, most=256
    )
    queue_seconds: int = _says(
        "For how many seconds a request waits for its turn before it is told to come again.", 10,
        least=1, most=60,
    )
    database_seconds: int = _says(
        "For how many seconds something waits for the database: for a free connection, for an "
        "answer to the first call, or for another writer. Then it is told to come again.", 10,
        least=1, most=120,
    )
    trusted_hosts: tuple[str, ...] = _says(
        "Host names that are answered. Left out, the one of the base URL.", ()
    )
    proxy_hops: int = _says(
        "How many reverse proxies stand in front and set `X-Forwarded-` headers; 0 trusts none.",
        0,
        least=0,
        most=5,
    )
    secret_key: str = _says(
        "Encrypts and signs session cookies, signs form tokens: 32 random characters or more.",
        secret=True,
    )
    secret_key_previous: tuple[str, ...] = _says(
        "Earlier session keys, newest first: still read, no longer used.", (), secret=True
    )
    link_key: str = _says("Signs invitation links: 32 random characters or more.", secret=True)
    link_key_previous: tuple[str, ...] = _says(
        "Earlier link keys, newest first: links signed with them work until they expire.",
        (),
        secret=True,
    )
    master_key: str = _says(
        "Wraps the data keys of people and engagements: base64 of 32 random bytes. Without it "
        "nothing can be read any more, so keep a copy apart from the backups.",
        secret=True,
    )
    master_key_previous: tuple[str, ...] = _says(
        "Earlier master keys, newest first: what they wrapped can still be read. `portal "
        "rotate-keys` says when one can go.",
        (), secret=True
    )
    smtp_url: str = _says(
        "The mail server: `smtp://`, `smtp+starttls://` or `smtps://`, then `user:password@` "
        "where it asks for them, then host and port. Left out, mails wait in the outbox.",
        "",
        secret=True,
    )
    tsa_url: str = _says(
        "The time stamping service (RFC 3161): `http://` or `https://`, with `user:password@` "
        "where it asks for them. Each seal then carries its stamp. Left out, seals have the time "
        "of this machine alone.",
        "",
        secret=True,
    )
    mail_from: str = _says("The address from which the portal writes.", "portal@localhost")
    mail_copies_mb: int = _says(
        "How many megabytes of sealed copies go along with one mail at most, to mailboxes that "
        "nobody else reads. With 0 none ever does, and everybody signs in for theirs.",
        8, least=0, most=25,
    )
    mail_from_hour: int = _says(
        "From which hour of the day news and reminders go out, by the recipient's clock. What "
        "somebody asked for, a first invitation and a warning go at once.",
        8, least=0, most=23,
    )
    mail_until_hour: int = _says(
        "Until which hour of the day they go out. With an hour that is not after the first they "
        "go out at any time.",
        20, least=0, most=24,
    )
    coach_idle_minutes: int = _says(
        "After how many minutes unused a coach is signed out.", 60, least=1, most=1440
    )
    coach_session_minutes: int = _says(
        "After how many minutes a coach signs in again.", 720, least=1, most=1440
    )
    party_idle_minutes: int = _says(
        "After how many minutes unused a signer is signed out.", 30, least=1, most=1440
    )
    party_session_minutes: int = _says(
        "After how many minutes a signer signs in again.", 120, least=1, most=1440
    )
    tick_seconds: int = _says(
        "How often the worker looks for what is due, in seconds.", 5, least=1, most=3600
    )
    stop_seconds: int = _says(
        "How many seconds a process that is told to stop has for what it has in hand: requests, a "
        "mail, a paper.", 30, least=1, most=600
    )
    backup_dir: str = _says(
        "The folder into which the clockwork writes a backup each night. Left out, it writes none.",
        "",
    )
    backup_to: tuple[str, ...] = _says(
        "The public keys (`age1…`) to which these backups are encrypted: `portal backup-key` makes "
        "one.", ()
    )
    backup_days: int = _says(
        "Of how many days the newest backup is kept.", 7, least=1, most=366
    )
    backup_weeks: int = _says(
        "Of how many weeks the newest backup is kept.", 4, least=0, most=260
    )
    backup_months: int = _says(
        "Of how many months the newest backup is kept.", 12, least=0, most=240
    )
    log_level: str = _says("How much is logged: debug, info, warning or error.", "info")

    def __post_init__(self) -> None:
        """Put the database into the instance folder where nothing else was said."""
        if not self.database_url:
            address = f"sqlite:///{self.instance_dir / 'portal.db'}"
            object.__setattr__(self, "database_url", address)

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """Return the session keys, newest first."""
        return (self.secret_key, *self.secret_key_previous)

    @property
    def link_keys(self) -> tuple[str, ...]:
        """Return the link keys, newest first."""
        return (self.link_key, *self.link_key_previous)

    @property
    def master_keys(self) -> tuple[str, ...]:
        """Return the master keys as base64, newest first."""
        return (self.master_key, *self.master_key_previous)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Return the host names that are answered."""
        return self.trusted_hosts or (urlsplit(self.base_url).hostname or "localhost",)

    @property
    def is_https(self) -> bool:
        """Tell whether people reach the portal over an encrypted connection."""
        return urlsplit(self.base_url).scheme == "https"

    def why_not_serve(self) -> str | None:
        """Return why this must not be served: plain HTTP would go beyond this machine."""
        public = urlsplit(self.base_url).hostname or ""
        if self.is_https or (public in _LOOPBACK and self.host in _LOOPBACK):
            return None
        return (
            f"{PREFIX}BASE_URL is plain http and the portal could be reached from other "
            "machines: codes and texts would travel open. Put a proxy with a certificate in "
            f"front and set {PREFIX}BASE_URL to its https:// address, or serve 127.0.0.1 only."
        )


@dataclass(frozen=True, slots=True)
class Described:
    """Say what a setting is called, of which kind it is, and what holds when nothing is said."""

    name: str
    kind: str
    default: str
    description: str
    secret: bool


_KINDS = {"str": "text", "int": "number", "Path": "folder", "tuple[str, ...]": "list"}


def describe() -> list[Described]:
    """Return every setting, in the order in which the documentation lists them."""
    found = []
    for field in dataclasses.fields(Settings):
        default = "" if field.default in ((), "") else str(field.default)
        if field.default is dataclasses.MISSING:
            default = "made by `portal init`"
        kind = _KINDS[str(field.type)]
        if field.type == "int":
            kind = "number, {} to {}".format(*field.metadata["range"])
        found.append(
            Described(
                variable(field), kind, default, field.metadata["says"], field.metadata["secret"]
            )
        )
    return found


def variable(field: dataclasses.Field[Any]) -> str:
    """Return the name of the environment variable behind a field of `Settings`."""
    return PREFIX + field.name.upper()


_HEAD = """# Settings

Made by `make settings` from `portal/ground/settings.py`; a test compares.

Settings are environment variables. A secret may also stand in a file that the variable with
`_FILE` behind its name points to, or in `keys.env` of the instance folder, which `portal init`
writes. The environment comes first. Lists are separated by commas.

| Setting | Kind | Default | What it does |
| --- | --- | --- | --- |
"""


def settings_page() -> str:
    """Return the page of the documentation that lists every setting (Markdown)."""
    lines = _HEAD.splitlines()
    for one in describe():
        kind = f"{one.kind}, secret" if one.secret else one.kind
        default = f"`{one.default}`" if one.default and "`" not in one.default else one.default
        lines.append(f"| `{one.name}` | {kind} | {default} | {one.description} |")
    return "\n".join(lines) + "\n"
