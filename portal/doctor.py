"""`portal doctor`: what is wrong with an installation, and what to do about it."""

from __future__ import annotations

import smtplib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from portal import schema
from portal.backup.policy import LATE, taken_at
from portal.clockwork.policy import TRIES, is_stopped
from portal.clockwork.queries import all_set_aside, last_beat, last_trouble
from portal.desk.actions import keep_board
from portal.evidence.models import Seal
from portal.evidence.policy.seals import ends_soon
from portal.evidence.queries import list_of
from portal.evidence.queries.renewals import overdue_renewals
from portal.ground import config
from portal.ground.clock import SystemClock
from portal.ground.db import sqlite_version, why_not_wal
from portal.ground.keyring import Needs, lies_with_database, needs_of, said_copied, where
from portal.ground.mail import MailDown, Server
from portal.ground.reach import is_above_policies
from portal.ground.stamp import StampFailed, StampService
from portal.ground.vault import CannotOpen, DataKey
from portal.ground.weakness import ways_in_the_clear
from portal.ground.work import make_ground
from portal.ledger.actions import keep_notes
from portal.ledger.models import Entry
from portal.notices.queries import did_not_arrive, waiting_seals

if TYPE_CHECKING:
    from portal.ground.work import Ground

#: So far back it is counted what did not arrive.
_MAILS_SINCE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Finding:
    """Hold one thing that was looked at."""

    good: bool
    what: str
    says: str


def examine() -> list[Finding]:
    """Look at everything that can be looked at; nothing is changed."""
    try:
        settings = config.load()
    except config.BadSettings as wrong:
        return [Finding(False, "settings", problem) for problem in wrong.problems]
    ground = make_ground(settings, SystemClock(), keep_notes, keep_board)
    found = [Finding(True, "settings", "complete"), *_serving(ground)]
    try:
        found += [*_database(ground)]
        if all(finding.good for finding in found if finding.what == "migrations"):
            found += [*_keys(ground), *_clock(ground), *_clockwork(ground), *_seals(ground),
                      *_papers(ground), *_renewals(ground), *_mails(ground)]
        found.append(_backups(ground))
    except SQLAlchemyError as trouble:
        found.append(Finding(False, "database", f"does not answer ({type(trouble).__name__}). "
                             "Check PORTAL_DATABASE_URL and that the server runs."))
    finally:
        ground.engine.dispose()
    return [*found, *_stamps(ground), *_mail(ground)]


def _serving(ground: Ground) -> Iterator[Finding]:
    why = ground.settings.why_not_serve()
    yield Finding(why is None, "address", why or ground.settings.base_url)
    for way in ways_in_the_clear(smtp_url=ground.settings.smtp_url,
                                 database_url=ground.settings.database_url,
                                 tsa_url=ground.settings.tsa_url):
        yield Finding(True, "on the way", way)


def _database(ground: Ground) -> Iterator[Finding]:
    with ground.engine.connect() as connection:
        if ground.engine.dialect.name == "sqlite":
            mode = connection.execute(text("PRAGMA journal_mode")).scalar_one()
            name = ".".join(map(str, sqlite_version()))
            why = why_not_wal()
            yield Finding(True, "database", f"SQLite {name}, journal {mode}" + (
                f" ({why})" if why else ""))
        else:
            version_text = connection.execute(text("SHOW server_version")).scalar_one()
            yield Finding(True, "database", f"PostgreSQL {version_text}")
            if is_above_policies(connection):
                yield Finding(False, "policies", "PostgreSQL asks this role for no row policy, so "
                              "they keep no practice from another. Let the portal be a role "
                              "without SUPERUSER and BYPASSRLS that owns its database.")
    behind = schema.why_not_run(ground.engine)
    yield Finding(behind is None, "migrations", behind or "up to date")


