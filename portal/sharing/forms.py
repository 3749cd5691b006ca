"""The form of a question: each answer is a code, offered in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wtforms import BooleanField, HiddenField, RadioField

from portal.web.forms import OurForm, filled
from portal.web.words import later as _
from portal.wording.queries import load_pack

if TYPE_CHECKING:
    from portal.sharing.policy.narrowing import Narrowed

IN_SESSION = "in_session"
#: What is sent for a question that is about no one session.
NO_SESSION = "none"


class AskForm(OurForm):
    """Why, how, in how much detail, and of which session; to whom and what were chosen before.

    `near` are by field the values that the lines about this person speak of: they stand first.
    """

    to = HiddenField()
    what = HiddenField()
    why = RadioField(_("What for?"), validators=[filled(_("Choose what it is for."))])
    how = RadioField(_("How?"), validators=[filled(_("Choose how it gets there."))])
    much = RadioField(_("In how much detail?"),
                      validators=[filled(_("Choose in how much detail."))])
    session = RadioField(_("Of which session?"),
                         validators=[filled(_("Choose the session, or that it is of none."))])
    agreed = BooleanField(_("The person it is about has said yes, or is left out"))

    def narrow(self, near: Narrowed, sessions: Sequence[str]) -> None:
        """Offer every answer, those of the lines first; choose where there is but one of them.

        Of the forms the most detailed one that the lines speak of is chosen. Where lines speak
        of a session, or of being in one, the session is always asked for.
        """
        terms = load_pack().vocabulary
        self.near = {"why": near.purposes, "how": near.channels, "much": near.forms}
        for choice, named in ((self.why, terms.purposes), (self.how, terms.channels),
                              (self.much, terms.forms)):
            first = self.near[choice.name]
            choice.choices = [(code, named[code].name) for code in (
                *first, *(code for code in named if code not in first))]
            if not self.is_submitted() and (len(first) == 1 or (first and choice is self.much)):
                choice.data = first[-1]
        if sessions:
            self.session.choices = [*((code, code) for code in sessions),
                                    (NO_SESSION, _("Of no one session"))]
            if not (self.is_submitted() or near.sessions or IN_SESSION in near.channels):
                self.session.data = NO_SESSION
        else:
            del self.session
