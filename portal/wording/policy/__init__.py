"""The rules of wording: pure functions from a pack and a draft to text, pages and record.

A caller loads a template (`wording.queries`), checks the practice's answers
(`why_not_answers`), makes days and lines (`plan_dates`, `default_lines`), puts all into a
`Draft`, and asks it for `render`, `pages`, `privacy_notice`, and, once `why_not_issue` has
nothing to say, for `canonical_record`.
Once a version is issued, every page and paper reads the record (`read_record`), never the pack.
"""

from portal.wording.policy.answers import (
    Fault,
    FaultCode,
    example_answers,
    questions,
    tidied,
    tidy,
    why_not_answer,
    why_not_answers,
)
from portal.wording.policy.fill import MissingValue
from portal.wording.policy.issue import WhyNotDraft, why_not_issue
from portal.wording.policy.lines import (
    Dates,
    Line,
    Recipient,
    WhyNotLine,
    WhyNotLines,
    add_months,
    default_lines,
    last_day,
    plan_dates,
    why_not_line,
    why_not_lines,
)
from portal.wording.policy.lint import lint
from portal.wording.policy.notice import Controller, Section, privacy_notice
from portal.wording.policy.pack import Pack, Question, Template, Vocabulary
from portal.wording.policy.pages import MOST_PAGES, Choice, Page, choice, pages
from portal.wording.policy.reading import read_pack
from portal.wording.policy.record import (
    SCHEMA,
    Frozen,
    Slot,
    Terms,
    canonical_record,
    read_record,
    slots_of,
)
from portal.wording.policy.render import (
    Draft,
    Rendered,
    RenderedClause,
    erecord_consent,
    intent,
    line_text,
    render,
)
from portal.wording.policy.sentences import sentence, written
from portal.wording.policy.words import is_named

__all__ = [
    "MOST_PAGES", "SCHEMA", "Choice", "Controller", "Dates", "Draft", "Fault", "FaultCode",
    "Frozen", "Line", "MissingValue", "Pack", "Page", "Question", "Recipient", "Rendered",
    "RenderedClause", "Section", "Slot", "Template", "Terms", "Vocabulary", "WhyNotDraft",
    "WhyNotLine", "WhyNotLines", "add_months", "canonical_record", "choice", "default_lines",
    "erecord_consent", "example_answers", "intent", "is_named", "last_day", "line_text", "lint",
    "pages", "plan_dates", "privacy_notice", "questions", "read_pack", "read_record", "render",
    "sentence", "slots_of", "tidied", "tidy", "why_not_answer", "why_not_answers", "why_not_issue",
    "why_not_line", "why_not_lines", "written",
]