def _keys(ground: Ground) -> Iterator[Finding]:
    with ground.work(writes=False) as work:
        newest = work.session.scalar(select(DataKey).order_by(DataKey.created_at.desc()).limit(1))
        try:
            if newest is not None:
                ground.vault.unwrap(newest.id, newest.master_id, newest.wrapped)
        except CannotOpen:
            yield Finding(False, "keys", "the master key does not open this database. Bring back "
                          "the keys.env that belongs to it, or add PORTAL_MASTER_KEY_PREVIOUS.")
            return
    yield Finding(True, "keys", f"the master key opens the database; it "
                                f"{where(ground.settings)}")
    yield _rotation(needs_of(ground), previous=len(ground.settings.master_key_previous))
    yield _copies(ground)
    if lies_with_database(ground.settings):
        yield Finding(True, "key file", "lies in the folder of the database. Whoever gets a copy "
                      "of that folder can read everything: back up the two apart, or move the "
                      "database out with PORTAL_DATABASE_URL.")


def _rotation(needs: Needs, *, previous: int) -> Finding:
    if needs.unknown:
        return Finding(False, "data keys", f"{needs.unknown} are under a master key that is not "
                       "here. Add it to PORTAL_MASTER_KEY_PREVIOUS; what they cover cannot be read "
                       "without it.")
    if needs.previous:
        return Finding(False, "data keys", f"{needs.previous} are still under a previous master "
                       "key. Run: portal rotate-keys")
    since = (f"master key changed {needs.rotated_at:%Y-%m-%d}" if needs.rotated_at
             else "master key never changed")
    ready = (". Nothing needs the previous one: copy the keys, then run: portal rotate-keys "
             "--drop-previous" if previous else "")
    return Finding(True, "data keys", f"{needs.newest} under the newest master key, "
                   f"{needs.destroyed} destroyed; {since}{ready}")


def _copies(ground: Ground) -> Finding:
    said = said_copied(ground.settings)
    if said is None:
        return Finding(True, "key copies", "none that anybody has told of, and the portal cannot "
                       "look elsewhere. Without the keys nothing can be read any more: copy them "
                       "to a place apart from the backups, then run: portal doctor "
                       "--keys-backed-up")
    return Finding(said.same, "key copies", f"somebody said on {said.at:%Y-%m-%d} that one lies "
                   "elsewhere" + ("" if said.same else ", and the keys have changed since. Copy "
                                  "them anew, then run: portal doctor --keys-backed-up"))


def _backups(ground: Ground) -> Finding:
    folder = Path(ground.settings.backup_dir)
    if not ground.settings.backup_dir:
        return Finding(True, "backups", "the clockwork writes none. Set PORTAL_BACKUP_DIR and "
                       "PORTAL_BACKUP_TO, or run portal backup each night by other means")
    try:
        days = sorted(at for one in folder.iterdir() if (at := taken_at(one.name)) is not None)
    except OSError as trouble:
        return Finding(False, "backups", f"{folder} cannot be read ({trouble.strerror}). Run: "
                       "portal run-job backups")
    if not days or ground.clock.now() - days[-1] > LATE:
        newest = f"the newest is of {days[-1]:%Y-%m-%d %H:%M} UTC" if days else "there is none yet"
        return Finding(False, "backups", f"{newest}. Run: portal run-job backups")
    return Finding(True, "backups", f"{len(days)} in {folder}, the newest of "
                   f"{days[-1]:%Y-%m-%d %H:%M} UTC. Copy that folder to another machine")


def _clock(ground: Ground) -> Iterator[Finding]:
    with ground.work(writes=False) as work:
        last = work.session.scalar(select(Entry.at).order_by(Entry.at.desc()).limit(1))
        good = last is None or last <= work.now
        yield Finding(good, "clock", "after the last entry of the record" if good else
                      "behind the last entry of the record. Set this machine's clock (NTP).")


def _clockwork(ground: Ground) -> Iterator[Finding]:
    with ground.work(writes=False) as work:
        last = last_beat(work)
        if last is None:
            yield Finding(True, "clockwork", "has not run yet; portal serve brings it along")
        else:
            good = not is_stopped(last, work.now)
            yield Finding(good, "clockwork", f"last ran {last:%Y-%m-%d %H:%M} UTC" + (
                "" if good else ". Start portal serve or portal worker: mails and papers wait."))
        for name, trouble in last_trouble(work).items():
            yield Finding(False, "clockwork", f"{name} failed as a whole ({trouble}). "
                          f"Run: portal run-job {name}")
        for job, count in Counter(item.job for item in all_set_aside(work)).items():
            yield Finding(False, "set aside", f"{job}: {count} that failed {TRIES} times. "
                          f"Once that is mended, run: portal run-job {job} --again")


