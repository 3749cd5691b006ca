"""Who is in a practice, who may join, and who can look at what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from portal.ground.tokens import LinkSigner, fingerprint
from portal.notices.queries import lost_mails
from portal.people.models import Account, ContactPoint, Membership, MembershipInvitation
from portal.people.policy import (
    InviteNo,
    JoinNo,
    Role,
    Sees,
    can_join,
    normal_address,
    sees,
    why_not_invite,
)
from portal.people.queries.persons import names_of
from portal.plain.errors import Missing

if TYPE_CHECKING:
    from portal.ground.work import Ground, Work
    from portal.people.models import Person


@dataclass(frozen=True, slots=True)
class Member:
    """Hold somebody of the practice as its owner sees them."""

    account_id: str
    person_id: str
    name: str
    role: Role
    since: datetime


@dataclass(frozen=True, slots=True)
class Invited:
    """Hold somebody who was invited and has not joined; `word` is "open", "expired", "bounced"
    or "not_me"."""

    id: str
    name: str
    address: str
    role: Role
    issued_at: datetime
    expires_at: datetime
    word: str


@dataclass(frozen=True, slots=True)
class Looker:
    """Name somebody of the practice who can open something of an engagement (INV-24)."""

    name: str
    sees: Sees


_MEMBERS = (
    select(Account, Membership).join(Membership, Membership.account_id == Account.id)
    .where(Membership.until.is_(None), Account.closed_at.is_(None))
    .order_by(Membership.since, Account.id)
)


def members_of(work: Work, practice_id: str) -> list[Member]:
    """Return who is in the practice now: owners, then coaches, then helpers, oldest first."""
    rows = work.session.execute(_MEMBERS.where(Account.practice_id == practice_id)).all()
    names = names_of(work, [account.person_id for account, _membership in rows])
    order = list(Role)
    return sorted(
        (Member(account.id, account.person_id, names[account.person_id], Role(membership.role),
                membership.since) for account, membership in rows),
        key=lambda member: order.index(member.role))


def member_or_missing(work: Work, account_id: str) -> Member:
    """Return a member of the acting owner's practice; anybody else does not exist (Z5)."""
    practice_id = work.actor.practice_id if work.actor else ""
    for member in members_of(work, practice_id):
        if member.account_id == account_id:
            return member
    raise Missing("member")


def account_or_missing(work: Work, account_id: str) -> Account:
    """Return the open account of a member of the acting owner's practice."""
    return work.session.get_one(Account, member_or_missing(work, account_id).account_id)


def membership_of(work: Work, account: Account) -> Membership:
    """Return what an account is now, or raise `Missing` when it is nothing any more."""
    found = work.session.scalar(
        select(Membership).where(Membership.account_id == account.id, Membership.until.is_(None))
    )
    if found is None or account.closed_at is not None:
        raise Missing("membership")
    return found


def count_owners(work: Work, practice_id: str) -> int:
    """Return how many owners a practice has."""
    return work.session.execute(
        select(func.count()).select_from(Membership)
        .where(Membership.practice_id == practice_id, Membership.role == Role.OWNER.value,
               Membership.until.is_(None))
    ).scalar_one()


def can_coach(work: Work, practice_id: str, person_id: str) -> bool:
    """Tell whether a person may coach at this practice now."""
    return any(member.person_id == person_id and member.role is not Role.HELPER
               for member in members_of(work, practice_id))


def lookers_of(work: Work, practice_id: str, coach_id: str) -> list[Looker]:
    """Return who of the practice can open something of an engagement that this person coaches,
    and in a word what: the coach first, then whoever sees states or dates only (INV-24)."""
    found = [(sees(member.role, coaches=member.person_id == coach_id), member.name)
             for member in members_of(work, practice_id)]
    order = list(Sees)
    return sorted((Looker(name, seen) for seen, name in found if seen is not None),
                  key=lambda looker: order.index(looker.sees))


def why_not_invited(work: Work, practice_id: str, email: str) -> InviteNo | None:
    """Return why an owner cannot invite somebody at this address, or None.

    It says nothing of other practices: whether an address has an account there is told to its
    owner alone, who proves the mailbox first.
    """
    hashed = work.vault.fingerprint(normal_address(email), "login")
    is_in = work.session.scalar(
        select(Account.id).where(Account.practice_id == practice_id, Account.login_print == hashed)
    )
    waits = any(normal_address(invited.address) == normal_address(email)
                for invited in invited_to(work, practice_id) if invited.word == "open")
    return why_not_invite(is_in=is_in is not None, is_invited=waits)


