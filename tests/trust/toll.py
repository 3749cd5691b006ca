"""What must hold in the database after a crash, whatever was being done (INV-4, INV-10, Z12, Z16).

What was acknowledged is there, once. What was not is there wholly or not at all. Nothing is there
that nobody did, and nothing waits for ever.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, text

from portal.agreements.models import AgreementVersion, Signature, SignerSlot
from portal.factors.models import Factor, UsedStep
from portal.ledger.models import Entry
from portal.links.models import Invitation
from portal.notices.models import Notice
from portal.people.models import SignIn
from portal.sharing.models import Question, Share
from portal.witness.queries import examine
from tests.desk.board import made_anew, stored

if TYPE_CHECKING:
    from portal.ground.work import Ground, Work
    from tests.trust.visitors import Act

#: A transaction that sees a later entry goes on at its time: so long after, at the most.
_SOON = timedelta(minutes=2)
_TAKEN = ("line.withdrawn", "version.withdrawn", "version.declined")


@dataclass
class Books:
    """Hold what the database says, read at one time."""

    signatures: list[Signature]
    manifests: dict[str, dict[str, Any]]
    entries: dict[str, list[Entry]]
    notices: list[Notice]
    questions: set[str]
    shares: Counter[str]
    steps: dict[tuple[str, int], Any]
    holders: dict[str, str]

    def facts(self, *kinds: str) -> list[tuple[Entry, dict[str, Any]]]:
        """Return the entries of some kinds, each with what it says."""
        return [(entry, json.loads(entry.body).get("facts", {}))
                for kind in kinds for entry in self.entries.get(kind, [])]

    def notice(self, dedupe: str) -> int:
        """Return how many notices there are under a key."""
        return sum(row.dedupe == dedupe for row in self.notices)


def _books(work: Work) -> Books:
    signatures = list(work.session.scalars(select(Signature)))
    work.vault.fetch({row.key_id for row in signatures})
    entries = defaultdict(list)
    for entry in work.session.scalars(select(Entry).order_by(Entry.chain_id, Entry.seq)):
        entries[entry.kind].append(entry)
    return Books(
        signatures, {row.id: json.loads(work.reveal(row, "manifest")) for row in signatures},
        dict(entries), list(work.session.scalars(select(Notice))),
        set(work.session.scalars(select(Question.id))),
        Counter(work.session.scalars(select(Share.question_id))),
        {(row.factor_id, row.step): row.used_at for row in work.session.scalars(select(UsedStep))},
        {row.id: row.person_id for row in work.session.scalars(select(Factor))})


def wrongs(ground: Ground, acts: list[Act], before: set[tuple[str, int]]) -> list[str]:
    """Return everything that must not be, in words; `before` are the codes used in preparation."""
    with ground.work(writes=False) as work:
        books = _books(work)
        found = [*_signatures(work, books), *_taken_back(books), *_shares(books),
                 *_questions(books, acts), *_versions(work, books),
                 *_codes(work, books, acts, before), *_acknowledged(books, acts)]
        told = examine(work)
        if not told.is_whole:
            found.append(f"the record is broken: {told.in_words()}")
        if stored(work) != made_anew(work):
            found.append("the board is not what the records say")
        if ground.engine.dialect.name == "sqlite":
            whole = work.session.execute(text("PRAGMA integrity_check")).scalar_one()
            if whole != "ok":
                found.append(f"the file is damaged: {whole}")
    return found


def _signatures(work: Work, books: Books) -> Iterator[str]:
    """A signature has its entry, its used code, its mail to the coach, and its sealing if it is
    the last one; and no entry is without its signature."""
    entered = Counter(facts["signature"] for _entry, facts in books.facts("version.signed"))
    for extra in entered.keys() - {row.id for row in books.signatures}:
        yield f"an entry tells of a signature that is not there: {extra}"
    sittings = defaultdict(list)
    for row in books.signatures:
        if entered[row.id] != 1:
            yield f"{entered[row.id]} entries tell of the signature {row.id}"
        proof = books.manifests[row.id]["code"]
        if (proof["factor"], proof["step"]) not in books.steps:
            yield f"the code of the signature {row.id} was not used up with it"
        sittings[proof["factor"], proof["step"]].append(row)
    coaches = set(work.session.scalars(select(SignerSlot.id).where(SignerSlot.role == "COACH")))
    for sitting in sittings.values():
        told = sum(books.notice(f"signed:{row.id}") for row in sitting)
        if told != 1 and not any(row.slot_id in coaches for row in sitting):
            yield f"{told} mails tell of the signature {sitting[0].id}"
    yield from _complete(work, books)


def _complete(work: Work, books: Books) -> Iterator[str]:
    signed = {row.slot_id for row in books.signatures}
    slots = defaultdict(list)
    for slot in work.session.scalars(select(SignerSlot).where(SignerSlot.required)):
        slots[slot.version_id].append(slot.id)
    for version, wanted in slots.items():
        complete = signed.issuperset(wanted)
        if complete != bool(books.notice(f"seal:signed:{version}")):
            yield f"the papers of {version} are asked for: {not complete}; complete: {complete}"


def _taken_back(books: Books) -> Iterator[str]:
    """What was taken back was so once, and the coach is told by one mail each time."""
    once = Counter((entry.subject_id, facts.get("by"), facts.get("line"))
                   for entry, facts in books.facts(*_TAKEN))
    for what, count in once.items():
        if count != 1:
            yield f"taken back {count} times: {what}"
    at = Counter(entry.chain_id for entry, _facts in books.facts(*_TAKEN))
    mails = Counter(row.engagement_id for row in books.notices if row.name == "taken_back")
    if at != mails:
        yield f"taken back {sum(at.values())} times with {sum(mails.values())} mails about it"


def _shares(books: Books) -> Iterator[str]:
    entered = Counter(entry.subject_id for entry in books.entries.get("share.recorded", []))
    if entered != books.shares:
        yield f"{books.shares.total()} shares, and {sum(entered.values())} entries about shares"


def _questions(books: Books, acts: list[Act]) -> Iterator[str]:
    """Who got no answer does not know which question became of theirs; there are no more."""
    asked = [act for act in acts if act.kind == "ask"]
    extra = books.questions - {act.about[0] for act in asked}
    if len(extra) > sum(act.outcome == "sent" for act in asked):
        yield f"{len(extra)} questions that nobody asked"


def _versions(work: Work, books: Books) -> Iterator[str]:
    """A version is issued with its entry, with the coach's signature, and with links that are on
    their way."""
    issued = Counter(entry.subject_id for entry in books.entries.get("version.issued", []))
    there = set(work.session.scalars(select(AgreementVersion.id)))
    if issued != Counter(there):
        yield f"{len(there)} versions, and {sum(issued.values())} entries about their issue"
    coaches = {slot.version_id: slot.id for slot in work.session.scalars(
        select(SignerSlot).where(SignerSlot.role == "COACH"))}
    signed = {row.slot_id for row in books.signatures}
    for version in there:
        if coaches.get(version) not in signed:
            yield f"the coach issued {version} and did not sign it"
    told = {row.subject_id for row in books.notices}
    for invitation in work.session.scalars(select(Invitation.id)):
        if invitation not in told:
            yield f"no mail bears the link {invitation}"


def _codes(
    work: Work, books: Books, acts: list[Act], before: set[tuple[str, int]]
) -> Iterator[str]:
    """A code that is used up was used for something, and for what it was typed for."""
    typed = {(act.about[0], act.step): act.kind for act in acts if act.step is not None}
    signed = {(m["code"]["factor"], m["code"]["step"]) for m in books.manifests.values()}
    inside = [(row.person_id, row.started_at)
              for row in work.session.scalars(select(SignIn).where(SignIn.level == "factor"))]
    for (factor, step), used_at in books.steps.items():
        if (factor, step) in before:
            continue
        kind = typed.get((books.holders[factor], step))
        if kind is None:
            yield f"a code was used that nobody typed: {factor} {step}"
        elif kind == "enter" and not any(
                who == books.holders[factor] and timedelta() <= at - used_at < _SOON
                for who, at in inside):
            yield f"a code was used up and nobody came in: {factor} {step}"
        elif kind in ("sign", "issue") and (factor, step) not in signed:
            yield f"a code was used up and nothing was signed: {factor} {step}"


def _acknowledged(books: Books, acts: list[Act]) -> Iterator[str]:
    """What was acknowledged is there, once; what was refused is not there by that act."""
    signed = Counter(
        (row.party_id, row.version_hash, books.manifests[row.id]["code"]["step"])
        for row in books.signatures)
    taken = Counter((str(facts.get("by")), entry.subject_id, str(facts.get("line", "whole")))
                    for entry, facts in books.facts(*_TAKEN))
    vouched = Counter(entry.subject_id for entry in books.entries.get("party.vouched", []))
    steps = {(books.holders[factor], step) for factor, step in books.steps}
    issued = Counter(entry.chain_id for entry in books.entries.get("version.issued", []))
    for act in acts:
        there = {
            "sign": lambda a: [signed[a.about[1], one, a.step] for one in a.about[2:]],
            "withdraw": lambda a: [taken[a.about]],
            "share": lambda a: [books.shares[a.about[0]]],
            "vouch": lambda a: [vouched[a.about[0]]],
            "issue": lambda a: [min(issued[a.about[1]], 1)],
            "enter": lambda a: [int((a.about[0], a.step) in steps)],
            "ask": lambda a: [int(a.about[0] in books.questions)],
        }[act.kind](act)
        if act.outcome == "acknowledged" and set(there) != {1}:
            yield f"acknowledged, and there {there} times: {act}"
        if act.outcome == "sent" and set(there) not in ({0}, {1}):
            yield f"not answered, and there in part, {there}: {act}"
        if act.outcome == "refused" and act.kind == "sign" and set(there) != {0}:
            yield f"refused, and there {there} times: {act}"


def stuck(ground: Ground) -> int:
    """Return how many notices wait that are due, or are claimed by somebody who is gone."""
    with ground.work(writes=False) as work:
        return work.session.scalar(select(func.count()).select_from(Notice).where(
            Notice.settled_at.is_(None), Notice.due_at <= work.now)) or 0


def never_came(ground: Ground, arrived: set[str], host: str) -> list[str]:
    """Return the mails that count as sent, and that the mail server never took."""
    with ground.work(writes=False) as work:
        rows = list(work.session.execute(
            select(Notice.id, Notice.letter_id).where(
                Notice.topic.in_(("mail", "news")), Notice.settled_as == "done")))
    return [row.id for row in rows if f"<{row.letter_id or row.id}@{host}>" not in arrived]
