"""Enrolling, taking codes and passkeys, and the codes for the day the phone is gone."""

from portal.factors.actions.beside import (
    ADD,
    ADD_PASSKEY,
    REMOVE,
    add_passkey,
    begin_beside,
    finish_beside,
    remove,
)
from portal.factors.actions.codes import CodeRefused, CodeTaken, code_of, use_code
from portal.factors.actions.enrolling import (
    begin_app,
    begin_enrolment,
    begin_first,
    enrol,
    let_go,
    retire,
)
from portal.factors.actions.forgotten import RESET, hold_reset, reset_password, send_reset
from portal.factors.actions.passkeys import Act, Answer, ask_passkey, prove, use_passkey
from portal.factors.actions.recovery import make_recovery_codes, use_recovery_code
from portal.factors.actions.reopening import begin_anew, keep_shut, reopen

__all__ = [
    "ADD", "ADD_PASSKEY", "REMOVE", "RESET", "Act", "Answer", "CodeRefused", "CodeTaken",
    "add_passkey", "ask_passkey", "begin_anew", "begin_app", "begin_beside", "begin_enrolment",
    "begin_first", "code_of", "enrol", "finish_beside", "hold_reset", "keep_shut", "let_go",
    "make_recovery_codes", "prove", "remove", "reopen", "reset_password", "retire", "send_reset",
    "use_code", "use_passkey", "use_recovery_code",
]
