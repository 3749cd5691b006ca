"""Enrolling authenticators, taking codes, and the codes for the day the phone is gone."""

from portal.factors.actions.codes import CodeRefused, CodeTaken, use_code
from portal.factors.actions.enrolling import begin_enrolment
from portal.factors.actions.recovery import make_recovery_codes, use_recovery_code

__all__ = ["CodeRefused", "CodeTaken", "begin_enrolment", "make_recovery_codes", "use_code",
           "use_recovery_code"]
