"""Reading agreements: facts for the rules, frozen texts for readers."""

from portal.agreements.queries.changes import (
    COACH,
    Differs,
    Reader,
    difference_of_draft,
    differences,
)
from portal.agreements.queries.standing import (
    Standing,
    coachs_version,
    standing_of,
    standing_of_one,
)
from portal.agreements.queries.taken import disputes_of
from portal.agreements.queries.texts import (
    Kept,
    agreement_by_template,
    choices_of,
    draft_values,
    drafts_of,
    manifests_of,
    record_bytes,
    shown_text,
    version_row,
    version_rows,
)

__all__ = [
    "COACH", "Differs", "Kept", "Reader", "Standing", "agreement_by_template", "choices_of",
    "coachs_version", "difference_of_draft", "differences", "disputes_of", "draft_values",
    "drafts_of", "manifests_of", "record_bytes", "shown_text", "standing_of", "standing_of_one",
    "version_row", "version_rows",
]
