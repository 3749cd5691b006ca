"""Letting somebody join the practice: a link by mail, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.ground import chance
from portal.ground.tokens import SECRET_BYTES, fingerprint
from portal.ledger.actions import record
from portal.notices.actions import put_mail
from portal.people import policy
from portal.people.actions.members import open_account, reopen_account
from portal.people.actions.persons import PRINT, NewPerson, meet_person
from portal.people.models import MembershipInvitation
from portal.people.policy import Owner, ReadBy, Role, normal_address
from portal.people.queries import (
    address_of_person,
    closed_account,
    join_signer,
    names_of,
    practice_or_missing,
    why_not_invited,
    why_not_joining,
)
from portal.plain.errors import Missing, require

if TYPE_CHECKING:
    from portal.ground.work import Work
    from portal.people.models import Account, Practice


@dataclass(frozen=True, slots=True)
class NewMember:
    """Hold whom an owner invites: name, address and role."""

    name: str
    email: str
    role: Role


def invite_member(work: Work, practice: Practice, values: NewMember) -> MembershipInvitation:
    """Send somebody a link by which they may join, once, within a week.

    Raises `Refused` with `InviteNo`. Whether the address has an account of another practice is
    not looked at here: that is nobody's business but theirs (Z10).
    """
    require(why_not_invited(work, practice.id, values.email))
    actor = work.actor
    if actor is None:
        raise Missing("owner")
    row = MembershipInvitation(
        id=chance.new_id(), practice_id=practice.id, key_id=practice.key_id,
        invited_by=actor.person_id, role=values.role.value,
        address_print=work.vault.fingerprint(normal_address(values.email), PRINT),
    )
    work.hide(row, "name", values.name)
    work.hide(row, "address", values.email)
    _send(work, row, practice)
    work.session.add(row)
    work.session.flush()
    _note(work, row, "member.invited", role=values.role.value)
    return row


def _send(work: Work, row: MembershipInvitation, practice: Practice) -> None:
    """Give an invitation a link, the only one that works for it from now on, and post it."""
    secret = chance.secret_bytes(SECRET_BYTES)
    row.secret_hash = fingerprint(secret)
    row.issued_at, row.expires_at = work.now, work.now + policy.JOIN_LASTS
    name, address = work.reveal(row, "name"), work.reveal(row, "address")
    base = work.ground.settings.base_url.rstrip("/")
    put_mail(
        work, "join", address,
        {"practice": practice.name, "hello": name, "role": row.role,
         "owner": names_of(work, [row.invited_by])[row.invited_by],
         "contact": work.reveal(practice, "contact"), "front_door": f"{base}/lost",
         "link": f"{base}/join/{join_signer(work.ground).make(secret)}",
         "reply_to": address_of_person(work, row.invited_by)},
        dedupe=f"join:{row.secret_hash}", practice_id=practice.id, key_id=practice.key_id,
        subject_id=row.id,
    )


def resend(work: Work, invitation: MembershipInvitation) -> None:
    """Send a new link, with a week of its own; the old one works no longer."""
    work.lock(invitation)
    if invitation.ended_as is None:
        _send(work, invitation, practice_or_missing(work, invitation.practice_id))
        _note(work, invitation, "member.invited_again")


def revoke_invitation(work: Work, invitation: MembershipInvitation) -> None:
    """End a link at once, and forget for whom it was; ending it twice changes nothing."""
    work.lock(invitation)
    if invitation.ended_as in (None, "not_me"):
        _end(work, invitation, "revoked")


def not_for_me(work: Work, invitation: MembershipInvitation) -> None:
    """End a link that reached somebody else; the owner sees it beside the name. One that has
    ended meanwhile stays as it is."""
    work.lock(invitation)
    if invitation.ended_as is None:
        _end(work, invitation, "not_me")


def join(
    work: Work, invitation: MembershipInvitation, password: str, owner: Owner, read_by: ReadBy
) -> Account:
    """Open the account of somebody who came by their link, says who they are, whose address it
    is and who else reads it (Z7).

    The link is used up by it. Whoever was a member before is the same person as then. Raises
    `Refused` with `JoinNo`, and `Missing` where the link was used a moment ago.
    """
    work.lock(invitation)
    if not policy.can_join(invitation.expires_at, invitation.ended_at, work.now):
        raise Missing("invitation")
    require(why_not_joining(work, invitation))
    name, address = work.reveal(invitation, "name"), work.reveal(invitation, "address")
    account = closed_account(work, invitation.practice_id, invitation.address_print or "")
    if account is not None:
        reopen_account(work, account, address, password, invitation.role)
    else:
        person, point = meet_person(work, invitation.practice_id, NewPerson(
            name, address, owner, read_by))
        point.verified_at = work.now
        account = open_account(work, person, address, password, invitation.role)
    _end(work, invitation, "joined", by=account.person_id)
    return account


def _end(
    work: Work, invitation: MembershipInvitation, ended_as: str, *, by: str | None = None
) -> None:
    invitation.ended_at, invitation.ended_as = work.now, ended_as
    if ended_as != "not_me":
        invitation.name_enc = invitation.address_enc = invitation.address_print = None
    _note(work, invitation, "member.invitation_ended", by=by, ended_as=ended_as)


def _note(
    work: Work, invitation: MembershipInvitation, kind: str, *, by: str | None = None,
    **facts: str,
) -> None:
    record(work, invitation.practice_id, kind, invitation.id,
           practice_id=invitation.practice_id, facts=dict(facts),
           actor_id=by or (work.actor.person_id if work.actor else None))
