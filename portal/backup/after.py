"""What must not simply go on after a restore, for nobody knows what was ended since the backup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from portal.ledger.actions import record
from portal.links.actions import revoke_all
from portal.links.models import CalendarFeed, Invitation
from portal.notices.models import Notice
from portal.people.actions.joining import revoke_invitation
from portal.people.actions.tokens import revoke_tokens_of
from portal.people.models import Account, MembershipInvitation, Practice, SignIn

if TYPE_CHECKING:
    from portal.ground.work import Ground, Work


def settle(scratch: Ground, taken_at: str) -> int:
    """End every session, link, program's key and calendar address, and write into the record of
    each practice that it was restored; returns how many mails wait.

    Somebody may have ended any of them after the backup, and here they would live again. Mails
    that wait are left: they may have gone out already, and go out once more under the same
    Message-ID.
    """
    with scratch.work(writes=True) as work:
        for practice_id in work.session.scalars(select(Practice.id).order_by(Practice.id)).all():
            record(work, practice_id, "record.restored", practice_id, practice_id=practice_id,
                   facts={"backup": taken_at})
        _end_ways_in(work)
        return work.session.scalar(select(func.count()).select_from(Notice).where(
            Notice.topic.in_(("mail", "news")), Notice.settled_at.is_(None))) or 0


def _end_ways_in(work: Work) -> None:
    for table in (SignIn, CalendarFeed):
        work.session.execute(
            update(table).where(table.ended_at.is_(None)).values(ended_at=work.now))
    for account_id in work.session.scalars(select(Account.id)).all():
        revoke_tokens_of(work, account_id)
    for waiting in work.session.scalars(select(MembershipInvitation).where(
            MembershipInvitation.ended_at.is_(None))).all():
        revoke_invitation(work, waiting)
    for ids in work.session.execute(
            select(Invitation.practice_id, Invitation.engagement_id, Invitation.person_id)
            .where(Invitation.expires_at > work.now).distinct()
            .order_by(Invitation.engagement_id, Invitation.person_id)).all():
        revoke_all(work, *ids)
