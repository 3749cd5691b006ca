"""The forms of signing in."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, StringField

from portal.web.forms import CodeField, at_most, filled
from portal.web.words import later as _


class SignInForm(FlaskForm):
    """Mail address and password of an account."""

    email = EmailField(_("Mail address"), [filled(_("Enter your mail address.")), at_most(254)])
    password = PasswordField(_("Password"), [filled(_("Enter your password.")), at_most(200)])


class CodeForm(FlaskForm):
    """A code from the authenticator app."""

    code = CodeField(_("6-digit code"), [filled(_("Enter the 6-digit code from your app."))])


class RecoveryForm(FlaskForm):
    """A recovery code."""

    code = StringField(_("Recovery code"), [filled(_("Enter one of your recovery codes.")),
                                            at_most(60)])
