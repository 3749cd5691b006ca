"""The outbox: what is put in, claimed and settled, and the letter of the day."""

from portal.notices.actions.letters import Renew, Renewed, claim_letter, claim_mails
from portal.notices.actions.outbox import (
    Claimed,
    claim,
    give_up,
    has_due,
    put_due,
    put_mail,
    put_seal,
    redirect_news,
    reopen,
    settle,
)

__all__ = [
    "Claimed", "Renew", "Renewed", "claim", "claim_letter", "claim_mails", "give_up", "has_due",
    "put_due", "put_mail", "put_seal", "redirect_news", "reopen", "settle",
]
