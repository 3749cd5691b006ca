"""The forms of handing over and of letting a member go. No answer is chosen beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wtforms import RadioField

from portal.handing.policy import Answer
from portal.people.forms import role_choices
from portal.web.forms import OurForm, filled
from portal.web.words import later as _

if TYPE_CHECKING:
    from portal.people.queries import Member


class ProposeForm(OurForm):
    """Which colleague the coachee is asked about."""

    colleague = RadioField(_("Who could coach from now on?"),
                           validators=[filled(_("Choose a colleague."))])

    def name_choices(self, colleagues: Sequence[Member]) -> None:
        """Offer the colleagues by name."""
        self.colleague.choices = [(one.person_id, one.name) for one in colleagues]


class AnswerForm(OurForm):
    """The coachee's answer; a machine that presses the button has chosen nothing (Z9)."""

    answer = RadioField(validators=[filled(_("Choose an answer to go on."))])

    def name_choices(self, proposer: str, colleague: str) -> None:
        """Ask by name; offer yes, no and a talk first with whoever asks."""
        self.answer.label.text = _("May {name} coach you from now on?").format(name=colleague)
        self.answer.choices = [
            (Answer.YES.value, _("Yes, {name} may coach me").format(name=colleague)),
            (Answer.NO.value, _("No, nothing shall change")),
            (Answer.TALK.value, _("I want to talk with {name} first").format(name=proposer)),
        ]


class RoleForm(OurForm):
    """What a member does in the practice from now on."""

    role = RadioField(_("What do they do here?"),
                      validators=[filled(_("Choose what they do here."))])

    def name_choices(self) -> None:
        """Offer the roles."""
        self.role.choices = role_choices()


class EndForm(OurForm):
    """Whether a membership really ends now."""

    sure = RadioField(validators=[filled(_("Choose what shall happen."))])

    def name_choices(self, name: str, *, own: bool, running: bool) -> None:
        """Ask by name; of a coach whose engagements run, the first answer is to wait."""
        self.sure.label.text = (_("Close your own account now?") if own else
                                _("Close the account of {name} now?").format(name=name))
        wait = (_("No, {name} hands the engagements over first").format(name=name) if running else
                _("No, leave everything as it is"))
        end = (_("Yes, {name} can no longer hand them over").format(name=name) if running else
               _("Yes, close it now"))
        self.sure.choices = [("wait", wait), ("end", end)]
