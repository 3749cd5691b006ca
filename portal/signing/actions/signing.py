"""Saving, signing and declining: what a person does with the texts that wait."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from portal.agreements.actions import sign
from portal.agreements.policy import SignFacts, SignNo, why_not_sign
from portal.engagements.actions import Letterhead, note, tell_coach
from portal.factors.actions import Act, Answer, CodeRefused, CodeTaken, prove
from portal.factors.policy import is_anew
from portal.ground import chance
from portal.ledger.actions import held_head, lock_chain
from portal.ledger.policy import instant
from portal.links.actions import advance, state_of
from portal.links.policy import state as link_state
from portal.links.queries import by_id as invitation_by_id
from portal.links.queries import with_address
from portal.people.actions import begin_session, end_sessions_of
from portal.people.queries import is_shut_out
from portal.plain.errors import Missing, NotSignedIn, require
from portal.signing import policy
from portal.signing.actions.people import decline_text, settle_people
from portal.signing.models import Sitting
from portal.signing.policy import Mark, Progress, Proof, Screen, SignedBy, Text, Waiting
from portal.signing.queries import seat_of, sitting_of, waiting_of
from portal.vouching.actions import show_digits

if TYPE_CHECKING:
    from datetime import datetime

    from portal.agreements.models import Signature
    from portal.ground.work import Work
    from portal.links.models import Invitation
    from portal.people.models import ContactPoint
    from portal.signing.queries import Seat


@dataclass(frozen=True, slots=True)
class SignValues:
    """Hold what the sign page sends: the hashes of the texts that were ticked, and one code, or
    what a passkey signed for all of them; and the id of the first app that it shows."""

    hashes: Sequence[str]
    code: str | Answer
    shown: str = ""


def signing(hashes: Sequence[str]) -> Act:
    """Return what a passkey signs on the sign page: these texts, and no other."""
    return Act("sign", tuple(hashes))


def save(work: Work, seat: Seat, progress: Progress) -> None:
    """Keep what was read, chosen, ticked, typed and drawn, whatever happens next."""
    sitting = sitting_of(work, seat.engagement.id, seat.person.id)
    if sitting is None:
        sitting = Sitting(id=chance.new_id(), practice_id=seat.practice.id,
                          engagement_id=seat.engagement.id, person_id=seat.person.id,
                          key_id=seat.engagement.key_id, begun_at=work.now)
        work.session.add(sitting)
    work.hide(sitting, "values", json.dumps(progress.as_values()))
    sitting.changed_at = work.now


def answer_page(
    work: Work, seat: Seat, waiting: Waiting, screen: Screen, given: Mapping[str, str]
) -> Waiting:
    """Save the answers on one page, and return what waits with them."""
    progress = waiting.progress.answered(screen.text.id, given)
    save(work, seat, progress)
    return waiting.having(progress)


def take_seat(work: Work) -> Seat:
    """Lock the acting party's engagement and read it: what is seen now holds until the end of
    the transaction, so a changed text, a second tab or a recall meanwhile is seen (INV-1).

    Raises `NotSignedIn` where the session was ended between the door and the lock: revoking acts
    at once.
    """
    if work.actor is None or work.actor.engagement_id is None:
        raise Missing("seat")
    lock_chain(work, work.actor.engagement_id)
    if is_shut_out(work, work.actor.session_id):
        raise NotSignedIn("party")
    return seat_of(work)


def picked(work: Work, waiting: Waiting, hashes: Sequence[str]) -> list[Text]:
    """Return the texts that were ticked, or raise `Refused` with the rule that forbids to sign
    one of them now; no code has been looked at then."""
    texts = waiting.picked(hashes)
    require(SignNo.TEXT_CHANGED if not texts or len(texts) != len(set(hashes)) else None)
    for text in texts:
        require(why_not_sign(SignFacts(
            version=text.facts, slot_id=text.slot.slot_id, hash_shown=text.facts.hash,
            read_all=text.is_read, choices_complete=text.is_chosen,
            erecord_consent=waiting.progress.erecord,
        ), work.now))
    return texts


def sign_waiting(
    work: Work, seat: Seat, waiting: Waiting, values: SignValues, lasts: timedelta
) -> tuple[list[Signature], str] | CodeRefused:
    """Sign what was ticked, all with one code or passkey: signatures, record and notices together
    or not at all (Z12). What was not ticked keeps waiting.

    The seat comes from `take_seat`. Raises `Refused` with `SignNo` before any code is looked
    at. Returns the signatures and the token of a fresh session at factor level.
    """
    actor = work.actor
    if actor is None or seat.engagement.id not in work.locked:
        raise Missing("seat")
    texts = picked(work, waiting, values.hashes)
    # Nothing read below depends on what is written here: one flush at the end is enough.
    with work.session.no_autoflush:
        taken = prove(work, seat.person, signing(values.hashes), values.code, shown=values.shown)
        if isinstance(taken, CodeRefused):
            return taken
        invitation, point = with_address(work, actor.invitation_id or "")
        proof = _proof(work, taken, invitation, point, _anew_at(seat, taken))
        signatures = [_write(work, seat, waiting, text, proof) for text in texts]
        left = _leave_the_rest(work, seat, waiting, texts)
        _finish_link(work, seat, taken, invitation, ends=not left)
        unknown = any(text.slot.vouching for text in texts) and seat.vouched_at is None
        if unknown:
            show_digits(work, seat.engagement, seat.party, taken.factor.id)
        tell_coach(work, seat.engagement, "signed", who=seat.own_name, coach=seat.coach_party,
                   head=_letterhead(work, seat), talk="yes" if unknown else "",
                   dedupe=f"signed:{signatures[0].id}")
        # Whoever came in elsewhere by link alone needs the factor too from now on (Z9).
        end_sessions_of(work, seat.person.id, "party")
        token = begin_session(work, seat.person, scope="party", level="factor", lasts=lasts,
                              engagement_id=seat.engagement.id,
                              invitation_id=actor.invitation_id)
    settle_people(work, seat, waiting, texts)
    return signatures, token


def _letterhead(work: Work, seat: Seat) -> Letterhead:
    """Return what the mail says, from what was read for the page."""
    practice, base = seat.practice, work.ground.settings.base_url.rstrip("/")
    return Letterhead(practice.name, seat.coach_name, work.reveal(practice, "contact"),
                      f"{base}/lost", seat.coach_address, practice.timezone)


def _write(
    work: Work, seat: Seat, waiting: Waiting, text: Text, proof: Proof
) -> Signature:
    progress, shown, role = waiting.progress, text.shown, text.slot.role
    who = SignedBy(
        party_id=seat.party.id, slot_id=text.slot.slot_id, role=role,
        capacity=shown["capacities"][role], meaning=text.slot.meaning,
        name=progress.name.strip(), mark=Mark(progress.mark), strokes=progress.strokes,
        intent=shown["intents"][role], erecord_text=shown["erecord"],
    )
    sealed = policy.manifest(
        who, proof, version_hash=text.facts.hash, text_hash=policy.shown_digest(shown),
        locale=text.locale, zone=shown["zone"],
        choices=policy.choices_of(text.pages, text.answers),
        sights=policy.sights_of(text.pages, text.answers), person=text.person,
        pages_read=[page["key"] for page in text.pages],
        ledger_head=held_head(work, seat.engagement.id), at=instant(work.now),
    )
    return sign(work, seat.engagement, text.facts, text.slot, sealed)


def _leave_the_rest(
    work: Work, seat: Seat, waiting: Waiting, signed: Sequence[Text]
) -> list[Text]:
    """Keep the answers to what was not ticked, without the ticks, and return those texts."""
    left = [text for text in waiting.signable if text not in signed]
    if left:
        save(work, seat, waiting.progress.signed(text.id for text in signed))
    return left


def _proof(
    work: Work, taken: CodeTaken, invitation: Invitation | None, point: ContactPoint | None,
    anew_at: datetime | None,
) -> Proof:
    return Proof(
        factor_id=taken.factor.id, step=taken.step, fails_before=taken.fails_before,
        enrolled_now=taken.enrolled_now, passkey=taken.passkey,
        invitation_id=invitation.id if invitation else None,
        invited_at=invitation.issued_at if invitation else None,
        address_owner=point.owner if point else None,
        address_read_by=point.read_by if point else None,
        token_print=invitation.secret_hash[:16] if invitation else None,
        signed_in_with="link" if invitation else "password and code",
        network=work.origin.network, browser=work.origin.browser, anew_at=anew_at,
    )


def _anew_at(seat: Seat, taken: CodeTaken) -> datetime | None:
    """Return when the signer's lost authenticator had been replaced, if they have signed nothing
    here since: the next signature says so."""
    factor, last = taken.factor, max(
        (at for facts in seat.standing.versions if (at := facts.signed_at(seat.party.id))),
        default=None)
    if factor.enrolled_at is None or not is_anew(factor.set_up_as):
        return None
    return factor.enrolled_at if last is None or last < factor.enrolled_at else None


def _finish_link(
    work: Work, seat: Seat, taken: CodeTaken, invitation: Invitation | None, *, ends: bool
) -> None:
    """Bind the link to the factor; it is used up when nothing more waits behind it."""
    if invitation is not None:
        events = list(seat.standing.events)
        now = link_state(invitation.id, invitation.expires_at, events, work.now)
        if now == "OPENED":
            advance(work, invitation, "invitation.bound", events=events)
        if ends and now in ("OPENED", "BOUND"):
            advance(work, invitation, "invitation.completed", events=events)
    if not any(event.kind == "party.identified" and event.subject_id == seat.party.id
               for event in seat.standing.events):
        # Whoever enrolled in another engagement proves here too, by this code, who they are.
        note(work, seat.engagement, "party.identified", seat.party.id,
             {"factor": taken.factor.id})


def decline(work: Work, version_id: str) -> None:
    """Decline one text. No code, no reason; the others hear "not concluded" at the deadline, as
    they would of silence (Z4)."""
    seat = take_seat(work)
    waiting = waiting_of(work, seat)
    text = waiting.text(version_id) if waiting else None
    if waiting is None or text is None:
        raise Missing("nothing waits")
    decline_text(work, seat, text)
    actor = work.actor
    invitation = invitation_by_id(work, actor.invitation_id or "") if actor else None
    if invitation is None or len(waiting.texts) > 1:
        return
    if state_of(work, invitation) in ("OPENED", "BOUND"):
        advance(work, invitation, "invitation.declined")
