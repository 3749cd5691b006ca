"""The coach's forms from a name to sent invitations."""

from portal.issuing.forms.lines import (
    LineActForm,
    LineForm,
    chosen_in,
    line_fault_words,
    line_form,
    settled,
)
from portal.issuing.forms.people import AssistantFields, PeopleForm, SponsorFields, WhoForm
from portal.issuing.forms.terms import (
    IssueForm,
    Part,
    TermsForm,
    VouchForm,
    answers_in,
    asked_once,
    fault_words,
    field_name,
    parts_of,
    terms_form,
    texts_form,
)

__all__ = ["AssistantFields", "IssueForm", "LineActForm", "LineForm", "Part", "PeopleForm",
           "SponsorFields", "TermsForm", "VouchForm", "WhoForm", "answers_in", "asked_once",
           "chosen_in", "fault_words", "field_name", "line_fault_words", "line_form", "parts_of",
           "settled", "terms_form", "texts_form"]
