"""What a person does in the ceremony: come in, save, sign, decline, and say who is asked."""

from portal.signing.actions.coming import COME_BACK, begin_own, come_back, come_in, is_new, not_me
from portal.signing.actions.hopes import keep_hopes, share_hopes
from portal.signing.actions.people import end_person
from portal.signing.actions.signing import (
    SignValues,
    answer_page,
    decline,
    save,
    sign_waiting,
    signing,
    take_seat,
)

__all__ = ["COME_BACK", "SignValues", "answer_page", "begin_own", "come_back", "come_in",
           "decline", "end_person", "is_new", "keep_hopes", "not_me", "save", "share_hopes",
           "sign_waiting", "signing", "take_seat"]
