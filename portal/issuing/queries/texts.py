"""Which texts an engagement has, which of them are drafts, and which can be begun anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from portal.agreements.queries import Standing, standing_of_one
from portal.engagements.policy import ask_facts
from portal.issuing import policy
from portal.issuing.queries.drafts import Material, materials_of
from portal.reaching.policy import seen_outside

if TYPE_CHECKING:
    from portal.engagements.models import Engagement
    from portal.ground.work import Work


@dataclass(frozen=True, slots=True)
class Text:
    """Hold what one agreement is made of, and the coach's word for its newest text, if any."""

    material: Material
    seen: str

    @property
    def is_too_late(self) -> bool:
        """Tell whether the one session that this text is for has begun, or is cancelled."""
        return self.material.addendum is not None and self.material.addendum.no is not None

    @property
    def is_draft(self) -> bool:
        """Tell whether this is a draft now."""
        return not self.is_too_late and policy.is_draft(
            self.seen, settled=self.material.issued, begun=self.is_begun)

    @property
    def may_begin_next(self) -> bool:
        """Tell whether the coach can begin the next version of what is in force. An addendum for
        one session ends with it, and has none."""
        return (self.seen == "in_force" and not self.is_draft
                and self.material.addendum is None)

    @property
    def may_begin_anew(self) -> bool:
        """Tell whether the coach can prepare a new text."""
        return not self.is_too_late and policy.may_begin_anew(
            self.seen, settled=self.material.issued)

    @property
    def later(self) -> bool:
        """Tell whether the coach leaves this draft for later."""
        return bool(self.material.kept.values.get("later"))

    @property
    def is_begun(self) -> bool:
        """Tell whether the terms of this draft were settled at least once."""
        return "starts_on" in self.material.kept.values

    @property
    def third(self) -> str:
        """Return the name of the third person who signs, or an empty text."""
        return self.material.names.get(self.material.template.counterpart or "", "")


@dataclass(frozen=True, slots=True)
class WrittenTo:
    """Hold one person whom a text names, and when they are written to about it."""

    party_id: str
    name: str
    role: str
    asked_for_on: date | None
    when: policy.MailWhen


@dataclass(frozen=True, slots=True)
class Texts:
    """Hold all texts of an engagement that are pursued, with what stands."""

    engagement: Engagement
    standing: Standing
    all: Sequence[Text]

    @property
    def drafts(self) -> list[Text]:
        """Return the drafts in the order to read them, those left for later too."""
        return [text for text in self.all if text.is_draft]

    @property
    def to_settle(self) -> list[Text]:
        """Return what the terms are about: the drafts, and, where none is to be sent next, also
        what can be begun anew. Settling its terms begins it."""
        return [text for text in self.all
                if text.is_draft or (text.may_begin_anew and not self.to_send)]

    @property
    def to_send(self) -> list[Text]:
        """Return the drafts that are signed and sent next."""
        return [text for text in self.drafts if not text.later]

    @property
    def written_to(self) -> list[WrittenTo]:
        """Return who stands in what is sent next, each once and the coachee first, and when
        they are written to."""
        there = {party.id: (text.material.names[role], party) for text in self.to_send
                 for role, party in text.material.parties.items() if role != "COACH"}
        found = [WrittenTo(party.id, name, party.role, party.asked_for_on, policy.mail_when(
            ask_facts(party.id, party.role, self.standing.events), on_paper=party.on_paper,
            has_address=party.contact_point_id is not None))
            for name, party in there.values()]
        order = ("COACHEE", *policy.ORDER)
        return sorted(found, key=lambda one: order.index(one.role))

    def name_of(self, role: str) -> str:
        """Return the printed name of somebody whom every text names: coach or coachee."""
        return next(text.material.names[role] for text in self.all)


def texts_of(work: Work, engagement: Engagement) -> Texts:
    """Return the texts of an engagement, with a constant number of queries."""
    standing = standing_of_one(work, engagement.id)
    found = []
    for material in materials_of(work, engagement, standing):
        newest = standing.newest(material.agreement.id)
        found.append(Text(material, seen_outside(newest, work.now) if newest else ""))
    return Texts(engagement, standing, found)
