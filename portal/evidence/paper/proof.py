"""The second half of a sealed copy: signatures, the certificate of completion, how to check it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from portal.evidence.paper import words
from portal.evidence.paper.acts import acts, clock
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
    CoacheeFacts,
    DrawnMark,
    InkMark,
    PaperFacts,
    PracticeFacts,
    SignatureFacts,
    Stroke,
    TypedMark,
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
    """Return what the records say of the version and of this copy."""
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
    rows.extend(_entries(entries))
    rows.extend(beside([Para(_("Each act, in order"), LABEL)], acts(facts, times), pad=5,
                       whole=True))
    entries = [(_("Time"), clock(facts))]
    entries.append((_("Ledger"), [
        version.ledger_head,
        _("The head of the ledger when this copy was made. Each copy is a witness of it."),
    ]))
    entries.append((_("Sealed copy"), [
        edition_name(facts),
        _("Made on {time}").format(time=times.instant(version.copied_at)),
        _("Short code {code}").format(code=facts.short_code),
    ]))
    rows.extend(_entries(entries, first=False))
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
    steps.append((_("Check all of it at once"), [
        _("The attachment proof.json holds these hashes as data and says how each is computed. A"
          " short program that needs nothing but Python and openssl checks all of it; the page for"
          " checking hands it out.")]))
    if isinstance(facts, CoacheeFacts) and facts.receipt:
        steps.append((_("Read the receipt"), [
            _("The attachment consent.jsonld lists each yes and no of the coachee, as it stood when"
              " this copy was made. Its SHA-256:"), sha256(facts.receipt).hexdigest()]))
    steps.append((_("Compare copies"), [
        _("Every copy of this version shows the same version hash. A copy that shows another one"
          " is of another text."),
        *([_("This copy tells in proof.json what happened until it was made. A later one has to"
             " tell the same, and may only tell more.")]
          if isinstance(facts, CoacheeFacts) and facts.events else [])]))
    steps.append((_("Ask for a copy"), [
        _("“Send me my link” at {url} brings back everything you signed.")
        .format(url=practice.front_door)]))
    steps.append((_("What this proves"), [
        _("The signatures are electronic signatures, recorded with name, time and meaning. The seal"
          " shows that the portal of {practice} made this file and that it has not changed since."
          " The seal alone does not prove who a person is.").format(practice=practice.name)]))
    return heading(_("How to check this copy")) + _entries(steps)


def whom_to_ask(practice: PracticeFacts) -> list[Row]:
    """Return whom to write to when the portal is gone, and where a yes can be taken back then."""
    entries = [(practice.name, [practice.contact])]
    if practice.withdrawal:
        entries.append((_("To take back a yes"), [
            practice.withdrawal,
            _("This works without the portal. No reason is needed."),
        ]))
    if practice.successor:
        entries.append((_("Successor"), [
            practice.successor,
            _("Acts for the practice when the coach no longer can."),
        ]))
    return heading(_("Whom to write to")) + _entries(entries)


def foot(facts: PaperFacts, times: Times) -> list[Row]:
    """Return the rows at the foot of each page, save for the page's number (21 CFR 11.50(b))."""
    signed = [
        Para(words.brief(signature, times), FOOT) for signature in facts.version.signatures
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
    rows = _mark(signature.mark)
    said = [Para(f"“{signature.statement}”", TEXT, 1)] if signature.statement else []
    said += [Para(line, TEXT, 1) for line in words.signed(signature, times)]
    rows += stack([Para(signature.printed_name, NAME, 3), *said], COLUMN, WIDE)
    label = [Para(words.first_large(words.role(signature.role)), LABEL),
             Para(words.capacity(signature.capacity), NOTE, 1)]
    return framed(label, rows, baseline(LABEL), pad=10, first=first, whole=True)


def _mark(mark: TypedMark | DrawnMark | InkMark) -> list[Row]:
    """Return the signature itself above its rule; ink stands on its own paper, not here."""
    if isinstance(mark, InkMark):
        return []
    if isinstance(mark, DrawnMark):
        rows = [Row(MARK_BOX[1] + 6, [Drawing(COLUMN, MARK_BOX[1], mark.strokes)])]
    else:
        rows = stack([Para(mark.text, _fitting(mark.text))], COLUMN, WIDE)
    rows[-1].height += 6
    rows[-1].items.append(Rule(COLUMN, rows[-1].height - 2, WIDE, 0.6, INK))
    return rows


def _fitting(text: str) -> Style:
    """Return the style in which a typed signature takes one line, down to half the size."""
    size = min(MARK.size, max(MARK.size / 2, MARK.size * WIDE / plain_width(text, MARK)))
    return replace(MARK, size=size, leading=size * 1.2)


def _entries(entries: Sequence[tuple[str, list[str]]], *, first: bool = True) -> list[Row]:
    rows: list[Row] = []
    for at, (label, values) in enumerate(entries):
        body = [Para(value, TEXT) for value in values]
        rows.extend(beside([Para(label, LABEL)], body, pad=5, first=first and at == 0,
                           whole=True))
    return rows
