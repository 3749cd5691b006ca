"""What texts change against those before them, and how the coachee answered a line before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from portal.agreements import policy
from portal.agreements.queries.texts import choices_of, version_rows
from portal.wording.policy import Changes, Direction, changes_between, lines_before, read_record
from portal.wording.queries import template

if TYPE_CHECKING:
    from portal.agreements.models import AgreementVersion
    from portal.agreements.policy import VersionFacts
    from portal.agreements.queries.standing import Standing
    from portal.ground.work import Work


#: What stands in the place of a yes that was taken back since, as a whole or in part.
TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Differs:
    """Hold what a text changes against the version before it, in the words that all signers read.

    `number` is that of the version before, `holds` says that it binds still. `answers` are what
    the coachee once said to a line of it, by the number of the line here: for their own eyes
    alone (Z1), and never an answer to the new line (Z15).
    """

    number: int
    version_id: str
    holds: bool
    changes: Changes
    answers: Mapping[int, str] = field(default_factory=dict)

    @property
    def direction(self) -> Direction:
        """Return where the text leads."""
        return self.changes.direction


@dataclass(frozen=True, slots=True)
class Reader:
    """Say who reads: the coachee, by the party, the coach, or anybody else, who does not learn
    what the coachee took back (INV-16)."""

    coachee: str | None = None
    is_coach: bool = False

    def known(self, facts: VersionFacts) -> VersionFacts:
        """Return what this reader may know of a version."""
        return facts if self.coachee or self.is_coach else policy.as_others_know(facts)


COACH = Reader(is_coach=True)


def differences(
    work: Work, standing: Standing, wanted: Sequence[VersionFacts], reader: Reader
) -> dict[str, Differs]:
    """Return what each of some versions changes, by its id; a first text is not among them.

    Asks nothing where nothing was before, and otherwise the same for five texts as for one.
    """
    before = {facts.version_id: earlier for facts in wanted
              if (earlier := policy.version_before(standing.versions, facts)) is not None}
    if not before:
        return {}
    rows = version_rows(work, {*before, *(earlier.version_id for earlier in before.values())})
    said = _answers(work, list(before.values()), reader.coachee)
    return {version_id: _differs(work, reader.known(earlier), rows[earlier.version_id],
                                 _record(work, rows[version_id]),
                                 said.get(earlier.version_id, {}))
            for version_id, earlier in before.items()}


def difference_of_draft(
    work: Work, earlier: VersionFacts, record: Mapping[str, Any]
) -> Differs:
    """Return what a text that is not frozen yet changes against a version."""
    row = version_rows(work, [earlier.version_id])[earlier.version_id]
    return _differs(work, earlier, row, record, {})


def _answers(
    work: Work, versions: Sequence[VersionFacts], coachee: str | None
) -> dict[str, dict[str, str]]:
    """Return what the coachee said to the lines of some versions, and what of it they took back
    since; nothing where somebody else reads."""
    if coachee is None:
        return {}
    said = choices_of(work, coachee, [facts.version_id for facts in versions])
    for facts in versions:
        own = said.get(facts.version_id, {})
        own |= {number: TAKEN_BACK for number, answer in own.items()
                if answer == "yes" and facts.taken_from(int(number))}
    return said


def _record(work: Work, row: AgreementVersion) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(work.reveal(row, "record"))
    return record


def _differs(
    work: Work, earlier: VersionFacts, row: AgreementVersion, record: Mapping[str, Any],
    said: Mapping[str, str],
) -> Differs:
    old, new = read_record(_record(work, row)), read_record(record)
    pack = template(new.template)
    known = {number: str(was) for number, was in lines_before(old, new, pack).items()}
    return Differs(
        earlier.number, earlier.version_id, policy.holds(earlier, work.now),
        changes_between(old, new, pack),
        {number: said[was] for number, was in known.items() if was in said})
