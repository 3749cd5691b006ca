"""How a content pack is made from plain JSON values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portal.wording.policy.pack import (
    PRACTICE,
    AskText,
    Ceiling,
    Clause,
    LineText,
    NoticeText,
    Pack,
    PageText,
    Question,
    Signer,
    Template,
)
from portal.wording.policy.vocabulary import Category, Form, Role, Term, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: The placeholder by which a clause prints what is kept, and where.
SCHEDULE = "{{schedule_table}}"

_WORDS = ("code", "version", "name", "purpose", "mandatory")
_SPANS = ("valid_months", "valid_days", "review_months", "check_in_months", "grace_days",
          "sign_by_days", "silence_days", "pairing_days")


@dataclass(frozen=True, slots=True)
class RawPack:
    """The JSON values of a pack, one for each of its files; `common` is shared by templates."""

    vocabulary: Mapping[str, Any]
    clauses: Mapping[str, Any]
    questions: Mapping[str, Any]
    schedule: Mapping[str, Any]
    notice: Mapping[str, Any]
    common: Mapping[str, Any]
    templates: Sequence[Mapping[str, Any]]


def read_pack(raw: RawPack) -> Pack:
    """Make a pack from its JSON values.

    Raises `KeyError` where a field is missing or a template names what the pack does not hold.
    """
    words = read_vocabulary(raw.vocabulary)
    clauses = {c["code"]: _clause(c) for c in raw.clauses["clauses"]}
    questions = {q["key"]: _question(q) for q in raw.questions["questions"]}
    return Pack(
        raw.common["version"], raw.common["locale"], words, clauses, questions,
        {one["code"]: _template(one, raw, words, clauses, questions) for one in raw.templates},
    )


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
        forms={f["code"]: Form(f["code"], f["name"], f["at_most"], f["or_more"],
                               f.get("heard", "")) for f in raw["forms"]},
        patterns=raw["patterns"], blank=raw["blank"],
    )


def _template(raw: Mapping[str, Any], pack: RawPack, words: Vocabulary,
              clauses: Mapping[str, Clause], questions: Mapping[str, Question]) -> Template:
    own = tuple(clauses[code] for code in raw["clauses"])
    any_line = pack.common["any_line"]
    prints_schedule = any(SCHEDULE in clause.body for clause in own)
    return Template(
        **{name: raw[name] for name in _WORDS},
        **{name: raw.get(name, 0) for name in _SPANS},
        review_moments=tuple(raw.get("review_moments", ())),
        locale=pack.common["locale"], pack_version=pack.common["version"], vocabulary=words,
        erecord_consent=pack.common["erecord_consent"],
        any_line=_ask(any_line), rule=_ask(pack.common["rule"]),
        person=_ask({**pack.common["person"], **raw.get("person", {})}),
        counterpart=raw.get("counterpart"), named=tuple(raw.get("named", ())),
        facts=tuple(raw.get("facts", ())), lists_rules=raw.get("lists_rules", False),
        signers=tuple(Signer(**signer) for signer in raw["signers"]), clauses=own,
        questions=tuple(questions[key] for key in raw["questions"]),
        schedule=tuple(pack.schedule["rows"]) if prints_schedule else (),
        ceiling=tuple(_ceiling(item) for item in raw["ceiling"]),
        lines=tuple(_line(item, any_line) for item in raw["lines"]),
        pages={role: tuple(_page(page) for page in pages) for role, pages in raw["pages"].items()},
        most_pages=raw["most_pages"], notice=_notice(raw, pack.notice),
    )


def _notice(raw: Mapping[str, Any],
            notice: Mapping[str, Any]) -> Mapping[str, tuple[NoticeText, ...]]:
    """Return the notice of each role that is written to; roles differ in part (Z28)."""
    return {
        role: tuple(_section(notice["sections"][key]) for key in notice["readers"][kind])
        for role, kind in raw["notice"].items()
    }


def _section(raw: Mapping[str, Any]) -> NoticeText:
    return NoticeText(raw["heading"], tuple(raw["text"]))


def _clause(raw: Mapping[str, Any]) -> Clause:
    return Clause(raw["code"], raw["title"], frozenset(raw["flags"]), raw["topic"],
                  raw["in_short"], tuple(raw["body"]))


def _question(raw: Mapping[str, Any]) -> Question:
    return Question(
        key=raw["key"], label=raw["label"], blank=raw["blank"], hint=raw["hint"],
        required=raw["required"],
        max_length=raw["max_length"], kind=raw.get("kind", "text"),
        scope=raw.get("scope", PRACTICE), default=raw["default"],
        examples=tuple(raw["examples"]), role=raw.get("role", ""),
        together=raw.get("together", ""), least=raw.get("least", 0), most=raw.get("most", 0),
    )


def _ceiling(raw: Mapping[str, Any]) -> Ceiling:
    return Ceiling(raw["key"], raw["name"], tuple(raw["categories"]), tuple(raw["roles"]),
                   tuple(raw["purposes"]), tuple(raw["channels"]), raw["max_form"],
                   raw["max_months"], tuple(raw["obligations"]))


def _ask(raw: Mapping[str, Any]) -> AskText:
    return AskText(raw["heading"], raw["question"], tuple(raw["in_short"]), raw["if_no"])


def _line(raw: Mapping[str, Any], any_line: Mapping[str, Any]) -> LineText:
    return LineText(
        key=raw["key"], effect=raw["effect"],
        optional=raw.get("optional", False), locked=raw.get("locked", False),
        unless_named=raw.get("unless_named", False),
        condition_of_programme=raw.get("condition_of_programme", False),
        outside_session=raw.get("outside_session", False),
        needs=tuple(raw.get("needs", ())), categories=tuple(raw["categories"]),
        recipients=tuple(raw["recipients"]), purposes=tuple(raw["purposes"]),
        channels=tuple(raw["channels"]), obligations=tuple(raw.get("obligations", ())),
        max_form=raw.get("max_form"), min_form=raw.get("min_form"),
        last_months=raw.get("last_months", 0),
        ask=_ask({**any_line, **raw["ask"]}) if "ask" in raw else None,
    )


def _page(raw: Mapping[str, Any]) -> PageText:
    return PageText(raw["key"], raw["heading"], tuple(raw["in_short"]),
                    tuple(raw.get("topics", (raw["key"],))), tuple(raw.get("asks", ())))
