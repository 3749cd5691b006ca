"""What the coach reads from a signed sheet. No answer is preselected: it stands on the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_wtf.file import FileField
from wtforms import RadioField, StringField
from wtforms.validators import Optional

from portal.inking.policy import Basis
from portal.web.forms import (
    CodeField,
    DayField,
    OurForm,
    PasskeyField,
    at_most,
    filled,
    printable,
    proven,
)
from portal.web.words import _ as now_said
from portal.web.words import later as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


_YES_NO = [("yes", _("Yes is ticked")), ("no", _("No is ticked"))]
_SIGHT = [("yes", _("Ticked: I have seen this rule")), ("no", _("Not ticked"))]


class InkForm(OurForm):
    """The signature itself, the day, what the paper is, the scan, and a code or passkey."""

    name = StringField(_("Name as written on the paper"), [at_most(120), printable])
    day = DayField(_("Day on the paper"), [filled(_("Enter the day that stands on the paper."))])
    basis = RadioField(_("Which paper is it?"), validators=[
        filled(_("Choose what the paper is."))])
    scan = FileField(_("Scan or photo of the signed paper"))
    code = CodeField(_("6-digit code"), [proven(_("Enter the 6-digit code from your app."))])
    passkey = PasskeyField()

    def name_choices(self, reference: str, asks: Sequence[Mapping[str, Any]]) -> None:
        """Offer what the paper can be, and what can be ticked on it; the reference is the one
        that the print shows."""
        for ask in asks:
            self[field_name(ask["key"])].choices = _SIGHT if ask["kind"] == "sight" else _YES_NO
        self.basis.choices = [
            (Basis.THIS_PRINT.value,
             now_said("It shows the reference {reference}").format(reference=reference)),
            (Basis.EARLIER_PAPER.value,
             now_said("It was signed earlier, before this text was here, and says the same")),
        ]

    def ask_nothing_more(self) -> None:
        """Let only the code be needed: a no to the person settles everything else (Z6)."""
        for field in self:
            if field.name not in ("code", "passkey", "csrf_token"):
                field.validators = [Optional()]

    def answers(self, asks: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        """Return the ticks by the key of their question."""
        return {ask["key"]: str(self[field_name(ask["key"])].data or "") for ask in asks}


def field_name(key: str) -> str:
    """Return the form's name for a question."""
    return "ask_" + key.replace("-", "_")


def ink_form(asks: Sequence[Mapping[str, Any]]) -> type[InkForm]:
    """Return the form with a field for everything that the paper asks of its signer."""
    fields = {field_name(ask["key"]): RadioField(
        ask["question"], validators=[filled(_("Choose what is ticked on the paper."))])
        for ask in asks}
    return type("InkForm", (InkForm,), fields)
