"""The forms about a practice: whom to invite, what it says of itself, which programs may ask."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from wtforms import EmailField, RadioField, SelectField, StringField, ValidationError

from portal.people.policy import TOKEN_DAYS, Role
from portal.web.forms import OurForm, at_most, filled, mail_address, printable, said
from portal.web.words import later as _


class InviteForm(OurForm):
    """Somebody who may join: name, address, role. No role is chosen beforehand."""

    name = StringField(_("Full name"), [filled(_("Enter the full name.")), at_most(120),
                                        printable])
    email = EmailField(_("Mail address"), [filled(_("Enter a mail address.")), at_most(254),
                                           mail_address])
    role = RadioField(_("What will they do here?"),
                      validators=[filled(_("Choose what they will do here."))])

    def name_choices(self) -> None:
        """Offer the roles, the one with the least sight first."""
        self.role.choices = role_choices()


def role_choices() -> list[tuple[str, str]]:
    """Return the roles of a practice in words, the one with the least sight first."""
    return [(Role.HELPER.value, _("Help with dates and reminders")),
            (Role.COACH.value, _("Coach")),
            (Role.OWNER.value, _("Own the practice, and coach"))]


@cache
def zones() -> list[str]:
    """Return the time zones of places, and UTC: the others are for machines."""
    places = sorted(zone for zone in available_timezones()
                    if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
    return ["UTC", *places]


def _with_successor(form: PracticeForm, field: StringField) -> None:
    """Ask for name and contact of the successor together: one is of no use without the other."""
    other = form.successor_contact if field is form.successor_name else form.successor_name
    if said(other) and not said(field):
        raise ValidationError(_("Enter the name as well as how to reach them, or leave both "
                                "empty."))


class PracticeForm(OurForm):
    """What the practice says of itself; the last three may stay empty."""

    name = StringField(_("Name of the practice"), [
        filled(_("Enter the name of the practice.")), at_most(120), printable])
    contact = StringField(_("How people reach the practice"), [
        filled(_("Enter an address, a telephone number or a mail address.")), at_most(200),
        printable])
    timezone = SelectField(_("Time zone"), validate_choice=True)
    successor_name = StringField(_("Name"), [_with_successor, at_most(120), printable])
    successor_contact = StringField(_("How to reach them"), [
        _with_successor, at_most(200), printable])
    withdrawal = StringField(_("Post, mail or telephone"), [at_most(200), printable])

    def name_choices(self, present: str) -> None:
        """Offer the time zones, and the one that the practice has, whatever it is called."""
        self.timezone.choices = [(zone, zone) for zone in sorted({present, *zones()})]


class KeyForm(OurForm):
    """A key for a program: which program it is for, and how long it lives."""

    name = StringField(_("What is the program called?"), [
        filled(_("Enter a name by which you know the program again.")), at_most(60), printable])
    days = RadioField(_("How long shall the key work?"), coerce=int,
                      validators=[filled(_("Choose how long the key shall work."))])

    def name_choices(self) -> None:
        """Offer the spans, the shortest first; none is longer than a year."""
        words = {30: _("30 days"), 90: _("90 days"), 365: _("One year")}
        self.days.choices = [(days, words[days]) for days in TOKEN_DAYS]
