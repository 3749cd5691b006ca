"""What answers mean, in plain words: for coach and coachee alone, nobody else gets a reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from portal.sharing.policy import Code
from portal.sharing.policy.asking import AskNo
from portal.web.words import later as _
from portal.wording.queries import load_pack

if TYPE_CHECKING:
    from portal.sharing.models import Question

#: Why the answer is what it is. `{who}` is the recipient, `{coachee}` the coachee.
REASONS = {
    Code.GRANT: _("A line that everybody signed allows this."),
    Code.OWN_INFORMATION: _("What is about {coachee} may always go to {coachee}."),
    Code.CASE_AUTHORISED: _("A case of the limits of privacy lists exactly this."),
    Code.UNKNOWN_INPUT: _("Something in the question is not known here."),
    Code.NO_CASE_AUTHORITY: _("Only a case of the limits of privacy can open this, and no case "
                              "lists it."),
    Code.ENGAGEMENT_NOT_OPEN: _("The agreements that come first are not all in force yet, or the "
                                "coaching has ended."),
    Code.ENGAGEMENT_PAUSED: _("The coaching rests. Until it goes on, only dates, forms and "
                              "invoices may be shared."),
    Code.LK1_RAW_NOTES: _("The record itself, such as notes or a recording, goes to nobody but "
                          "{coachee}."),
    Code.LK2_EMPLOYER_CHANNEL: _("An employer can read this mailbox, phone, chat or calendar. "
                                 "What the coaching is about does not go there."),
    Code.LK3_HR_FILE: _("Only dates, forms and invoices go into a personnel file or an HR system."),
    Code.LK4_ASSISTANT_LOGISTICS_ONLY: _("Who only arranges gets dates, places and forms, and "
                                         "nothing else."),
    Code.FEEDBACK_TERMS_MISSING: _("It is not known how the people who gave this feedback were "
                                   "promised to be shown."),
    Code.LK5_ATTRIBUTION: _("This would tell more about who gave the feedback than was promised."),
    Code.LK6_SMALL_GROUP: _("So few people gave this feedback that one could tell who they are."),
    Code.LK6_DIFFERENCING: _("From what is shown, one could work out what a few people said."),
    Code.LK7_THIRD_PERSON: _("This is about another person. It needs that person's yes, or the "
                             "person is left out."),
    Code.LK8_CASE_ONLY: _("Danger, and what the law wants reported, is told only by way of a "
                          "case."),
    Code.EXPLICIT_DENY: _("A line that {coachee} signed says no to this. A no beats every yes."),
    Code.DEFAULT_DENY: _("No line speaks of this for {who}. What no line allows is not shared."),
    Code.NO_COACHEE_CONSENT: _("{coachee} has not signed the text that would allow this."),
    Code.WITHDRAWN: _("This yes was taken back."),
    Code.SUSPENDED: _("The yes to this sleeps until something is settled."),
    Code.EXPIRED: _("The time of the line that allowed this is over."),
    Code.SUPERSEDED: _("A newer text has taken the place of the one that allowed this."),
    Code.NOT_YET: _("The line that allows this has not begun yet."),
    Code.NOT_IN_FORCE: _("The text that would allow this is not in force: a signature or a voice "
                         "check is missing."),
    Code.RECIPIENT_NOT_BOUND: _("{who} has not signed the text that this line stands in, or takes "
                                "part no more."),
    Code.OPTION_REFUSED: _("{coachee} did not say yes to the line that would allow this."),
    Code.WRONG_PURPOSE: _("{who} may have this, but not for this reason."),
    Code.WRONG_SESSION: _("{who} may have this, but not of this session."),
    Code.WRONG_CHANNEL: _("{who} may have this, but not in this way."),
    Code.FORM_TOO_DETAILED: _("{who} may have this, but not in so much detail."),
    Code.USED_UP: _("This was allowed a number of times, and it was shared that often."),
}

#: What a yes asks of the coach.
DUTIES = {
    "log": _("{coachee} sees this question, and that you shared it."),
    "both_approved_report": _("First you and {coachee} both say yes to the exact words."),
    "coachee_copy": _("Send {coachee} a copy."),
    "no_onward_sharing_notice": _("Say that it goes no further."),
    "redact_third_persons": _("Leave out what is about other people."),
    "no_names_changed_details": _("Leave out names and change the details."),
    "count_use": _("It counts as one of the times that were agreed."),
    "minimum_necessary": _("Tell only what is needed."),
    "follow_up": _("Set a day to look at what came of it."),
    "relationship_review": _("Talk with {coachee} about what it did to the two of you."),
    "log_case": _("It stands in the case."),
}

#: Why a yes cannot be used any more.
REFUSALS = {
    AskNo.NO_YES: _("The answer was no."),
    AskNo.NO_LONGER: _("The yes does not hold any more: something was taken back, has ended or "
                       "sleeps since you asked."),
    AskNo.SLIP_OVER: _("This slip is older than five minutes."),
    AskNo.CHANGED_SINCE: _("Something has happened in this engagement since the slip was made."),
    AskNo.SHARED_ALREADY: _("This was written down as shared already."),
}


class Way(StrEnum):
    """Say what could turn a no into a yes, where no other answer to one question would."""

    LINE = "line"
    SIGNATURES = "signatures"
    PEOPLE = "people"
    WAIT = "wait"
    AGREEMENTS = "agreements"
    NONE = "none"


#: Which way leads on from each no. Of the locked rules none does.
WAYS = {
    Code.OPTION_REFUSED: Way.LINE, Code.DEFAULT_DENY: Way.LINE, Code.WITHDRAWN: Way.LINE,
    Code.EXPIRED: Way.LINE, Code.SUPERSEDED: Way.LINE, Code.USED_UP: Way.LINE,
    Code.WRONG_PURPOSE: Way.LINE, Code.WRONG_SESSION: Way.LINE, Code.WRONG_CHANNEL: Way.LINE,
    Code.FORM_TOO_DETAILED: Way.LINE,
    Code.NOT_IN_FORCE: Way.SIGNATURES, Code.NO_COACHEE_CONSENT: Way.SIGNATURES,
    Code.RECIPIENT_NOT_BOUND: Way.PEOPLE,
    Code.NOT_YET: Way.WAIT, Code.SUSPENDED: Way.WAIT,
    Code.ENGAGEMENT_NOT_OPEN: Way.AGREEMENTS, Code.ENGAGEMENT_PAUSED: Way.AGREEMENTS,
}


@dataclass(frozen=True, slots=True)
class Words:
    """Hold a question in the words of the vocabulary."""

    what: str
    why: str
    how: str
    much: str


def words_of(question: Question) -> Words:
    """Return a question in words."""
    terms = load_pack().vocabulary
    return Words(terms.categories[question.category].name, terms.purposes[question.purpose].name,
                 terms.channels[question.channel].name, terms.forms[question.form].name)


def reason(code: str, who: str, coachee: str) -> str:
    """Return why an answer is what it is."""
    return REASONS[Code(code)].format(who=who, coachee=coachee)


def duties(obligations: list[str], coachee: str) -> list[str]:
    """Return what a yes asks of the coach, what is always so last."""
    ordered = sorted(obligations, key=lambda name: (name == "log", name))
    return [DUTIES[name].format(coachee=coachee) for name in ordered]
