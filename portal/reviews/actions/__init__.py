"""Asking, answering, and calling for a review."""

from portal.reviews.actions.answering import (
    Pick,
    answer,
    answer_as_coach,
    answer_as_party,
    answer_check_in,
    answer_on_paper,
    call,
)
from portal.reviews.actions.asking import attend, claim_due, renew, set_timers

__all__ = ["Pick", "answer", "answer_as_coach", "answer_as_party", "answer_check_in",
           "answer_on_paper", "attend",
           "call", "claim_due", "renew", "set_timers"]
