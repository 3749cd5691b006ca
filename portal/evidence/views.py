"""The seal of the practice: an owner sees it, renews it, or brings one of a trust service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, request

from portal.evidence.actions import make_seal, take_seal
from portal.evidence.forms import BringForm
from portal.evidence.policy.brought import LARGEST, BroughtNo
from portal.evidence.policy.seals import ends_soon
from portal.evidence.queries import seals_of
from portal.people.queries import practice_or_missing
from portal.plain.errors import Missing
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page
from portal.web.uploads import takes

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work
    from portal.people.models import Practice

bp = Blueprint("evidence", __name__)


def _practice(work: Work) -> Practice:
    if work.actor is None:
        raise Missing("practice")
    return practice_or_missing(work, work.actor.practice_id)


def _shown(work: Work, practice: Practice, form: BringForm) -> dict[str, Any]:
    """Return what the page reads: the seal in use (none before the first), and those before."""
    found = seals_of(work, practice.id)
    live = found[0] if found and found[0].retired_at is None else None
    return {"form": form, "live": live, "before": [one for one in found if one is not live],
            "soon": live is not None and ends_soon(live.ends_at, work.now),
            "stamped": bool(work.ground.settings.tsa_url)}


@bp.get("/practice/seal")
@guard(Door.OWNER)
def seals(work: Work) -> Response:
    """Show the seal in use, until when it holds, and those before."""
    return page("evidence/seals.html", **_shown(work, _practice(work), BringForm()))


def brought_words(no: BroughtNo) -> str:
    """Return what to do about a file that is not taken."""
    export = " " + _("Export it again from where you have it, with its key and all certificates "
                     "above it.")
    return {
        BroughtNo.EMPTY: _("Choose the file. Its name ends in .p12 or .pfx."),
        BroughtNo.TOO_LARGE: _("This file is larger than {size} KB, which no seal is. Choose "
                               "another one.").format(size=LARGEST // 1024),
        BroughtNo.NOT_A_FILE: _("This is no file of that kind, or a very old one.") + export,
        BroughtNo.WRONG_PASSPHRASE: _("The file does not open with this passphrase. Choose the "
                                      "file again and type the passphrase anew."),
        BroughtNo.NO_KEY: _("There is no key in this file that fits the certificate.") + export,
        BroughtNo.KEY_KIND: _("Most programs cannot check what a key of this kind seals. Ask the "
                              "trust service for one of P-256, P-384 or RSA."),
        BroughtNo.KEY_SHORT: _("This RSA key is shorter than 2048 bits and can be broken. Ask the "
                               "trust service for a longer one."),
        BroughtNo.USAGE: _("This certificate is not made for signing documents: it lacks the use "
                           "“nonRepudiation”. Ask the trust service for one that has it."),
        BroughtNo.NOT_YET: _("This certificate does not hold yet. Bring it on the day it begins."),
        BroughtNo.EXPIRED: _("This certificate has ended. Ask the trust service for a new one."),
        BroughtNo.SELF_SIGNED: _("Nobody vouches for this certificate but itself. The portal makes "
                                 "a better one: press “Make a new seal”."),
        BroughtNo.CHAIN: _("The certificates up to the root of the trust service are not all in "
                           "the file.") + export,
        BroughtNo.WEAK: _("This certificate hangs on SHA-1 or MD5, which no program trusts. Ask "
                          "the trust service for a new one."),
    }[no]


@bp.post("/practice/seal")
@takes(4 * LARGEST)
@guard(Door.OWNER, fresh=True)
def bring(work: Work) -> Response:
    """Take the practice's own seal into use; what is sealed already stays as it is."""
    practice, form = _practice(work), BringForm()
    if not form.validate_on_submit():
        return again("evidence/seals.html", **_shown(work, practice, form))
    sent = request.files.get("file")
    raw = sent.read(LARGEST + 1) if sent is not None else b""
    taken = take_seal(work, practice, raw, str(form.passphrase.data or ""))
    if isinstance(taken, BroughtNo):
        field = "passphrase" if taken is BroughtNo.WRONG_PASSPHRASE else "file"
        blame(form, field, brought_words(taken))
        return again("evidence/seals.html", **_shown(work, practice, form))
    flash(_("Taken. Papers are sealed with it from now on; those before stay as they are."))
    return go("evidence.seals")


@bp.post("/practice/seal/new")
@guard(Door.OWNER, fresh=True)
def make(work: Work) -> Response:
    """Let the portal make a new seal of its own."""
    make_seal(work, _practice(work))
    flash(_("Made. Papers are sealed with it from now on; those before stay as they are."))
    return go("evidence.seals")
