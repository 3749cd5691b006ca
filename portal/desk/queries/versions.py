"""Next versions: where one can be begun or put away, and whether the wording has moved on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.agreements.queries import Kept, drafts_of, version_rows
from portal.amending.queries import may_draft
from portal.wording.queries import template

if TYPE_CHECKING:
    from portal.agreements.queries import Standing
    from portal.ground.work import Work


@dataclass(frozen=True, slots=True)
class Next:
    """Say what the coach can do about the next version of a text that is in force.

    `newer_wording` says that the pack has the template in a newer version than the one that was
    signed: what was signed stays as it is (domain 7.2).
    """

    is_drafted: bool
    newer_wording: bool


def next_of(work: Work, standing: Standing, agreement_ids: Iterable[str]) -> dict[str, Next]:
    """Return, for each agreement whose newest text is in force, what can be done about the next
    one; with two queries."""
    wanted = [agreement_id for agreement_id in dict.fromkeys(agreement_ids)
              if may_draft(work, standing, agreement_id)]
    if not wanted:
        return {}
    drafts = drafts_of(work, wanted)
    newest = {agreement_id: facts.version_id for agreement_id in wanted
              if (facts := standing.newest(agreement_id)) is not None}
    rows = version_rows(work, newest.values())
    return {agreement_id: Next(
        not drafts.get(agreement_id, Kept(issued=True)).issued,
        rows[version_id].template_version != template(rows[version_id].template_code).version)
        for agreement_id, version_id in newest.items()}
