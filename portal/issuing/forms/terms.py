"""The terms, one's own signature, and the digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from wtforms import BooleanField, Field, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import Optional

from portal.issuing.forms.rows import KEPT, KeptRows, RuleRows
from portal.vouching.policy import How
from portal.web.forms import (
    CodeField,
    DayField,
    OurForm,
    PasskeyField,
    at_most,
    filled,
    printable,
    proven,
    said,
)
from portal.web.words import later as _
from portal.web.words import long_date, ngettext
from portal.wording.policy import ENGAGEMENT, PRACTICE, own_rows, questions
from portal.wording.queries import practice_questions, template

if TYPE_CHECKING:
    from portal.issuing.queries import Text, Texts
    from portal.wording.policy import Question, Row, Rule, Template

_AREA_FROM = 150
#: Every how many months a text may be looked at, where its template allows for it.
_RHYTHMS = (1, 2, 3, 6)
#: When the next version of a text ends: as the one that holds, or a whole span from its first day.
AS_NOW, WHOLE = "as-now", "whole"


class AskedForm(OurForm):
    """What a practice is asked once; `change` is what a button of a row asks for."""

    change = StringField()


class TermsForm(AskedForm):
    """Second screen: from when, and which optional lines are left out."""

    starts_on = DayField(_("From which day?"),
                         [filled(_("Enter the day on which the terms begin."))])


def field_name(key: str) -> str:
    """Return the form's name for a question."""
    return "q_" + key.replace(".", "_")


def _asked(question: Question, default: str) -> Field:
    long = question.kind == "text" and question.max_length >= _AREA_FROM
    kind = TextAreaField if long else StringField
    return kind(question.label, [at_most(question.max_length), printable], default=default,
                description=question.hint)


@dataclass(frozen=True, slots=True)
class Part:
    """Hold one text on the screen of terms, and what its fields are called."""

    text: Text
    number: int

    @property
    def template(self) -> Template:
        """Return the template of the text."""
        return self.text.material.template

    @property
    def own_questions(self) -> tuple[Question, ...]:
        """Return what is asked for this text alone."""
        return questions(self.template, ENGAGEMENT)

    def offer(self, key: str) -> str:
        """Return the name of the tick that offers an optional line."""
        return f"offer_{self.number}_{key}" if self.number else f"offer_{key}"

    def own(self, key: str) -> str:
        """Return the name of the field of one of its own questions."""
        return f"own_{self.number}_{key.replace('.', '_')}"

    @property
    def later(self) -> str:
        """Return the name of the tick that leaves the text for later."""
        return f"later_{self.number}"

    @property
    def ends(self) -> str:
        """Return the name of the choice when the next version of a text ends."""
        return f"ends_{self.number}"

    @property
    def ends_now(self) -> date | None:
        """Return the last day of the version that is in force, where a next one is drafted."""
        material = self.text.material
        if material.holding is None or material.addendum is not None:
            return None
        zone = ZoneInfo(material.practice.timezone)
        return (material.holding.valid_to - timedelta(seconds=1)).astimezone(zone).date()

    @property
    def looks(self) -> str:
        """Return the name of the choice how often the text is looked at again."""
        return f"looks_{self.number}"

    @property
    def rhythms(self) -> list[int]:
        """Return every how many months it may be looked at: as often as the template says, or
        more often."""
        most = template(self.template.code).review_months
        return [months for months in _RHYTHMS if months < most] + [most] if most > 1 else []

    @property
    def rules(self) -> str:
        """Return the name of the rows of the organisation's rules."""
        return f"rules_{self.number}"

    @property
    def fields(self) -> list[str]:
        """Return the names of all its fields."""
        return [*(self.own(question.key) for question in self.own_questions),
                *(self.offer(line.key) for line in self.template.lines if line.optional),
                *([self.later] if self.number else []),
                *([self.ends] if self.ends_now else []),
                *([self.looks] if self.rhythms else []),
                *([self.rules] if self.template.lists_rules else [])]


def parts_of(texts: Texts) -> list[Part]:
    """Return the drafts as the parts of the screen; the coachee's own terms are number 0."""
    others = 0
    found = []
    for text in texts.to_settle:
        first = text.material.template.counterpart is None
        others += not first
        found.append(Part(text, 0 if first else others))
    return found


def asked_once(parts: Sequence[Part]) -> list[Question]:
    """Return what the practice is asked for these texts, each question once."""
    return list({q.key: q for part in parts for q in questions(part.template, PRACTICE)}.values())


def keeping(parts: Sequence[Part]) -> Template | None:
    """Return the template of a text that says what is kept, or None where no text does."""
    return next((part.template for part in parts if part.template.schedule), None)


