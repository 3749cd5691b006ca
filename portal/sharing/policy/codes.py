"""The closed lists that a decision knows, and the codes of its reasons.

They stand in code and not in the pack of texts: a pack may give words other names, it can neither
move a kind of information to another class nor open a locked rule. A test compares the two.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

ANY = "*"

LOGISTICS, ORG = "logistics", "org"

#: Each kind of information, and the class that the locked rules go by.
CLASSES = {
    "LOG.SCHEDULE": LOGISTICS,
    "LOG.ADMIN": LOGISTICS,
    "LOG.ATTENDANCE": LOGISTICS,
    "LOG.BILLING": LOGISTICS,
    "ENG.EXISTENCE": "engagement",
    "ENG.STATUS": "engagement",
    "PRG.GOALS": "progress",
    "PRG.PROGRESS": "progress",
    "PRG.ACTIONS": "progress",
    "PRG.TAKEAWAYS": "progress",
    "PRG.OUTCOME": "progress",
    "PRG.ORG_SUPPORT": "progress",
    "CNT.SESSION": "content",
    "CNT.NOTES": "content",
    "CNT.INSIGHTS": "content",
    "CNT.SESSION_FEEDBACK": "content",
    "CNT.RECORDING": "content",
    "CNT.COACHEE_WORK": "content",
    "ASM.RESULTS": "assessment",
    "ASM.FB_UNIDENT": "assessment",
    "ASM.FB_GROUP": "assessment",
    "ASM.FB_NAMED": "assessment",
    "PER.CONTACT": "personal",
    "PER.HEALTH": "personal",
    "PER.FAMILY": "personal",
    "PER.SPECIAL": "personal",
    "PER.ACCESS_NEEDS": "personal",
    "THP.NAMED": "third",
    "SAF.RISK": "safety",
    "SAF.LEGAL": "safety",
    "ORG.CONFIDENTIAL": ORG,
    "PRC.ANON_CASE": "practice",
    "PRC.HOURS_LOG": "practice",
    "PRC.REFERENCE": "practice",
}

#: What coaching is about, as against what surrounds it.
COACHING_CONTENT = frozenset({"progress", "content", "assessment", "personal", "third", "safety"})

COACHEE, ASSISTANT, SUPERVISOR = "COACHEE", "ASSISTANT", "SUPERVISOR"

ROLES = frozenset({
    COACHEE, "COACH", "CO_COACH", "SPONSOR", "LINE_MANAGER", "HR_PARTNER", ASSISTANT,
    "COACH_ASSISTANT", "SUPPORTER", "GUARDIAN", "GUEST", "TEAM_MEMBER", "RATER", SUPERVISOR,
    "PROF_BODY", "ADVISER", "AUTHORITY", "EMERGENCY", "TOOL", "PUBLIC_USE",
})

#: Who reads on the coachee's side, where an employer may own the mailbox.
COACHEE_SIDE = frozenset({COACHEE, ASSISTANT, "SUPPORTER", "GUARDIAN", "GUEST"})

#: Who arranges and no more.
ASSISTANTS = frozenset({ASSISTANT, "COACH_ASSISTANT"})

LIMITS_DISCLOSURE, NAMED_SESSION = "limits_disclosure", "named_session"

PURPOSES = frozenset({
    "arrange", "billing", "inform_progress", "evaluate", "support_at_work", "take_part",
    NAMED_SESSION, "feedback", "supervise", "credential", "handover", "answer_access",
    LIMITS_DISCLOSURE, "appraisal", "self",
    # What the lines of the coachee's terms need besides: a recording, and being named in public.
    "record", "reference",
})

HR_FILE = "hr_file"

CHANNELS = frozenset({
    "portal", "email_private", "email_work", "phone_private", "phone_work", "msg_private",
    "msg_work", "calendar_work", "video", "in_person", "in_session", "post", HR_FILE,
    # For the same lines: a form that the recipient gives out, and whatever anyone can read.
    "recipient_form", "published",
})

#: Channels that an employer owns. The personnel file has a locked rule of its own.
EMPLOYER_OWNED = frozenset({"email_work", "phone_work", "msg_work", "calendar_work"})

FACT, RAW = "fact", "raw"

#: The detail ladder, the least detailed form first.
FORMS = (FACT, "headline", "summary", "report", "extract", RAW)
RUNG = {form: rung for rung, form in enumerate(FORMS)}

#: How far feedback tells who gave it, the least telling level first.
LEVELS = ("unidentified", "category", "named")

#: The level that a kind of feedback tells already by what it is.
LEVEL_OF = {"ASM.FB_UNIDENT": "unidentified", "ASM.FB_GROUP": "category", "ASM.FB_NAMED": "named"}

OPEN_STATES = frozenset({"ACTIVE", "PAUSED", "CLOSING"})

#: The four grounds of the clause on the limits of confidentiality (K06), and the states of a
#: case in which its steps are done.
GROUNDS = frozenset({"law", "court", "danger", "org_rule"})
CASE_STATES = frozenset({"NOTICE_GIVEN", "EMERGENCY"})


class Code(StrEnum):
    """Say why the answer is what it is; coach and coachee alone get to see it."""

    GRANT = "GRANT"
    OWN_INFORMATION = "OWN_INFORMATION"
    CASE_AUTHORISED = "CASE_AUTHORISED"

    UNKNOWN_INPUT = "UNKNOWN_INPUT"
    NO_CASE_AUTHORITY = "NO_CASE_AUTHORITY"
    ENGAGEMENT_NOT_OPEN = "ENGAGEMENT_NOT_OPEN"
    ENGAGEMENT_PAUSED = "ENGAGEMENT_PAUSED"
    LK1_RAW_NOTES = "LK1_RAW_NOTES"
    LK2_EMPLOYER_CHANNEL = "LK2_EMPLOYER_CHANNEL"
    LK3_HR_FILE = "LK3_HR_FILE"
    LK4_ASSISTANT_LOGISTICS_ONLY = "LK4_ASSISTANT_LOGISTICS_ONLY"
    FEEDBACK_TERMS_MISSING = "FEEDBACK_TERMS_MISSING"
    LK5_ATTRIBUTION = "LK5_ATTRIBUTION"
    LK6_SMALL_GROUP = "LK6_SMALL_GROUP"
    LK6_DIFFERENCING = "LK6_DIFFERENCING"
    LK7_THIRD_PERSON = "LK7_THIRD_PERSON"
    LK8_CASE_ONLY = "LK8_CASE_ONLY"
    EXPLICIT_DENY = "EXPLICIT_DENY"
    DEFAULT_DENY = "DEFAULT_DENY"

    NO_COACHEE_CONSENT = "NO_COACHEE_CONSENT"
    WITHDRAWN = "WITHDRAWN"
    SUSPENDED = "SUSPENDED"
    EXPIRED = "EXPIRED"
    SUPERSEDED = "SUPERSEDED"
    NOT_YET = "NOT_YET"
    NOT_IN_FORCE = "NOT_IN_FORCE"
    RECIPIENT_NOT_BOUND = "RECIPIENT_NOT_BOUND"
    OPTION_REFUSED = "OPTION_REFUSED"
    WRONG_PURPOSE = "WRONG_PURPOSE"
    WRONG_SESSION = "WRONG_SESSION"
    WRONG_CHANNEL = "WRONG_CHANNEL"
    FORM_TOO_DETAILED = "FORM_TOO_DETAILED"
    USED_UP = "USED_UP"


#: Which of several equally near misses is told: the place of its first miss in this list.
NEARNESS = {code: place for place, code in enumerate((
    Code.NO_COACHEE_CONSENT, Code.WITHDRAWN, Code.SUSPENDED, Code.EXPIRED, Code.SUPERSEDED,
    Code.NOT_YET, Code.NOT_IN_FORCE, Code.RECIPIENT_NOT_BOUND, Code.OPTION_REFUSED,
    Code.WRONG_PURPOSE, Code.WRONG_SESSION, Code.WRONG_CHANNEL, Code.FORM_TOO_DETAILED,
    Code.USED_UP,
))}

SHARED = "SHARED"
NOT_SHARED = "NOT_SHARED_UNDER_CURRENT_AGREEMENTS"


def covers(wide: str, narrow: str) -> bool:
    """Tell whether one category code covers another: by whole dotted parts, `*` covers all."""
    return wide in (ANY, narrow) or narrow.startswith(f"{wide}.")


@lru_cache(maxsize=1024)
def spread(categories: tuple[str, ...]) -> frozenset[str]:
    """Return every kind of information that one of some category codes covers."""
    return frozenset(code for code in CLASSES for wide in categories if covers(wide, code))
