"""The sessions that follow a sign-in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, update

from portal.ground import chance
from portal.ground.tokens import fingerprint
from portal.people.models import SignIn

if TYPE_CHECKING:
    from portal.ground.actor import Actor
    from portal.ground.work import Work
    from portal.people.models import Person


def begin_session(
    work: Work, person: Person, *, scope: str, level: str, lasts: timedelta,
    account_id: str | None = None, engagement_id: str | None = None,
    invitation_id: str | None = None,
) -> str:
    """Begin a sign-in session and return the token that the browser keeps; we keep its hash."""
    token = chance.secret_bytes(32)
    row = SignIn(
        id=chance.new_id(), practice_id=person.practice_id, person_id=person.id,
        account_id=account_id, engagement_id=engagement_id, invitation_id=invitation_id,
        scope=scope, level=level, token_hash=fingerprint(token), started_at=work.now,
        network=work.origin.network, browser=work.origin.browser, seen_at=work.now,
        proved_at=work.now if level == "factor" else None, ends_at=work.now + lasts,
    )
    work.session.add(row)
    work.note("sign_in.begun", level, practice_id=person.practice_id, person_id=person.id,
              engagement_id=engagement_id)
    return token.hex()


def prove_again(work: Work, session_id: str) -> str:
    """Note that a factor was proven in a session just now, and return the token that takes the
    place of the one it had: whoever else holds that is out (ASVS 7.2.4)."""
    token = chance.secret_bytes(32)
    row = work.session.get_one(SignIn, session_id)
    row.token_hash, row.proved_at, row.seen_at = fingerprint(token), work.now, work.now
    work.note("sign_in.proved", row.level)
    return token.hex()


_SEEN = (
    update(SignIn).where(SignIn.id == bindparam("session"), SignIn.ended_at.is_(None))
    .values(seen_at=bindparam("now")).execution_options(synchronize_session=False)
)


def see(work: Work, session_id: str) -> None:
    """Keep that a session is used, whether or not the page in hand writes anything."""
    work.aside(_SEEN, {"session": session_id, "now": work.now})


# A row that is loaded already need not hear of it: nobody looks at it again.
_STILL = (
    update(SignIn).where(SignIn.ended_at.is_(None)).values(ended_at=bindparam("now"))
    .execution_options(synchronize_session=False)
)
_END = _STILL.where(SignIn.id == bindparam("session"))
_END_TOKEN = _STILL.where(SignIn.token_hash == bindparam("token"))
_END_ALL = _STILL.where(SignIn.person_id == bindparam("person"), SignIn.scope == bindparam("of"),
                        SignIn.id != bindparam("but"))
_END_IN = _STILL.where(SignIn.engagement_id == bindparam("engagement"))
_END_PRACTICE = _STILL.where(SignIn.practice_id == bindparam("practice"))
_SHUT_OUT = _STILL.where(SignIn.person_id == bindparam("person"), SignIn.level == "mailbox",
                         SignIn.engagement_id == bindparam("engagement"))


def end_session(work: Work, session_id: str) -> None:
    """End a sign-in session at once, on every device that holds its token."""
    work.session.execute(_END, {"session": session_id, "now": work.now})


def end_own_session(work: Work, row: SignIn) -> None:
    """End a session that its owner has found in the list; one that has ended stays so."""
    if row.ended_at is None:
        row.ended_at = work.now
        work.note("sign_in.ended", "one", subject_id=row.id)


def end_other_sessions(work: Work, actor: Actor) -> None:
    """End all sessions of a person in their scope but the one in which they act."""
    end_sessions_of(work, actor.person_id, actor.scope, but=actor.session_id)
    work.note("sign_in.ended", "others")


def end_token(work: Work, token: str) -> None:
    """End the session of a token that a browser gives up for a new one."""
    work.session.execute(
        _END_TOKEN, {"token": fingerprint(bytes.fromhex(token)), "now": work.now})


def shut_out(work: Work, person_id: str, engagement_id: str) -> None:
    """End what a person's link alone had opened: it is worth nothing once the link is ended."""
    work.session.execute(
        _SHUT_OUT, {"person": person_id, "engagement": engagement_id, "now": work.now})


def end_sessions_of(work: Work, person_id: str, scope: str, *, but: str = "") -> None:
    """End all sign-in sessions of a person in one scope, but for one."""
    work.session.execute(_END_ALL, {"person": person_id, "of": scope, "now": work.now,
                                    "but": but})


def end_sessions_in(work: Work, engagement_id: str) -> None:
    """End all sessions of those who came by a link into an engagement."""
    work.session.execute(_END_IN, {"engagement": engagement_id, "now": work.now})


def end_all_sessions(work: Work, practice_id: str) -> None:
    """End every session of a practice, whoever's it is."""
    work.session.execute(_END_PRACTICE, {"practice": practice_id, "now": work.now})
