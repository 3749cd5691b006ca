"""A draft: all that the text of one version is made of, and the values that fill it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from portal.wording.policy.answers import tidy
from portal.wording.policy.fill import fill
from portal.wording.policy.lines import PERMIT, Dates, Line, add_months
from portal.wording.policy.rules import Rule, rule_name
from portal.wording.policy.sentences import written

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from portal.wording.policy.pack import Template

#: The day on which the coachee asked for the counterpart, as the coach wrote it down (Z6).
ASKED_ON = "asked_on"


@dataclass(frozen=True, eq=False)
class Draft:
    """All that the text of one version is made of.

    `answers` are the practice's and the agreement's own, by question key. `names` are printed
    names by role code; those of roles that the template does not print are left out of it.
    `facts` fill placeholders that are neither answers nor names. `rules` count only where the
    template lists them. `asks_person` is False where the text takes over from one that the third
    person has signed: whether they may be asked is a question no more (Z6).
    """

    template: Template
    answers: Mapping[str, str]
    names: Mapping[str, str]
    dates: Dates
    lines: tuple[Line, ...]
    facts: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    asks_person: bool = True

    @cached_property
    def values(self) -> dict[str, str]:
        """Give every value that a text may use, by placeholder; an empty one counts as none."""
        template, dates = self.template, self.dates
        choices = sum(line.optional for line in self.lines)
        patterns = template.vocabulary.patterns
        return {
            **span_values(template),
            **{q.key: tidy(self.answers.get(q.key, "")) for q in template.questions},
            **{key: tidy(self.facts.get(key, "")) for key in (*template.facts, ASKED_ON)},
            **{role.lower(): name for role, name in self.printed.items()},
            "counterpart": self.printed.get(template.counterpart or "", ""),
            **{f"line.{line.key}": str(line.no) for line in self.lines},
            **{f"shared.{code.lower()}": "yes" for line in self.lines if line.effect == PERMIT
               for code in line.categories},
            "choices": str(choices) if choices else "",
            "org.rules": "; ".join(rule_name(rule, patterns) for rule in self.listed),
            "effective_from": written(dates.effective_from, template),
            "valid_to": written(dates.valid_to, template),
            "sign_by": written(dates.sign_by, template),
            "time_zone": dates.time_zone,
            "review_first": written(add_months(dates.effective_from, template.review_months),
                                    template) if template.review_months else "",
        }

    @cached_property
    def printed(self) -> dict[str, str]:
        """Give the names that the text prints, by role code: NFC, one line."""
        return {role: _clean(name) for role, name in self.names.items()
                if role in self.template.roles}

    @cached_property
    def listed(self) -> tuple[Rule, ...]:
        """Give the rules that the text lists."""
        return self.rules if self.template.lists_rules else ()


def span_values(template: Template) -> dict[str, str]:
    """Return the values that a template itself has: its spans in words, and who signs it."""
    patterns = template.vocabulary.patterns
    spans = {"review_interval": ("month", template.review_months),
             "grace": ("day", template.grace_days),
             "silence_limit": ("day", template.silence_days),
             "pairing_limit": ("day", template.pairing_days)}
    return {
        **{key: _span(count, unit, patterns) for key, (unit, count) in spans.items()},
        **{f"signs.{signer.role.lower()}": "yes" for signer in template.signers},
    }


def asked_fact(template: Template, day: date | None) -> dict[str, str]:
    """Return the fact that the coachee asked for the counterpart on a day, if there is one (Z6)."""
    return {ASKED_ON: written(day, template)} if day else {}


def session_facts(template: Template, session: str, starts: datetime,
                  ends: datetime, end_at: datetime) -> dict[str, str]:
    """Return the facts of a named session; the instants are in the zone of the version (INV-9)."""
    return {
        "session": session, "date": written(starts.date(), template),
        "start": f"{starts:%H:%M}", "end": f"{ends:%H:%M}",
        "end_at": fill(template.vocabulary.patterns["instant"],
                       {"day": written(end_at.date(), template), "time": f"{end_at:%H:%M}"}),
    }


def _span(count: int, unit: str, patterns: Mapping[str, str]) -> str:
    if not count:
        return ""
    return fill(patterns[unit if count == 1 else f"{unit}s"], {"n": str(count)})


def _clean(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split())
