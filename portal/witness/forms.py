"""What somebody brings to have it checked, and whether checkpoints come by mail."""

from __future__ import annotations

from flask_wtf.file import FileField
from wtforms import StringField
from wtforms.validators import AnyOf

from portal.web.forms import OurForm, at_most
from portal.web.words import later as _


class CheckForm(OurForm):
    """A file, or the code that is printed on it."""

    file = FileField(_("The file"))
    code = StringField(_("Or the code that stands at the foot of every page"), [at_most(40)])


class WishForm(OurForm):
    """Whether checkpoints are to come by mail: yes or no."""

    wanted = StringField(validators=[AnyOf(["yes", "no"])])
