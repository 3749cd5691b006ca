"""From a name to sent invitations."""

from portal.engagements.actions import own
from portal.issuing.actions.issue import compose, issue, issuing
from portal.issuing.actions.lines import LineAct, act_on_line, keep_line
from portal.issuing.actions.people import (
    add_people,
    name_coachee,
    name_coachee_on_paper,
    note_asked,
    take_out,
)
from portal.issuing.actions.terms import OwnTerms, TermsValues, keep_practice, save_terms

__all__ = ["LineAct", "OwnTerms", "TermsValues", "act_on_line", "add_people",
           "compose", "issue", "issuing", "keep_line", "keep_practice", "name_coachee",
           "name_coachee_on_paper", "note_asked", "own", "save_terms", "take_out"]
