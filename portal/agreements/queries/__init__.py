"""Reading agreements: facts for the rules, frozen texts for readers."""

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
    shown_text,
    version_row,
    version_rows,
)

__all__ = ["Kept", "Standing", "agreement_by_template", "choices_of", "coachs_version",
           "disputes_of", "draft_values", "drafts_of", "manifests_of", "shown_text",
           "standing_of", "standing_of_one", "version_row", "version_rows"]
