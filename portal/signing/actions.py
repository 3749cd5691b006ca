"""What a person does in the ceremony: come in, save, sign, decline."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from portal.agreements.actions import end_version, sign
from portal.agreements.models import Signature
from portal.agreements.policy import SignFacts, why_not_sign
from portal.engagements.actions import hold, note, tell_coach
from portal.factors.actions import CodeRefused, CodeTaken, begin_enrolment, use_code
from portal.factors.queries import has_had_factor
from portal.ground import chance
from portal.ledger.actions import held_head, lock_chain
from portal.ledger.policy import instant
from portal.links.actions import advance, state_of
from portal.links.policy import state as link_state
from portal.links.queries import by_id as invitation_by_id
from portal.people.actions import begin_session, end_sessions_of, shut_out
from portal.people.models import ContactPoint
from portal.people.queries import person_or_missing
from portal.plain.errors import Missing, require
from portal.signing import policy
from portal.signing.models import Sitting
from portal.signing.policy import Mark, Progress, Proof, SignedBy
from portal.signing.queries import seat_of, sitting_of, waiting_for
from portal.vouching.actions import show_digits

if TYPE_CHECKING:
    from portal.ground.work import Work
    from portal.links.models import Invitation
    from portal.people.models import Person
    from portal.signing.queries import Seat, Waiting


@dataclass(frozen=True, slots=True)
class SignValues:
    """Hold what the sign page sends."""

    hash_shown: str
    code: str


def is_new(work: Work, invitation: Invitation) -> bool:
    """Tell whether the person behind a link has never enrolled a factor: then mailbox is enough
    to read (Z9)."""
    return not has_had_factor(work, invitation.person_id)


def come_in(work: Work, invitation: Invitation, lasts: timedelta) -> str:
    """Let a new person in at mailbox level after "I am …", and return the session's token.

    Only this opens the invitation; a pending authenticator is made for the sign page.
    """
    hold(work, invitation.engagement_id)
    person = person_or_missing(work, invitation.practice_id, invitation.person_id)
    _opened(work, invitation, person)
    begin_enrolment(work, person, invitation.id)
    return _session(work, invitation, person, "mailbox", lasts)


def come_back(
    work: Work, invitation: Invitation, code: str, lasts: timedelta
) -> str | CodeRefused:
    """Let a person in who has a factor: the link and a code together (Z9)."""
    hold(work, invitation.engagement_id)
    person = person_or_missing(work, invitation.practice_id, invitation.person_id)
    taken = use_code(work, person, code)
    if isinstance(taken, CodeRefused):
        return taken
    _opened(work, invitation, person)
    if state_of(work, invitation) == "OPENED":
        advance(work, invitation, "invitation.bound", by=person.id)
    return _session(work, invitation, person, "factor", lasts)


def _opened(work: Work, invitation: Invitation, person: Person) -> None:
    if state_of(work, invitation) in ("CREATED", "SENT"):
        advance(work, invitation, "invitation.opened", by=person.id)
    point = work.session.get(ContactPoint, invitation.contact_point_id)
    if point is not None and point.verified_at is None:
        point.verified_at = work.now


def _session(
    work: Work, invitation: Invitation, person: Person, level: str, lasts: timedelta
) -> str:
    return begin_session(work, person, scope="party", level=level, lasts=lasts,
                         engagement_id=invitation.engagement_id, invitation_id=invitation.id)


def not_me(work: Work, invitation: Invitation) -> None:
    """End a link that reached somebody else, and let the record say so."""
    engagement = hold(work, invitation.engagement_id)
    shut_out(work, invitation.person_id, engagement.id)
    advance(work, invitation, "invitation.revoked")
    note(work, engagement, "invitation.not_me", invitation.id)
    tell_coach(work, engagement, "not_me", dedupe=f"not_me:{invitation.id}")


def save(work: Work, seat: Seat, progress: Progress) -> None:
    """Keep what was read, chosen, typed and drawn, whatever happens next."""
    sitting = sitting_of(work, seat.engagement.id, seat.person.id)
    if sitting is None:
        sitting = Sitting(id=chance.new_id(), practice_id=seat.practice.id,
                          engagement_id=seat.engagement.id, person_id=seat.person.id,
                          key_id=seat.engagement.key_id, begun_at=work.now)
        work.session.add(sitting)
    work.hide(sitting, "values", json.dumps(progress.as_values()))
    sitting.changed_at = work.now


def answer_page(
    work: Work, seat: Seat, waiting: Waiting, number: int, answer: str
) -> Progress:
    """Save the answer below page `number`; raises `Missing` for a page that is not there."""
    if not 1 <= number <= len(waiting.pages):
        raise Missing("page")
    page, progress = waiting.pages[number - 1], waiting.progress
    if page["kind"] == "choice":
        choices = {**progress.choices, str(page["line"]): answer}
        progress = replace(progress, choices=choices)
    else:
        progress = replace(progress, read={**progress.read, page["key"]: answer})
    save(work, seat, progress)
    return progress


def why_not_now(work: Work, seat: Seat, waiting: Waiting, hash_shown: str) -> None:
    """Raise `Refused` with the rule that forbids signing now; no code has been looked at."""
    slot = waiting.facts.slot_of(seat.party.id)
    progress = waiting.progress
    require(why_not_sign(SignFacts(
        version=waiting.facts, slot_id=slot.slot_id if slot else None, hash_shown=hash_shown,
        read_all=policy.read_all(waiting.pages, progress),
        choices_complete=policy.chosen_all(waiting.pages, progress),
        erecord_consent=progress.erecord,
    ), work.now))


def take_seat(work: Work) -> Seat:
    """Lock the acting party's engagement and read it: what is seen now holds until the end of
    the transaction, so a changed text, a second tab or a recall meanwhile is seen (INV-1)."""
    if work.actor is None or work.actor.engagement_id is None:
        raise Missing("seat")
    lock_chain(work, work.actor.engagement_id)
    return seat_of(work)


def sign_waiting(
    work: Work, seat: Seat, waiting: Waiting, values: SignValues, lasts: timedelta
) -> tuple[Signature, str] | CodeRefused:
    """Sign what waits: code, signature, record and notices together or not at all.

    The seat comes from `take_seat`. Raises `Refused` with `SignNo` before any code is looked
    at. Returns the signature and the token of a fresh session at factor level.
    """
    actor = work.actor
    if actor is None or seat.engagement.id not in work.locked:
        raise Missing("seat")
    why_not_now(work, seat, waiting, values.hash_shown)
    taken = use_code(work, seat.person, values.code)
    if isinstance(taken, CodeRefused):
        return taken
    # Nothing read below depends on what is written here: one flush at the end is enough.
    with work.session.no_autoflush:
        invitation = invitation_by_id(work, actor.invitation_id) if actor.invitation_id else None
        signature = _write(work, seat, waiting, taken, invitation)
        _finish_link(work, seat, taken, invitation)
        show_digits(work, seat.engagement, seat.party, taken.factor.id)
        tell_coach(work, seat.engagement, "signed", who=seat.own_name, coach=seat.coach_party,
                   dedupe=f"signed:{signature.id}")
        # Whoever came in elsewhere by link alone needs the factor too from now on (Z9).
        end_sessions_of(work, seat.person.id, "party")
        token = begin_session(work, seat.person, scope="party", level="factor", lasts=lasts,
                              engagement_id=seat.engagement.id,
                              invitation_id=actor.invitation_id)
    return signature, token


def _write(
    work: Work, seat: Seat, waiting: Waiting, taken: CodeTaken, invitation: Invitation | None
) -> Signature:
    slot = waiting.facts.slot_of(seat.party.id)
    if slot is None:
        raise Missing("slot")
    progress, shown = waiting.progress, waiting.shown
    who = SignedBy(
        party_id=seat.party.id, slot_id=slot.slot_id, role=slot.role, capacity=seat.party.capacity,
        meaning=slot.meaning, name=progress.name.strip(), mark=Mark(progress.mark),
        strokes=progress.strokes, intent=shown["intents"][slot.role],
        erecord_text=shown["erecord"],
    )
    sealed = policy.manifest(
        who, _proof(work, taken, invitation), version_hash=waiting.facts.hash,
        text_hash=policy.shown_digest(shown), locale=waiting.row.locale,
        zone=waiting.row.timezone, choices=_choices_of(waiting.pages, progress),
        pages_read=[page["key"] for page in waiting.pages],
        ledger_head=held_head(work, seat.engagement.id), at=instant(work.now),
    )
    return sign(work, seat.engagement, waiting.facts, slot, sealed)


def _choices_of(pages: Sequence[Mapping[str, object]], progress: Progress) -> dict[str, str]:
    offered = {str(page["line"]) for page in pages if page["kind"] == "choice"}
    return {line: answer for line, answer in progress.choices.items() if line in offered}


def _proof(work: Work, taken: CodeTaken, invitation: Invitation | None) -> Proof:
    point = work.session.get(ContactPoint, invitation.contact_point_id) if invitation else None
    return Proof(
        factor_id=taken.factor.id, step=taken.step, fails_before=taken.fails_before,
        enrolled_now=taken.enrolled_now,
        invitation_id=invitation.id if invitation else None,
        invited_at=invitation.issued_at if invitation else None,
        address_owner=point.owner if point else None,
        address_read_by=point.read_by if point else None,
        token_print=invitation.secret_hash[:16] if invitation else None,
        signed_in_with="link" if invitation else "password and code",
        network=work.origin.network, browser=work.origin.browser,
    )


def _finish_link(
    work: Work, seat: Seat, taken: CodeTaken, invitation: Invitation | None
) -> None:
    if invitation is not None:
        events = list(seat.standing.events)
        now = link_state(invitation.id, invitation.expires_at, events, work.now)
        if now == "OPENED":
            advance(work, invitation, "invitation.bound", events=events)
        if now in ("OPENED", "BOUND"):
            advance(work, invitation, "invitation.completed", events=events)
    if taken.enrolled_now:
        note(work, seat.engagement, "party.identified", seat.party.id,
             {"factor": taken.factor.id})


def decline(work: Work) -> None:
    """Decline what waits. No code, no reason; the others hear "not concluded" at the deadline,
    as they would of silence (Z4)."""
    seat = take_seat(work)
    waiting = waiting_for(work, seat)
    if waiting is None:
        raise Missing("nothing waits")
    end_version(work, seat.engagement, waiting.facts, "version.declined", "decline")
    actor = work.actor
    invitation = invitation_by_id(work, actor.invitation_id or "") if actor else None
    if invitation is not None and state_of(work, invitation) in ("OPENED", "BOUND"):
        advance(work, invitation, "invitation.declined")
