"""The terms, one's own signature, and the digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from portal.wording.policy import ENGAGEMENT, PRACTICE, questions

if TYPE_CHECKING:
    from portal.issuing.queries import Text, Texts
    from portal.wording.policy import Fault, Question, Template

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
    fields: dict[str, Field] = {
        field_name(q.key): _asked(q, answers.get(q.key, q.default)) for q in template.questions}
    for line in template.lines:
        if line.optional:
            fields[f"offer_{line.key}"] = BooleanField(default=True)
    return type("FilledTermsForm", (TermsForm,), fields)


def _asked(question: Question, default: str) -> Field:
    long = question.kind == "text" and question.max_length >= _AREA_FROM
    kind = TextAreaField if long else StringField
    return kind(question.label, [at_most(question.max_length), printable], default=default,
                description=question.hint)


@dataclass(frozen=True, slots=True)
class Part:
    """Hold one text on the screen of terms, and what its fields are called."""

    text: Text
    number: int

    @property
    def template(self) -> Template:
        """Return the template of the text."""
        return self.text.material.template

    @property
    def own_questions(self) -> tuple[Question, ...]:
        """Return what is asked for this text alone."""
        return questions(self.template, ENGAGEMENT)

    def offer(self, key: str) -> str:
        """Return the name of the tick that offers an optional line."""
        return f"offer_{self.number}_{key}" if self.number else f"offer_{key}"

    def own(self, key: str) -> str:
        """Return the name of the field of one of its own questions."""
        return f"own_{self.number}_{key.replace('.', '_')}"

    @property
    def later(self) -> str:
        """Return the name of the tick that leaves the text for later."""
        return f"later_{self.number}"


def parts_of(texts: Texts) -> list[Part]:
    """Return the drafts as the parts of the screen; the coachee's own terms are number 0."""
    others = 0
    found = []
    for text in texts.to_settle:
        first = text.material.template.counterpart is None
        others += not first
        found.append(Part(text, 0 if first else others))
    return found


def asked_once(parts: Sequence[Part]) -> list[Question]:
    """Return what the practice is asked for these texts, each question once."""
    return list({q.key: q for part in parts for q in questions(part.template, PRACTICE)}.values())


def texts_form(parts: Sequence[Part], answers: Mapping[str, str]) -> type[TermsForm]:
    """Return the form of the screen of terms: what the practice is asked, and for each text its
    own questions, a tick for each optional line, and whether it is left for later."""
    fields: dict[str, Field] = {
        field_name(q.key): _asked(q, answers.get(q.key, q.default)) for q in asked_once(parts)}
    for part in parts:
        said = part.text.material.answers
        for question in part.own_questions:
            fields[part.own(question.key)] = _asked(
                question, said.get(question.key, question.default))
        for line in part.template.lines:
            if line.optional:
                fields[part.offer(line.key)] = BooleanField(
                    default=line.key not in part.text.material.choices.leave_out)
        if part.number:
            fields[part.later] = BooleanField(_("Leave this text for later"),
                                              default=part.text.later)
    return type("TextsForm", (TermsForm,), fields)


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
