"""The terms, one's own signature, and the digits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    RadioField,
    StringField,
    TextAreaField,
)

from portal.vouching.policy import How
from portal.web.forms import CodeField, at_most, filled, printable, said
from portal.web.words import later as _

if TYPE_CHECKING:
    from portal.wording.policy import Fault, Template

_AREA_FROM = 150


class TermsForm(FlaskForm):
    """Second screen: from when, and which optional lines are left out."""

    starts_on = DateField(_("From which day?"),
                          [filled(_("Enter the day on which the terms begin."))])


def field_name(key: str) -> str:
    """Return the form's name for a question."""
    return "q_" + key.replace(".", "_")


def terms_form(template: Template, answers: Mapping[str, str]) -> type[TermsForm]:
    """Return the second screen's form with a field for each question of the template.

    A question that the practice has answered keeps its answer; a new one starts from the
    pack's default where there is a true one.
    """
    fields: dict[str, Field] = {}
    for question in template.questions:
        long = question.kind == "text" and question.max_length >= _AREA_FROM
        kind = TextAreaField if long else StringField
        fields[field_name(question.key)] = kind(
            question.label, [at_most(question.max_length), printable],
            default=answers.get(question.key, question.default), description=question.hint)
    for line in template.lines:
        if line.optional:
            fields[f"offer_{line.key}"] = BooleanField(default=True)
    return type("FilledTermsForm", (TermsForm,), fields)


def answers_in(form: TermsForm, template: Template) -> dict[str, str]:
    """Return the answers that a form brings, by question key."""
    return {q.key: said(form[field_name(q.key)]) for q in template.questions}


def fault_words(fault: Fault, question: str) -> str:
    """Return what to do about a fault of the answer to a question, given by its label."""
    return {
        "empty": _("Answer “{question}”"),
        "too_long": _("This is too long: use {detail} characters at the most."),
        "not_a_number": _("Enter a number from {detail}."),
        "not_a_url": _("Enter a web address that begins with https://."),
        "nobody_named": _("Name one person or body. “{detail}” names nobody."),
        "needs_the_other": _("These two answers belong together: fill in both, or neither."),
        "overclaim": _("“{detail}” promises more than can be kept. Say it without that."),
        "banned_word": _("“{detail}” could mean two people. Say coachee or sponsor."),
    }.get(fault.code.value, _("This cannot be printed. Write it in plain words.")).format(
        detail=fault.detail, question=question)


class IssueForm(FlaskForm):
    """Third screen: sign one's own part and send."""

    hash = HiddenField()
    name = StringField(_("Your full name"), [filled(_("Enter your full name.")), at_most(120),
                                             printable])
    code = CodeField(_("6-digit code"), [filled(_("Enter the 6-digit code from your app."))])


class VouchForm(FlaskForm):
    """Eight digits that the signer read aloud, and how both spoke."""

    digits = CodeField(_("The 8 digits that you hear"),
                       [filled(_("Enter the 8 digits that you hear."))])
    how = RadioField(_("How do you speak?"), validators=[filled(_("Say how you spoke."))])

    def name_choices(self) -> None:
        """Offer the ways of speaking; none is chosen beforehand."""
        self.how.choices = [
            (How.PHONE.value, _("By phone, and I know the voice")),
            (How.VIDEO.value, _("By video, and I see the person")),
            (How.IN_PERSON.value, _("In person")),
            (How.RELAY.value, _("Through a relay service that I know")),
        ]
