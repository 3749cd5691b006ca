"""One line as choices: what, with whom, why, how, how much, from when and until when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wtforms import Field, HiddenField, RadioField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from portal.web.forms import DayField, OurForm, filled
from portal.web.words import later as _
from portal.wording.policy import LineEdit, WhyNotLine

if TYPE_CHECKING:
    from portal.wording.policy import Line, LineFault, Offer, Template

LISTS = ("categories", "recipients", "purposes", "channels")


class LineForm(OurForm):
    """The days of a line; what can be chosen besides is added by `line_form`."""

    starts = DayField(_("From which day?"), [filled(_("Enter the first day."))])
    ends = DayField(_("Until which day?"), [filled(_("Enter the last day."))])


class LineActForm(OurForm):
    """What is done with a whole line, and the sentence that it was done about."""

    act = HiddenField()
    said = HiddenField()


def options(offer: Offer, template: Template) -> dict[str, list[tuple[str, str]]]:
    """Return what can be chosen for each part, as codes with their words."""
    words = template.vocabulary
    known = [words.category(code) for code in offer.categories]
    return {
        "categories": [(one.code, one.name) for one in known if one is not None],
        "recipients": [(who.role, f"{who.name} ({words.roles[who.role].name})")
                       for who in offer.recipients],
        "purposes": [(code, words.purposes[code].name) for code in offer.purposes],
        "channels": [(code, words.channels[code].name) for code in offer.channels],
        "max_form": [(code, words.forms[code].name) for code in offer.forms],
    }


def settled(offer: Offer, template: Template) -> list[tuple[str, str]]:
    """Return the parts that leave no choice, in words."""
    labels = {"categories": _("What may be told"), "recipients": _("Who may hear it"),
              "purposes": _("What for"), "channels": _("In which way"),
              "max_form": _("In how much detail")}
    return [(labels[part], choices[0][1]) for part, choices in options(offer, template).items()
            if len(choices) == 1]


def line_form(offer: Offer, template: Template, line: Line | None) -> LineForm:
    """Return the form of a line with a field for each part that leaves a choice.

    It begins with the line as it is, or, without one, with nothing named, the least detail, and
    all the days that are possible.
    """
    labels = {"categories": _("What may be told?"), "recipients": _("Who may hear it?"),
              "purposes": _("What for?"), "channels": _("In which ways?"),
              "max_form": _("In how much detail, at the most?")}
    offered = options(offer, template)
    fields: dict[str, Field] = {
        part: RadioField(labels[part], validate_choice=False) if part == "max_form" else
        SelectMultipleField(labels[part], widget=ListWidget(), option_widget=CheckboxInput(),
                            validate_choice=False)
        for part, choices in offered.items() if len(choices) > 1}
    made: type[LineForm] = type("OfferedLineForm", (LineForm,), fields)
    form = made(data=_now(offer, line))
    for part in fields:
        form[part].choices = offered[part]
    return form


def _now(offer: Offer, line: Line | None) -> dict[str, object]:
    if line is None:
        return {"max_form": offer.forms[0], "starts": offer.first_day, "ends": offer.last_day}
    return {"categories": line.categories, "recipients": [who.role for who in line.recipients],
            "purposes": line.purposes, "channels": line.channels, "max_form": line.max_form,
            "starts": line.starts, "ends": line.ends}


def chosen_in(form: LineForm, offer: Offer) -> LineEdit:
    """Return what a form says about every part; where only one value is offered, that one.

    Days that were not entered are the first and the last that are possible.
    """
    single = {"categories": offer.categories, "purposes": offer.purposes,
              "recipients": tuple(who.role for who in offer.recipients),
              "channels": offer.channels}
    lists: dict[str, Sequence[str]] = {
        part: tuple(dict.fromkeys(form[part].data or ())) if part in form else values
        for part, values in single.items()}
    return LineEdit(
        **{part: tuple(values) for part, values in lists.items()},
        max_form=form["max_form"].data or "" if "max_form" in form else offer.forms[0],
        starts=form.starts.data or offer.first_day, ends=form.ends.data or offer.last_day)


def line_fault_words(fault: LineFault, written: dict[str, str]) -> str:
    """Return what to do about a part of a line that will not do; `written` are the first and
    the last day that are possible, in words."""
    if fault.why is WhyNotLine.NOTHING_NAMED:
        return {
            "categories": _("Choose at least one kind of information."),
            "recipients": _("Choose at least one person."),
            "purposes": _("Choose at least one purpose."),
        }.get(fault.where, _("Choose at least one way."))
    if fault.where in ("starts", "ends"):
        return _day_words(fault).format(**written)
    return {
        WhyNotLine.NOT_A_CONDITION: _("Only dates, invoices and whether the coaching runs may be "
                                      "settled without a question. Add the rest as a line of "
                                      "its own."),
        WhyNotLine.MUST_BE_OPTIONAL: _("This has to be a question that can be answered with no. "
                                       "Add it as a line of its own."),
        WhyNotLine.RECIPIENT_NOT_NAMED: _("Choose people by name. “The company”, “HR” or "
                                          "“management” cannot hear anything."),
        WhyNotLine.SESSION_NOT_NAMED: _("Choose a session first: this counts in one session "
                                        "alone."),
    }.get(fault.why, _("This goes further than the text describes. Choose from what is listed "
                       "here."))


def _day_words(fault: LineFault) -> str:
    return {
        WhyNotLine.ENDS_BEFORE_IT_STARTS: _("The last day is before the first one. Enter a day "
                                            "from the first day to {last}."),
        WhyNotLine.LONGER_THAN_24_MONTHS: _("No line runs longer than 24 months, and this text "
                                            "ends on {last}. Enter that day or an earlier one."),
    }.get(fault.why, _("The text itself holds from {first} to {last}. Enter a day in between."))
