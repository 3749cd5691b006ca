"""The forms of the desk."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import SearchField

from portal.web.words import later as _


class FindForm(FlaskForm):
    """The beginning of a name or of a title."""

    find = SearchField(_("Find a person or a title"))
