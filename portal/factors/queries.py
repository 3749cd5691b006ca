"""Finding the authenticators of a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, func, select

from portal.factors import policy
from portal.factors.models import Factor, PasskeyAsked, PasswordReset, RecoveryCode, UsedStep
from portal.factors.policy import PASSKEY
from portal.ground.tokens import LinkSigner, fingerprint
from portal.ledger.queries import about
from portal.people.models import SignIn
from portal.people.queries import account_of, is_ended_since
from portal.plain.errors import Missing

if TYPE_CHECKING:
    from portal.ground.work import Ground, Work
    from portal.people.models import Account, Person


_ALL = (
    select(Factor).where(Factor.person_id == bindparam("person"), Factor.disabled_at.is_(None))
    .order_by(Factor.enrolled_at.is_(None), Factor.enrolled_at.desc(), Factor.created_at.desc(),
              Factor.id)
)


def live_factors(work: Work, person_id: str) -> list[Factor]:
    """Return the enrolled authenticators of a person that count now, the newest first."""
    return [factor for factor in work.session.scalars(_ALL, {"person": person_id})
            if policy.is_live(factor.enrolled_at, factor.asleep_until, work.now)]


def live_factor(work: Work, person_id: str) -> Factor | None:
    """Return the newest enrolled, usable authenticator of a person, or None."""
    return next(iter(live_factors(work, person_id)), None)


def usable_factors(work: Work, person_id: str, shown: str = "") -> list[Factor]:
    """Return the apps whose codes count: all that are enrolled, or else those that are pending,
    each of them shown to one browser.

    Of the pending ones only the newest count, and the one with the id `shown`, to whose browser
    this is answered: however often somebody comes in elsewhere, what stands on a page counts there.

    Whoever has had an authenticator enrols the next one by a code that was kept, or by the
    coach's ear: what a link alone had begun counts no more.
    """
    found = list(work.session.scalars(_ALL, {"person": person_id}))
    apps = [factor for factor in found if factor.kind == "totp"]
    live = [app for app in apps if policy.is_live(app.enrolled_at, app.asleep_until, work.now)]
    if live or any(factor.enrolled_at is not None for factor in found):
        return live
    rests_on = policy.RECOVERED if has_had_factor(work, person_id) else policy.FIRST
    pending = [app for app in apps if app.set_up_as == rests_on]
    return sorted(pending, key=lambda app: app.id != shown)[:policy.MOST_PENDING]


def passkeys_of(work: Work, person_id: str) -> list[Factor]:
    """Return the passkeys of a person that can be used, the newest first."""
    return [one for one in live_factors(work, person_id) if one.kind == PASSKEY]


def asked_passkey(work: Work, challenge: str) -> PasskeyAsked | None:
    """Return what a passkey was asked, by its challenge (hex), or None."""
    return work.session.scalar(
        select(PasskeyAsked).where(PasskeyAsked.challenge == challenge))


def has_had_factor(work: Work, person_id: str) -> bool:
    """Tell whether a person ever enrolled one: then a mailbox alone shows nothing (Z9)."""
    return work.session.scalar(
        select(Factor.id).where(Factor.person_id == person_id, Factor.enrolled_at.is_not(None))
        .limit(1)
    ) is not None


def pending_factor(work: Work, person_id: str) -> Factor | None:
    """Return the authenticator that waits for its first code, or None."""
    return work.session.scalar(
        select(Factor).where(Factor.person_id == person_id, Factor.kind == "totp",
                             Factor.set_up_as.in_((policy.FIRST, policy.RECOVERED)),
                             Factor.enrolled_at.is_(None), Factor.disabled_at.is_(None))
        .order_by(Factor.created_at.desc()).limit(1)
    )


def app_being_set_up(work: Work, person_id: str, factor_id: str) -> Factor | None:
    """Return a pending app of this person that was begun beside others or in place of a lost one,
    or None."""
    found = _pending(work, person_id, factor_id)
    return found if found is not None and found.set_up_as != policy.FIRST else None


def first_app(work: Work, person_id: str, factor_id: str) -> Factor | None:
    """Return a pending app of this person that was begun as the first one, or None."""
    found = _pending(work, person_id, factor_id)
    return found if found is not None and found.set_up_as == policy.FIRST else None


def _pending(work: Work, person_id: str, factor_id: str) -> Factor | None:
    found = work.session.get(Factor, factor_id)
    if found is None or found.person_id != person_id:
        return None
    return found if found.enrolled_at is None and found.disabled_at is None else None


def factor_or_missing(work: Work, person_id: str, factor_id: str) -> Factor:
    """Return an authenticator of this person that is not disabled, or raise `Missing`."""
    found = work.session.get(Factor, factor_id)
    if found is None or found.person_id != person_id or found.disabled_at is not None:
        raise Missing("factor")
    return found


def mark_of_sign_in(work: Work, session_id: str, since: datetime) -> int | str | None:
    """Return the step of the code with which a session began, or the challenge of its passkey, or
    None if it began before, or without one: one is enough for what is done in one sitting (Z12)."""
    began = and_(SignIn.id == session_id, SignIn.started_at >= since)
    step = work.session.scalar(
        select(UsedStep.step).join(Factor, Factor.id == UsedStep.factor_id)
        .join(SignIn, and_(SignIn.person_id == Factor.person_id,
                           SignIn.started_at == UsedStep.used_at))
        .where(began).limit(1)
    )
    return step if step is not None else work.session.scalar(
        select(PasskeyAsked.challenge)
        .join(SignIn, and_(SignIn.person_id == PasskeyAsked.person_id,
                           SignIn.started_at == PasskeyAsked.used_at))
        .where(began).limit(1)
    )


def has_had_codes(work: Work, person_id: str) -> bool:
    """Tell whether recovery codes were ever made for a person."""
    return work.session.scalar(
        select(RecoveryCode.id).where(RecoveryCode.person_id == person_id).limit(1)) is not None


@dataclass(frozen=True, slots=True)
class Own:
    """Hold an authenticator as its person sees it; without a word of theirs the name is empty."""

    id: str
    kind: str
    name: str
    set_up_at: datetime
    used_at: datetime | None


def own_factors(work: Work, person_id: str) -> list[Own]:
    """Return what counts for a person, the newest first."""
    return [Own(one.id, one.kind, work.reveal(one, "name") if one.name_enc is not None else "",
                one.enrolled_at, one.used_at)
            for one in live_factors(work, person_id) if one.enrolled_at is not None]


def recovery_codes(work: Work, person_id: str) -> list[RecoveryCode]:
    """Return the unused recovery codes of a person."""
    return list(work.session.scalars(
        select(RecoveryCode).where(RecoveryCode.person_id == person_id,
                                   RecoveryCode.used_at.is_(None))
    ))


def reset_signer(ground: Ground) -> LinkSigner:
    """Return what signs the links to another password; no other link passes for one."""
    return LinkSigner(ground.settings.link_keys, "password")


def resettable(work: Work, token: str) -> tuple[PasswordReset, Account] | None:
    """Return what a link to another password is for, or None for every kind of dead link alike."""
    secret = reset_signer(work.ground).read(token)
    found = None if secret is None else work.session.scalar(
        select(PasswordReset).where(PasswordReset.secret_hash == fingerprint(secret)))
    return None if found is None else resettable_by_id(work, found.id)


def resettable_by_id(work: Work, reset_id: str) -> tuple[PasswordReset, Account] | None:
    """Return the same for a link whose button was pressed."""
    found = work.session.get(PasswordReset, reset_id)
    account = None if found is None else account_of(work, found.account_id)
    if found is None or account is None or not policy.can_reset(
            found.asked_at, found.ended_at, work.now) or is_ended_since(
            work, account, found.asked_at):
        return None
    return found, account


def has_way_in(work: Work, person_id: str) -> bool:
    """Tell whether somebody can prove more than a mailbox: an authenticator or a recovery code."""
    return bool(live_factors(work, person_id) or recovery_codes(work, person_id))


def reopens(work: Work, person: Person) -> bool:
    """Tell whether an operator let somebody in again, and it can be used now."""
    told = about(work, person.practice_id, policy.REOPENING, [person.id], 1)
    proved_at = work.session.scalar(select(func.max(SignIn.proved_at)).where(
        SignIn.person_id == person.id, SignIn.scope == "coach"))
    return policy.is_reopened(
        (told[0].kind, told[0].at) if told else None, proved_at, work.now)
