"""Faults that are planted to show that the harness finds them. The portal itself is never changed.

Each is a promise that somebody might break by mistake: a lock that is let go, a state that is read
before, an answer before the commit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

from portal.agreements.actions import versions
from portal.factors.actions import codes
from portal.ground.work import Ground
from portal.ledger import actions as ledger
from portal.links import actions as link_actions
from portal.notices.actions import outbox
from portal.reaching.actions import links, revoking
from portal.returning import actions as returning
from portal.sharing import actions as sharing
from portal.signing import actions as signing

if TYPE_CHECKING:
    import pytest

    from portal.ground.work import Work


#: The module, whose name a function of the same package has too.
inside = import_module("portal.signing.actions.signing")


@dataclass(frozen=True)
class Mutant:
    """Name a planted fault, where it shows, and how it is planted."""

    name: str
    scene: str
    acts: tuple[str, ...]
    plant: Callable[[pytest.MonkeyPatch], None]
    only: str = ""

    def __str__(self) -> str:
        return self.name


def _nothing(*_any: Any, **_more: Any) -> None:
    return None


def _two_transactions(patch: pytest.MonkeyPatch) -> None:
    def signed(work: Work, *rest: Any, **more: Any) -> Any:
        if rest[1] == "version.signed":
            work.session.commit()
            work.heads.clear()
            work.locked.clear()
        return whole(work, *rest, **more)

    whole = versions.note
    patch.setattr(versions, "note", signed)


def _read_before_the_lock(patch: pytest.MonkeyPatch, *, fresh_head: bool) -> None:
    whole = signing.take_seat

    def early(work: Work) -> Any:
        seat = whole(work)
        work.session.commit()
        if fresh_head:
            work.heads.clear()
            work.locked.clear()
            work.events.clear()
            work.locked.add(seat.engagement.id)
        return seat

    patch.setattr(signing, "take_seat", early)


def _burns_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(codes, "_burn", lambda _work, _person, _apps, factor, step: codes.CodeTaken(
        factor, step, factor.enrolled_at is None, 0))


def _answers_before_the_commit(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Ground, "_commit", lambda _ground, session: session.rollback())


def _claims_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(outbox, "take", outbox.read)


def _keeps_no_board(patch: pytest.MonkeyPatch) -> None:
    whole = Ground.work

    def work(ground: Ground, **how: Any) -> Any:
        ground.keep_board = _nothing
        return whole(ground, **how)

    patch.setattr(Ground, "work", work)


#: Where a planted fault shows without any race.
LIVES = "lives"
TABS = ("sign 1", "sign 2")
MUTANTS = (
    Mutant("the code is not burned", "signing", TABS, _burns_nothing),
    Mutant("two transactions", "signing", ("sign 1", "recall"), _two_transactions),
    Mutant("the state is read before the lock", "signing", ("sign 1", "recall"),
           lambda patch: _read_before_the_lock(patch, fresh_head=True)),
    Mutant("the lock is let go and the head is old", "signing", ("sign 1", "revoke"),
           lambda patch: _read_before_the_lock(patch, fresh_head=False)),
    Mutant("the answer before the commit", "signing", TABS, _answers_before_the_commit),
    Mutant("signing ends no other session", "signing", ("sign 1", "decline"),
           lambda patch: patch.setattr(inside, "end_sessions_of", _nothing)),
    Mutant("revoking ends no session", "signing", ("sign 1", "revoke"),
           lambda patch: patch.setattr(links, "shut_out", _nothing)),
    Mutant("shared without asking again", "living", ("share 1", "take back 1"),
           lambda patch: patch.setattr(sharing, "require", _nothing)),
    Mutant("shared twice", "living", ("share 1", "share 2"),
           lambda patch: patch.setattr(sharing, "require", _nothing)),
    Mutant("a claim that is not written down", "living", ("worker 1", "worker 2"),
           _claims_nothing),
    Mutant("a board that is not kept", "living", ("take back 1", "propose"), _keeps_no_board),
    Mutant("an entry under another hash", "signing", ("sign 1", "revoke"),
           lambda patch: patch.setattr(ledger, "entry_hash", lambda body: body.hex()[:64])),
    Mutant("no lock of the chain", "signing", ("sign 1", "recall"),
           lambda patch: patch.setattr(inside, "lock_chain", lambda work, chain_id:
                                       work.locked.add(chain_id)), "postgresql"),
    Mutant("no lock of the chain, and a wider gap", "signing", ("sign 1", "revoke", "recall"),
           lambda patch: patch.setattr(inside, "lock_chain", lambda work, chain_id:
                                       work.locked.add(chain_id)), "postgresql"),
    # Those that no race needs are for lives alone.
    Mutant("the lost app counts on", LIVES, (),
           lambda patch: patch.setattr(returning, "retire", _nothing)),
    Mutant("a new link leaves the old one", LIVES, (),
           lambda patch: patch.setattr(link_actions, "revoke_all", lambda *_any, **_more: 0)),
    Mutant("wrong codes are not counted", LIVES, (),
           lambda patch: patch.setattr(codes, "pause_after", lambda _fails: timedelta(0))),
    Mutant("all ways in but the sessions are ended", LIVES, (),
           lambda patch: patch.setattr(revoking, "end_sessions_in", _nothing)),
)
