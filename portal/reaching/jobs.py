"""What happens by the clock: answering the front door, reminding, saying "not concluded", asking
for the voice check."""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.agreements.models import AgreementVersion, Signature
from portal.agreements.queries import standing_of, standing_of_one
from portal.clockwork.actions import Item, each, went_well, went_wrong
from portal.clockwork.queries import held_back
from portal.engagements.actions import hold, tell
from portal.engagements.queries import parties_of
from portal.factors.actions import send_reset
from portal.ground.vault import CannotOpen
from portal.links.queries import linked, of_engagements
from portal.people.actions import PRINT, resend
from portal.people.policy import normal_address
from portal.people.queries import (
    account_by_login,
    open_invitations,
    points_and_people,
    points_by_address,
    practice_or_missing,
)
from portal.reaching.actions import PASSWORD, remind_on_its_day, send_return
from portal.reaching.models import DoorRequest
from portal.reaching.policy import DOOR_EVERY, has_lapsed, hears_of, reminder_due, wants_reminders
from portal.reaching.queries import asked_facts, open_checks, with_open_texts
from portal.web.words import speak

if TYPE_CHECKING:
    from portal.agreements.policy import VersionFacts
    from portal.ground.work import Ground, Work

log = logging.getLogger("portal.reaching")

_LOOK_BACK = timedelta(days=60)


def answer_doors(ground: Ground) -> int:
    """Answer who asked for a link, one request a transaction, and return how many there were.

    One that raises is tried again later and lets the others pass.
    """
    answered = 0
    while not ground.stopping:
        in_hand = None
        try:
            with ground.work(writes=True) as work:
                request = _oldest(work)
                if request is None:
                    break
                in_hand = Item(request.id)
                _answer(work, request)
                went_well(work, "door", in_hand.id)
        except Exception as trouble:
            if in_hand is None:
                raise
            log.error("door failed for one item: %s", type(trouble).__name__)
            went_wrong(ground, "door", in_hand, type(trouble).__name__)
        else:
            answered += 1
    return answered


def _oldest(work: Work) -> DoorRequest | None:
    return work.session.scalar(
        select(DoorRequest).where(DoorRequest.settled_at.is_(None),
                                  DoorRequest.id.not_in(held_back("door", work.now)))
        .order_by(DoorRequest.asked_at).limit(1).with_for_update(skip_locked=True)
    )


def _answer(work: Work, request: DoorRequest) -> None:
    place = f"door_request/{request.id}/address"
    sealed, request.address_enc, request.settled_at = request.address_enc or b"", None, work.now
    try:
        address = work.vault.unlock_outside(sealed, place).decode()
    except CannotOpen:
        # Asked before a master key that is gone since: whoever asked may ask again.
        return
    if request.wants == PASSWORD:
        _answer_for_password(work, address)
        return
    printed = work.vault.fingerprint(normal_address(address), PRINT)
    for invitation in open_invitations(work, printed):
        practice = practice_or_missing(work, invitation.practice_id)
        speak(practice.locale, practice.timezone)
        if work.now - invitation.issued_at >= DOOR_EVERY:
            resend(work, invitation)
    for point in points_by_address(work, printed):
        practice = practice_or_missing(work, point.practice_id)
        speak(practice.locale, practice.timezone)
        for engagement_id in linked(work, point.practice_id, point.person_id):
            hold(work, engagement_id)
            send_return(work, engagement_id, point.person_id)


def _answer_for_password(work: Work, address: str) -> None:
    account = account_by_login(work, address)
    if account is not None and account.closed_at is None:
        practice = practice_or_missing(work, account.practice_id)
        speak(practice.locale, practice.timezone)
        send_reset(work, account)


