"""A party's own pages: receipt, consents, papers, dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.agreements.queries import differences
from portal.amending.queries import proposals_for
from portal.desk.queries.calendars import text_entries
from portal.desk.queries.own import Own, own_of, own_versions
from portal.desk.queries.people import readers_of
from portal.desk.views import bp
from portal.desk.views.coach import send_paper, send_renewed
from portal.engagements.queries import parties_of
from portal.factors.queries import recovery_codes
from portal.handing.queries import asked
from portal.people.queries import lookers_of
from portal.plain.errors import Missing
from portal.reaching.forms import PlainForm
from portal.receipts.queries import unsigned_of
from portal.reviews.queries import own_looks
from portal.sessions.queries import next_of
from portal.sessions.views.dates import as_calendar
from portal.signing.queries import Seat, reader_in, seat_of, waiting_of
from portal.signing.queries import own_version as own_facts
from portal.taking.queries import Mistake, mistakes_of
from portal.vouching.queries import digits_on_screen
from portal.web.guards import Door, guard
from portal.web.pages import page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work


def _own(work: Work, seat: Seat, version_id: str) -> Own:
    facts = own_facts(work, seat, version_id)
    if facts.signed_at(seat.party.id) is None:
        raise Missing("version")
    return own_of(work, seat, [facts])[0]


@bp.get("/p/agreements/<version_id>")
@guard(Door.PARTY)
def receipt(work: Work, version_id: str) -> Response:
    """Say what was signed with this one code, what happens next, and where the copies are; can
    be bookmarked."""
    seat = seat_of(work)
    signed_at = own_facts(work, seat, version_id).signed_at(seat.party.id)
    if signed_at is None:
        raise Missing("version")
    digits = digits_on_screen(work, seat.party.id)
    return page("desk/receipt.html", seat=seat, form=PlainForm(),
                owns=[own for own in own_versions(work, seat) if own.signed_at == signed_at],
                digits=digits[0] if digits else None,
                digits_until=digits[1].expires_at if digits else None,
                seat_codes=bool(recovery_codes(work, seat.person.id)))


@bp.get("/p/agreements/<version_id>/text")
@guard(Door.PARTY)
def own_text(work: Work, version_id: str) -> Response:
    """Show the exact text that was signed: the readable twin of the paper."""
    seat = seat_of(work)
    facts = own_facts(work, seat, version_id)
    return page("desk/own_text.html", seat=seat, own=_own(work, seat, version_id),
                differs=differences(
                    work, seat.standing, [facts], reader_in(seat)).get(version_id))


@bp.get("/p/agreements/<version_id>/papers/<paper_id>.pdf")
@guard(Door.PARTY)
def own_paper(work: Work, version_id: str, paper_id: str) -> Response:
    """Hand a sealed paper to a signer: only an edition that is theirs (Z1)."""
    return _own_file(work, version_id, paper_id)


@bp.get("/p/agreements/<version_id>/papers/<paper_id>.html")
@guard(Door.PARTY)
def own_twin(work: Work, version_id: str, paper_id: str) -> Response:
    """Hand the readable twin of a sealed paper to a signer, as the paper itself (Z1)."""
    return _own_file(work, version_id, paper_id, twin=True)


@bp.get("/p/agreements/<version_id>/papers/<paper_id>/renewed.pdf")
@guard(Door.PARTY)
def own_renewed(work: Work, version_id: str, paper_id: str) -> Response:
    """Hand a sealed paper with its proof renewed to a signer, as the paper itself (Z1)."""
    _theirs(work, version_id, paper_id)
    return send_renewed(work, version_id, paper_id)


def _own_file(work: Work, version_id: str, paper_id: str, *, twin: bool = False) -> Response:
    _theirs(work, version_id, paper_id)
    return send_paper(work, version_id, paper_id, twin=twin)


def _theirs(work: Work, version_id: str, paper_id: str) -> None:
    """Raise `Missing` unless the person in the seat signed this version and may have this
    edition."""
    if all(paper.id != paper_id for paper in _own(work, seat_of(work), version_id).papers):
        raise Missing("paper")


@bp.get("/p/agreements/<version_id>/dates.ics")
@guard(Door.PARTY)
def dates(work: Work, version_id: str) -> Response:
    """Hand out the days that matter, with neutral titles: they stand in the text, so they tell
    nothing of what became of it."""
    seat = seat_of(work)
    facts = own_facts(work, seat, version_id)
    if facts.signed_at(seat.party.id) is None:
        raise Missing("version")
    return as_calendar(text_entries(seat.party, [facts], work.now), "dates.ics")


@bp.get("/p/consents")
@guard(Door.PARTY)
def consents(work: Work) -> Response:
    """Show what waits, what was agreed and until when, who can open it, and the copies."""
    seat = seat_of(work)
    return page("desk/consents.html", seat=seat, owns=own_versions(work, seat),
                proposals=proposals_for(work, seat),
                waiting=waiting_of(work, seat), asked=asked(work, seat),
                looks=own_looks(work, seat),
                mine=next_of(work, seat.engagement, seat.party, seat.standing),
                lookers=lookers_of(work, seat.practice.id, seat.coach.id),
                readers=readers_of(work, seat), mistakes=_mistakes(work, seat),
                unsigned=unsigned_of(work, seat.standing, seat.party)
                if seat.party.role == "COACHEE" else [])


def _mistakes(work: Work, seat: Seat) -> list[Mistake]:
    """Return what others saw by mistake, to the coachee alone and without the notes (K43)."""
    if seat.party.role != "COACHEE":
        return []
    parties = parties_of(work, [seat.engagement.id])[seat.engagement.id]
    return mistakes_of(work, seat.engagement, parties, notes=False)
