"""Words that a signed text may not hold, and names that name nobody (Z25, INV-19)."""

from __future__ import annotations

import re

#: Promises that no coach and no portal can keep, and law that nobody here can vouch for.
OVERCLAIMS = tuple(re.compile(pattern, re.IGNORECASE) for pattern in (
    r"\btotal(?:ly)?\b",
    r"\b100 ?(?:%|per ?cent\b|percent\b)",
    (r"\b(?:fully|completely|absolutely|perfectly|entirely) (?:\w+ )?"
    r"(?:confidential|private|secret|secure|safe|anonymous|protected)\b"),
    r"\b(?:absolute|complete|perfect) (?:confidentiality|privacy|secrecy|security|safety)\b",
    r"\beverything (?:\w+ ){0,3}(?:is|stays|remains) (?:confidential|private|secret)\b",
    r"\bguarantee(?:s|d)?\b",
    r"\bqualified\b",
    r"\blegally binding (?:everywhere|worldwide|in (?:all|every))\b",
    r"\b(?:un(?:breakable|hackable)|watertight|court-?proof|tamper-?proof|risk-?free)\b",
    r"\b(?:bank|military)[- ]grade\b",
    r"\b(?:cannot|can not|can never|can't) (?:ever )?be (?:hacked|broken|leaked|forged|breached)\b",
))

#: The word that could mean two people (domain, section 0).
BANNED = re.compile(r"\bclients?\b", re.IGNORECASE)

#: Words that name a crowd or a desk, not a person. A name made only of these names nobody.
_NOBODY = frozenset({
    "a", "an", "the", "my", "our", "your", "their", "his", "her", "its", "of", "for", "and", "or",
    "all", "any", "every", "each", "some", "other", "others", "anyone", "everyone", "someone",
    "nobody", "people", "person", "persons", "public", "staff", "personnel", "team", "teams",
    "company", "companies", "business", "firm", "employer", "organisation", "organisations",
    "organization", "organizations", "corporation", "group", "head", "office", "headquarters",
    "hr", "human", "resources", "people's", "management", "manager", "managers", "boss",
    "leadership", "board", "directors", "director", "department", "departments", "division",
    "unit", "sponsor", "sponsors", "client", "clients", "coach", "coaches", "coachee",
    "supervisor", "supervisors", "assistant", "assistants", "line", "third", "party", "parties",
    "authorities", "authority", "body", "bodies", "professional", "association", "tool", "tools",
    "software", "app", "apps", "system", "systems", "website", "internet", "web", "site", "page",
    "list", "service", "services", "cloud", "ai", "n/a", "na", "none", "tbd", "unknown",
})

#: Z30: a support person's task says what help is needed, not what somebody has.
DIAGNOSES = re.compile(
    r"\b(?:diagnos\w*|disorders?|syndromes?|disab(?:led|ilit\w*)|handicap\w*|illness\w*|diseases?"
    r"|adhd|ptsd|ocd|autis\w*|asperger\w*|depress\w*|anxiety|bipolar|schizo\w*"
    r"|psychos\w*|psychotic|addict\w*|alcoholi\w*|dementia|alzheimer\w*|parkinson\w*|dyslexi\w*"
    r"|epilep\w*|cancer|aphasi\w*|deaf\w*|blind\w*)\b", re.IGNORECASE)

#: What may stand around a word without being part of it.
_MARKS = "\"'()[].,;:!?-\u2013\u201c\u201d"

#: Words that give away that a "person" is a firm or a desk. Short forms that are also names
#: of people (Ab, Sas, Oy) are not among them: a real person is never refused.
_NOT_A_PERSON = frozenset({
    "hr", "management", "company", "organisation", "organization", "corporation", "department",
    "dept", "team", "gmbh", "kg", "ltd", "limited", "inc", "llc", "llp", "plc",
})


def overclaims(text: str) -> tuple[str, ...]:
    """Return the words in a text that promise what nobody can keep."""
    return tuple(match[0] for pattern in OVERCLAIMS for match in pattern.finditer(text))


def banned_words(text: str) -> tuple[str, ...]:
    """Return each use of the word that could mean two people."""
    return tuple(BANNED.findall(text))


def diagnoses(text: str) -> tuple[str, ...]:
    """Return the words in a text that say what somebody has, in place of what help is needed."""
    return tuple(DIAGNOSES.findall(text))


def is_named(name: str, kind: str) -> bool:
    """Tell whether a name names one recipient (INV-19); `kind` is that of the role.

    "The company", "HR" and "management" name nobody. A person's name may also not be that of
    a firm or a department.
    """
    parts = [part for word in name.casefold().split() if (part := word.strip(_MARKS))]
    if not parts or all(part in _NOBODY for part in parts):
        return False
    return kind != "person" or not any(part in _NOT_A_PERSON for part in parts)
