"""One-time codes: RFC 6238 through pyotp, with the step given back.

The caller stores the step: a code that is accepted is never accepted again (RFC 6238 §5.2).
"""

from __future__ import annotations

import base64
import unicodedata
from datetime import datetime

STEP_SECONDS = 30
#: One step of clock drift either way (Z12).
DRIFT_STEPS = (0, -1, 1)


def new_seed(raw: bytes) -> str:
    """Return 160 random bits as the base32 text that authenticator apps take."""
    return base64.b32encode(raw).decode("ascii")


def cleaned(typed: str) -> str:
    """Return the digits of what was typed: spaces and hyphens fall away, any script counts."""
    kept = []
    for letter in typed:
        digit = unicodedata.digit(letter, None)
        if digit is not None:
            kept.append(str(digit))
        elif not (letter.isspace() or letter in "-.\u200b\u2011\u2013"):
            kept.append(letter)
    return "".join(kept)


def accepted_step(seed: str, code: str, now: datetime) -> int | None:
    """Return the time step whose code this is, within one step of `now`, or None."""
    import hmac

    import pyotp

    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        return None
    totp = pyotp.TOTP(seed)
    current = int(now.timestamp()) // STEP_SECONDS
    for drift in DRIFT_STEPS:
        if hmac.compare_digest(totp.generate_otp(current + drift), code):
            return current + drift
    return None


def code_at(seed: str, now: datetime) -> str:
    """Return the code that an authenticator shows at `now`."""
    import pyotp

    return pyotp.TOTP(seed).generate_otp(int(now.timestamp()) // STEP_SECONDS)


def enrolment_uri(seed: str, account: str, issuer: str) -> str:
    """Return the `otpauth:` address that opens or feeds an authenticator app."""
    import pyotp

    return pyotp.TOTP(seed).provisioning_uri(name=account, issuer_name=issuer)
