"""The forms of proposing a change, and of answering."""

from __future__ import annotations

from wtforms import RadioField, TextAreaField

from portal.web.forms import OurForm, at_most, filled, printable
from portal.web.words import later as _

#: The answers to a proposal: draft it, talk about it, or leave things as they are.
DRAFT, TALK, NO = "draft", "talk", "no"


class ProposeForm(OurForm):
    """What somebody would like changed, in their own words."""

    words = TextAreaField(_("What would you like changed?"),
                          [filled(_("Write down what you would like changed.")), at_most(2000),
                           printable])


class AnswerForm(OurForm):
    """What the coach does with a proposal; nothing is chosen beforehand."""

    answer = RadioField(_("What do you answer?"), validators=[filled(_("Choose an answer."))])
    words = TextAreaField(_("Your words"), [at_most(2000), printable])

    def name_choices(self, name: str, *, drafts: bool) -> None:
        """Offer the next version, where it can be drafted, a talk, and a no in words."""
        draft = [(DRAFT, _("I prepare a new version"))] if drafts else []
        self.answer.choices = [*draft, (TALK, _("I want to talk with {name} about it").format(
            name=name)), (NO, _("I leave the agreement as it is"))]
