"""Rows that the coach adds and takes out: what is kept, and the rules of an organisation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from wtforms import FieldList, Form, FormField, SelectField, StringField, TextAreaField

from portal.issuing.forms.faults import fault_words
from portal.web.forms import at_most, printable, said
from portal.web.words import gettext
from portal.web.words import later as _
from portal.wording.policy import (
    LONGEST_PART,
    LONGEST_TEXT,
    LONGEST_TITLE,
    LONGEST_VERSION,
    MOST_ROWS,
    MOST_RULES,
    Row,
    Rule,
    why_not_rules,
    why_not_schedule,
)

if TYPE_CHECKING:
    from flask_wtf import FlaskForm

    from portal.wording.policy import Fault

#: The name of the rows of what is kept.
KEPT = "kept"
#: What a button of a row asks for: one more, one less, or the pack's own rows to change.
ADD, DROP, BEGIN = "add", "drop", "begin"

_HASH_LETTERS = 64
_PART = [at_most(LONGEST_PART), printable]


def _endings() -> dict[str, str]:
    """Return the ways in which kept things end; none is chosen beforehand (S1-12)."""
    return {"": gettext("Choose one"), "delete": gettext("It is deleted"),
            "shred": gettext("It is shredded"), "return": gettext("It is given back")}


class KeptFields(Form):
    """One kind of thing that is kept (S1-2)."""

    what = StringField(_("What is kept?"), _PART)
    how = StringField(_("How does it come about?"), _PART)
    now = StringField(_("Where is it while the coaching runs?"), _PART)
    later = StringField(_("Where does it go when the coaching ends?"), _PART)
    how_long = StringField(_("How long is it kept?"), _PART)
    ending = SelectField(_("What happens to it then?"), validate_choice=False,
                         choices=_endings)


class RuleFields(Form):
    """One rule of an organisation (S3-13)."""

    title = StringField(_("What is the rule called?"), [at_most(LONGEST_TITLE), printable])
    version = StringField(_("Which version?"), [at_most(LONGEST_VERSION), printable])
    text = TextAreaField(_("What does it say?"), [at_most(LONGEST_TEXT), printable])
    sha256 = StringField(_("Fingerprint of its document (SHA-256)"),
                         [at_most(_HASH_LETTERS), printable])


class Rows(FieldList):  # type: ignore[type-arg]
    """Rows of one kind in a form. A row that nothing was typed into is none.

    `touched` tells that a button of these rows was pressed, so that they are shown.
    """

    fields: type[Form]
    most: int
    #: What is said of one of several rows.
    saying: str

    def __init__(self, **options: Any) -> None:
        """Make the rows that were sent, or those that are kept."""
        super().__init__(FormField(self.fields), max_entries=self.most, **options)
        self.touched = False

    @property
    def typed(self) -> list[FormField[Any]]:
        """Return the rows into which something was typed."""
        return [entry for entry in self.entries if any(said(field) for field in entry.form)]

    @property
    def is_full(self) -> bool:
        """Tell whether no further row can be added."""
        return len(self.entries) >= self.most

    def change(self, act: str, number: str) -> None:
        """Add a row, or take one out; all else that was typed stays. What makes no sense is
        passed over."""
        if act == ADD and not self.is_full:
            next(iter(self.append_entry().form)).render_kw = {"autofocus": True}
        if act == DROP:
            self.entries = [one for at, one in enumerate(self.entries) if str(at) != number]

    def _extract_indices(self, prefix: str, formdata: Iterable[str]) -> Iterator[int]:
        """Pass over names that no row of ours has."""
        known = re.compile(rf"{re.escape(prefix)}-([0-9]{{1,3}})-")
        yield from (int(found[1]) for name in formdata if (found := known.match(name)))

    def blame(self, faults: Sequence[Fault]) -> None:
        """Say of each part that will not do what to do about it."""
        for fault in faults:
            _kind, number, part = fault.where.split(".")
            row = self.typed[int(number) - 1]
            field = row.form[part]
            words = fault_words(fault, field.label.text)
            field.errors = [*field.errors, self.saying.format(
                number=self.entries.index(row) + 1, words=words)]
        if faults:
            self.errors = [entry.errors for entry in self.entries]


class KeptRows(Rows):
    """What is kept, in rows of the practice's own; without any, the pack's rows count."""

    fields, most, saying = KeptFields, MOST_ROWS, _("Row {number}: {words}")

    @property
    def rows(self) -> list[Row]:
        """Return the rows as the rules see them."""
        return [Row(**_parts(entry)) for entry in self.typed]

    def begin(self, rows: Sequence[Row]) -> None:
        """Begin with rows that can then be changed."""
        while self.entries:
            self.entries.pop()
        for row in rows:
            self.append_entry(asdict(row))

    def check(self) -> None:
        """Say what keeps these rows from being printed."""
        self.blame(why_not_schedule(self.rows))


class RuleRows(Rows):
    """The rules of an organisation that a text lists."""

    fields, most, saying = RuleFields, MOST_RULES, _("Rule {number}: {words}")

    @property
    def rules(self) -> list[Rule]:
        """Return the rules as the text lists them."""
        return [Rule(**_parts(entry)) for entry in self.typed]

    def check(self) -> None:
        """Say what keeps these rules from being listed."""
        self.blame(why_not_rules(self.rules))


def kept_in(form: FlaskForm) -> KeptRows | None:
    """Return the rows of what is kept, if the form has any."""
    return next((one for one in form if isinstance(one, KeptRows)), None)


def change_rows(form: FlaskForm, begin: Sequence[Row]) -> bool:
    """Do what a button of a row asks for, and tell whether it was one.

    Rows of what is kept can begin with rows of the pack. Nothing is checked and nothing is kept.
    """
    name, _dot, asked = said(form["change"]).partition(".")
    act, _dot, number = asked.partition(".")
    rows = next((one for one in form if one.name == name and isinstance(one, Rows)), None)
    if rows is None:
        return False
    rows.touched = True
    if act == BEGIN and isinstance(rows, KeptRows):
        rows.begin(begin)
    rows.change(act, number)
    return True


def _parts(entry: FormField[Any]) -> dict[str, str]:
    return {field.short_name: said(field) for field in entry.form}
