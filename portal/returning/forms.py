"""The form behind "this was not me"."""

from __future__ import annotations

from wtforms import RadioField

from portal.web.forms import OurForm, filled
from portal.web.words import later as _


class ObjectForm(OurForm):
    """Whether to stop a new app; nothing preselected, so that a scanner stops nothing (Z9)."""

    what = RadioField(_("Was it you?"), validators=[filled(_("Choose one of the two."))])

    def name_choices(self) -> None:
        """Offer the two answers."""
        self.what.choices = [("not_me", _("No, this was not me: stop it")),
                             ("me", _("It was me: change nothing"))]
