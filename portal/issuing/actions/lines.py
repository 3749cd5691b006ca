"""Narrowing, dropping and adding lines of a draft."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from portal.agreements.actions import save_draft
from portal.issuing.policy import IssueNo
from portal.plain.errors import Missing, require
from portal.wording import policy as wording

if TYPE_CHECKING:
    from portal.ground.work import Work
    from portal.issuing.queries import Material, OneLine


class LineAct(StrEnum):
    """Say what a coach does with a whole line."""

    LEAVE_OUT = "leave-out"
    ASK = "ask"
    RESTORE = "restore"
    TAKE_OUT = "take-out"


def keep_line(work: Work, line: OneLine, chosen: wording.LineEdit) -> None:
    """Keep a line as it was put together; one that was left out is asked again.

    Raises `Refused` where it goes beyond what is offered (INV-8, INV-17, INV-18, INV-19), and
    for a text that is out already.
    """
    faults = line.why_not(chosen)
    require(faults[0].why if faults else None)
    _keep(work, line.material,
          wording.with_line(line.material.choices, line.key, line.edit(chosen)))


def act_on_line(work: Work, line: OneLine, act: LineAct) -> None:
    """Leave a line out, ask it again, put it back in the template's words, or take it out.

    Raises `Missing` for an act that this line does not have: what is no question is not left
    out, and only what the coach added is taken out.
    """
    choices, key = line.material.choices, line.key
    added = wording.place_of(key) is not None
    optional = line.base is not None and line.base.optional
    if (act is LineAct.TAKE_OUT and added) or (act is LineAct.LEAVE_OUT and optional):
        after = wording.without_line(choices, key)
    elif act is LineAct.ASK and optional:
        after = replace(choices, leave_out=set(choices.leave_out) - {key})
    elif act is LineAct.RESTORE and line.base is not None:
        after = wording.with_line(choices, key, wording.LineEdit())
    else:
        raise Missing("line")
    _keep(work, line.material, after)


def _keep(work: Work, material: Material, choices: wording.LineChoices) -> None:
    require(IssueNo.ALREADY_OPEN if material.issued else None)
    lines = material.lines(choices)
    require(next(iter(wording.why_not_lines(lines, material.template)), None))
    save_draft(work, material.engagement, material.agreement, wording.choices_values(choices))
