"""The record of a version: what is frozen, hashed and signed, and how it is read again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

from portal.wording.policy.draft import Draft
from portal.wording.policy.lines import Dates, Line, Recipient
from portal.wording.policy.pages import ASK_LINE, Ask, Page, pages
from portal.wording.policy.render import RenderedClause, capacity, erecord_consent, intent, render
from portal.wording.policy.sentences import sentence

#: Z19: the schema of the record, and those that are read.
SCHEMA = 2
READABLE = (1, SCHEMA)

#: What a record of schema 1 did not say: its one button, and who was vouched for.
_BUTTON, _VOUCHED = "Sign the agreement", "COACHEE"


@dataclass(frozen=True, slots=True)
class Slot:
    """One place to sign: person's id, role, printed name, for whom, what it means, the button."""

    person: str
    role: str
    name: str
    capacity: str = "self"
    meaning: str = "agree"
    required: bool = True
    intent: str = ""
    vouching: bool = False
    button: str = _BUTTON


@dataclass(frozen=True, slots=True)
class Terms:
    """Which agreement and version this is, and the hash of the version it follows."""

    agreement: str
    number: int
    predecessor: str | None = None


@dataclass(frozen=True, slots=True)
class Frozen:
    """A record read again: all that any page or paper of this version may show."""

    template: str
    template_version: str
    name: str
    pack_version: str
    locale: str
    terms: Terms
    dates: Dates
    review_months: int
    grace_days: int
    silence_days: int
    pairing_days: int
    names: Mapping[str, str]
    answers: Mapping[str, str]
    facts: Mapping[str, str]
    rules: tuple[Mapping[str, str], ...]
    clauses: tuple[RenderedClause, ...]
    lines: tuple[Line, ...]
    sentences: Mapping[int, str]
    slots: tuple[Slot, ...]
    erecord_consent: str
    pages: Mapping[str, tuple[Page, ...]]


def slots_of(draft: Draft, people: Mapping[str, str]) -> tuple[Slot, ...]:
    """Return the places to sign of a draft; `people` are person ids by role code."""
    return tuple(
        Slot(people[signer.role], signer.role, draft.printed[signer.role],
             capacity(draft, signer.role), signer.meaning, vouching=signer.vouching,
             button=signer.button)
        for signer in draft.template.signers
    )


def canonical_record(draft: Draft, slots: tuple[Slot, ...], terms: Terms) -> dict[str, Any]:
    """Return the value whose canonical bytes are the version (domain 2.7, Z19).

    It holds the whole text, every line with its sentence, every place to sign with its
    sentence of intent, the days and their time zone, and the reading pages as they are shown.
    It holds no contact data, no choice and no state. Raises `MissingValue` for a placeholder
    without a value and `ValueError` when a slot and the text print different names.
    """
    for slot in slots:
        if draft.printed.get(slot.role) != slot.name:
            raise ValueError(f"slot {slot.role} prints another name than the text")
    template = draft.template
    return {
        "schema": SCHEMA,
        "pack": template.pack_version,
        "template": {"code": template.code, "version": template.version, "name": template.name},
        "locale": template.locale,
        **asdict(terms),
        **_days(draft),
        "names": draft.printed,
        "answers": _given(draft, (question.key for question in template.questions)),
        "facts": _given(draft, draft.facts),
        "rules": [{"title": rule.title, "version": rule.version, "sha256": rule.digest}
                  for rule in draft.listed],
        "ethics_code": {part: draft.values.get(f"code.{part}", "") for part in ("name", "version")},
        "clauses": [_plain(clause) for clause in render(draft).clauses],
        "lines": [{**_plain(line), "sentence": sentence(line, draft.printed, template)}
                  for line in draft.lines],
        "slots": [_plain(replace(slot, intent=intent(draft, slot.role))) for slot in slots],
        "erecord_consent": erecord_consent(draft),
        "reading": {role: [_plain(page) for page in pages(draft, role)]
                    for role in template.pages},
    }


