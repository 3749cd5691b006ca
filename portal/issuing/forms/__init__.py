"""The coach's forms from a name to sent invitations."""

from portal.issuing.forms.faults import fault_words
from portal.issuing.forms.lines import (
    LineActForm,
    LineForm,
    chosen_in,
    line_fault_words,
    line_form,
    settled,
)
from portal.issuing.forms.people import AssistantFields, PeopleForm, SponsorFields, WhoForm
from portal.issuing.forms.rows import KEPT, KeptRows, change_rows, kept_in
from portal.issuing.forms.terms import (
    AS_NOW,
    AskedForm,
    IssueForm,
    Part,
    TermsForm,
    VouchForm,
    answers_in,
    asked_form,
    asked_once,
    field_name,
    keeping,
    parts_of,
    texts_form,
)

__all__ = ["AS_NOW", "KEPT", "AskedForm", "AssistantFields", "IssueForm", "KeptRows", "LineActForm",
           "LineForm", "Part", "PeopleForm", "SponsorFields", "TermsForm", "VouchForm", "WhoForm",
           "answers_in", "asked_form", "asked_once", "change_rows", "chosen_in", "fault_words",
           "field_name", "keeping", "kept_in", "line_fault_words", "line_form", "parts_of",
           "settled", "texts_form"]
