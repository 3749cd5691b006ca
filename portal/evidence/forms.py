"""A seal that an owner brings: the file, and what opens it. Neither is ever shown again."""

from __future__ import annotations

from flask_wtf.file import FileField
from wtforms import PasswordField

from portal.web.forms import OurForm, at_most
from portal.web.words import later as _


class BringForm(OurForm):
    """The file of a trust service and its passphrase."""

    file = FileField(_("The file of your seal"))
    passphrase = PasswordField(_("Its passphrase"), [at_most(200)])
