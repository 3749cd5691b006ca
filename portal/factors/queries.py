"""Finding the authenticators of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, select

from portal.factors.models import Factor, PasskeyAsked, RecoveryCode, UsedStep
from portal.factors.policy import PASSKEY
from portal.people.models import SignIn

if TYPE_CHECKING:
    from datetime import datetime

    from portal.ground.work import Work


_LIVE = (
    select(Factor)
    .where(Factor.person_id == bindparam("person"), Factor.enrolled_at.is_not(None),
           Factor.disabled_at.is_(None))
    .order_by(Factor.enrolled_at.desc(), Factor.id)
)


def live_factors(work: Work, person_id: str) -> list[Factor]:
    """Return the enrolled, usable authenticators of a person, the newest first."""
    return list(work.session.scalars(_LIVE, {"person": person_id}))


def live_factor(work: Work, person_id: str) -> Factor | None:
    """Return the newest enrolled, usable authenticator of a person, or None."""
    return next(iter(live_factors(work, person_id)), None)


_USABLE = (
    select(Factor)
    .where(Factor.person_id == bindparam("person"), Factor.kind == "totp",
           Factor.disabled_at.is_(None))
    .order_by(Factor.enrolled_at.is_(None), Factor.enrolled_at.desc(), Factor.created_at.desc())
)


def usable_factors(work: Work, person_id: str) -> list[Factor]:
    """Return the apps whose codes count: all that are enrolled, or else the one that is pending."""
    apps = list(work.session.scalars(_USABLE, {"person": person_id}))
    return [app for app in apps if app.enrolled_at is not None] or apps[:1]


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
                             Factor.enrolled_at.is_(None), Factor.disabled_at.is_(None))
        .order_by(Factor.created_at.desc()).limit(1)
    )


def settable(work: Work, person_id: str) -> Factor | None:
    """Return the app that somebody may set up whose password alone was right, or None: their first
    one, or the one that a recovery code has put in place of all before it.

    Never one in place of an app that wrong codes disabled. Otherwise whoever guessed a password
    would type twenty wrong codes, and set up an app of their own.
    """
    known = list(work.session.scalars(select(Factor).where(
        Factor.person_id == person_id, Factor.enrolled_at.is_not(None))))
    pending = pending_factor(work, person_id)
    if pending is None or any(one.disabled_at is None for one in known):
        return None
    last = max((one.disabled_at for one in known if one.disabled_at is not None), default=None)
    return pending if last is None or pending.created_at >= last else None


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


def recovery_codes(work: Work, person_id: str) -> list[RecoveryCode]:
    """Return the unused recovery codes of a person."""
    return list(work.session.scalars(
        select(RecoveryCode).where(RecoveryCode.person_id == person_id,
                                   RecoveryCode.used_at.is_(None))
    ))
