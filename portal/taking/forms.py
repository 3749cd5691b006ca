"""The forms of taking back. No answer is chosen beforehand (Z9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import request
from wtforms import RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget

from portal.taking.policy import Found
from portal.web.forms import OurForm, at_most, filled, printable, said
from portal.web.words import later as _

if TYPE_CHECKING:
    from portal.taking.queries import Permit, Text

ALL, LINE, NOT_MINE, LEAVE = "all", "line", "not_mine", "leave"


class SureForm(OurForm):
    """A button that says what happens: without it, as from a machine that sends the form alone,
    nothing does."""

    def is_pressed(self) -> str:
        """Return which button was pressed, or an empty text and a problem on the page."""
        pressed = str(request.form.get("press", "")) if self.validate_on_submit() else ""
        if not pressed and not self.errors:
            self.form_errors.append(str(_("Press the button that says what shall happen.")))
        return pressed


class LineForm(SureForm):
    """Which kinds of information of a line are taken back; the button for the whole line needs
    none."""

    kinds = SelectMultipleField(_("Take back only a part of it"), widget=ListWidget(),
                                option_widget=CheckboxInput())

    def name_choices(self, line: Permit) -> None:
        """Offer what is left of a line."""
        self.kinds.choices = list(line.left)


class BareForm(OurForm):
    """What somebody takes back who gives no code; names nothing of what was agreed (Z13)."""

    what = RadioField(_("What shall happen?"), validators=[filled(_("Choose what shall happen."))])
    reference = StringField(_("Reference of the agreement"), [at_most(40)])
    line = StringField(_("Number of the line"), [at_most(9)])

    @property
    def number(self) -> int | None:
        """Return the number of the line that was typed, or None where there is none."""
        typed = said(self.line)
        return int(typed) if typed.isascii() and typed.isdigit() else None

    def name_choices(self, *, coachee: bool) -> None:
        """Offer what somebody in this role can do."""
        self.what.choices = [
            (ALL, _("I take back everything that I agreed to")),
            (LINE, _("I take back one line, by its number")),
        ] if coachee else [(LEAVE, _("I step out of it altogether"))]
        self.what.choices.append((NOT_MINE, _("I did not sign what bears my name here")))


class ToldForm(OurForm):
    """What a coachee told the coach that they take back."""

    what = RadioField(_("What was taken back?"),
                      validators=[filled(_("Choose what was taken back."))])

    def name_choices(self, texts: Sequence[Text]) -> None:
        """Offer each line by its sentence, each agreement, and everything."""
        found = [(f"{text.id}/{line.number}", line.sentence)
                 for text in texts for line in text.given]
        found += [(text.id, _("The whole agreement: {title}").format(title=titled(text)))
                  for text in texts]
        if len(texts) > 1:
            found.append((ALL, _("Everything that they agreed to")))
        self.what.choices = found


def titled(text: Text) -> str:
    """Return what an agreement is called, with whom it is where there is a third person."""
    return _("{title}, with {name}").format(title=text.title, name=text.third) \
        if text.third else text.title


class FindingForm(OurForm):
    """What came out about a signature."""

    found = RadioField(_("What came out?"), validators=[filled(_("Choose what came out."))])

    def name_choices(self, name: str) -> None:
        """Offer both findings."""
        self.found.choices = [
            (Found.UPHELD.value, _("{name} signed it after all").format(name=name)),
            (Found.NOT_GENUINE.value, _("It is not the signature of {name}").format(name=name)),
        ]


class MistakeForm(SureForm):
    """What somebody tells the coach who saw something by mistake; may stay empty."""

    note = TextAreaField(_("What the coach should know (optional)"), [at_most(1000), printable])
