"""Who is coached, and who else takes part."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from wtforms import Form, FormField, StringField
from wtforms.validators import Optional

from portal.issuing.policy import NewParty
from portal.people.policy import Owner, ReadBy
from portal.reaching.forms import ReachParts
from portal.web.forms import DayField, OurForm, at_most, filled, printable, said
from portal.web.words import later as _


class WhoForm(ReachParts, OurForm):
    """First screen: the coachee."""

    name = StringField(_("Full name"), [filled(_("Enter the coachee’s full name.")), at_most(120),
                                        printable])
    title = StringField(_("Neutral title"), [filled(_("Enter a title that says nothing private.")),
                                             at_most(80), printable])


class NameFields(Form):
    """Somebody who is named and nothing more; a section left empty names nobody."""

    name = StringField(_("Full name"), [filled(_("Enter the full name.")), at_most(120),
                                        printable])

    @property
    def is_filled(self) -> bool:
        """Tell whether anything was entered here."""
        return any(field.data if field.type == "BooleanField" else said(field)
                   for field in self if field.type != "RadioField")

    def validate(self, extra_validators: Any = None) -> bool:
        """Check what was entered, if anything was."""
        return not self.is_filled or bool(super().validate(extra_validators))

    def party(self, role: str) -> NewParty:
        """Return what was entered as the rules see it."""
        return NewParty(role, said(self.name))


class AssistantFields(ReachParts, NameFields):
    """Somebody who is asked by mail or on paper, once the coachee has said yes."""

    asked_for_on = DayField(_("Did the coachee ask for this person? On which day?"),
                            [Optional()])

    def party(self, role: str) -> NewParty:
        """Return what was entered as the rules see it."""
        day: date | None = self.asked_for_on.data
        if self.on_paper.data:
            return NewParty(role, said(self.name), asked_for_on=day, on_paper=True)
        return NewParty(
            role, said(self.name), said(self.email), Owner(self.owner.data or Owner.UNKNOWN),
            ReadBy(self.read_by.data or ReadBy.NOBODY), asked_for_on=day)


class SponsorFields(AssistantFields):
    """Somebody who signs for an organisation."""

    organisation = StringField(_("Organisation"), [
        filled(_("Enter the organisation that this person signs for.")), at_most(120),
        printable])

    def party(self, role: str) -> NewParty:
        """Return what was entered as the rules see it."""
        return replace(super().party(role), organisation=said(self.organisation))


class PeopleForm(OurForm):
    """Everybody else on one screen; each section may stay empty."""

    sponsor = FormField(SponsorFields)
    line_manager = FormField(NameFields)
    hr_partner = FormField(NameFields)
    assistant = FormField(AssistantFields)
    supporter = FormField(AssistantFields)

    def name_choices(self, coachee: str) -> None:
        """Offer the answers about addresses, and ask about the coachee by name."""
        for section in self.sections:
            if isinstance(section.form, AssistantFields):
                section.form.name_choices()
                section.form.asked_for_on.label.text = _(
                    "Did {coachee} ask for this person? On which day?").format(coachee=coachee)

    @property
    def sections(self) -> list[FormField[Any]]:
        """Return the sections in the order of the screen."""
        return [self.sponsor, self.line_manager, self.hr_partner, self.assistant, self.supporter]

    @property
    def entered(self) -> list[FormField[Any]]:
        """Return the sections in which somebody was named."""
        return [section for section in self.sections if section.form.is_filled]
