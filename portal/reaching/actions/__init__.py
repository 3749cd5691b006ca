"""Reaching people: links out and back, the people asked, the texts recalled, the front door."""

from portal.reaching.actions.asking import accept, drop, leave, recall, refuse
from portal.reaching.actions.door import PASSWORD, ask_at_door, ask_for_password, send_return, told
from portal.reaching.actions.links import (
    correct_address,
    invite,
    invite_waiting,
    party_by_id,
    reissue,
    renewed,
    revoke,
)
from portal.reaching.actions.reminding import remind, remind_on_its_day, renew, wish
from portal.reaching.actions.revoking import revoke_engagement, revoke_person, revoke_practice

__all__ = [
    "PASSWORD", "accept", "ask_at_door", "ask_for_password", "correct_address", "drop", "invite",
    "invite_waiting", "leave", "party_by_id", "recall", "refuse", "reissue", "remind",
    "remind_on_its_day", "renew", "renewed", "revoke", "revoke_engagement", "revoke_person",
    "revoke_practice", "send_return", "told", "wish",
]