def say_not_concluded(ground: Ground) -> int:
    """Tell, at the deadline, of every text that was not concluded: the coach and everybody who
    had been invited hear the same words on the same day for a decline and for silence (Z4).

    Returns how many engagements were looked at.
    """
    with ground.work(writes=False) as work:
        due = list(work.session.execute(
            select(AgreementVersion.engagement_id, AgreementVersion.practice_id).distinct().where(
                AgreementVersion.sign_by <= work.now,
                AgreementVersion.sign_by > work.now - _LOOK_BACK)
        ))
    return each(ground, "deadlines",
                [Item(row.engagement_id, row.practice_id, row.engagement_id) for row in due], _say)


def _say(work: Work, engagement_id: str) -> None:
    engagement = hold(work, engagement_id)
    standing = standing_of_one(work, engagement_id)
    by_deadline: dict[datetime, list[VersionFacts]] = defaultdict(list)
    for facts in standing.versions:
        if work.now - _LOOK_BACK < facts.sign_by <= work.now and has_lapsed(facts, work.now):
            by_deadline[facts.sign_by].append(facts)
    invited = {e.subject_id for e in standing.events if e.kind == "party.invited"}
    parties = parties_of(work, [engagement_id])[engagement_id] if by_deadline else []
    for deadline, lapsed in by_deadline.items():
        for party in parties:
            if party.id in invited and hears_of(party.id, party.role, lapsed, standing.dropped):
                # One piece of news, however many texts had the same last day.
                tell(work, engagement, party, "not_concluded",
                     dedupe=f"not_concluded:{engagement_id}:{deadline.date()}:{party.id}")


def ask_for_pairing(ground: Ground) -> int:
    """Ask signers again whose voice check is still open; returns in how many engagements."""
    with ground.work(writes=False) as work:
        signed = {row.engagement_id: row.practice_id for row in work.session.execute(
            select(Signature.engagement_id, Signature.practice_id).distinct()
            .where(Signature.signed_at > work.now - _LOOK_BACK))}
        due = [Item(engagement_id, signed[engagement_id], engagement_id)
               for engagement_id, standing in standing_of(work, list(signed)).items()
               if open_checks(standing, work.now)]
    return each(ground, "voice", due, _ask)


def _ask(work: Work, engagement_id: str) -> None:
    engagement = hold(work, engagement_id)
    parties = {p.id: p for p in parties_of(work, [engagement_id])[engagement_id]}
    standing = standing_of_one(work, engagement_id)
    for party_id, (day, version_id) in open_checks(standing, work.now).items():
        if not wants_reminders(party_id, standing.events):
            continue
        tell(work, engagement, parties[party_id], "pairing_wanted",
             dedupe=f"pairing:{version_id}:{party_id}:{day}")


def remind_on_time(ground: Ground) -> int:
    """Remind everybody for whom one of the days has come and something still waits (domain 2.8);
    returns in how many engagements."""
    with ground.work(writes=False) as work:
        due = [item for some in with_open_texts(work) for item in _with_due(work, some)]
    return each(ground, "reminders", due, _remind)


def _remind(work: Work, engagement_id: str) -> None:
    engagement = hold(work, engagement_id)
    for party in parties_of(work, [engagement_id])[engagement_id]:
        remind_on_its_day(work, engagement, party)


def _with_due(work: Work, engagement_ids: list[str]) -> list[Item]:
    """Return those of some engagements in which somebody is to be reminded."""
    parties, links = parties_of(work, engagement_ids), defaultdict(list)
    for link in of_engagements(work, engagement_ids):
        links[link.engagement_id].append(link)
    # Held until the end, so that each finds its person and address without asking again.
    _held = points_and_people(work, [party.contact_point_id for own in parties.values()
                                     for party in own if party.contact_point_id])
    found = []
    for engagement_id, standing in standing_of(work, engagement_ids).items():
        own = parties[engagement_id]
        facts = [asked_facts(work, standing, party, links[engagement_id]) for party in own]
        if any(one is not None and reminder_due(one, work.now) for one in facts):
            found.append(Item(engagement_id, own[0].practice_id, engagement_id))
    return found
