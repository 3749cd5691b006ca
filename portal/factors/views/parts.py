"""What every page that takes a code has in common."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, session

from portal.factors.policy import FIRST, CodeNo
from portal.factors.queries import first_app, pending_factor
from portal.ground.onetime import enrolment_uri
from portal.people.queries import address_of_person, names_of
from portal.web.words import _, clock_time

if TYPE_CHECKING:
    from portal.factors.actions import CodeRefused
    from portal.factors.models import Factor
    from portal.ground.work import Work


#: The app that this browser alone is shown: it gave a recovery code or a code for it.
SETTING_UP = "setting_up"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Hold what a person needs to set their app up: the address to open, the key to type."""

    uri: str
    key: str


def enrolment_of(work: Work, factor: Factor, issuer: str) -> Enrolment:
    """Return how to set up a pending authenticator; the label in the app is the person's own."""
    seed = work.reveal(factor, "secret")
    name = names_of(work, [factor.person_id]).get(factor.person_id, "")
    label = address_of_person(work, factor.person_id) or name
    return Enrolment(enrolment_uri(seed, label, issuer),
                     " ".join(seed[i : i + 4] for i in range(0, len(seed), 4)))


def may_see(pending: Factor) -> bool:
    """Tell whether this browser may be shown how to set up a pending app: the first one behind its
    link or password, any other only where it was begun."""
    return pending.set_up_as == FIRST or shown_here() == pending.id


def shown_here() -> str:
    """Return the id of the app that this browser began to set up, or nothing."""
    return str(session.get(SETTING_UP, ""))


def own_first_app(work: Work, person_id: str) -> Factor | None:
    """Return the first app that waits for its first code, as this browser began it, or None."""
    own = shown_here()
    return first_app(work, person_id, own) if own else pending_factor(work, person_id)


def qr_picture(uri: str) -> Response:
    """Answer with a QR code as an SVG file: black on white in any colour scheme, for cameras."""
    import segno

    out = io.BytesIO()
    segno.make(uri, error="m").save(out, kind="svg", scale=6, border=4, dark="#000",
                                    light="#fff", xmldecl=True, omitsize=True)
    return Response(out.getvalue(), content_type="image/svg+xml; charset=utf-8")


def code_trouble(refused: CodeRefused) -> str:
    """Return what to do after a code that did not count. It never says whether a code was
    right but too early or too late."""
    at = clock_time(refused.until) if refused.until is not None else ""
    return {
        CodeNo.NOT_SIX_DIGITS: _("Enter the 6-digit code. Codes have only digits."),
        CodeNo.WRONG: _("This code does not fit. Wait for the next one in your app and enter it.")
        if not at else
        _("This code does not fit. You can try again at {at}.").format(at=at),
        CodeNo.USED: _("This code was used already. Wait for the next one in your app."),
        CodeNo.PAUSED: _("After several wrong codes there is a pause. You can try again at {at}. "
                         "Nothing that you entered is lost.").format(at=at),
        CodeNo.DISABLED: _("There were too many wrong codes, so this app can no longer be used "
                           "here. Sign out and come in anew: where a code is asked for stands the "
                           "way back."),
        CodeNo.NO_FACTOR: _("No authenticator app counts here now. Come in anew: where a code is "
                            "asked for stands the way back."),
        CodeNo.NOT_YET: _("This app does not count yet."),
        CodeNo.NOT_HERE: _("This portal cannot use the screen lock. Use a code from your app."),
        CodeNo.TOO_LATE: _("That took too long, or this page was open twice. Press the button for "
                           "the screen lock again."),
        CodeNo.OTHER_TEXTS: _("What you confirmed is not what stands here now. Press the button "
                              "for the screen lock again."),
        CodeNo.NOT_YOURS: _("This device is not set up here for you. Use the one that is, or a "
                            "code from your app."),
        CodeNo.COUNTED_BACK: _("This key was used elsewhere since, as if there were a copy of it. "
                               "Use another way to sign, and tell your coach."),
    }[refused.why]


def recovery_trouble(refused: CodeRefused) -> str:
    """Return what to do after a recovery code that did not count."""
    return (code_trouble(refused) if refused.until is not None else
            _("This recovery code does not fit, or it was used before."))
