"""A real SMTP server for tests, which can be told to misbehave."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

HOST = "127.0.0.1"


@dataclass
class Mailroom:
    """Take mails over SMTP; `answers` are given first, one a mail, then everything is taken."""

    answers: list[str] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    sender: str = ""

    async def handle_MAIL(
        self, _server: Any, _session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        """Take who sends, or answer what a test wants."""
        if self.sender:
            return self.sender
        envelope.mail_from, envelope.mail_options = address, options
        return "250 OK"

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Refuse the recipients that a test named."""
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Take a mail, or answer what a test wants."""
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("2"):
            message = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            self.mails.append(message)
        return answer

    def text(self, number: int = -1) -> str:
        """Return the words of a mail."""
        body = self.mails[number].get_body(("plain",))
        assert body is not None
        return str(body.get_content())


@contextmanager
def answering(handler: Any, **how: Any) -> Iterator[int]:
    """Run a mail server for as long as the block lasts; gives its port.

    The server cannot choose a port by itself, and between asking for one and taking it somebody
    else may have taken it: then it is asked again.
    """
    controller = _started(handler, how)
    try:
        yield controller.port
    finally:
        controller.stop()


def _started(handler: Any, how: dict[str, Any]) -> Controller:
    for _time in range(5):
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            port = probe.getsockname()[1]
        controller = Controller(handler, hostname=HOST, port=port, **how)
        with suppress(OSError):
            controller.start()
            return controller
    raise OSError("no port stays free")


@contextmanager
def running() -> Iterator[tuple[Mailroom, str]]:
    """Run a mail server on a port of its own; gives it and its address."""
    room = Mailroom()
    with answering(room) as port:
        yield room, f"smtp://{HOST}:{port}"
