"""The coachee's own receipts, to take along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint
from flask import Response as FlaskResponse

from portal.plain.errors import Missing
from portal.receipts.queries import receipt_of
from portal.signing.queries import own_version, seat_of
from portal.web.guards import Door, guard
from portal.web.words import today

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work

bp = Blueprint("receipts", __name__)

JSON_LD = "application/ld+json"


@bp.get("/p/agreements/<version_id>/consent.jsonld")
@guard(Door.PARTY)
def consent(work: Work, version_id: str) -> Response:
    """Hand the coachee the receipt of one text as it stands now; for anybody else there is none
    (Z1). The file's name holds the day, and no name of a person."""
    seat = seat_of(work)
    facts = own_version(work, seat, version_id)
    if seat.party.role != "COACHEE":
        raise Missing("receipt")
    body = receipt_of(work, facts.version_id, seat.standing)
    work.note("receipt.fetched", "coachee", engagement_id=seat.engagement.id,
              subject_id=facts.version_id)
    template = seat.standing.agreements[facts.agreement_id].template_code
    response = FlaskResponse(body, content_type=JSON_LD)
    response.headers.set(
        "Content-Disposition", "attachment",
        filename=f"consent-receipt-{template}-{today(work.now).isoformat()}.jsonld")
    return response
