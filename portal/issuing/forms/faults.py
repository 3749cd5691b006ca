"""What to do about a fault that the rules of wording find, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.web.words import _

if TYPE_CHECKING:
    from portal.wording.policy import Fault


def fault_words(fault: Fault, question: str) -> str:
    """Return what to do about a fault of the answer to a question, given by its label."""
    return {
        "empty": _("Answer “{question}”"),
        "too_long": _("This is too long: use {detail} characters at the most."),
        "not_a_number": _("Enter a number from {detail}."),
        "not_a_url": _("Enter a web address that begins with https://."),
        "nobody_named": _("Name one person or body. “{detail}” names nobody."),
        "needs_the_other": _("These two answers belong together: fill in both, or neither."),
        "overclaim": _("“{detail}” promises more than can be kept. Say it without that."),
        "unknown_choice": _("Choose one: “{question}”"),
        "not_a_hash": _("Enter the 64 digits and letters from a to f, or leave it empty."),
        "banned_word": _("“{detail}” could mean two people. Say coachee or sponsor."),
    }.get(fault.code.value, _("This cannot be printed. Write it in plain words.")).format(
        detail=fault.detail, question=question)
