"""Delivering the mails of the outbox."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from portal.ground.mail import Enclosure, Letter, MailDown, MailRefused, Server, send
from portal.notices.actions import Claimed, Renew, claim_mails, settle
from portal.notices.policy import (
    CARRIERS,
    Attempt,
    Outcome,
    after_break,
    can_wait,
    is_reminder,
    told_once,
)
from portal.plain.calendar import MEDIA

if TYPE_CHECKING:
    from jinja2 import Environment

    from portal.ground.work import Ground, Work

#: Told about each settled mail, in the same transaction: (work, mail, outcome).
Told = Callable[["Work", Claimed, Outcome], None]

#: Returns what goes along with a mail to where it is sent now: (work, mail). Read only.
Enclose = Callable[["Work", Claimed], Sequence[Enclosure]]

log = logging.getLogger("portal.mail")

TEMPLATES = Path(__file__).parents[2] / "templates" / "mail"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    from portal.web.words import install

    environment = Environment(loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined,
                              autoescape=select_autoescape(["html"]), trim_blocks=True,
                              lstrip_blocks=True)
    install(environment)
    return environment


def _part(folder: str, part: str, values: Mapping[str, object]) -> str:
    return _environment().get_template(f"{folder}/{part}").render(values)


def in_words(folder: str, values: Mapping[str, object]) -> tuple[str, str]:
    """Return subject and text of a mail as it is sent to readers of plain text."""
    subject = _part(folder, "subject.txt", values)
    return " ".join(subject.split()), _part(folder, "body.txt", values)


def letter(
    mails: Sequence[Claimed], settings: object, now: object,
    enclosed: Mapping[str, Sequence[Enclosure]] | None = None,
) -> Letter:
    """Return the finished mail; the subject names the practice and no other person (Z29).

    Several pieces of news make one letter, under the id of the first. `enclosed` are the files
    that go along, by the id of the mail. A letter that reminds offers to stop that (RFC 8058).
    """
    enclosed = enclosed or {}
    first = mails[0]
    folder, values = first.name, dict[str, object](first.values)
    if can_wait(folder):
        folder = "news"
        values["news"] = told_once([
            (mail.name, {**mail.values, "enclosed": _has_copy(enclosed.get(mail.id, ()))})
            for mail in mails])
    stop = next((mail.values["stop"] for mail in mails
                 if is_reminder(mail.name) and mail.values.get("stop")), "")
    values["stop"] = stop
    host = urlsplit(settings.base_url).hostname or "localhost"  # type: ignore[attr-defined]
    subject, text = in_words(folder, values)
    return Letter(
        to=first.destination, subject=subject, text=text,
        html=_part(folder, "body.html", values),
        message_id=f"<{first.id}@{host}>", sender_name=first.values["practice"],
        sender=settings.mail_from, reply_to=first.values.get("reply_to") or None,  # type: ignore[attr-defined]
        at=now,  # type: ignore[arg-type]
        thread=thread_of(first, host), unsubscribe=stop or None,
        enclosures=[file for mail in mails for file in enclosed.get(mail.id, ())],
    )


def thread_of(mail: Claimed, host: str) -> str | None:
    """Return the id under which mail programs gather what one person gets about one engagement,
    or None for a mail about none. It tells nothing: a digest of two random ids."""
    if mail.engagement_id is None or mail.recipient_id is None:
        return None
    digest = sha256(f"{mail.engagement_id}/{mail.recipient_id}".encode()).hexdigest()
    return f"<{digest[:32]}.thread@{host}>"


def _has_copy(files: Sequence[Enclosure]) -> str:
    """Return "yes" where more goes along than days for a calendar."""
    return "yes" if any(file.kind != MEDIA for file in files) else ""


def _enclosed(
    ground: Ground, mails: Sequence[Claimed], enclose: Enclose
) -> dict[str, Sequence[Enclosure]]:
    """Return what goes along with each mail; no copy at all where it is too much together: many
    mailboxes refuse a large letter."""
    most = ground.settings.mail_copies_mb * 1024 * 1024
    carried = all(mail.name in CARRIERS for mail in mails)
    with ground.work(writes=False) as work:
        found = {mail.id: enclose(work, mail) for mail in mails}
    size = sum(len(file.body) for files in found.values() for file in files)
    if carried or size <= most:
        return found
    return {key: [file for file in files if file.kind == MEDIA] for key, files in found.items()}


def _attempt(ground: Ground, mails: Sequence[Claimed], enclose: Enclose) -> Attempt:
    if not ground.settings.smtp_url:
        return Attempt(Outcome.LATER, "no_mail_server")
    try:
        finished = letter(mails, ground.settings, ground.clock.now(),
                          _enclosed(ground, mails, enclose))
        send(Server.read(ground.settings.smtp_url), finished)
    except MailRefused as refused:
        return Attempt(Outcome.BOUNCED, str(refused))
    except MailDown as down:
        return Attempt(Outcome.LATER, str(down)[:24])
    except Exception as broken:  # noqa: BLE001 - one mail that cannot be written stops no other
        log.error("a mail of the kind %s broke: %s", mails[0].name, type(broken).__name__)
        return after_break(mails[0].attempts, f"broke_{type(broken).__name__}"[:24])
    return Attempt(Outcome.DONE)


def deliver(ground: Ground, told: Told, enclose: Enclose, renew: Renew) -> int:
    """Send every due mail once, with what goes along, and return how many were tried.

    Claimed in one transaction, sent outside any, settled in another: a dead mail server or a
    killed worker loses nothing, and a mail that goes out twice bears the same Message-ID. A
    process that was told to stop finishes the mail in hand.
    """
    tried = 0
    while not ground.stopping and (mails := claim_mails(ground, renew)):
        tried += 1
        attempt = _attempt(ground, mails, enclose)
        with ground.work(writes=True) as work:
            for mail in mails:
                told(work, mail, settle(work, mail, attempt))
    return tried
