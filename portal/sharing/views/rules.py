"""How answers come about, for a coach: a page of the portal, and the same as `docs/decisions.md`.

The prose is short; the tables are made from what decides, so that they cannot fall behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.sharing.policy.codes import (
    CLASSES,
    COACHING_CONTENT,
    EMPLOYER_OWNED,
    HR_FILE,
    LOGISTICS,
    Code,
)
from portal.sharing.views import bp
from portal.sharing.views.words import DUTIES, REASONS, WAYS, Way
from portal.web.guards import Door, guard
from portal.web.pages import next_path, page
from portal.web.words import later as _
from portal.wording.queries import load_pack

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work

TITLE = _("How answers come about")

PROSE: Sequence[tuple[str, str]] = (
    (_("One question."), _(
        "Before you share something about a coachee, ask the portal: to whom, what, what for, "
        "how, and in how much detail. It answers yes or no, for this moment.")),
    (_("Where a yes comes from."), _(
        "Only from a line that the coachee signed, in a text that all its signers signed, and with "
        "the coachee's yes where the line is optional. What no line allows is a no. What is not "
        "known or cannot be read is a no too.")),
    (_("A no is stronger."), _(
        "One line that says no beats every line that says yes. It counts from the moment the "
        "coachee signs it, alone, and it goes on after the text has ended. A few rules stand above "
        "all lines: no text and no setting opens them.")),
    (_("Time."), _(
        "A line holds from its first moment up to its last day's end, in the time zone of its text."
        " What the coachee takes back is a no from that moment on. What sleeps is a no until it "
        "wakes.")),
    (_("The reason."), _(
        "With a no you see the line that came nearest, what it lacks, and the one change that "
        "would make it a yes, where there is one. Only you and the coachee see reasons. "
        "Everybody else hears the same words for every no.")),
    (_("A slip."), _(
        "A yes can be taken along for five minutes, as a slip with a number. When you write down "
        "that you shared something, it is asked once more in that moment. The coachee sees every "
        "question, every answer and every share.")),
)


@dataclass(frozen=True, slots=True)
class Table:
    """Hold a table: what it is about, the heads of its columns, its rows.

    The first column of one that is `coded` is for programs, and for whoever writes to support.
    """

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    coded: bool = False


_WAY_WORDS = {
    Way.LINE: _("a text with such a line, signed by all"),
    Way.SIGNATURES: _("the signatures and voice checks that are missing"),
    Way.PEOPLE: _("that they sign a text"),
    Way.WAIT: _("waiting"),
    Way.AGREEMENTS: _("the agreements that everything rests on"),
    Way.NONE: _("nothing"),
}
_CLASS_WORDS = {
    "logistics": _("Arranging"), "engagement": _("The engagement"), "progress": _("Progress"),
    "content": _("Content"), "assessment": _("Assessments"), "personal": _("Personal matters"),
    "third": _("Other people"), "safety": _("Safety"), "org": _("The sponsor's business"),
    "practice": _("The coach's practice"),
}
_GENERAL = {"who": _("the person"), "coachee": _("the coachee")}


def _said(text: str) -> str:
    plain = str(text).format(**{key: str(word) for key, word in _GENERAL.items()})
    return plain[0].upper() + plain[1:]


def tables() -> list[Table]:
    """Return the tables, from the code that decides and the words of the pack."""
    terms = load_pack().vocabulary
    locked = [code for code in Code if code.name.startswith("LK")]
    yes = (Code.GRANT, Code.OWN_INFORMATION, Code.CASE_AUTHORISED)
    return [
        Table(_("What no text opens"), (_("Rule"), _("What it says")),
              [(code.value, _said(REASONS[code])) for code in locked], coded=True),
        Table(_("Why a yes is a yes"), (_("Code"), _("In words")),
              [(code.value, _said(REASONS[code])) for code in yes], coded=True),
        Table(_("Why a no is a no"), (_("Code"), _("In words"), _("What would change it")),
              [(code.value, _said(REASONS[code]), _change(code))
               for code in Code if code not in yes and code not in locked], coded=True),
        Table(_("What a yes asks of you"), (_("Duty"), _("In words")),
              [(name, _said(text)) for name, text in DUTIES.items()], coded=True),
        Table(_("What can be shared"), (_("Class"), _("Kinds of information")),
              [(str(_CLASS_WORDS[kind]), "; ".join(
                  terms.categories[code].name for code, its in CLASSES.items() if its == kind))
               for kind in dict.fromkeys(CLASSES.values())]),
        Table(_("How it can get there"), (_("Way"), _("What is kept from it")),
              [(term.name, _kept_from(code)) for code, term in terms.channels.items()]),
        Table(_("In how much detail"), (_("Form"), _("What else it covers")),
              [(form.name, str(_("everything with less detail") if place else _("nothing less")))
               for place, form in enumerate(terms.forms.values())]),
    ]


def _change(code: Code) -> str:
    line = str(_WAY_WORDS[WAYS.get(code, Way.NONE)])
    if code in (Code.WRONG_PURPOSE, Code.WRONG_SESSION, Code.WRONG_CHANNEL,
                Code.FORM_TOO_DETAILED):
        return str(_("another answer to that one question, or {line}")).format(line=line)
    return line


def _kept_from(channel: str) -> str:
    words = "; ".join(str(_CLASS_WORDS[kind]) for kind in _CLASS_WORDS if kind in COACHING_CONTENT)
    if channel == HR_FILE:
        return str(_("everything but {class_}")).format(class_=_CLASS_WORDS[LOGISTICS])
    if channel in EMPLOYER_OWNED:
        return str(_("for the coachee and whoever helps them: {classes}")).format(classes=words)
    return str(_("nothing of its own"))


def decisions_page() -> str:
    """Return the page as Markdown, as it stands in `docs/decisions.md`."""
    parts = [f"# {TITLE}", "Made by `make decisions` from `portal/sharing/views/rules.py`; a test "
             "compares. The same stands in the portal, beside every question."]
    parts += [f"**{lead}** {text}" for lead, text in PROSE]
    for table in tables():
        rows = [table.heads, ["---"] * len(table.heads), *table.rows]
        parts += [f"## {table.title}", "\n".join(f"| {' | '.join(map(str, row))} |"
                                                 for row in rows)]
    return "\n\n".join(parts) + "\n"


@bp.get("/guide/answers")
@guard(Door.ANYONE)
def rules(work: Work) -> Response:
    """Explain how answers come about, with every reason, rule, way and form."""
    return page("sharing/rules.html", title=TITLE, prose=PROSE, tables=tables(),
                way_back=next_path())