def read_record(record: Mapping[str, Any]) -> Frozen:
    """Return a record as typed values; raises `ValueError` for a schema that is not `READABLE`."""
    if record["schema"] not in READABLE:
        raise ValueError(f"schema {record['schema']} is not one of {READABLE}")
    return Frozen(
        template=record["template"]["code"], template_version=record["template"]["version"],
        name=record["template"]["name"], pack_version=record["pack"], locale=record["locale"],
        terms=Terms(record["agreement"], record["number"], record["predecessor"]),
        dates=Dates(**{key: date.fromisoformat(record[key]) for key in _DAYS},
                    time_zone=record["time_zone"]),
        **{key: record[key] for key in _SPANS},
        names=record["names"], answers=record["answers"], facts=record.get("facts", {}),
        rules=tuple(record.get("rules", ())),
        clauses=tuple(RenderedClause(**_tuples(raw)) for raw in record["clauses"]),
        lines=tuple(_line(raw) for raw in record["lines"]),
        sentences={raw["no"]: raw["sentence"] for raw in record["lines"]},
        slots=tuple(Slot(**raw) for raw in plain_slots(record)),
        erecord_consent=record["erecord_consent"],
        pages={role: tuple(_page(raw) for raw in plain_pages(record, role))
               for role in record["reading"]},
    )


def plain_slots(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the places to sign of a record of any schema, in the shape of the newest."""
    before = {"button": _BUTTON}
    return [{**before, "vouching": slot["role"] == _VOUCHED, **slot} for slot in record["slots"]]


def plain_pages(record: Mapping[str, Any], role: str) -> list[dict[str, Any]]:
    """Return a reader's pages from a record of any schema, in the shape of the newest."""
    return [page if "asks" in page else _with_asks(page)
            for page in record["reading"].get(role, ())]


_DAYS = ("effective_from", "valid_to", "sign_by")
_SPANS = ("review_months", "grace_days", "silence_days", "pairing_days")


def _with_asks(page: Mapping[str, Any]) -> dict[str, Any]:
    """Return a page of schema 1, where a page was either text or the choice on one line."""
    same = {key: page[key] for key in ("key", "heading", "in_short")}
    ask = {**same, "kind": ASK_LINE, "line": page["line_no"], "question": page["question"],
           "if_no": page["if_no"]}
    return {**same, "clauses": page["clauses"], "asks": [ask] if page["line_no"] else []}


def _days(draft: Draft) -> dict[str, str | int]:
    return {
        **{key: getattr(draft.dates, key).isoformat() for key in _DAYS},
        "time_zone": draft.dates.time_zone,
        **{key: getattr(draft.template, key) for key in _SPANS},
    }


def _given(draft: Draft, keys: Iterable[str]) -> dict[str, str]:
    return {key: value for key in keys if (value := draft.values.get(key, ""))}


def _plain(thing: Any) -> Any:
    """Return a dataclass as dicts, lists, texts, numbers and nulls; days as ISO 8601."""
    if isinstance(thing, date):
        return thing.isoformat()
    if isinstance(thing, dict):
        return {key: _plain(value) for key, value in thing.items()}
    if isinstance(thing, (tuple, list)):
        return [_plain(value) for value in thing]
    if thing is None or isinstance(thing, (str, int)):
        return thing
    return {part.name: _plain(getattr(thing, part.name)) for part in fields(thing)}


def _tuples(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}


def _page(raw: Mapping[str, Any]) -> Page:
    return Page(**{**_tuples(raw), "asks": tuple(Ask(**_tuples(ask)) for ask in raw["asks"])})


def _line(raw: Mapping[str, Any]) -> Line:
    values = {key: value for key, value in _tuples(raw).items() if key != "sentence"}
    for key in ("starts", "ends", "data_from", "data_to"):
        values[key] = date.fromisoformat(values[key]) if values[key] else None
    values["recipients"] = tuple(Recipient(**who) for who in raw["recipients"])
    return Line(**values)
