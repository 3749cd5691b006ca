"""Looking at a password, and at no more of them than is safe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.ground.passwords import is_password, waste_the_same_time
from portal.people.models import Account
from portal.people.policy import ACCOUNT, PASSWORD, SIGN_INS, SignInNo, normal_address
from portal.throttles.actions import take, take_back
from portal.throttles.policy import Try

if TYPE_CHECKING:
    from portal.ground.work import Work


@dataclass(frozen=True, slots=True)
class PasswordRefused:
    """Say why nobody came in by a password, and until when no other is looked at."""

    why: SignInNo
    until: datetime | None = None


def check_password(work: Work, email: str, password: str) -> Account | PasswordRefused:
    """Return the account, or why not. An address that has no account is counted, made to wait and
    answered as one that has; both take as long.

    Wrong passwords make their own place wait, which is a network, or a browser that signed in to
    this account before. All other places share a ceiling for each account, and each network one
    for all accounts: neither concerns such a browser, so that strangers who guess elsewhere do not
    keep the owner out.
    """
    login = work.vault.fingerprint(normal_address(email), "login")
    tries = _tries(work, login)
    until = take(work, *tries)
    if until is not None:
        work.note("sign_in.password", "paused")
        return PasswordRefused(SignInNo.PAUSED, until)
    account = work.session.scalar(
        select(Account).where(Account.login_print == login, Account.closed_at.is_(None)))
    if account is None:
        waste_the_same_time(password)
        work.note("sign_in.password", "wrong")
        return PasswordRefused(SignInNo.WRONG)
    if not is_password(account.password_hash, password):
        work.note("sign_in.password", "wrong", practice_id=account.practice_id,
                  person_id=account.person_id)
        return PasswordRefused(SignInNo.WRONG)
    take_back(work, *tries)
    return account


def mark_of(work: Work, login_print: str) -> str:
    """Return under which mark a browser is known to an account: a keyed digest, cut short."""
    return work.vault.fingerprint(login_print, "device")[:24]


def _tries(work: Work, login: str) -> tuple[Try, ...]:
    network, device = work.origin.network or "", work.origin.device
    if device and mark_of(work, login) in work.origin.known_for:
        return (Try(PASSWORD, f"{login}\ndevice\n{device}"),)
    return (Try(PASSWORD, f"{login}\nnetwork\n{network}"), Try(ACCOUNT, login),
            Try(SIGN_INS, network))
