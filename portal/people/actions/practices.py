"""Founding a practice, and what it says of itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.ground import chance
from portal.ledger.actions import open_chain, record
from portal.people.models import Practice

if TYPE_CHECKING:
    from portal.ground.work import Work


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
    """Keep the practice's standing answers, merged over those it gave before."""
    merged = {**(json.loads(work.reveal(practice, "answers")) if practice.answers_enc else {}),
              **answers}
    work.hide(practice, "answers", json.dumps(merged, sort_keys=True))
    record(work, practice.id, "practice.answers_kept", practice.id, practice_id=practice.id,
           actor_id=work.actor.person_id if work.actor else None,
           facts={"keys": sorted(answers)})
