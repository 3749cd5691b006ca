"""The coach's forms from a name to sent invitations."""

from portal.issuing.forms.people import AssistantFields, PeopleForm, SponsorFields, WhoForm
from portal.issuing.forms.terms import (
    IssueForm,
    TermsForm,
    VouchForm,
    answers_in,
    fault_words,
    field_name,
    terms_form,
)

__all__ = ["AssistantFields", "IssueForm", "PeopleForm", "SponsorFields", "TermsForm",
           "VouchForm", "WhoForm", "answers_in", "fault_words", "field_name", "terms_form"]
