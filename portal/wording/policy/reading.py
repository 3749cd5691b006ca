"""How a content pack is made from plain JSON values."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from portal.wording.policy.pack import (
    Category,
    Ceiling,
    ChoiceText,
    Clause,
    Form,
    LineText,
    NoticeText,
    Pack,
    PageText,
    Question,
    Role,
    Signer,
    Template,
    Term,
    Vocabulary,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


def read_vocabulary(raw: Mapping[str, Any]) -> Vocabulary:
    """Make a vocabulary from its JSON value; raises `KeyError` where a field is missing."""
    return Vocabulary(
        categories={c["code"]: Category(c["code"], c["name"], c["class"], c["object"],
                                        c.get("permit", "")) for c in raw["categories"]},
        groups={g["code"]: Category(g["code"], g["name"], "", g["object"]) for g in raw["groups"]},
        roles={r["code"]: Role(r["code"], r["name"], r["label"], r["kind"])
               for r in raw["recipients"]},
        purposes={p["code"]: Term(p["code"], p["name"], p["says"]) for p in raw["purposes"]},
        channels={c["code"]: Term(c["code"], c["name"], c["says"], c["owner"])
                  for c in raw["channels"]},
        forms={f["code"]: Form(f["code"], f["name"], f["at_most"], f["or_more"])
               for f in raw["forms"]},
        patterns=raw["patterns"],
    )


def read_pack(
    vocabulary: Mapping[str, Any], clauses: Mapping[str, Any], questions: Mapping[str, Any],
    notice: Mapping[str, Any], templates: Mapping[str, Any],
) -> Pack:
    """Make a pack from its five JSON values.

    Raises `KeyError` where a field is missing or a template names what the pack does not hold.
    """
    words = read_vocabulary(vocabulary)
    version, locale = templates["version"], templates["locale"]
    pack = Pack(
        version, locale, words,
        {c["code"]: _clause(c) for c in clauses["clauses"]},
        {q["key"]: _question(q) for q in questions["questions"]},
        tuple(NoticeText(n["heading"], tuple(n["text"])) for n in notice["notice"]),
        {},
    )
    generic = _choice(templates["generic_choice"])
    return replace(pack, templates={
        raw["code"]: _template(raw, pack, generic) for raw in templates["templates"]
    })


def _template(raw: Mapping[str, Any], pack: Pack, generic: ChoiceText) -> Template:
    spans = ("valid_months", "review_months", "grace_days", "sign_by_days", "silence_days",
             "pairing_days")
    return Template(
        **{name: raw[name] for name in ("code", "version", "name", "purpose", "mandatory",
                                        "erecord_consent", *spans)},
        locale=pack.locale, pack_version=pack.version, vocabulary=pack.vocabulary,
        notice=pack.notice, generic_choice=generic,
        signers=tuple(Signer(**signer) for signer in raw["signers"]),
        clauses=tuple(pack.clauses[code] for code in raw["clauses"]),
        questions=tuple(pack.questions[key] for key in raw["questions"]),
        ceiling=tuple(_ceiling(item) for item in raw["ceiling"]),
        lines=tuple(_line(item) for item in raw["lines"]),
        pages={role: tuple(PageText(p["key"], p["heading"], tuple(p["in_short"])) for p in pages)
               for role, pages in raw["pages"].items()},
    )


def _clause(raw: Mapping[str, Any]) -> Clause:
    return Clause(raw["code"], raw["title"], frozenset(raw["flags"]), raw["topic"],
                  raw["in_short"], tuple(raw["body"]))


def _question(raw: Mapping[str, Any]) -> Question:
    return Question(
        key=raw["key"], label=raw["label"], hint=raw["hint"], required=raw["required"],
        max_length=raw["max_length"], kind=raw.get("kind", "text"), default=raw["default"],
        examples=tuple(raw["examples"]), role=raw.get("role", ""),
        together=raw.get("together", ""), least=raw.get("least", 0), most=raw.get("most", 0),
    )


def _ceiling(raw: Mapping[str, Any]) -> Ceiling:
    return Ceiling(tuple(raw["categories"]), tuple(raw["roles"]), tuple(raw["purposes"]),
                   tuple(raw["channels"]), raw["max_form"], raw["max_months"],
                   tuple(raw["obligations"]))


def _choice(raw: Mapping[str, Any]) -> ChoiceText:
    return ChoiceText(raw["heading"], raw["question"], tuple(raw["in_short"]), raw["if_no"])


def _line(raw: Mapping[str, Any]) -> LineText:
    return LineText(
        key=raw["key"], effect=raw["effect"],
        optional=raw.get("optional", False), locked=raw.get("locked", False),
        unless_named=raw.get("unless_named", False),
        condition_of_programme=raw.get("condition_of_programme", False),
        needs=tuple(raw.get("needs", ())), categories=tuple(raw["categories"]),
        recipients=tuple(raw["recipients"]), purposes=tuple(raw["purposes"]),
        channels=tuple(raw["channels"]), max_form=raw.get("max_form"),
        min_form=raw.get("min_form"), obligations=tuple(raw.get("obligations", ())),
        choice=_choice(raw["choice"]) if "choice" in raw else None,
    )
