"""Rules of an organisation: listed by title, version, text and hash, a ground of disclosure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.wording.policy.answers import Fault, FaultCode, tidy, why_not_words
from portal.wording.policy.fill import fill

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: As many rules as one text can list, and as long as their parts can be.
MOST_RULES = 9
LONGEST_TITLE, LONGEST_VERSION, LONGEST_TEXT = 120, 60, 2000

_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as it is listed; `sha256` is that of the document it stands in, if there is one."""

    title: str
    version: str
    text: str
    sha256: str = ""

    @property
    def digest(self) -> str:
        """Return the hash of the document, or of the text where no document was given."""
        return self.sha256 or hashlib.sha256(tidy(self.text).encode()).hexdigest()


def why_not_rules(rules: Sequence[Rule]) -> tuple[Fault, ...]:
    """Return what speaks against rules; each fault says where, as in `rule.2.version`."""
    found: list[Fault] = []
    for number, rule in enumerate(rules, start=1):
        for part, longest in (("title", LONGEST_TITLE), ("version", LONGEST_VERSION),
                              ("text", LONGEST_TEXT)):
            where, words = f"rule.{number}.{part}", tidy(getattr(rule, part))
            found += why_not_words(where, words, longest) if words else [
                Fault(FaultCode.EMPTY, where)]
        if rule.sha256 and not _HASH.fullmatch(rule.sha256):
            found.append(Fault(FaultCode.NOT_A_HASH, f"rule.{number}.sha256"))
    return tuple(found)


def rule_name(rule: Rule, patterns: Mapping[str, str]) -> str:
    """Return what a rule is called: its title and version."""
    return fill(patterns["rule_name"], {"title": tidy(rule.title), "version": tidy(rule.version)})


def rule_text(rule: Rule, patterns: Mapping[str, str]) -> tuple[str, ...]:
    """Return what a rule says, and by which hash it is known."""
    source = patterns["rule_document" if rule.sha256 else "rule_wording"]
    return (fill(patterns["rule_says"], {"text": tidy(rule.text)}),
            fill(source, {"hash": rule.digest}))
