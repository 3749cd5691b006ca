"""Ben has lost his phone: what he, his coach and a stranger do, by the actions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.factors.actions import CodeRefused
from portal.factors.models import Factor
from portal.ground.onetime import code_at
from portal.issuing import actions as issuing
from portal.jobs import run_job
from portal.links.models import Invitation
from portal.reaching.actions import ask_at_door
from portal.returning import actions as returning
from portal.returning.queries import open_request
from portal.signing.actions import come_back
from portal.vouching.policy import How, VouchNo
from portal.vouching.queries import digits_on_screen
from tests.builders import World, newest_invitation
from tests.cast import BEN

if TYPE_CHECKING:
    from portal.returning.models import WayBack


def new_link(world: World, email: str = BEN.email) -> None:
    """Let somebody ask for their link at the front door, and get it."""
    world.clock.move(hours=2)
    with world.ground.work(writes=True) as work:
        ask_at_door(work, email)
    run_job(world.ground, "door")


def code_of(world: World, factor_id: str) -> str:
    """Wait for the next code of one app, and return it."""
    world.clock.move(seconds=30)
    with world.ground.work(writes=False) as work:
        return code_at(work.reveal(work.session.get_one(Factor, factor_id), "secret"), work.now)


def enrolled(world: World, key: str = "ben") -> str:
    """Return the app of somebody that was enrolled last."""
    with world.ground.work(writes=False) as work:
        return work.session.scalars(
            select(Factor.id).where(Factor.person_id == world.ids[key],
                                    Factor.enrolled_at.is_not(None))
            .order_by(Factor.enrolled_at.desc())).first() or ""


def begins(world: World, key: str = "ben") -> str:
    """Let somebody behind their newest link begin to set up another app; returns it."""
    with world.ground.work(writes=True) as work:
        return returning.begin(work, newest_invitation(work, world.ids[key])).id


def asks(world: World, key: str = "ben") -> str:
    """Let somebody set up another app and ask to be heard; returns the app."""
    app = begins(world, key)
    code = code_of(world, app)
    with world.ground.work(writes=True) as work:
        done = returning.ask(work, newest_invitation(work, world.ids[key]),
                             work.session.get_one(Factor, app), code)
        assert not isinstance(done, CodeRefused)
    return app


def asked(world: World, key: str = "ben") -> WayBack | None:
    """Return what somebody has asked for and is not over."""
    with world.ground.work(writes=False) as work:
        return open_request(work, world.ids[key])


def reads_digits(world: World, key: str = "ben") -> str:
    """Put fresh digits on somebody's screen and return them as they are read aloud."""
    with world.ground.work(writes=True) as work:
        request = open_request(work, world.ids[key])
        assert request is not None
        returning.show_digits_anew(work, request)
    with world.ground.work(writes=False) as work:
        shown = digits_on_screen(work, world.ids[f"{key}.party"])
        assert shown is not None
        return shown[0]


def hears(world: World, digits: str, key: str = "ben") -> VouchNo | None:
    """Let the coach type what they heard."""
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        request = open_request(work, world.ids[key])
        assert request is not None
        return returning.hear(work, engagement, request, digits, How.PHONE)


def comes(world: World, code: str, key: str = "ben") -> str | CodeRefused:
    """Let somebody come in by their newest link with a code."""
    with world.ground.work(writes=True) as work:
        invitation = newest_invitation(work, world.ids[key])
        world.ids["invitation"] = invitation.id
        return come_back(work, invitation, code, timedelta(hours=2))


def arrives(world: World, key: str = "ben") -> str:
    """Let somebody go all the way by the coach's ear; returns the new app."""
    new_link(world)
    app = asks(world, key)
    assert hears(world, reads_digits(world, key), key) is None
    world.clock.move(hours=24)
    new_link(world)
    assert isinstance(comes(world, code_of(world, app), key), str)
    return app


def links_of(world: World, key: str = "ben") -> list[Invitation]:
    """Return all links of somebody."""
    with world.ground.work(writes=False) as work:
        return list(work.session.scalars(
            select(Invitation).where(Invitation.person_id == world.ids[key])))
