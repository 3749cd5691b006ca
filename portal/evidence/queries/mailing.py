"""What goes along with a mail: sealed copies, to mailboxes that nobody else reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.engagements.models import Party
from portal.evidence.models import SealedFile, Twin
from portal.evidence.policy.editions import editions_for
from portal.ground.mail import Enclosure
from portal.people.models import ContactPoint
from portal.people.policy import Owner, ReadBy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.ground.work import Work
    from portal.notices.actions import Claimed


def enclosed(work: Work, mail: Claimed) -> Sequence[Enclosure]:
    """Return the sealed copy that a mail tells of, with its readable twin.

    Nothing goes along to an address that is not the reader's own and theirs alone (Z7, INV-15),
    and nobody gets an edition that is not theirs (Z1). Asked when the mail goes out, so that an
    address which was changed meanwhile counts as it is now.
    """
    party = work.session.get(Party, mail.values.get("signer", ""))
    kept = work.session.execute(
        select(SealedFile, Twin).join(Twin, Twin.paper_id == SealedFile.id)
        .where(SealedFile.id == mail.values.get("paper", ""))).one_or_none()
    if party is None or kept is None or not _is_theirs_alone(work, party, mail.destination):
        return ()
    paper, twin = kept
    if paper.engagement_id != party.engagement_id or paper.edition not in editions_for(party.role):
        return ()
    name = f"agreement-{paper.short_code}"
    return (Enclosure(f"{name}.pdf", "application/pdf", work.reveal_bytes(paper, "file")),
            Enclosure(f"{name}.html", "text/html", work.reveal_bytes(twin, "file")))


def _is_theirs_alone(work: Work, party: Party, destination: str) -> bool:
    point = work.session.get(ContactPoint, party.contact_point_id or "")
    return (point is not None and point.suspended_at is None
            and (point.owner, point.read_by) == (Owner.PRIVATE, ReadBy.NOBODY)
            and work.reveal(point, "value") == destination)
