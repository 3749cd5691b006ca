"""Form fields that more than one room uses, and their plain errors."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, EmailField, Field, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length, StopValidation

from portal.ground.glyphs import named, why_not_printable
from portal.web.late import is_of_before, is_shown
from portal.web.words import _

_YEARS = range(1900, 2100)


class OurForm(FlaskForm):
    """A form as all of ours are: one that is only drawn again is never valid."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Judge what was sent, unless it is only shown again."""
        if is_shown():
            self.form_errors = [
                _("This was not sent yet, for somebody signed in anew here since this page was "
                  "opened. Look whether it is yours, then send it.") if is_of_before() else
                _("This was not sent yet, for your session had run out. Look through it, then send "
                  "it.")]
            return False
        return bool(super().validate(extra_validators))


class CodeField(StringField):
    """Six digits from an authenticator; spaces and hyphens may be typed or pasted with them."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep what was typed: the act itself cleans it."""
        self.data = valuelist[0].strip() if valuelist else ""


class PasskeyField(StringField):
    """What a passkey signed, as the page's script puts it in; it is never shown again."""


class _Proven(InputRequired):
    def __call__(self, form: FlaskForm, field: Field) -> None:
        """Ask for no code where a passkey signed."""
        if form["passkey"].data:
            field.errors = []
            raise StopValidation
        super().__call__(form, field)


def proven(message: str) -> InputRequired:
    """Require a code, or an answer in the field `passkey` of the same form, and say which."""
    return _Proven(message)


class DayField(DateField):
    """A day of this century or the last one; what is none is told so in our words.

    Days further off are slips of the pen, and spans that begin there leave the calendar.
    """

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read a day as browsers send it."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            self.data = None
        if valuelist and (self.data is None or self.data.year not in _YEARS):
            self.data = None
            raise ValueError(_("Enter a day as in 2027-05-31."))


def said(field: Field) -> str:
    """Return what was typed into a field, without spaces around it; nothing is an empty text."""
    return str(field.data or "").strip()


class _Filled(InputRequired):
    def __call__(self, form: FlaskForm, field: Field) -> None:
        """Take spaces for no answer."""
        if field.raw_data and not str(field.raw_data[0]).strip():
            field.raw_data = []
        super().__call__(form, field)


def filled(message: str) -> InputRequired:
    """Require an answer, and say which."""
    return _Filled(message)


def at_most(letters: int) -> Length:
    """Refuse a text that is too long."""
    return Length(max=letters, message=_("This is too long: use %(max)d characters at the most."))


def mail_address(_form: FlaskForm, field: EmailField) -> None:
    """Refuse what is no mail address, and keep the spelling that mail servers understand."""
    # Imported late: it brings a DNS library along that a cold start need not wait for.
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email((field.data or "").strip(), check_deliverability=False,
                               test_environment=True)
    except EmailNotValidError as wrong:
        raise ValidationError(
            _("Enter a mail address like name@example.org.")) from wrong
    field.data = found.normalized


def printable(_form: FlaskForm, field: StringField) -> None:
    """Refuse what page, mail and PDF could not all show, and name the characters."""
    bad = why_not_printable(field.data or "", several_lines=isinstance(field, TextAreaField))
    if bad:
        raise ValidationError(
            _("These characters cannot be printed in the agreement: {bad}. Write it without them.")
            .format(bad=named(bad))
        )
