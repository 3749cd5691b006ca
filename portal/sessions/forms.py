"""The forms around sessions."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, RadioField, StringField, TimeField
from wtforms.validators import Optional

from portal.reaching.forms import AddressFields
from portal.sessions.policy import MODES, Mode
from portal.web.forms import DayField, OurForm, at_most, filled, printable
from portal.web.words import _ as now_
from portal.web.words import later as _


class ClockField(TimeField):
    """A time of day as clocks show it; a dot is as good as a colon."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read it, and say in plain words what is wrong."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(now_("Enter a time like 14:30.")) from None


_CLOCK = ["%H:%M", "%H:%M:%S", "%H.%M"]


class DatesForm(OurForm):
    """When and where: a day and two times in the practice's zone, a place or a link."""

    day = DayField(_("Day"), [filled(_("Enter the day."))])
    start = ClockField(_("From"), [filled(_("Enter when it begins, as 14:30."))], format=_CLOCK)
    end = ClockField(_("To"), [filled(_("Enter when it ends, as 15:30."))], format=_CLOCK)
    place = StringField(_("Place, or link to the call"), [at_most(300), printable])
    seen = HiddenField()
    """Which of its dates the session had when the form was drawn."""


class GuestForm(AddressFields):
    """Who comes into one session, for which one topic, and how they take part."""

    name = StringField(_("Full name"), [filled(_("Enter the guest’s full name.")), at_most(120),
                                        printable])
    topic = StringField(_("The one topic"), [filled(_("Enter the one topic of the guest.")),
                                             at_most(120), printable])
    asked_for_on = DayField(_("Did the coachee ask for this person? On which day?"),
                            [Optional()])
    mode = RadioField(_("How do they take part?"),
                      validators=[filled(_("Say how the guest takes part."))])

    def name_choices(self) -> None:
        """Offer the answers in plain words; nothing is chosen beforehand."""
        super().name_choices()
        self.mode.choices = [choice for choice in choices_of("GUEST") if choice[0] != Mode.OUT]


class ModeForm(OurForm):
    """How somebody takes part in one session."""

    mode = RadioField(_("How do they take part?"),
                      validators=[filled(_("Say how they take part."))])

    def name_choices(self, role: str) -> None:
        """Offer what this role may be given."""
        self.mode.choices = choices_of(role)


def choices_of(role: str) -> list[tuple[str, str]]:
    """Return the modes of a role with their words."""
    words = {Mode.SILENT: _("Listens and says nothing"), Mode.WHEN_ASKED: _("Speaks when asked"),
             Mode.FULL: _("Takes part fully"), Mode.OUT: _("Is not in this session")}
    return [(mode.value, words[mode]) for mode in MODES[role]]
