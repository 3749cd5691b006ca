"""The privacy notice of first contact (Z28; GDPR Articles 13 and 14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.wording.policy.fill import fill, fill_all
from portal.wording.policy.lines import PERMIT

if TYPE_CHECKING:
    from portal.wording.policy.draft import Draft


@dataclass(frozen=True, slots=True)
class Controller:
    """Who answers for the data: the practice, its country and how to reach it.

    `hosting` names the firms that run the server and carry the mail, `authority` the data
    protection authority of the practice; each drops out of the notice while it is empty.
    """

    practice: str
    country: str
    contact: str
    hosting: str = ""
    authority: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the notice."""

    heading: str
    text: tuple[str, ...]


def privacy_notice(draft: Draft, controller: Controller, reader: str = "COACHEE", *,
                   has_mailbox: bool = True) -> tuple[Section, ...]:
    """Return the notice for a reader of this role, made from the practice's answers and the lines.

    Says who asks and why, where the data come from, on what right, who gets them, where they
    are kept and how long, and the rights. A role that is not written to has none; of somebody
    who has no mailbox it names none. Raises `MissingValue` if the practice left out a fact.
    """
    mailbox = "your mailbox" if has_mailbox else ""
    values = {**draft.values, **_facts(draft, controller), "mailbox": mailbox}
    return tuple(Section(fill(part.heading, values), fill_all(part.text, values))
                 for part in draft.template.notice.get(reader, ()))


def _facts(draft: Draft, controller: Controller) -> dict[str, str]:
    named = [who.name for line in draft.lines if line.effect == PERMIT for who in line.recipients]
    return {
        "template": draft.template.name,
        "practice": controller.practice, "country": controller.country,
        "contact": controller.contact, "hosting": controller.hosting,
        "authority": controller.authority,
        "recipients": "; ".join(dict.fromkeys(named)),
    }


#: The placeholders that only the notice has.
NOTICE_ALWAYS = frozenset({"template", "practice", "country", "contact"})
NOTICE_SOMETIMES = frozenset({"hosting", "authority", "recipients", "mailbox"})
