"""What a person does in the ceremony: come in, save, sign, decline, and say who is asked."""

from portal.signing.actions.coming import come_back, come_in, is_new, not_me
from portal.signing.actions.signing import (
    SignValues,
    answer_page,
    decline,
    save,
    sign_waiting,
    take_seat,
)

__all__ = ["SignValues", "answer_page", "come_back", "come_in", "decline", "is_new", "not_me",
           "save", "sign_waiting", "take_seat"]
