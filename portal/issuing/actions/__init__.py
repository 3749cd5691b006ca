"""From a name to sent invitations."""

from portal.issuing.actions.issue import Composed, TermsValues, compose, issue, own, save_terms
from portal.issuing.actions.people import add_people, name_coachee, take_out

__all__ = ["Composed", "TermsValues", "add_people", "compose", "issue", "name_coachee", "own",
           "save_terms", "take_out"]