def invited_to(work: Work, practice_id: str) -> list[Invited]:
    """Return who was invited into a practice and has not joined, newest first."""
    rows = list(work.session.scalars(
        select(MembershipInvitation)
        .where(MembershipInvitation.practice_id == practice_id,
               or_(MembershipInvitation.ended_at.is_(None),
                   MembershipInvitation.ended_as == "not_me"))
        .order_by(MembershipInvitation.issued_at.desc(), MembershipInvitation.id)
    ))
    lost = lost_mails(work, [row.id for row in rows])
    return [Invited(row.id, work.reveal(row, "name"), work.reveal(row, "address"), Role(row.role),
                    row.issued_at, row.expires_at, _word(row, lost, work.now)) for row in rows]


def _word(row: MembershipInvitation, lost: set[str], now: datetime) -> str:
    if row.ended_as is not None:
        return row.ended_as
    if row.id in lost:
        return "bounced"
    return "open" if can_join(row.expires_at, row.ended_at, now) else "expired"


def invitation_or_missing(work: Work, invitation_id: str) -> MembershipInvitation:
    """Return an invitation of the acting owner's practice, or raise `Missing`."""
    found = work.session.get(MembershipInvitation, invitation_id)
    if found is None or work.actor is None or found.practice_id != work.actor.practice_id:
        raise Missing("invitation")
    return found


def join_signer(ground: Ground) -> LinkSigner:
    """Return what signs the links by which people join; no other link passes for one of them."""
    return LinkSigner(ground.settings.link_keys, "membership")


def joinable(work: Work, token: str) -> MembershipInvitation | None:
    """Return the invitation behind a token, or None for every kind of dead link alike (Z10)."""
    secret = join_signer(work.ground).read(token)
    found = None if secret is None else work.session.scalar(
        select(MembershipInvitation).where(
            MembershipInvitation.secret_hash == fingerprint(secret)))
    return found if found is not None and is_joinable(work, found) else None


def joinable_by_id(work: Work, invitation_id: str) -> MembershipInvitation | None:
    """Return an invitation whose link was pressed a moment ago, unless it has died since."""
    found = work.session.get(MembershipInvitation, invitation_id)
    return found if found is not None and is_joinable(work, found) else None


def invited_as(work: Work, invitation: MembershipInvitation) -> tuple[str, str]:
    """Return name and address of somebody who was invited and can still join."""
    return work.reveal(invitation, "name"), work.reveal(invitation, "address")


def is_joinable(work: Work, invitation: MembershipInvitation) -> bool:
    """Tell whether a link to join still leads somewhere."""
    return can_join(invitation.expires_at, invitation.ended_at, work.now)


def open_invitations(work: Work, address_print: str) -> list[MembershipInvitation]:
    """Return the links to join, of any practice, that still work at an address."""
    return [row for row in work.session.scalars(
        select(MembershipInvitation).where(MembershipInvitation.address_print == address_print,
                                           MembershipInvitation.ended_at.is_(None))
    ) if is_joinable(work, row)]


def invitations_of(work: Work, practice_id: str) -> list[MembershipInvitation]:
    """Return the links to join a practice that nobody has used and nobody has ended."""
    return list(work.session.scalars(
        select(MembershipInvitation).where(MembershipInvitation.practice_id == practice_id,
                                           MembershipInvitation.ended_at.is_(None))
        .order_by(MembershipInvitation.id)))


def account_of_person(work: Work, person: Person) -> Account | None:
    """Return the open account of a person, or None."""
    return work.session.scalar(select(Account).where(Account.person_id == person.id,
                                                     Account.closed_at.is_(None)))


def why_not_joining(work: Work, invitation: MembershipInvitation) -> JoinNo | None:
    """Return why the person behind a link cannot join with this address, or None."""
    address = normal_address(work.reveal(invitation, "address"))
    hashed = work.vault.fingerprint(address, "login")
    taken = work.session.scalar(select(Account.id).where(Account.login_print == hashed))
    return JoinNo.HAS_ACCOUNT if taken is not None else None


def closed_account(work: Work, practice_id: str, address_print: str) -> Account | None:
    """Return the account that somebody had at this practice before, by their address, or None."""
    return work.session.scalar(
        select(Account).join(ContactPoint, ContactPoint.person_id == Account.person_id)
        .where(Account.practice_id == practice_id, Account.closed_at.is_not(None),
               ContactPoint.fingerprint == address_print)
        .order_by(Account.closed_at.desc()).limit(1)
    )
