"""Codes of the record in words: roles, meanings, how somebody was reached and known."""

from __future__ import annotations

from portal.evidence.paper.times import Times
from portal.evidence.policy import (
    AssuranceFacts,
    IdentifiedFacts,
    InkMark,
    ReachedFacts,
    ScanFacts,
    SignatureFacts,
    VouchedFacts,
)
from portal.web.words import _, ngettext


def role(code: str) -> str:
    """Return what a role is called; a code that is not known stands for itself."""
    return {
        "COACH": _("coach"), "COACHEE": _("coachee"), "SPONSOR": _("sponsor"),
        "ASSISTANT": _("assistant"), "SUPPORTER": _("supporting person"), "GUEST": _("guest"),
    }.get(code, code)


def capacity(words: str) -> str:
    """Return for whom somebody signs."""
    return _("for themselves") if words == "self" else words


def meaning(code: str) -> str:
    """Return in a word what a signature means."""
    return {
        "agree": _("agreed"), "assent": _("assented"), "acknowledge": _("acknowledged"),
        "witness": _("witnessed"),
    }[code]


def review(months: int) -> str:
    """Return how often a text is looked at again."""
    return ngettext("every month", "every {months} months", months).format(months=months)


def first_large(text: str) -> str:
    """Return a text that begins with a capital letter."""
    return text[:1].upper() + text[1:]


def signed(signature: SignatureFacts, times: Times) -> list[str]:
    """Return when and how somebody signed. Ink is told apart wherever it is shown (Z26)."""
    at, mark = times.instant(signature.signed_at), signature.mark
    if isinstance(mark, InkMark):
        said = [_("{Meaning} on paper, in ink, on {day}.").format(
                    Meaning=first_large(meaning(signature.meaning)), day=times.day(mark.day)),
                _("Paper, recorded by the coach on {time}.").format(time=at)]
        if mark.is_earlier:
            said.append(_("The paper was signed before this version was made. The coach recorded"
                          " that it says the same."))
        return said
    return [_("{Meaning} on {time}.").format(
        Meaning=first_large(meaning(signature.meaning)), time=at)]


def brief(signature: SignatureFacts, times: Times) -> str:
    """Return name, meaning and time for the foot of a page (21 CFR 11.50)."""
    if isinstance(signature.mark, InkMark):
        when = _("in ink {day}, recorded {time}").format(
            day=times.short_day(signature.mark.day), time=times.brief(signature.signed_at))
    else:
        when = times.brief(signature.signed_at)
    return f"{signature.printed_name} · {meaning(signature.meaning)} · {when}"


def known(facts: AssuranceFacts, times: Times) -> list[str]:
    """Return how one signer was reached and known; what is missing is said to be."""
    came = _scan(facts.scan, times) if facts.scan is not None else [
        _labelled(_("Reached"), _reached(facts.reached, times)),
        _labelled(_("Identified"), _identified(facts.identified, times)),
    ]
    return [*came, _labelled(_("Vouched for"), _vouched(facts.vouched, times))]


def _labelled(label: str, value: str) -> str:
    return f"{label}: {value or _('not recorded')}"


def _reached(facts: ReachedFacts | None, times: Times) -> str:
    if facts is None:
        return ""
    owner = {"private": _("a private mailbox"), "employer": _("a mailbox of the employer"),
             "shared": _("a shared mailbox")}.get(facts.owner, _("a mailbox of an unknown owner"))
    readers = {"nobody": _("nobody else reads it"), "family": _("family may read it"),
               "assistant": _("an assistant reads it"), "employer": _("the employer can read it"),
               }.get(facts.read_by, _("not recorded who reads it"))
    return _("by a signed link to {mailbox} ({readers}), issued on {time}").format(
        mailbox=owner, readers=readers, time=times.instant(facts.at))


def _identified(facts: IdentifiedFacts | None, times: Times) -> str:
    if facts is None:
        return ""
    by_link = facts.way == "link"
    if facts.passkey:
        way = (_("by the link to the mailbox, and a passkey (WebAuthn) that signed over this text")
               if by_link
               else _("by a password, and a passkey (WebAuthn) that signed over this text"))
    else:
        way = (_("by the link to the mailbox and a one-time code (RFC 6238)") if by_link
               else _("by a password and a one-time code (RFC 6238)"))
    if facts.anew_at is not None:
        return way + _(", authenticator set up anew on {time}").format(
            time=times.instant(facts.anew_at))
    return way + (_(", first registered in the same sitting") if facts.enrolled_now else "")


def _vouched(facts: VouchedFacts | None, times: Times) -> str:
    if facts is None:
        return ""
    at = times.instant(facts.at)
    if facts.how == "paper":
        return _("by the coach, who recorded an ink signature, {time}").format(time=at)
    how = {"phone": _("by phone"), "video": _("by video"), "in_person": _("in person"),
           "relay": _("through a relay service")}.get(facts.how, facts.how)
    return _("by eight digits from the signer’s screen, read aloud {how} and typed by the coach,"
             " {time}").format(how=how, time=at)


def _scan(facts: ScanFacts, times: Times) -> list[str]:
    return [
        _labelled(_("Level"), _("paper, recorded by the coach")),
        _labelled(_("Recorded"), _("by {name} on {time}").format(
            name=facts.recorded_by, time=times.instant(facts.recorded_at))),
        _labelled(_("SHA-256 of the scan that is kept"), facts.sha256),
    ]
