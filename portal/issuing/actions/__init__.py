"""From a name to sent invitations."""

from portal.issuing.actions.issue import compose, issue, own
from portal.issuing.actions.lines import LineAct, act_on_line, keep_line
from portal.issuing.actions.people import add_people, name_coachee, take_out
from portal.issuing.actions.terms import (
    OwnTerms,
    TermsValues,
    begin_anew,
    keep_practice,
    leave_for_later,
    save_terms,
)

__all__ = ["LineAct", "OwnTerms", "TermsValues", "act_on_line", "add_people", "begin_anew",
           "compose", "issue", "keep_line", "keep_practice", "leave_for_later", "name_coachee",
           "own", "save_terms", "take_out"]
