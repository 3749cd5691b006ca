"""The forms of joining and signing in."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    PasswordField,
    RadioField,
    StringField,
    ValidationError,
)
from wtforms.validators import EqualTo, StopValidation

from portal.factors.policy import NAME_LENGTH
from portal.ground.passwords import MINIMUM_LENGTH, PasswordNo, why_not_password
from portal.people.policy import Owner, ReadBy
from portal.web.forms import (
    CodeField,
    OurForm,
    PasskeyField,
    at_most,
    filled,
    mail_address,
    proven,
    said,
)
from portal.web.words import later as _


class SignInForm(OurForm):
    """Mail address and password of an account."""

    email = EmailField(_("Mail address"), [filled(_("Enter your mail address.")), at_most(254)])
    password = PasswordField(_("Password"), [filled(_("Enter your password.")), at_most(200)])


class CodeForm(OurForm):
    """A code from the authenticator app, or a passkey."""

    code = CodeField(_("6-digit code"), [proven(_("Enter the 6-digit code from your app."))])
    passkey = PasskeyField()


class ProofForm(OurForm):
    """A code or passkey in the middle of a session; their names stand in no other form, for what
    was sent to one of those is carried along."""

    code = CodeField(_("6-digit code"), [proven(_("Enter the 6-digit code from your app."))],
                     name="proof")
    passkey = PasskeyField(name="proof_passkey")


class AppForm(OurForm):
    """A code of an app that counts, and a word for the one that comes beside it."""

    name = StringField(_("A word for the new one"), [
        filled(_("Enter a word by which you know it, as “tablet”.")), at_most(NAME_LENGTH)])
    code = CodeField(_("6-digit code of the app that you have"), [
        proven(_("Enter the 6-digit code from your app."))])
    passkey = PasskeyField()


class LockForm(OurForm):
    """A word for the screen lock of this device, and a code of an app where one is asked for."""

    name = StringField(_("A word for this device"), [
        filled(_("Enter a word by which you know it, as “tablet”.")), at_most(NAME_LENGTH)])
    code = CodeField(_("6-digit code of the app that you have"))
    passkey = PasskeyField()


class ReadyForm(OurForm):
    """Whether somebody can put recovery codes away now: they are shown once."""

    ready = BooleanField(_("I can print or write them down now"), [
        filled(_("Tick this when you can put them away: they are shown once."))])


class RecoveryForm(OurForm):
    """A recovery code."""

    code = StringField(_("Recovery code"), [filled(_("Enter one of your recovery codes.")),
                                            at_most(60)])


class EnterForm(OurForm):
    """The one button behind a link: it carries nothing but its form token."""


def _unless_not_me(form: JoinForm, field: Field) -> None:
    """Ask nothing more of somebody whom the mail reached by mistake."""
    if form.who.data == "not_me":
        field.errors = []
        raise StopValidation


def _with_recovery(form: ResetForm, field: Field) -> None:
    """Ask for no code of an app where a recovery code stands in its place."""
    if said(form.recovery):
        field.errors = []
        raise StopValidation


def hard_to_guess(form: FlaskForm, field: PasswordField) -> None:
    """Ask for a password that guessers do not try first; what the form knows of the person counts
    for nothing in it."""
    no = why_not_password(field.data or "", getattr(form, "about", ()))
    if no is PasswordNo.TOO_SHORT:
        raise ValidationError(_("Use at least {letters} characters: four words, for example.")
                              .format(letters=MINIMUM_LENGTH))
    if no is PasswordNo.GUESSABLE:
        raise ValidationError(_("This password is among those that are guessed first. Take four "
                                "words that have nothing to do with each other or with you."))


class AddressForm(OurForm):
    """Another address to sign in with."""

    email = EmailField(_("New mail address"), [filled(_("Enter your new mail address.")),
                                               at_most(254), mail_address])


class ChoiceForm(OurForm):
    """One question behind a link; nothing is chosen beforehand, so that a scanner that presses the
    button changes nothing (Z9)."""

    choice = RadioField(_("What shall happen?"), validators=[filled(_("Choose one of the two."))])


class PasswordForm(OurForm):
    """The current password of an account, and another one."""

    current = PasswordField(_("Your password until now"), [
        filled(_("Enter the password with which you signed in.")), at_most(200)])
    password = PasswordField(_("New password"), [
        filled(_("Choose a password.")), hard_to_guess, at_most(200)])
    repeated = PasswordField(_("The new password again"), [
        filled(_("Enter the password a second time.")),
        EqualTo("password", _("The two do not match. Enter the same password twice."))])

    #: What is known of the person, and of no use in a password.
    about: tuple[str, ...] = ()


class ResetForm(OurForm):
    """Another password, with a code, a passkey or a recovery code."""

    password = PasswordField(_("New password"), [
        filled(_("Choose a password.")), hard_to_guess, at_most(200)])
    repeated = PasswordField(_("The new password again"), [
        filled(_("Enter the password a second time.")),
        EqualTo("password", _("The two do not match. Enter the same password twice."))])
    code = CodeField(_("6-digit code"), [_with_recovery, proven(
        _("Enter the 6-digit code from your app, or a recovery code."))])
    recovery = StringField(_("Recovery code"), [at_most(40)])
    passkey = PasskeyField()

    #: What is known of the person, and of no use in a password.
    about: tuple[str, ...] = ()


class JoinForm(OurForm):
    """Who it is, whose address it is, and the password; nothing chosen beforehand (Z7, Z9)."""

    who = RadioField(_("Who are you?"), validators=[filled(_("Choose whether this is you."))])
    owner = RadioField(_("Whose is the mail address that the invitation came to?"),
                       validators=[_unless_not_me, filled(_("Say whose address this is."))])
    read_by = RadioField(_("Who else reads what arrives there?"),
                         validators=[_unless_not_me, filled(_("Say who else reads it."))])
    password = PasswordField(_("Password"), [
        _unless_not_me, filled(_("Choose a password.")), hard_to_guess, at_most(200)])
    repeated = PasswordField(_("The same password again"), [
        _unless_not_me, filled(_("Enter the password a second time.")),
        EqualTo("password", _("The two do not match. Enter the same password twice."))])

    #: What is known of the person, and of no use in a password.
    about: tuple[str, ...] = ()

    def name_choices(self, name: str, *about: str) -> None:
        """Offer the answers; the first question goes by name. What else is known `about` the
        person makes a password no harder to guess."""
        self.about = (name, *about)
        self.who.choices = [("me", _("I am {name}").format(name=name)),
                            ("not_me", _("This is not me"))]
        self.owner.choices = [
            (Owner.PRIVATE.value, _("My own")),
            (Owner.EMPLOYER.value, _("An employer’s, or the practice’s")),
            (Owner.SHARED.value, _("Shared with other people")),
        ]
        self.read_by.choices = [
            (ReadBy.NOBODY.value, _("Nobody")),
            (ReadBy.FAMILY.value, _("Family may see it")),
            (ReadBy.ASSISTANT.value, _("An assistant or colleague")),
            (ReadBy.EMPLOYER.value, _("An employer can")),
        ]
