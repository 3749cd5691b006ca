"""Fetching what people are handed: from the portal's own addresses, and from their mailbox."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.demo.sink import Mail, mails
from portal.notices.models import Notice
from portal.notices.policy import can_wait
from portal.people.actions import begin_session
from portal.people.models import Person
from portal.plain.errors import Missing

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from portal.demo.story import Everyone
    from portal.ground.actor import Actor
    from portal.ground.work import Work

_LASTS = timedelta(hours=1)


class Reader:
    """Fetch files as the people of the demo do, signed in and through the same doors."""

    def __init__(self, app: Flask, on: Everyone) -> None:
        """Ask this application, on the ground where everyone stands."""
        app.extensions["portal"] = on.ground
        self._app, self._on = app, on

    def as_coach(self, who: str, path: str) -> bytes:
        """Return what an address hands to somebody of the practice."""
        return self._fetch(self._on.desks[who], path)

    def as_coachee(self, engagement: str, path: str) -> bytes:
        """Return what an address hands to a coachee."""
        return self._fetch(self._on.seats[engagement, "COACHEE"], path)

    def _fetch(self, actor: Actor, path: str) -> bytes:
        base, visit = self._on.ground.settings.base_url, self._app.test_client()
        with self._on.ground.work(writes=True) as work:
            token = begin_session(
                work, work.session.get_one(Person, actor.person_id), scope=actor.scope,
                level="factor", lasts=_LASTS, account_id=actor.account_id,
                engagement_id=actor.engagement_id)
        with visit.session_transaction(base_url=base) as session:
            session[actor.scope] = token
            session[f"{actor.scope}_seen"] = int(self._on.clock.now().timestamp())
        answer = visit.get(path, base_url=base)
        if answer.status_code != 200:
            raise Missing(path)
        return answer.get_data()


def mails_by_kind(work: Work, folder: Path) -> dict[str, Mail]:
    """Return the newest mail of each kind, by what the portal calls the kind.

    The id of a mail is that of the notice which it came from.
    """
    kinds = {row.id: "news" if can_wait(row.name) else row.name
             for row in work.session.scalars(select(Notice).where(Notice.topic != "seal"))}
    found: dict[str, Mail] = {}
    for mail in mails(folder):
        kind = kinds[mail.message_id.strip("<>").partition("@")[0]]
        found.setdefault(kind, mail)
    return dict(sorted(found.items()))
