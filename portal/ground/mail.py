"""Sending mail by SMTP: one message, one recipient, one answer."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formataddr, formatdate
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

TIMEOUT_SECONDS = 20


class MailRefused(Exception):
    """Say that the server refused this recipient or this message for good (5xx)."""


class MailDown(Exception):
    """Say that it did not work this time: no server, no answer, or a 4xx."""


@dataclass(frozen=True, slots=True)
class Server:
    """Name a mail server, as read from `smtp://`, `smtp+starttls://` or `smtps://`."""

    host: str
    port: int
    security: str
    user: str | None
    password: str | None

    @staticmethod
    def read(url: str) -> Server:
        """Read a server address; raises `ValueError` for any other scheme."""
        parts = urlsplit(url)
        ports = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
        if parts.scheme not in ports or not parts.hostname:
            raise ValueError("a mail server is smtp://, smtp+starttls:// or smtps://host:port")
        return Server(parts.hostname, parts.port or ports[parts.scheme], parts.scheme,
                      unquote(parts.username) if parts.username else None,
                      unquote(parts.password) if parts.password else None)

    def connect(self) -> smtplib.SMTP:
        """Return an open connection; raises `MailDown` where none can be had."""
        try:
            smtp: smtplib.SMTP
            if self.security == "smtps":
                smtp = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_SECONDS,
                                        context=ssl.create_default_context())
            else:
                smtp = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)
            if self.security == "smtp+starttls":
                smtp.starttls(context=ssl.create_default_context())
            if self.user is not None:
                smtp.login(self.user, self.password or "")
        except (OSError, smtplib.SMTPException) as trouble:
            raise MailDown(type(trouble).__name__) from trouble
        return smtp


@dataclass(frozen=True, slots=True)
class Enclosure:
    """Hold a file that goes along with a mail; `kind` is its media type."""

    name: str
    kind: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """Hold one mail: subject and bodies are finished texts, enclosures finished files.

    `thread` is the id of the conversation that it belongs to, as a Message-ID; `unsubscribe` the
    address that a POST of one click stops such mails at.
    """

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    sender_name: str
    sender: str
    reply_to: str | None
    at: datetime
    enclosures: Sequence[Enclosure] = ()
    thread: str | None = None
    unsubscribe: str | None = None


def message(letter: Letter) -> EmailMessage:
    """Return the mail with the headers of an automatic notice (RFC 3834), of its conversation
    (RFC 5322) and of stopping it with one click (RFC 2369 and 8058).

    `EmailMessage` refuses line breaks in headers, so no value can add a header or a recipient.
    """
    mail = EmailMessage()
    mail["From"] = formataddr((letter.sender_name, letter.sender))
    mail["To"] = letter.to
    mail["Subject"] = letter.subject
    mail["Date"] = formatdate(letter.at.timestamp(), usegmt=True)
    mail["Message-ID"] = letter.message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    if letter.thread:
        # Nobody was sent a mail of this id; programs gather what names the same one.
        mail["In-Reply-To"] = mail["References"] = letter.thread
    if letter.unsubscribe:
        mail["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if letter.reply_to:
        mail["Reply-To"] = letter.reply_to
    mail.set_content(letter.text)
    mail.add_alternative(letter.html, subtype="html")
    for file in letter.enclosures:
        main, _slash, sub = file.kind.partition("/")
        # A text goes along byte by byte, and says how its letters are written.
        mail.add_attachment(file.body, maintype=main, subtype=sub, filename=file.name,
                            params={"charset": "utf-8"} if main == "text" else None)
    return mail


def send(server: Server, letter: Letter) -> None:
    """Hand one mail over; raises `MailRefused` where the server refuses the address or the mail
    with 5xx, and `MailDown` for everything passing.

    A server that refuses our own address is a fault of the installation: no reader's address is
    blamed for it, and the mail waits until it is mended.
    """
    try:
        with server.connect() as smtp:
            smtp.send_message(message(letter), from_addr=letter.sender, to_addrs=[letter.to])
    except smtplib.SMTPRecipientsRefused as refused:
        code = next(iter(refused.recipients.values()))[0]
        raise (MailRefused if code >= 500 else MailDown)(f"smtp_{code}") from refused
    except smtplib.SMTPSenderRefused as refused:
        raise MailDown(f"sender_{refused.smtp_code}") from refused
    except smtplib.SMTPDataError as refused:
        code = refused.smtp_code
        raise (MailRefused if code >= 500 else MailDown)(f"data_{code}") from refused
    except smtplib.SMTPResponseException as answer:
        raise MailDown(f"smtp_{answer.smtp_code}") from answer
    except (OSError, smtplib.SMTPException) as trouble:
        raise MailDown(type(trouble).__name__) from trouble
