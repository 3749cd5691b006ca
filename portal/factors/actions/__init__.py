"""Enrolling, taking codes and passkeys, and the codes for the day the phone is gone."""

from portal.factors.actions.codes import CodeRefused, CodeTaken, use_code
from portal.factors.actions.enrolling import begin_enrolment
from portal.factors.actions.passkeys import Act, Answer, ask_passkey, prove, use_passkey
from portal.factors.actions.recovery import make_recovery_codes, use_recovery_code

__all__ = ["Act", "Answer", "CodeRefused", "CodeTaken", "ask_passkey", "begin_enrolment",
           "make_recovery_codes", "prove", "use_code", "use_passkey", "use_recovery_code"]
