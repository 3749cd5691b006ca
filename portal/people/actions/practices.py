"""Founding a practice, and what it says of itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.ground import chance
from portal.ledger.actions import open_chain, record
from portal.people.models import Practice, Successor
from portal.people.queries import settings_of, successor_of

if TYPE_CHECKING:
    from portal.ground.work import Work
    from portal.people.queries import PracticeSettings


@dataclass(frozen=True, slots=True)
class NewPractice:
    """Hold what `found_practice` needs; `contact` is where people write to, in one line."""

    name: str
    country: str
    timezone: str
    contact: str
    locale: str = "en"


def found_practice(work: Work, values: NewPractice) -> Practice:
    """Make a practice with its data key and its own chain of the record."""
    practice_id = chance.new_id()
    key_id = work.vault.new_key(practice_id, "practice", work.now)
    work.session.flush()
    practice = Practice(
        id=practice_id, key_id=key_id, name=values.name, country=values.country,
        timezone=values.timezone, locale=values.locale, created_at=work.now,
    )
    work.hide(practice, "contact", values.contact)
    work.session.add(practice)
    work.session.flush()
    open_chain(work, practice_id, practice_id, "practice")
    record(work, practice_id, "practice.founded", practice_id, practice_id=practice_id)
    return practice


def keep_answers(work: Work, practice: Practice, answers: Mapping[str, str]) -> None:
    """Keep the practice's standing answers, merged over those it gave before, also by a
    colleague at the same moment."""
    work.lock(practice)
    merged = {**(json.loads(work.reveal(practice, "answers")) if practice.answers_enc else {}),
              **answers}
    work.hide(practice, "answers", json.dumps(merged, sort_keys=True))
    _note(work, practice, "practice.answers_kept", practice.id, sorted(answers))


def change_practice(work: Work, practice: Practice, values: PracticeSettings) -> list[str]:
    """Let the practice say something else of itself from now on; frozen texts stay as they are.

    Returns which of the settings changed; the record names them and not what they say.
    """
    before = settings_of(work, practice)
    changed = sorted(name for name in values.__slots__
                     if getattr(values, name) != getattr(before, name))
    practice.name, practice.timezone = values.name, values.timezone
    if "contact" in changed:
        work.hide(practice, "contact", values.contact)
    if "withdrawal" in changed:
        work.hide(practice, "withdrawal", values.withdrawal)
    if {"successor_name", "successor_contact"} & set(changed):
        _name_successor(work, practice, values)
    if changed:
        _note(work, practice, "practice.changed", practice.id, changed)
    return changed


def _name_successor(work: Work, practice: Practice, values: PracticeSettings) -> None:
    before = successor_of(work, practice.id)
    if before is not None:
        before.ended_at = work.now
        _note(work, practice, "successor.ended", before.id)
    if values.successor_name:
        successor = Successor(id=chance.new_id(), practice_id=practice.id, key_id=practice.key_id,
                              named_at=work.now)
        work.hide(successor, "name", values.successor_name)
        work.hide(successor, "contact", values.successor_contact)
        work.session.add(successor)
        _note(work, practice, "successor.named", successor.id)


def _note(
    work: Work, practice: Practice, kind: str, subject_id: str, keys: list[str] | None = None
) -> None:
    record(work, practice.id, kind, subject_id, practice_id=practice.id,
           actor_id=work.actor.person_id if work.actor else None,
           facts={"keys": keys} if keys is not None else None)