def texts_form(parts: Sequence[Part], answers: Mapping[str, str]) -> type[TermsForm]:
    """Return the form of the screen of terms: what the practice is asked, and for each text its
    own questions, a tick for each optional line, its rules, and whether it is left for later."""
    fields: dict[str, Field] = {}
    for part in parts:
        fields |= _own_fields(part)
    fields |= _asked_fields(asked_once(parts), answers)
    if keeping(parts) is not None:
        fields[KEPT] = KeptRows(default=_plain(own_rows(answers)))
    return type("TextsForm", (TermsForm,), fields)


def asked_form(answers: Mapping[str, str]) -> type[AskedForm]:
    """Return the form of all that a practice is asked once, for whatever text."""
    return type("PracticeForm", (AskedForm,), {
        **_asked_fields(practice_questions(), answers),
        KEPT: KeptRows(default=_plain(own_rows(answers)))})


def _asked_fields(asked: Sequence[Question], answers: Mapping[str, str]) -> dict[str, Field]:
    """Return a field for each question.

    What the practice has answered keeps its answer; a new question starts from the pack's
    default where there is a true one.
    """
    return {field_name(q.key): _asked(q, answers.get(q.key, q.default)) for q in asked}


def _own_fields(part: Part) -> dict[str, Field]:
    material = part.text.material
    fields: dict[str, Field] = {
        part.own(q.key): _asked(q, material.answers.get(q.key, q.default))
        for q in part.own_questions}
    for line in part.template.lines:
        if line.optional:
            fields[part.offer(line.key)] = BooleanField(
                default=line.key not in material.choices.leave_out)
    if part.template.lists_rules:
        fields[part.rules] = RuleRows(default=_plain(material.rules))
    if part.ends_now is not None:
        fields[part.ends] = _ends_field(part.ends_now, part)
    if part.rhythms:
        fields[part.looks] = LooksField(
            _("How often do you look at it again?"), part.rhythms,
            default=str(part.template.review_months))
    if part.number:
        fields[part.later] = BooleanField(_("Leave this text for later"), default=part.text.later)
    return fields


class EndsField(RadioField):
    """When the next version of a text ends: on the day of the one that holds, or a whole span."""

    def __init__(self, label: str, last: date, months: int, **kwargs: Any) -> None:
        """Offer the two by their words."""
        super().__init__(label, [filled(_("Choose how long it holds."))], **kwargs)
        span = ngettext("%(num)s month", "%(num)s months", months) % {"num": months}
        self.choices = [
            (AS_NOW, _("It ends on {day}, as now").format(day=long_date(last))),
            (WHOLE, _("It runs for {span} from its first day").format(span=span))]


class LooksField(RadioField):
    """How often a text is looked at again; without an answer as often as before."""

    def __init__(self, label: str, rhythms: Sequence[int], **kwargs: Any) -> None:
        """Offer every how many months."""
        super().__init__(label, [Optional()], **kwargs)
        self.choices = [
            (str(months), ngettext("Every month", "Every %(num)s months", months)
             % {"num": months}) for months in rhythms]


def _ends_field(last: date, part: Part) -> EndsField:
    kept = part.text.material.kept.values.get("ends_on")
    return EndsField(_("How long does the new version hold?"), last, part.template.valid_months,
                     default=AS_NOW if kept else WHOLE)


def _plain(rows: Sequence[Row | Rule]) -> list[dict[str, str]]:
    return [asdict(row) for row in rows]


def answers_in(form: AskedForm, asked: Sequence[Question]) -> dict[str, str]:
    """Return the answers that a form brings, by question key."""
    return {q.key: said(form[field_name(q.key)]) for q in asked}


class IssueForm(OurForm):
    """Last screen: sign one's own part and send; `shown` tells which texts the page shows."""

    shown = HiddenField()
    name = StringField(_("Your full name"), [filled(_("Enter your full name.")), at_most(120),
                                             printable])
    code = CodeField(_("6-digit code"), [proven(_("Enter the 6-digit code from your app."))])
    passkey = PasskeyField()


class VouchForm(OurForm):
    """Eight digits that the signer read aloud, and how both spoke."""

    digits = CodeField(_("The 8 digits that you hear"),
                       [filled(_("Enter the 8 digits that you hear."))])
    how = RadioField(_("How do you speak?"), validators=[filled(_("Say how you spoke."))])

    def name_choices(self) -> None:
        """Offer the ways of speaking; none is chosen beforehand."""
        self.how.choices = [
            (How.PHONE.value, _("By phone, and I know the voice")),
            (How.VIDEO.value, _("By video, and I see the person")),
            (How.IN_PERSON.value, _("In person")),
            (How.RELAY.value, _("Through a relay service that I know")),
        ]
