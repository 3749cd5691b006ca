"""The second half of a sealed copy: signatures, the certificate of completion, how to check it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from portal.evidence.paper.agreement import edition_name
from portal.evidence.paper.ink import Ink
from portal.evidence.paper.layout import (
    BLUE,
    FOOT,
    HAIR,
    INK,
    LABEL,
    MARK,
    NAME,
    NOTE,
    SIGNED,
    TEXT,
    Para,
    baseline,
    beside,
    framed,
    heading,
    stack,
)
from portal.evidence.paper.pages import COLUMN, FULL, LEFT, NARROW, WIDE, Row, Rule, Words
from portal.evidence.paper.setting import Style, lines, plain_width
from portal.evidence.paper.times import Times
from portal.evidence.policy import (
    AssuranceFacts,
    CoacheeFacts,
    DrawnMark,
    PaperFacts,
    SignatureFacts,
    Stroke,
    VersionFacts,
)
from portal.web.words import _

MARK_BOX = (220.0, 50.0)


@dataclass(frozen=True, slots=True)
class Drawing:
    """Place a drawn signature with its lower left corner at x, y below the row's top."""

    x: float
    y: float
    strokes: tuple[Stroke, ...]

    def draw(self, ink: Ink, top: float) -> None:
        """Draw the strokes, scaled into their box."""
        ink.strokes(self.strokes, self.x, top + self.y, MARK_BOX, BLUE)

    def lower(self, by: float) -> Drawing:
        """Return the same drawing, further down in its row."""
        return replace(self, y=self.y + by)


def signatures(version: VersionFacts, times: Times) -> list[Row]:
    """Return each signature with name, time and meaning, never parted by a page's end."""
    rows = heading(_("Signatures"))
    for at, signature in enumerate(version.signatures):
        rows.extend(_signature(signature, times, at == 0))
    return rows


def certificate(facts: PaperFacts, times: Times) -> list[Row]:
    """Return what the records say; the coachee's edition adds answers and how people were known."""
    version = facts.version
    complete = max(signature.signed_at for signature in version.signatures)
    rows = heading(
        _("Certificate of completion"),
        _("Each entry is printed from the record made at the time. Where there is no record, it"
          " says so."),
    )
    entries: list[tuple[str, list[str]]] = [
        (_("Agreement"), [f"{version.title} ({version.template})"]),
        (_("Version hash"), [
            version.version_hash, _("SHA-256. It fixes the exact words and every line."),
        ]),
        (_("Signatures"), [
            _("{count}, each over this hash, with its time and meaning above.").format(
                count=len(version.signatures)),
            _("Complete on {time}").format(time=times.instant(complete)),
        ]),
    ]
    entries.append((_("Ledger"), [
        version.ledger_head,
        _("The head of the ledger when this copy was made. Each copy is a witness of it."),
    ]))
    entries.append((_("Sealed copy"), [
        edition_name(facts),
        _("Made on {time}").format(time=times.instant(version.copied_at)),
        _("Short code {code}").format(code=facts.short_code),
    ]))
    rows.extend(_entries(entries))
    if isinstance(facts, CoacheeFacts):
        rows.extend(_answers(facts))
        rows.extend(_known(facts.assurances))
    return rows


def how_to_check(facts: PaperFacts) -> list[Row]:
    """Return in plain words how a stranger examines this file."""
    version, practice = facts.version, facts.version.practice
    record = sha256(version.record).hexdigest()
    steps: list[tuple[str, list[str]]] = []
    if practice.check_page:
        steps.append((_("Ask the portal"), [
            _("{url} says whether this file is genuine.").format(url=practice.check_page)]))
    steps.append((_("Check the seal"), [
        _("One electronic seal covers this file from its first byte to its last. A PDF reader that"
          " checks signatures shows it as valid once it trusts the root certificate at {url}. With"
          " free tools: “pdfsig” must say “Signature is Valid” and “Total document signed”.")
        .format(url=practice.root_certificate),
        _("SHA-256 of the root certificate:"), practice.root_fingerprint]))
    steps.append((_("Check the record"), [
        _("The attachment record.json holds the agreement as data; where this print and the record"
          " differ, the record counts. Its SHA-256:"), record,
        _("The version hash is SHA-256 over “ccp/agreement/v1”, a line feed, these 16 bytes and"
          " the record:"), version.nonce]))
    steps.append((_("Compare copies"), [
        _("Every copy of this version shows the same version hash. A copy that shows another one"
          " is of another text.")]))
    steps.append((_("Ask for a copy"), [
        _("“Send me my link” at {url} brings back everything you signed.")
        .format(url=practice.front_door)]))
    steps.append((_("What this proves"), [
        _("The signatures are electronic signatures, recorded with name, time and meaning. The seal"
          " shows that the portal of {practice} made this file and that it has not changed since."
          " The seal alone does not prove who a person is.").format(practice=practice.name)]))
    return heading(_("How to check this copy")) + _entries(steps)


