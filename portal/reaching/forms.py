"""The forms around links."""

from __future__ import annotations

from wtforms import BooleanField, EmailField, Field, Form, RadioField, ValidationError
from wtforms.validators import StopValidation

from portal.people.policy import Owner, ReadBy
from portal.reaching.policy import Reason
from portal.web.forms import OurForm, at_most, filled, mail_address, said
from portal.web.words import later as _


class LostForm(OurForm):
    """Somebody's own address, to be sent their link."""

    email = EmailField(_("Your mail address"), [filled(_("Enter your mail address.")),
                                                at_most(254), mail_address])


class ForgottenForm(OurForm):
    """The address of an account, to be sent a link to another password."""

    email = EmailField(_("Mail address"), [filled(_("Enter your mail address.")), at_most(254),
                                           mail_address])


class StopForm(OurForm):
    """Whether somebody wants to be reminded; nothing is chosen beforehand, so that a scanner that
    presses the button changes nothing (Z9)."""

    wish = RadioField(_("What would you like?"), validators=[filled(_("Choose one of the two."))])

    def name_choices(self) -> None:
        """Offer the two answers."""
        self.wish.choices = [("stop", _("Send me no more reminders")),
                             ("keep", _("Remind me as before"))]


def _unless_on_paper(form: Form, field: Field) -> None:
    """Ask for no address of somebody who has none."""
    if "on_paper" in form and form["on_paper"].data:
        field.errors = []
        raise StopValidation


class AddressParts:
    """An address, whose it is, and who else reads it (Z7), as a part of any form."""

    email = EmailField(_("Mail address"), [
        _unless_on_paper, filled(_("Enter a mail address.")), at_most(254), mail_address])
    owner = RadioField(_("Whose address is this?"),
                       validators=[_unless_on_paper, filled(_("Say whose address this is."))])
    read_by = RadioField(_("Who else reads what arrives there?"),
                         validators=[_unless_on_paper, filled(_("Say who else reads it."))])

    def name_choices(self) -> None:
        """Offer the answers in plain words; nothing is chosen beforehand."""
        self.owner.choices = [
            (Owner.PRIVATE.value, _("Their own, private address")),
            (Owner.EMPLOYER.value, _("An employer’s address")),
            (Owner.SHARED.value, _("Shared with other people")),
            (Owner.UNKNOWN.value, _("I do not know")),
        ]
        self.read_by.choices = [
            (ReadBy.NOBODY.value, _("Nobody, as far as I know")),
            (ReadBy.FAMILY.value, _("Family may see it")),
            (ReadBy.ASSISTANT.value, _("An assistant")),
            (ReadBy.EMPLOYER.value, _("The employer can")),
        ]


def _no_address_beside(form: Form, field: Field) -> None:
    if field.data and said(form["email"]):
        raise ValidationError(_("A mail address is entered as well. Take out one of the two."))


class ReachParts(AddressParts):
    """An address, or that there is none and never a link: then everything is on paper (Z26)."""

    on_paper = BooleanField(_("Signs on paper and has no mailbox"), [_no_address_beside],
                            render_kw={"data-reach": "paper"})


class AddressFields(AddressParts, OurForm):
    """An address on a page of its own."""


class PlainForm(OurForm):
    """A button, and nothing but its CSRF token."""


class RevokeForm(OurForm):
    """Whose links and sessions end, and why; nothing is chosen beforehand."""

    whose = RadioField(_("Whose?"), validators=[filled(_("Choose whose links and sign-ins end."))])
    reason = RadioField(_("Why?"), validators=[
        filled(_("Choose why. The record keeps it; nobody is told."))])

    def name_choices(self, whose: list[tuple[str, str]]) -> None:
        """Offer who there is, and the reasons."""
        self.whose.choices = whose
        self.reason.choices = [
            (Reason.DEVICE.value, _("A phone or computer was lost or stolen")),
            (Reason.STRANGER.value, _("Somebody else was signed in, or may have been")),
            (Reason.MAILBOX.value, _("Somebody else reads a mailbox")),
            (Reason.PRECAUTION.value, _("To be on the safe side")),
        ]
