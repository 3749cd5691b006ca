"""The forms of the ceremony. Nothing is preselected where an answer changes something."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, StringField, SubmitField

from portal.signing.policy import Choice, Mark, Progress, Read, strokes_from
from portal.web.forms import CodeField, at_most, filled, printable
from portal.web.words import later as _


class EnterForm(FlaskForm):
    """The one button behind a link: it carries nothing but its CSRF token."""


class WhoForm(FlaskForm):
    """I am … / this is not me; nothing preselected, so that a scanner changes nothing (Z9)."""

    who = RadioField(_("Who are you?"), validators=[filled(_("Choose whether this is you."))])

    def name_choices(self, name: str) -> None:
        """Offer the two answers by name."""
        self.who.choices = [("me", _("I am {name}").format(name=name)),
                            ("not_me", _("This is not me"))]


class CodeForm(FlaskForm):
    """A code from the authenticator of a person who has one."""

    code = CodeField(_("6-digit code"), [filled(_("Enter the 6-digit code from your app."))])


class ReadForm(FlaskForm):
    """The answer below a page of text."""

    answer = RadioField(_("Have you read this page?"),
                        validators=[filled(_("Choose an answer to go on."))])

    def name_choices(self, coach: str) -> None:
        """Offer the two answers."""
        self.answer.choices = [
            (Read.READ.value, _("I have read this page")),
            (Read.TALK.value, _("I want to talk to {coach} first").format(coach=coach)),
        ]


class ChoiceForm(FlaskForm):
    """The coachee's answer to one optional line."""

    answer = RadioField(validators=[filled(_("Choose yes or no to go on."))])

    def name_choices(self, coach: str, question: str) -> None:
        """Ask the question of the line; offer yes, no and the honest "not sure"."""
        self.answer.label.text = question
        self.answer.choices = [
            (Choice.YES.value, _("Yes, I agree")),
            (Choice.NO.value, _("No, I do not agree")),
            (Choice.TALK.value, _("I want to talk to {coach} first").format(coach=coach)),
        ]


class SignForm(FlaskForm):
    """Name or drawing, the consent to sign on screen, and one code."""

    hash = HiddenField()
    strokes = HiddenField()
    mark = RadioField(_("How do you want to sign?"), default=Mark.TYPE.value)
    name = StringField(_("Your full name"), [at_most(120), printable])
    erecord = BooleanField()
    later = SubmitField(_("Save and finish later"))
    code = CodeField(_("6-digit code"))

    def name_choices(self, erecord: str) -> None:
        """Offer typing first, drawing as its equal; `erecord` is the sentence to agree to."""
        self.erecord.label.text = erecord
        self.mark.choices = [(Mark.TYPE.value, _("Type my name")),
                             (Mark.DRAW.value, _("Draw with a finger or mouse"))]

    def kept(self, progress: Progress) -> Progress:
        """Return the progress with what this form brings, to be saved before anything else."""
        from dataclasses import replace

        return replace(
            progress, name=(self.name.data or "").strip(),
            mark=Mark.DRAW.value if self.mark.data == Mark.DRAW.value else Mark.TYPE.value,
            strokes=strokes_from(self.strokes.data or ""), erecord=bool(self.erecord.data),
        )


class DeclineForm(FlaskForm):
    """Declining: one clear choice, no reason."""

    sure = RadioField(_("Do you decline to sign?"),
                      validators=[filled(_("Choose whether you decline."))])

    def name_choices(self) -> None:
        """Offer the two answers."""
        self.sure.choices = [("decline", _("I decline to sign this agreement")),
                             ("back", _("I go back and keep my answers"))]


class DigitsForm(FlaskForm):
    """The button that puts fresh digits on the screen."""
