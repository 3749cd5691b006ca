"""The forms of the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_wtf import FlaskForm
from wtforms import SearchField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from portal.web.words import later as _

if TYPE_CHECKING:
    from portal.desk.queries.eyes import Eyes


class FindForm(FlaskForm):
    """The beginning of a name or of a title."""

    find = SearchField(_("Find a person or a title"))


class EyesForm(FlaskForm):
    """The optional lines about somebody, to be looked at with a yes or without."""

    lines = SelectMultipleField(_("Suppose you say yes to:"), validate_choice=True,
                                widget=ListWidget(prefix_label=False),
                                option_widget=CheckboxInput())

    @classmethod
    def of(cls, seen: Eyes, *, sent: bool = False) -> EyesForm:
        """Offer the lines about a reader; what was not sent stands as it is answered so far."""
        form = cls() if sent else cls(
            None, data={"lines": [flip.id for flip in seen.flips if flip.is_yes]})
        form.lines.choices = [(flip.id, flip.sentence) for flip in seen.flips]
        return form
