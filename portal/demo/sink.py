"""The demo's mail server: takes what the portal really sends and puts it into a folder."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portal.ground import chance

if TYPE_CHECKING:
    from pathlib import Path

    from aiosmtpd.controller import Controller


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        number = len(list(self._folder.glob("*.eml"))) + 1
        name = f"{number:05d}-{chance.new_id()[:8]}.eml"
        (self._folder / name).write_bytes(envelope.original_content or envelope.content)
        return "250 OK"


def start_sink(folder: Path, port: int) -> Controller:
    """Start the mail server in a thread and return it; mails of earlier runs stay."""
    from aiosmtpd.controller import Controller

    folder.mkdir(parents=True, exist_ok=True)
    controller = Controller(_Folder(folder), hostname="127.0.0.1", port=port)
    controller.start()
    return controller


@dataclass(frozen=True, slots=True)
class Mail:
    """Hold a mail as the demo's mailbox shows it."""

    name: str
    to: str
    subject: str
    date: str
    text: str


def mails(folder: Path) -> list[Mail]:
    """Return the mails in the folder, newest first."""
    return [_read(path) for path in sorted(folder.glob("*.eml"), reverse=True)]


def _read(path: Path) -> Mail:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = message.get_body(("plain",))
    return Mail(path.stem, str(message["To"]), str(message["Subject"]), str(message["Date"]),
                body.get_content() if body is not None else "")
