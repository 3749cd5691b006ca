"""Every act behind a version, in the order in which they happened, each with its time and zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from portal.evidence.paper import words
from portal.evidence.paper.layout import NOTE, TEXT, Para
from portal.evidence.paper.times import Times
from portal.evidence.policy import AssuranceFacts, CoacheeFacts, InkMark, PaperFacts, SignatureFacts
from portal.web.words import _


def acts(facts: PaperFacts, times: Times) -> list[Para]:
    """Return each act as a sentence, and when it was below it. How people were reached and
    vouched for stands in the coachee's edition alone (Z1)."""
    found = [_signed(signature) for signature in facts.version.signatures]
    if isinstance(facts, CoacheeFacts):
        found += [act for known in facts.assurances for act in _known(known)]
    sent, issued = _("The text was fixed and sent to be signed."), facts.version.issued_at
    if issued is not None:
        found.append((issued, sent))
    # Of one instant the order is that of what is said, so that it is the same each time.
    told = [(times.instant(at), what) for at, what in sorted(found)]
    if issued is None:
        told.insert(0, (_("not recorded"), sent))
    return [para for number, (when, what) in enumerate(told)
            for para in (Para(what, TEXT, 4 if number else 0), Para(when, NOTE))]


def clock(facts: PaperFacts) -> list[str]:
    """Return whose word the times are."""
    own = _("All times are those of the portal’s own clock.")
    return [own, _("The seal also carries the time of an independent time stamping service"
                   " (RFC 3161).") if facts.version.stamped
            else _("The time of an independent service: not recorded.")]


def _signed(signature: SignatureFacts) -> tuple[datetime, str]:
    if isinstance(signature.mark, InkMark):
        return signature.signed_at, _("The coach recorded the ink signature of {name}.").format(
            name=signature.printed_name)
    return signature.signed_at, _("{name} signed ({meaning}).").format(
        name=signature.printed_name, meaning=words.meaning(signature.meaning))


def _known(known: AssuranceFacts) -> Iterator[tuple[datetime, str]]:
    name = known.printed_name
    if known.reached is not None:
        yield known.reached.at, _("A signed link was made for {name}.").format(name=name)
    if known.vouched is not None:
        yield known.vouched.at, _("The coach vouched for {name}.").format(name=name)
