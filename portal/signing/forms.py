"""The forms of the ceremony. Nothing is preselected where an answer changes something."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.widgets import CheckboxInput, ListWidget

from portal.signing.policy import Answer, Hopes, Mark, Shared, questions, strokes_from
from portal.web.forms import (
    CodeField,
    OurForm,
    PasskeyField,
    at_most,
    filled,
    printable,
    proven,
    said,
)
from portal.web.words import later as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.signing.policy import Progress, Screen, Text, Waiting


class EnterForm(OurForm):
    """The one button behind a link: it carries nothing but its CSRF token."""


class WhoForm(OurForm):
    """I am … / this is not me; nothing preselected, so that a scanner changes nothing (Z9)."""

    who = RadioField(_("Who are you?"), validators=[filled(_("Choose whether this is you."))])

    def name_choices(self, name: str) -> None:
        """Offer the two answers by name."""
        self.who.choices = [("me", _("I am {name}").format(name=name)),
                            ("not_me", _("This is not me"))]


class CodeForm(OurForm):
    """A code or a passkey of a person who has one."""

    code = CodeField(_("6-digit code"), [proven(_("Enter the 6-digit code from your app."))])
    passkey = PasskeyField()


class BackForm(OurForm):
    """The ways back for whoever lost their app; nothing preselected (Z9)."""

    way = RadioField(_("What do you have?"), validators=[filled(_("Choose one of them."))])

    def name_choices(self, coach: str, *, asked: bool) -> None:
        """Offer the ways; whoever has asked before may stop that."""
        self.way.choices = [
            ("code", _("One of my recovery codes")),
            ("hear", _("None of them: {coach} knows my voice").format(coach=coach)),
            *([("stop", _("My phone again: stop what I asked for"))] if asked else []),
        ]


class PageForm(OurForm):
    """The answers on one page; `at` says which page they were given on, whatever its number is
    by now. Its questions are added by `page_form`."""

    at = HiddenField()

    def given(self, screen: Screen) -> dict[str, str]:
        """Return what was answered, by the keys of the questions."""
        return {key: self[name_of(key, kind)].data for key, kind in questions(screen.page)}


def page_form(screen: Screen, coach: str, *, kept: bool = True) -> PageForm:
    """Return the form of a page: one question, or those that it asks, with what was answered.

    Nothing is chosen beforehand. `kept` is False where an answer is expected from the browser.
    """
    asked = {name_of(key, kind): (key, kind) for key, kind in questions(screen.page)}
    labels = {ask["key"]: ask["question"] for ask in screen.page["asks"]}
    fields = {name: RadioField(labels.get(key, _("Have you read this page?")),
                               validators=[filled(_missing(kind))])
              for name, (key, kind) in asked.items()}
    data = {name: screen.text.answers.get(key) for name, (key, _kind) in asked.items() if kept}
    form: PageForm = type("PageForm", (PageForm,), fields)(data={**data, "at": screen.place})
    for name, (_key, kind) in asked.items():
        form[name].choices = _choices(kind, coach, screen.text.third_name)
    return form


def name_of(key: str, kind: str) -> str:
    """Return the name of a question in its form; the one below a whole page is "answer"."""
    return "answer" if kind == "page" else key


def _missing(kind: str) -> str:
    if kind in ("line", "person"):
        return _("Choose yes or no to go on.")
    return _("Choose an answer to go on.")


def _choices(kind: str, coach: str, third: str) -> list[tuple[str, str]]:
    """Offer what settles a question, and the honest "not sure"."""
    offered: dict[str, list[tuple[Answer, str]]] = {
        "page": [(Answer.READ, _("I have read this page"))],
        "sight": [(Answer.READ, _("I have seen this rule"))],
        "line": [(Answer.YES, _("Yes, I agree")), (Answer.NO, _("No, I do not agree"))],
        "person": [(Answer.YES, _("Yes, {name} may be asked").format(name=third)),
                   (Answer.NO, _("No, {name} is not asked").format(name=third))],
    }
    talk = (Answer.TALK, _("I want to talk to {coach} first").format(coach=coach))
    return [(answer.value, words) for answer, words in (*offered[kind], talk)]


class SignForm(OurForm):
    """Ticks, name or drawing, the consent to sign on screen, and one code or passkey.

    A tick is the hash of a text: what is signed is what was shown.
    """

    ticks = SelectMultipleField(_("What do you sign?"), widget=ListWidget(),
                                option_widget=CheckboxInput(), validate_choice=False)
    unread = HiddenField()
    strokes = HiddenField()
    mark = RadioField(_("How do you want to sign?"), default=Mark.TYPE.value)
    name = StringField(_("Your full name"), [at_most(120), printable])
    erecord = BooleanField()
    later = SubmitField(_("Save and finish later"))
    code = CodeField(_("6-digit code"))
    passkey = PasskeyField()

    def name_choices(self, waiting: Waiting) -> None:
        """Offer typing first, drawing as its equal, and each text by its title."""
        self.erecord.label.text = " ".join(dict.fromkeys(
            text.shown["erecord"] for text in waiting.signable))
        self.mark.choices = [(Mark.TYPE.value, _("Type my name")),
                             (Mark.DRAW.value, _("Draw with a finger or mouse"))]
        self.ticks.choices = [(text.facts.hash, text.title) for text in waiting.signable]

    def hashes(self) -> list[str]:
        """Return the hashes of the texts that were ticked."""
        return list(dict.fromkeys(self.ticks.data or []))

    def kept(self, waiting: Waiting) -> Progress:
        """Return the progress with what this form brings, to be saved before anything else."""
        ticked = {} if waiting.is_one else {text.id: True for text in
                                            waiting.picked(self.hashes())}
        return replace(
            waiting.progress, ticks=ticked, name=(self.name.data or "").strip(),
            mark=Mark.DRAW.value if self.mark.data == Mark.DRAW.value else Mark.TYPE.value,
            strokes=strokes_from(self.strokes.data or ""), erecord=bool(self.erecord.data),
        )


class DeclineForm(OurForm):
    """Declining: one clear choice, no reason."""

    sure = RadioField(_("Do you decline to sign?"),
                      validators=[filled(_("Choose whether you decline."))])

    def name_choices(self, text: Text) -> None:
        """Offer the two answers; a person who is not asked is named."""
        decline = _("I decline to sign this agreement")
        if text.is_refused:
            self.sure.label.text = _("Is {name} not to be asked?").format(name=text.third_name)
            decline = _("{name} is not asked").format(name=text.third_name)
        self.sure.choices = [("decline", decline), ("back", _("I go back and keep my answers"))]


class DigitsForm(OurForm):
    """The button that puts fresh digits on the screen."""


class HopesForm(OurForm):
    """What somebody hopes to hear and is ready to tell; one of the two is enough."""

    hope = TextAreaField(_("What I hope to hear"), [at_most(2000), printable])
    ready = TextAreaField(_("What I am ready to tell"), [at_most(2000), printable])

    def given(self) -> Hopes:
        """Return the words, without space around them."""
        return Hopes(said(self.hope), said(self.ready))


class ShareForm(OurForm):
    """With whom it is shared: asked anew each time, nothing chosen beforehand (Z9)."""

    shared = RadioField(_("Who reads it besides you?"),
                        validators=[filled(_("Choose who reads it."))])

    def name_choices(self, coach: str, others: Sequence[str]) -> None:
        """Offer nobody, the coach, and, where there is a sponsor, all who sign with them."""
        self.shared.choices = [("nobody", _("Nobody")), (Shared.COACH.value, coach)]
        if others:
            names = ", ".join([coach, *others])
            self.shared.choices.append((Shared.ALL.value, names))

    def chosen(self) -> Shared:
        """Return who was chosen."""
        return Shared.NOBODY if self.shared.data == "nobody" else Shared(self.shared.data)
