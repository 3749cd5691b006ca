"""The command for the day when something went wrong: everything that lets people in ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from portal.shell import ground, said, settings

if TYPE_CHECKING:
    from portal.ground.work import Work
    from portal.people.models import Practice

_REASONS = ["device_lost", "stranger_was_in", "mailbox_read_by_others", "precaution"]


def _speak(work: Work, practice_id: str) -> Practice:
    from portal.people.queries import practice_or_missing
    from portal.web.words import speak

    practice = practice_or_missing(work, practice_id)
    speak(practice.locale, practice.timezone)
    return practice


@click.command("revoke")
@click.argument("what", type=click.Choice(["engagement", "person", "practice"]))
@click.argument("which", required=False)
@click.option("--reason", required=True, type=click.Choice(_REASONS),
              help="The record keeps it; nobody is told.")
def revoke(what: str, which: str | None, reason: str) -> None:
    """End links, sessions, keys of programs and addresses for calendars in one act.

    An engagement is named by the id in the address of its page, a practice by the one in the
    address of its root certificate, if there are several. The mail address of a person is asked
    for: what stands on a command line can be read by others. What was answered and signed stays as
    it is, and whoever may come back gets a mail that says how.
    """
    with said(), ground(settings()) as made, made.work(writes=True) as work:
        if what == "engagement":
            told = _engagement(work, which or "", reason)
        elif what == "person":
            told = _person(work, click.prompt("Mail address"), reason)
        else:
            told = _practice(work, which, reason)
    click.echo(told)


def _engagement(work: Work, engagement_id: str, reason: str) -> str:
    from portal.engagements.queries import by_id
    from portal.reaching.actions import revoke_engagement
    from portal.reaching.policy import Reason

    found = by_id(work, engagement_id)
    _speak(work, found.practice_id)
    return f"Ended for {revoke_engagement(work, found.id, Reason(reason))} people."


def _person(work: Work, email: str, reason: str) -> str:
    from portal.people.actions import PRINT
    from portal.people.policy import normal_address
    from portal.people.queries import person_or_missing, points_by_address
    from portal.reaching.actions import revoke_person
    from portal.reaching.policy import Reason

    points = points_by_address(work, work.vault.fingerprint(normal_address(email), PRINT))
    found = sorted({(point.practice_id, point.person_id) for point in points})
    if not found:
        raise click.ClickException("Nobody has this address here.")
    for practice_id, person_id in found:
        _speak(work, practice_id)
        revoke_person(work, person_or_missing(work, practice_id, person_id), Reason(reason))
    return f"Ended for {len(found)} people with this address."


def _practice(work: Work, practice_id: str | None, reason: str) -> str:
    from sqlalchemy import select

    from portal.people.models import Practice
    from portal.reaching.actions import revoke_practice
    from portal.reaching.policy import Reason

    ids = list(work.session.scalars(select(Practice.id)))
    if practice_id is None and len(ids) != 1:
        raise click.ClickException("There are several practices: say the id of one. It stands in "
                                   "the address of its root certificate.")
    parties, members = revoke_practice(work, _speak(work, practice_id or ids[0]), Reason(reason))
    return f"Ended for {members} members and {parties} people who were asked to sign."


@click.command("let-back-in")
@click.option("--stop", is_flag=True, help="Stop it again.")
def let_back_in(stop: bool) -> None:
    """Let somebody with an account in again who lost app, passkeys and recovery codes.

    The mail address is asked for. A mail tells the person at once; a day later, and for two weeks,
    whoever signs in with the password sets up a new app, and what was lost counts no more. Who
    signs in with what is said to be lost stops it. The record keeps that the operator did this.
    """
    with said(), ground(settings()) as made, made.work(writes=True) as work:
        told = _back_in(work, click.prompt("Mail address"), stop=stop)
    click.echo(told)


def _back_in(work: Work, email: str, *, stop: bool) -> str:
    from portal.factors.actions import keep_shut, reopen
    from portal.people.queries import account_by_login, person_or_missing

    account = account_by_login(work, email)
    if account is None or account.closed_at is not None:
        raise click.ClickException("No account signs in with this address.")
    _speak(work, account.practice_id)
    person = person_or_missing(work, account.practice_id, account.person_id)
    if stop:
        keep_shut(work, person)
        return "Stopped. What the person had counts as before."
    return (f"From {reopen(work, person):%Y-%m-%d %H:%M} UTC on, for two weeks, the password alone "
            "leads to a new app. The person is told by mail.")
