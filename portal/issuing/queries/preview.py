"""What each person will see, in the state in which it would be sent now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portal.agreements.policy import SignedFacts, SlotFacts, VersionFacts, laid_out
from portal.engagements.policy import NAMED_ONLY, ask_facts, may_be_asked
from portal.engagements.queries import own_or_missing, parties_of
from portal.issuing import policy
from portal.issuing.queries.drafts import Composed, composed, difference_of
from portal.issuing.queries.texts import Text as Drafted
from portal.issuing.queries.texts import Texts, texts_of
from portal.people.queries import names_of
from portal.plain.days import end_of, start_of
from portal.plain.errors import Missing
from portal.signing.policy import Progress, Text, Waiting, questions
from portal.signing.queries import signed_words
from portal.wording.policy import why_not_issue

if TYPE_CHECKING:
    from portal.agreements.queries import Differs
    from portal.engagements.models import Engagement, Party
    from portal.ground.work import Work

#: What a reader answers who goes through with it: then clauses that come twice are folded.
_YES = {"page": "read", "sight": "read", "line": "yes", "person": "yes"}


@dataclass(frozen=True, slots=True)
class Reader:
    """Hold whose eyes a preview is for, as the pages of the ceremony read it from a seat.

    Whoever may not be asked yet is written to once the coachee has said yes (Z6).
    """

    party: Party
    own_name: str
    coach_name: str
    may_be_asked: bool

    @property
    def is_named_only(self) -> bool:
        """Tell whether this person is named in a text, and neither asked nor written to."""
        return self.party.role in NAMED_ONLY


@dataclass(frozen=True, slots=True)
class Preview:
    """Hold what one person will see, and who else can be looked over the shoulder.

    `unready` are the titles of drafts that still miss something; `differs` says what those that
    take the place of another change, by the id that they have in `waiting`.
    """

    engagement: Engagement
    reader: Reader
    everybody: Sequence[Reader]
    waiting: Waiting | None
    unready: Sequence[str]
    differs: Mapping[str, Differs]


def preview_of(work: Work, engagement_id: str, party_id: str) -> Preview:
    """Return what a party of the acting coach's engagement will see of all drafts.

    Raises `Missing` for the coach, who signs on the coach's own page, and for whoever takes part
    no more.
    """
    engagement = own_or_missing(work, engagement_id)
    texts = texts_of(work, engagement)
    everybody = _everybody(work, texts)
    reader = next((one for one in everybody if one.party.id == party_id), None)
    if reader is None:
        raise Missing("party")
    own = [draft for draft in texts.to_send if _signs(draft, reader)]
    ready = [draft for draft in own if _is_ready(draft)]
    made = [composed(work, draft.material, texts.standing) for draft in ready]
    shown = [_as_if_issued(work, one, reader) for one in made]
    differs = {one.material.agreement.id: difference_of(work, one) for one in made}
    waiting = Waiting(shown, Progress(), signed_words(work, texts.standing, reader.party))
    return Preview(engagement, reader, everybody, waiting if shown else None,
                   [draft.material.template.name for draft in own if draft not in ready],
                   {key: one for key, one in differs.items() if one is not None})


def _everybody(work: Work, texts: Texts) -> list[Reader]:
    """Return whom the texts name, the coachee first."""
    there = {party.id for text in texts.all for party in text.material.parties.values()}
    parties = [p for p in parties_of(work, [texts.engagement.id])[texts.engagement.id]
               if p.id in there and p.role != "COACH"]
    names = names_of(work, [p.person_id for p in parties])
    order = ("COACHEE", *policy.ORDER)
    return [Reader(p, names[p.person_id], texts.name_of("COACH"),
                   may_be_asked(ask_facts(p.id, p.role, texts.standing.events)))
            for p in sorted(parties, key=lambda p: order.index(p.role))]


def _signs(draft: Drafted, reader: Reader) -> bool:
    material = draft.material
    return any(material.parties[signer.role].id == reader.party.id
               for signer in material.template.signers if signer.role in material.parties)


def _is_ready(draft: Drafted) -> bool:
    material = draft.material
    return draft.is_begun and not why_not_issue(material.draft(), material.today)


def _as_if_issued(work: Work, one: Composed, reader: Reader) -> Text:
    """Return a draft as the ceremony has a text that waits: the coach has signed, and what is
    asked is answered with yes."""
    material, dates, zone = one.material, one.draft.dates, one.draft.dates.time_zone
    slots = tuple(
        SlotFacts(signer.role, material.parties[signer.role].id, signer.role, required=True,
                  vouching=signer.vouching, meaning=signer.meaning)
        for signer in material.template.signers)
    facts = VersionFacts(
        version_id=material.agreement.id, agreement_id=material.agreement.id,
        number=one.record["number"], hash="", issued_at=work.now,
        sign_by=end_of(dates.sign_by, zone),
        effective_from=start_of(dates.effective_from, zone),
        valid_to=end_of(dates.valid_to, zone), slots=slots,
        signed=(SignedFacts("", "COACH", "", work.now),))
    role = reader.party.role
    shown = laid_out(one.record, role, one.notices.get(role, ()))
    slot = next(slot for slot in slots if slot.role == role)
    return Text(facts, slot, material.template.locale, shown, _answers(shown))


def _answers(shown: Mapping[str, Any]) -> dict[str, str]:
    return {key: _YES[kind] for page in shown["pages"] for key, kind in questions(page)}
