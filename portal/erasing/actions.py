"""Destroying the key of an engagement or a person, and letting go of all that led to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, update

from portal.agreements.models import TermsDraft, Timer
from portal.clockwork.models import FailingItem
from portal.engagements.actions import hold
from portal.engagements.models import CoachingSession, Engagement, Expectation, Party
from portal.engagements.queries import by_id, parties_of
from portal.erasing.policy import why_not_erase
from portal.erasing.queries import organisations_of_nobody_else, takes_part
from portal.factors.models import Factor, RecoveryCode
from portal.ledger.actions import record
from portal.links.actions import revoke_all
from portal.notices.actions import give_up
from portal.people.models import AddressChange, ContactPoint, LateForm, NamePrint, Person, SignIn
from portal.plain.errors import require
from portal.signing.models import Sitting
from portal.vouching.models import Pairing

if TYPE_CHECKING:
    from portal.ground.work import Work

#: Tables that are no evidence: what stands encrypted in them is overwritten with its key.
OVERWRITTEN: tuple[Any, ...] = (
    Engagement, TermsDraft, Expectation, CoachingSession, Sitting, Pairing, Person, ContactPoint,
    Factor, AddressChange, LateForm,
)
#: Where a deleted or overwritten row leaves something behind that PostgreSQL must write anew.
SCRUBBED = ("data_key", "name_print", "contact_point", "notice")


def destroy_key(work: Work, key_id: str) -> None:
    """Let nobody read again what a data key covered, and nobody find it by its name.

    Rows of evidence stay as they are. Everything else under the key is overwritten too, so that
    no copy of the key brings it back.
    """
    for table in OVERWRITTEN:
        empty = {column.name: None if column.nullable else b""
                 for column in table.__table__.columns if column.name.endswith("_enc")}
        work.session.execute(update(table).where(table.key_id == key_id).values(empty))
    work.session.execute(delete(NamePrint).where(NamePrint.key_id == key_id))
    work.vault.destroy(key_id, work.now)


def erase_engagement(work: Work, engagement_id: str) -> int:
    """Erase the content of an engagement, and everybody in it who takes part in nothing else.

    Its links and sessions end, and what waits in the outbox is not sent. The chain of the practice
    keeps that it was erased, without a name. Returns how many people were erased with it. Raises
    `Missing`, and refuses what was erased before.
    """
    by_id(work, engagement_id)
    engagement = hold(work, engagement_id)
    require(why_not_erase(is_gone=work.vault.is_gone(engagement.key_id)))
    people = {party.person_id for party in parties_of(work, [engagement_id])[engagement_id]}
    for person_id in sorted(people):
        revoke_all(work, engagement.practice_id, engagement_id, person_id)
    work.session.execute(
        update(SignIn).where(SignIn.engagement_id == engagement_id, SignIn.ended_at.is_(None))
        .values(ended_at=work.now))
    work.session.execute(delete(LateForm).where(LateForm.engagement_id == engagement_id))
    give_up(work, engagement_id=engagement_id)
    work.session.execute(
        update(Timer).where(Timer.engagement_id == engagement_id).values(next_at=None))
    # What failed in it is tried no more: it would fail for ever, and stand on the board.
    work.session.execute(
        delete(FailingItem).where(FailingItem.engagement_id == engagement_id))
    alone = people - takes_part(work, people, besides=engagement_id)
    for person_id in sorted(alone):
        _erase_person(work, work.session.get_one(Person, person_id))
    _forget_organisations(work, engagement_id)
    destroy_key(work, engagement.key_id)
    _record(work, engagement, "erasure.engagement")
    work.touched.add(engagement_id)
    return len(alone)


def erase_person(work: Work, person: Person) -> None:
    """Erase a person who takes part in nothing that is readable.

    Refuses for anybody else, and for who was erased before.
    """
    require(why_not_erase(is_gone=work.vault.is_gone(person.key_id),
                          takes_part=bool(takes_part(work, [person.id]))))
    _erase_person(work, person)


def _erase_person(work: Work, person: Person) -> None:
    destroy_key(work, person.key_id)
    person.erased_at, person.majority_on, person.timezone = work.now, None, None
    # An address is found by its digest: whoever holds the keys could try addresses.
    work.session.execute(
        update(ContactPoint).where(ContactPoint.person_id == person.id)
        .values(fingerprint="", suspended_at=work.now))
    work.session.execute(
        update(Factor).where(Factor.person_id == person.id, Factor.disabled_at.is_(None))
        .values(disabled_at=work.now))
    work.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    work.session.execute(
        update(SignIn).where(SignIn.person_id == person.id, SignIn.ended_at.is_(None))
        .values(ended_at=work.now))
    give_up(work, key_id=person.key_id)
    _record(work, person, "erasure.person")


def _record(work: Work, what: Engagement | Person, kind: str) -> None:
    record(work, what.practice_id, kind, what.id, practice_id=what.practice_id,
           actor_id=work.actor.person_id if work.actor else None)


def _forget_organisations(work: Work, engagement_id: str) -> None:
    """Let go of organisations that stood in this engagement alone: they are under the practice's
    key, which stays."""
    for organisation in organisations_of_nobody_else(work, engagement_id):
        work.session.execute(delete(NamePrint).where(NamePrint.subject_id == organisation.id))
        work.session.execute(
            update(Party).where(Party.organisation_id == organisation.id)
            .values(organisation_id=None))
        work.session.delete(organisation)
    work.session.flush()
