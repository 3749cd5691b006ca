"""One sentence for one line: the same for every reader, on every screen and on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.dates import format_date

from portal.wording.policy.fill import fill
from portal.wording.policy.lines import ANY, PERMIT, Line, Recipient

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from portal.wording.policy.pack import Template
    from portal.wording.policy.vocabulary import Form, Vocabulary


def written(day: date, template: Template) -> str:
    """Return a day written out in the language of the template, as in "22 November 2027"."""
    return format_date(day, template.vocabulary.patterns["date"], template.locale)


def sentence(line: Line, names: Mapping[str, str], template: Template) -> str:
    """Return the one sentence of a line, with a full stop.

    `names` are printed names by role code; COACH and COACHEE are needed. Raises `MissingValue`
    without them and `KeyError` for a word that the vocabulary does not have.
    """
    patterns = template.vocabulary.patterns
    return fill(patterns["permit" if line.effect == PERMIT else "deny"], {
        **parts_of(line, names, template), "phrase": phrase(line, names, template)})


def parts_of(line: Line, names: Mapping[str, str], template: Template) -> dict[str, str]:
    """Return what a sentence about a line is made of, by placeholder; an empty text is left out.

    Raises as `sentence` does.
    """
    words = template.vocabulary
    people = {role.lower(): name for role, name in names.items()}
    either = "and" if line.effect == PERMIT else "or"
    known = [words.category(code) for code in line.categories]
    return {
        **people,
        "who": _joined([_recipient(one, words, people) for one in line.recipients], words, either),
        "objects": _joined([fill(category.object, people) for category in known
                            if category is not None], words, either),
        "purposes": _listed(line.purposes, words, "purposes", people, "and"),
        "channels": _listed(line.channels, words, "channels", people, "or"),
        "form": _form(line, words),
        "data": _data(line, template),
        "sessions": _joined(line.sessions, words, "and"),
        "outside": _joined(line.outside_sessions, words, "and"),
        "period": _period(line, template),
        "unless": "yes" if line.unless_named else "",
        "optional": "yes" if line.optional else "",
    }


def phrase(line: Line, names: Mapping[str, str], template: Template) -> str:
    """Return what a line lets the coach do, or keeps the coach from doing: "tell … …"."""
    words, parts = template.vocabulary, parts_of(line, names, template)
    if line.effect == PERMIT and len(line.categories) == 1:
        only = words.category(line.categories[0])
        if only is not None and only.permit:
            return fill(only.permit, parts)
    return fill(words.patterns["tell"], parts)


def what_and_who(line: Line, template: Template) -> dict[str, str]:
    """Return what a line is about and who is named in it, in the words of a heading."""
    words = template.vocabulary
    known = [words.category(code) for code in line.categories]
    return {"what": _joined([one.name for one in known if one is not None], words, "and"),
            "who": _joined([who.name for who in line.recipients], words, "and")}


def _joined(parts: Sequence[str], words: Vocabulary, last: str) -> str:
    if len(parts) < 2:
        return "".join(parts)
    if any("," in part for part in parts):
        return "; ".join(parts[:-1]) + words.patterns[f"long_{last}"] + parts[-1]
    return ", ".join(parts[:-1]) + words.patterns[last] + parts[-1]


def _recipient(who: Recipient, words: Vocabulary, people: Mapping[str, str]) -> str:
    if who.role == ANY:
        return fill(words.patterns["anyone"], people)
    values = {"name": who.name, "label": words.roles[who.role].label, "place": who.place}
    return fill(words.patterns["recipient" if who.name else "whoever"], values)


def _listed(codes: Sequence[str], words: Vocabulary, kind: str, people: Mapping[str, str],
            last: str) -> str:
    if ANY in codes:
        return ""
    terms = words.purposes if kind == "purposes" else words.channels
    return _joined([fill(terms[code].says, people) for code in codes], words, last)


def _form(line: Line, words: Vocabulary) -> str:
    form: Form = words.forms[line.max_form or line.min_form or "fact"]
    if line.effect != PERMIT:
        return form.or_more
    in_the_room = set(line.channels) == {"in_session"}
    return form.heard if in_the_room and form.heard else form.at_most


def _period(line: Line, template: Template) -> str:
    if line.ends is None:
        return ""
    days = {"starts": written(line.starts, template), "ends": written(line.ends, template)}
    return fill(template.vocabulary.patterns["on" if line.ends == line.starts else "span"], days)


def _data(line: Line, template: Template) -> str:
    days = {
        "since": written(line.data_from, template) if line.data_from else "",
        "until": written(line.data_to, template) if line.data_to else "",
    }
    given = [key for key, day in days.items() if day]
    if not given:
        return ""
    kind = "data_both" if len(given) == 2 else f"data_{given[0]}"
    return fill(template.vocabulary.patterns[kind], days)
