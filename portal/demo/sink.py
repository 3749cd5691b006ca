"""The demo's mail server: takes what the portal really sends and puts it into a folder."""

from __future__ import annotations

import email
import email.parser
import email.policy
import socket
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from portal.demo.cast import NOBODY_THERE
from portal.ground import chance
from portal.plain.errors import Missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from email.message import EmailMessage
    from pathlib import Path

    from aiosmtpd.controller import Controller

#: The folder's name.
MAIL = "mail"


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = len(list(folder.glob("*.eml")))

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address.rpartition("@")[2].casefold() == NOBODY_THERE:
            return "550 nobody has this address"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self._count += 1
        path = self._folder / f"{self._count:05d}-{chance.new_id()[:8]}.eml"
        # A page that lists mails must not come upon one that is half written.
        begun = path.with_suffix(".part")
        begun.write_bytes(envelope.original_content or envelope.content)
        begun.rename(path)
        return "250 OK"


def start_sink(folder: Path, port: int) -> Controller:
    """Start the mail server in a thread and return it; mails of earlier runs stay."""
    from aiosmtpd.controller import Controller

    folder.mkdir(parents=True, exist_ok=True)
    controller = Controller(_Folder(folder), hostname="127.0.0.1", port=port)
    controller.start()
    return controller


def free_port() -> int:
    """Return a port of this machine that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Mail:
    """Hold the head of a mail as the demo's mailbox lists it."""

    name: str
    to: str
    subject: str
    at: datetime
    message_id: str


def mails(folder: Path) -> Iterator[Mail]:
    """Yield the mails in the folder, newest first."""
    reader = email.parser.BytesHeaderParser(policy=email.policy.default)
    for path in sorted(folder.glob("*.eml"), reverse=True):
        with path.open("rb") as file:
            yield _head(path, reader.parse(file))


def mail_text(folder: Path, name: str) -> tuple[Mail, str]:
    """Return a mail with its text as readers of plain text see it, or raise `Missing`."""
    # Compared with what is there, never made into a path.
    path = next((one for one in folder.glob("*.eml") if one.stem == name), None)
    if path is None:
        raise Missing("mail")
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = message.get_body(("plain",))
    return _head(path, message), body.get_content() if body is not None else ""


def _head(path: Path, message: EmailMessage) -> Mail:
    return Mail(path.stem, str(message["To"]), str(message["Subject"]),
                parsedate_to_datetime(str(message["Date"])), str(message["Message-ID"]))