def _seals(ground: Ground) -> Iterator[Finding]:
    with ground.work(writes=False) as work:
        seals = list(work.session.scalars(select(Seal).where(Seal.retired_at.is_(None))))
        if not seals:
            yield Finding(False, "seal", "no practice yet. Run: portal create-coach")
        for seal in seals:
            soon = ends_soon(seal.ends_at, work.now)
            yield Finding(not soon, "seal", f"valid until {seal.ends_at:%Y-%m-%d}" + (
                ". Its end is near. An owner makes a new one at /practice/seal; papers that "
                "are sealed stay valid." if soon else ""))
            root = list_of(work, seal)
            if root is not None and root.list_ends_at <= work.now:
                yield Finding(False, "seal", "its revocation list has ended. Let the worker run, "
                              "or run: portal run-job lists")


def _papers(ground: Ground) -> Iterator[Finding]:
    with ground.work(writes=False) as work:
        count, since, why = waiting_seals(work)
    yield Finding(not count, "papers", "none waits for its seal in vain" if not count else
                  f"{count} wait for their seal, the oldest since {since:%Y-%m-%d %H:%M} UTC"
                  + (f" ({why})" if why else "") + ". Nothing is lost, and each is tried again. "
                  "Mend what is BAD here, or look into the log of portal run-job seal.")


def _renewals(ground: Ground) -> Iterator[Finding]:
    with ground.work(writes=False) as work:
        found = overdue_renewals(work)
    if found.count:
        yield Finding(False, "renewals", f"{found.count} papers could not be renewed so far"
                      + (f" ({found.trouble})" if found.trouble else "")
                      + f"; the proof of the first ends on {found.ends_at:%Y-%m-%d}. Each day is "
                      "another try. Mend what is BAD here, then run: portal run-job renewals")


def _stamps(ground: Ground) -> Iterator[Finding]:
    url = ground.settings.tsa_url
    if not url:
        yield Finding(True, "time stamps", "none: seals have this machine's time (PAdES B-B)")
        return
    try:
        complete = StampService(url).proof.complete
    except StampFailed as no:
        yield Finding(False, "time stamps", f"{no}. Papers wait until the service gives a good "
                      "stamp. Check PORTAL_TSA_URL, or remove it to seal without.")
        return
    yield Finding(True, "time stamps", "the service answers (PAdES B-LT)" if complete else
                  "the service answers; it publishes no revocation list (PAdES B-T)")


def _mails(ground: Ground) -> Iterator[Finding]:
    with ground.work(writes=False) as work:
        found = did_not_arrive(work, work.now - _MAILS_SINCE)
    for ended, trouble, count in found:
        if ended == "bounced":
            yield Finding(True, "mails", f"{count} came back in {_MAILS_SINCE.days} days "
                          f"({trouble}); their coaches see to whom")
        elif trouble.startswith("broke_"):
            yield Finding(False, "mails", f"{count} could not be written in {_MAILS_SINCE.days} "
                          f"days ({trouble}). Their coaches see to whom; look into the log.")
        else:
            yield Finding(False, "mails", f"{count} were given up in {_MAILS_SINCE.days} days "
                          f"({trouble}). Check PORTAL_SMTP_URL; their coaches see to whom.")
    if not found:
        yield Finding(True, "mails", f"all arrived in {_MAILS_SINCE.days} days")


def _mail(ground: Ground) -> Iterator[Finding]:
    url = ground.settings.smtp_url
    if not url:
        yield Finding(False, "mail", "no mail server. Set PORTAL_SMTP_URL; mails wait until then.")
        return
    try:
        with Server.read(url).connect() as smtp:
            smtp.noop()
        yield Finding(True, "mail", "the server answers")
    except (MailDown, ValueError, smtplib.SMTPException) as trouble:
        yield Finding(False, "mail", f"{trouble}. Check PORTAL_SMTP_URL.")
