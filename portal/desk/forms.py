"""The forms of the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wtforms import BooleanField, RadioField, SearchField, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from portal.people.forms import zones
from portal.web.forms import OurForm, filled
from portal.web.words import later as _

if TYPE_CHECKING:
    from portal.desk.queries.eyes import Eyes


class FindForm(OurForm):
    """The beginning of a name or of a title."""

    find = SearchField(_("Find a person or a title"))


class EyesForm(OurForm):
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


class MailsForm(OurForm):
    """Whether somebody wants to be reminded, and the clock that they live by."""

    reminders = RadioField(_("Reminders about this engagement"),
                           validators=[filled(_("Choose one of the two."))])
    timezone = SelectField(_("Your time zone"), validate_choice=True)

    @classmethod
    def of(cls, *, reminders: bool, own: str, practices: str) -> MailsForm:
        """Offer the choices; what holds now is chosen, so that sending it changes nothing."""
        form = cls(data={"reminders": "yes" if reminders else "no", "timezone": own})
        form.reminders.choices = [("yes", _("Remind me when something waits")),
                                  ("no", _("Send me no reminders"))]
        form.timezone.choices = [("", practices), *((zone, zone) for zone in zones())]
        return form


class FeedForm(OurForm):
    """What the entries of a coach's calendar are called."""

    titles = BooleanField(_("Add the title that I gave to the engagement"))
