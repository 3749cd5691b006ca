"""The first half of a sealed copy: who agreed to what, and until when; the words that bind."""

from __future__ import annotations

from collections.abc import Sequence

from portal.evidence.paper import words
from portal.evidence.paper.layout import (
    KICKER,
    LABEL,
    LEDE,
    NOTE,
    PRACTICE,
    SHORT,
    SIGNED,
    TEXT,
    TITLE,
    Para,
    beside,
    heading,
    stack,
)
from portal.evidence.paper.pages import FULL, LEFT, Row
from portal.evidence.paper.times import Times
from portal.evidence.policy import (
    ClauseFacts,
    CoacheeFacts,
    Effect,
    LineFacts,
    PaperFacts,
    SignatureFacts,
    VersionFacts,
)
from portal.web.words import _


def title_block(facts: PaperFacts, times: Times) -> list[Row]:
    """Return the head of the first page and the facts at a glance."""
    version = facts.version
    rows = stack(
        [
            Para(version.practice.name, PRACTICE),
            Para(version.practice.contact, NOTE, 1),
            Para(edition_name(facts), KICKER, 50),
            Para(version.title, TITLE, 4),
            Para(version.engagement, LEDE, 6),
        ],
        LEFT, FULL, keep=True,
    )
    rows[-1].height += 22
    first = True
    for label, values in _at_a_glance(facts, times):
        body = [Para(value, TEXT) for value in values]
        rows.extend(beside([Para(label, LABEL)], body, pad=5, first=first, whole=True))
        first = False
    return rows


def edition_name(facts: PaperFacts) -> str:
    """Return what this paper is called on its first page and in its metadata."""
    if isinstance(facts, CoacheeFacts):
        return _("Sealed copy, coachee’s edition")
    return _("Sealed copy, common edition")


def terms(version: VersionFacts) -> list[Row]:
    """Return the clauses with their exact wording."""
    rows = heading(
        _("The terms"),
        _("In serif type stand the exact words that were signed. The line above them says in short"
          " what they mean; the exact words count."),
    )
    for at, clause in enumerate(version.clauses):
        rows.extend(_clause(clause, first=at == 0))
    return rows


def lines_offered(version: VersionFacts) -> list[Row]:
    """Return the lines as they were offered, without anyone's answer."""
    permits = version.with_effect(Effect.PERMIT)
    rows = heading(
        _("What may be shared"),
        _("Only what stands here may be shared. A line marked optional counts only if the coachee"
          " agreed to it; this table shows it as it was offered."),
    )
    rows.extend(_lines(permits, _("Nothing may be shared under this agreement.")))
    denies = version.with_effect(Effect.DENY)
    rows.extend(heading(_("What is not shared"), _("Where the two lists differ, this one wins.")))
    rows.extend(_lines(denies, _("Everything that the list above does not name.")))
    return rows


def _at_a_glance(facts: PaperFacts, times: Times) -> list[tuple[str, Sequence[str]]]:
    version = facts.version
    language = times.locale.get_display_name(times.locale) or version.locale
    rows: list[tuple[str, Sequence[str]]] = [
        (_("Between"), [_between(signature) for signature in version.signatures]),
        (_("In force"), [
            _("from {first} until the end of {last}").format(
                first=times.day(version.effective_from), last=times.day(version.valid_to)
            ),
            _("Days end at midnight, {zone} time.").format(zone=version.zone),
        ]),
    ]
    if version.review_months:
        rows.append((_("Looked at again"), [words.review(version.review_months)]))
    if version.sign_by:
        rows.append((_("To be signed by"), [times.day(version.sign_by)]))
    rows.append((_("Text"), [
        _("Template {code}, edition {edition}. Version {number} of this agreement. {language}.")
        .format(code=version.template, edition=version.template_version,
                number=version.number, language=language)
    ]))
    if version.ethics:
        rows.append((_("Code of ethics"), [version.ethics]))
    rows.append((_("This copy"), [_about(facts)]))
    return rows


def _between(signature: SignatureFacts) -> str:
    who = f"{signature.printed_name}, {words.role(signature.role)}"
    return who if signature.capacity == "self" else f"{who}, {words.capacity(signature.capacity)}"


def rules(version: VersionFacts) -> list[Row]:
    """Return the organisation's rules that the text lists, each with the hash of its wording;
    nothing where none is listed."""
    if not version.rules:
        return []
    rows = heading(
        _("Rules of the organisation"),
        _("These rules can be a reason to tell something, as the terms say. The SHA-256 fixes the"
          " wording that the coachee was shown."))
    for at, rule in enumerate(version.rules):
        rows.extend(beside(
            [Para(_("Rule {number}").format(number=at + 1), LABEL)],
            [Para(f"{rule.title}, {rule.version}", SIGNED), Para(rule.digest, TEXT, 1)],
            pad=6, first=at == 0, whole=True))
    return rows


def _about(facts: PaperFacts) -> str:
    if isinstance(facts, CoacheeFacts):
        return _("For the coachee and the coach alone. It adds the answers to optional lines and"
                 " how each person was reached and known. To show the agreement to others, use the"
                 " common edition.")
    return _("For everyone who signed. It shows optional lines as they were offered and nobody’s"
             " answer to them.")


def _clause(clause: ClauseFacts, *, first: bool) -> list[Row]:
    body = [Para(clause.in_short, SHORT, leads=True)] if clause.in_short else []
    for at, paragraph in enumerate(clause.wording):
        body.append(Para(paragraph, SIGNED, 3.0 if at or body else 0.0))
    label = [Para(f"{clause.number}. {clause.title}", LABEL), Para(clause.code, NOTE, 1)]
    return beside(label, body or [Para("", SIGNED)], first=first)


def _lines(offered: Sequence[LineFacts], none: str) -> list[Row]:
    if not offered:
        return beside([], [Para(none, TEXT)], pad=6, first=True)
    rows: list[Row] = []
    for at, line in enumerate(offered):
        label = [Para(_("Line {number}").format(number=line.number), LABEL)]
        if line.optional:
            label.append(Para(_("optional"), NOTE))
        rows.extend(beside(label, [Para(line.sentence, SIGNED)], pad=6, first=at == 0))
    return rows

