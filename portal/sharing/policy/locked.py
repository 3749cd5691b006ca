"""The locked rules LK1 to LK8: no configuration lifts them, no signature opens them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.sharing.policy.codes import (
    ASSISTANTS,
    CLASSES,
    COACHEE_SIDE,
    COACHING_CONTENT,
    EMPLOYER_OWNED,
    HR_FILE,
    LEVEL_OF,
    LEVELS,
    LOGISTICS,
    NAMED_SESSION,
    RAW,
    Code,
)

if TYPE_CHECKING:
    from portal.sharing.policy.request import Feedback, Request
    from portal.sharing.policy.world import World


def why_locked(request: Request, world: World) -> Code | None:
    """Return the first locked rule that forbids what is asked, None if none does (R3)."""
    kind = CLASSES[request.category]
    to_coachee = request.recipient == world.coachee
    if request.form == RAW and not to_coachee:
        return Code.LK1_RAW_NOTES
    if kind != LOGISTICS and (found := _closed_way(request, kind, world, to_coachee=to_coachee)):
        return found
    if request.category in LEVEL_OF and (found := _why_not_feedback(request, world)):
        return found
    if kind == "third" and not request.third_person_agreed:
        return Code.LK7_THIRD_PERSON
    if kind == "safety" and not to_coachee:
        return Code.LK8_CASE_ONLY
    return None


def _closed_way(request: Request, kind: str, world: World, *, to_coachee: bool) -> Code | None:
    """Return LK2, LK3 or LK4, which are about where something goes; logistics may."""
    role = world.parties[request.recipient].role
    if (request.channel in EMPLOYER_OWNED and kind in COACHING_CONTENT
            and (to_coachee or role in COACHEE_SIDE)):
        return Code.LK2_EMPLOYER_CHANNEL
    if request.channel == HR_FILE:
        return Code.LK3_HR_FILE
    if role in ASSISTANTS and request.purpose != NAMED_SESSION:
        return Code.LK4_ASSISTANT_LOGISTICS_ONLY
    return None


def _why_not_feedback(request: Request, world: World) -> Code | None:
    """Return LK5 or LK6: who gave feedback is never easier to tell than was promised."""
    terms = request.feedback
    if terms is None:
        return Code.FEEDBACK_TERMS_MISSING
    level = max(LEVELS.index(terms.attribution), LEVELS.index(LEVEL_OF[request.category]))
    if level > LEVELS.index(terms.agreed):
        return Code.LK5_ATTRIBUTION
    if LEVELS[level] == "named":
        return None
    return _why_not_counts(terms, world.smallest_group, by_group=LEVELS[level] == "category")


def _why_not_counts(terms: Feedback, least: int, *, by_group: bool) -> Code | None:
    total = sum(terms.groups.values())
    shown = sum(terms.groups[group] for group in terms.show)
    if total < least or (by_group and any(terms.groups[group] < least for group in terms.show)):
        return Code.LK6_SMALL_GROUP
    if terms.show_total and 1 <= total - shown < least:
        return Code.LK6_DIFFERENCING
    return None