def foot(facts: PaperFacts, times: Times) -> list[Row]:
    """Return the rows at the foot of each page, save for the page's number (21 CFR 11.50(b))."""
    signed = [
        Para(f"{s.printed_name} · {s.meaning} · {times.brief(s.signed_at)}", FOOT)
        for s in facts.version.signatures
    ]
    rows = stack(signed, COLUMN, WIDE)
    rows[0].items.insert(0, Rule(LEFT, -6, FULL, 0.5, HAIR))
    (code,) = lines(facts.short_code, FOOT, NARROW)[:1]
    rows[0].items.append(Words(LEFT, baseline(FOOT), code, FOOT))
    if len(rows) < 2:
        rows.append(Row(FOOT.leading))
    return rows


def numbered(rows: Sequence[Row], number: int, count: int) -> list[Row]:
    """Return the foot with "Page 2 of 7" added to its second row."""
    (line,) = lines(_("Page {number} of {count}").format(number=number, count=count), FOOT, NARROW)
    words = Words(LEFT, baseline(FOOT), line, FOOT)
    second = rows[1]
    return [rows[0], Row(second.height, [*second.items, words]), *rows[2:]]


def _signature(signature: SignatureFacts, times: Times, first: bool) -> list[Row]:
    mark = signature.mark
    if isinstance(mark, DrawnMark):
        rows = [Row(MARK_BOX[1] + 6, [Drawing(COLUMN, MARK_BOX[1], mark.strokes)])]
    else:
        rows = stack([Para(mark.text, _fitting(mark.text))], COLUMN, WIDE)
    rows[-1].height += 6
    rows[-1].items.append(Rule(COLUMN, rows[-1].height - 2, WIDE, 0.6, INK))
    said = [Para(f"“{signature.statement}”", TEXT, 1)] if signature.statement else []
    rows += stack(
        [Para(signature.printed_name, NAME, 3), *said, Para(_event(signature, times), TEXT, 1)],
        COLUMN, WIDE,
    )
    role = signature.role[:1].upper() + signature.role[1:]
    label = [Para(role, LABEL), Para(signature.capacity, NOTE, 1)]
    return framed(label, rows, baseline(LABEL), pad=10, first=first, whole=True)


def _fitting(text: str) -> Style:
    """Return the style in which a typed signature takes one line, down to half the size."""
    size = min(MARK.size, max(MARK.size / 2, MARK.size * WIDE / plain_width(text, MARK)))
    return replace(MARK, size=size, leading=size * 1.2)


def _event(signature: SignatureFacts, times: Times) -> str:
    how = _("drawn") if isinstance(signature.mark, DrawnMark) else _("typed")
    return _("{Meaning} on {time}. Signature {how}.").format(
        Meaning=signature.meaning[:1].upper() + signature.meaning[1:],
        time=times.instant(signature.signed_at), how=how,
    )


def _entries(entries: Sequence[tuple[str, list[str]]]) -> list[Row]:
    rows: list[Row] = []
    for at, (label, values) in enumerate(entries):
        body = [Para(value, TEXT) for value in values]
        rows.extend(beside([Para(label, LABEL)], body, pad=5, first=at == 0, whole=True))
    return rows


def _answers(facts: CoacheeFacts) -> list[Row]:
    given = {choice.number: choice.agreed for choice in facts.choices}
    words = {True: _("Agreed"), False: _("Not agreed"), None: _("not recorded")}
    rows = heading(_("Answers to the optional lines"),
                   _("Only the coachee answers them. Nobody but the coachee and the coach receives"
                     " this page."))
    optional = [line for line in facts.version.lines if line.optional]
    if not optional:
        return rows + beside([], [Para(_("There was no optional line."), TEXT)], first=True)
    for at, line in enumerate(optional):
        answer = words[given.get(line.number)]
        rows.extend(beside(
            [Para(_("Line {number}").format(number=line.number), LABEL)],
            [Para(answer, LABEL), Para(line.sentence, SIGNED, 1)],
            pad=6, first=at == 0, whole=True,
        ))
    return rows


def _known(assurances: Sequence[AssuranceFacts]) -> list[Row]:
    rows = heading(_("How each person was reached and known"))
    nothing = _("not recorded")
    for at, known in enumerate(assurances):
        body = [
            Para(f"{label}: {value or nothing}", TEXT)
            for label, value in (
                (_("Reached"), known.reached),
                (_("Identified"), known.identified),
                (_("Vouched for"), known.vouched),
            )
        ]
        rows.extend(beside([Para(known.printed_name, LABEL)], body, pad=5, first=at == 0,
                           whole=True))
    return rows
