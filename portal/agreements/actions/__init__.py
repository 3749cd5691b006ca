"""Drafting, freezing, signing and ending agreements."""

from portal.agreements.actions.drafts import (
    begin_agreement,
    discard_draft,
    put_away,
    renew_draft,
    reopen_draft,
    save_draft,
    settle_drafts,
)
from portal.agreements.actions.versions import (
    NewLine,
    NewSlot,
    NewVersion,
    end_version,
    freeze,
    sign,
    withdraw,
)

__all__ = ["NewLine", "NewSlot", "NewVersion", "begin_agreement", "discard_draft", "end_version",
           "freeze", "put_away", "renew_draft", "reopen_draft", "save_draft", "settle_drafts",
           "sign", "withdraw"]
