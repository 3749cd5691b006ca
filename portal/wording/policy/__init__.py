"""The rules of wording: pure functions from a pack and a draft to text, pages and record.

A caller loads a template (`wording.queries`), checks the answers (`why_not_answers`), makes days
and lines (`plan_dates`, `lines_of`; `offers` says what can be chosen for a line), puts all into
a `Draft`, and asks it for `render`, `pages`, `privacy_notice`, and, once `why_not_issue` has
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
from portal.wording.policy.bounds import WhyNotLine, WhyNotLines, why_not_line, why_not_lines
from portal.wording.policy.changes import lines_before, scope_changes
from portal.wording.policy.choosing import (
    NEW,
    LineFault,
    edit_of,
    place_of,
    why_not_edit,
    with_line,
    without_line,
)
from portal.wording.policy.difference import Change, Direction, Sort
from portal.wording.policy.draft import Draft, asked_fact, session_facts
from portal.wording.policy.editing import (
    LineChoices,
    LineEdit,
    Offer,
    choices_values,
    lines_of,
    offers,
    read_choices,
)
from portal.wording.policy.fill import MissingValue
from portal.wording.policy.issue import WhyNotDraft, why_not_issue
from portal.wording.policy.lines import Dates, Line, Recipient, add_months, last_day, plan_dates
from portal.wording.policy.lint import lint
from portal.wording.policy.notice import Controller, Section, privacy_notice
from portal.wording.policy.pack import (
    ENGAGEMENT,
    PRACTICE,
    Pack,
    Question,
    Signer,
    Template,
    rhythm_key,
    with_rhythm,
)
from portal.wording.policy.pages import Ask, Page, ask_line, pages
from portal.wording.policy.reading import RawPack, read_pack
from portal.wording.policy.record import (
    SCHEMA,
    Frozen,
    Slot,
    Terms,
    canonical_record,
    plain_pages,
    plain_slots,
    read_record,
    slots_of,
)
from portal.wording.policy.render import (
    Rendered,
    RenderedClause,
    blank,
    capacity,
    erecord_consent,
    intent,
    line_text,
    render,
)
from portal.wording.policy.reworded import Changes, Reworded, changes_between
from portal.wording.policy.rules import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    LONGEST_VERSION,
    MOST_RULES,
    Rule,
    why_not_rules,
)
from portal.wording.policy.schedule import (
    ENDINGS,
    LONGEST_PART,
    MOST_ROWS,
    Row,
    changed_rows,
    own_rows,
    preset_rows,
    schedule_answers,
    schedule_rows,
    why_not_schedule,
)
from portal.wording.policy.sentences import sentence, written
from portal.wording.policy.vocabulary import Vocabulary
from portal.wording.policy.words import is_named

__all__ = [
    "ENDINGS", "ENGAGEMENT", "LONGEST_PART", "LONGEST_TEXT", "LONGEST_TITLE", "LONGEST_VERSION",
    "MOST_ROWS", "MOST_RULES", "NEW", "PRACTICE", "SCHEMA", "Ask", "Change", "Changes",
    "Controller", "Dates", "Direction", "Draft", "Fault", "FaultCode", "Frozen", "Line",
    "LineChoices", "LineEdit", "LineFault", "MissingValue", "Offer", "Pack", "Page", "Question",
    "RawPack", "Recipient", "Rendered", "RenderedClause", "Reworded", "Row", "Rule", "Section",
    "Signer", "Slot", "Sort", "Template", "Terms", "Vocabulary", "WhyNotDraft", "WhyNotLine",
    "WhyNotLines", "add_months", "ask_line", "asked_fact", "blank", "canonical_record", "capacity",
    "changed_rows", "changes_between", "choices_values", "edit_of", "erecord_consent",
    "example_answers", "intent", "is_named", "last_day", "line_text", "lines_before", "lines_of",
    "lint", "offers", "own_rows", "pages", "place_of", "plain_pages", "plain_slots", "plan_dates",
    "preset_rows", "privacy_notice", "questions", "read_choices", "read_pack", "read_record",
    "render", "rhythm_key", "schedule_answers", "schedule_rows", "scope_changes", "sentence",
    "session_facts", "slots_of", "tidied", "tidy", "why_not_answer", "why_not_answers",
    "why_not_edit", "why_not_issue", "why_not_line", "why_not_lines", "why_not_rules",
    "why_not_schedule", "with_line", "with_rhythm", "without_line", "written",
]
