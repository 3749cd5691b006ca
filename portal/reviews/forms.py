"""The forms of looking again. Nothing is chosen beforehand: silence is never a yes."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import Optional

from portal.agreements.policy import Feels, Says
from portal.reviews.actions import Pick
from portal.web.forms import (
    CodeField,
    DayField,
    OurForm,
    PasskeyField,
    at_most,
    filled,
    printable,
    said,
)
from portal.web.words import later as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wtforms import Field

    from portal.reviews.queries import Look

EVERYBODY, BOTH = "everybody", "both"


class LookForm(OurForm):
    """An answer to each text that waits, words for what is to change, and one code for all."""

    code = CodeField(_("6-digit code"))
    passkey = PasskeyField()

    def answer(self, look: Look) -> RadioField:
        """Return the question about one text."""
        return cast("RadioField", self[f"answer-{look.id}"])

    def words(self, look: Look) -> TextAreaField:
        """Return the words about one text."""
        return cast("TextAreaField", self[f"words-{look.id}"])

    def picks(self, looks: Sequence[Look]) -> list[Pick]:
        """Return what was chosen for each text that was answered."""
        return [Pick(look.facts, Says(self.answer(look).data), said(self.words(look)))
                for look in looks if self.answer(look).data in {*Says}]


def look_form(looks: Sequence[Look], *, role: str) -> LookForm:
    """Return the form for some texts, in the words of a role."""
    fields: dict[str, Field] = {}
    for look in looks:
        # Nothing chosen is an answer that is still to come, and no mistake beside others.
        fields[f"answer-{look.id}"] = RadioField(
            _("What shall become of it?"), validators=[Optional()], validate_choice=False)
        fields[f"words-{look.id}"] = TextAreaField(
            _("What would you like changed?"), [at_most(2000), printable])
    form: LookForm = type("LookForm", (LookForm,), fields)()
    for look in looks:
        form.answer(look).choices = _choices(role)
    return form


def _choices(role: str) -> list[tuple[str, str]]:
    end = {"COACH": _("End it"), "COACHEE": _("End it")}.get(role, _("Step out"))
    return [(Says.KEEP.value, _("Keep it as it is")), (Says.CHANGE.value, _("Change it")),
            (Says.END.value, end)]


class CheckInForm(OurForm):
    """Is it still fine? Which text is asked about stands in its own field."""

    about = HiddenField()
    feels = RadioField(_("Is it still fine for you?"),
                       validators=[filled(_("Choose an answer."))])

    def name_choices(self, coach: str) -> None:
        """Offer the two answers; neither is chosen beforehand."""
        self.feels.choices = [(Feels.FINE.value, _("Yes, it is fine")),
                              (Feels.TALK.value, _("I would like to talk to {name}").format(
                                  name=coach))]


class PaperForm(OurForm):
    """What somebody said who signs on paper."""

    says = RadioField(_("What did they say?"),
                      validators=[filled(_("Choose what was said."))])

    def name_choices(self, looks: Sequence[Look]) -> None:
        """Offer keep and end for everybody on paper who has not answered."""
        self.says.choices = [
            (f"{look.id}/{one.party_id}/{says.value}", words.format(
                name=one.name, title=look.title))
            for look in looks for one in look.said if one.on_paper and one.answer is None
            for says, words in ((Says.KEEP, _("{name} keeps “{title}”")),
                                (Says.END, _("{name} ends “{title}”")))]


class CallForm(OurForm):
    """Which text the coach wants looked at, by when, by whom and why."""

    text = RadioField(_("Which agreement?"), validators=[filled(_("Choose an agreement."))])
    day = DayField(_("Until when?"), [filled(_("Enter the last day to answer."))])
    asks = RadioField(_("Who is asked?"), validators=[filled(_("Choose who is asked."))])
    reason = StringField(_("Why now?"), [filled(_("Write why you ask now.")), at_most(300),
                                         printable])

    def name_choices(self, looks: Sequence[Look], coachee: str) -> None:
        """Offer each text that stands, and who can be asked."""
        self.text.choices = [(look.id, look.title if not look.third else
                              _("{title}, with {name}").format(title=look.title, name=look.third))
                             for look in looks]
        self.asks.choices = [
            (EVERYBODY, _("Everybody who signed it")),
            (BOTH, _("{name} and I alone").format(name=coachee))]
