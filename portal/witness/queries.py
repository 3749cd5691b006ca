"""Reading checkpoints, and comparing record, checkpoints and papers."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import func, select, tuple_

from portal.agreements.models import Signature
from portal.engagements.models import Engagement, Party
from portal.evidence.models import RenewedFile, Seal, SealedFile, Twin
from portal.evidence.queries import enclosed
from portal.ground.authority import der
from portal.ground.db import Base
from portal.ground.mail import Enclosure
from portal.ground.signednote import read_note
from portal.ledger.models import Entry
from portal.ledger.policy import Walk
from portal.ledger.queries import walk
from portal.people.models import Account, Membership
from portal.witness.models import Checkpoint, CheckpointWish
from portal.witness.policy import (
    Answer,
    Examined,
    Fault,
    Head,
    Kept,
    Place,
    Trouble,
    Verdict,
    carries,
    codes_in,
    faults_in,
    key_name,
    read_heads,
    read_names,
    signed_part,
    spelled,
)

if TYPE_CHECKING:
    from portal.ground.work import Work
    from portal.notices.actions import Claimed

#: So many heads are asked for at once.
_AT_ONCE = 400


def newest_checkpoint(work: Work, practice_id: str) -> Checkpoint | None:
    """Return the newest checkpoint of a practice, or None."""
    return work.session.scalar(
        select(Checkpoint).where(Checkpoint.practice_id == practice_id)
        .order_by(Checkpoint.number.desc()).limit(1))


def own_seal(work: Work, practice_id: str) -> Seal | None:
    """Return the newest seal of the portal's own making, also where a practice seals its papers
    with one that it brought: checkpoints are signed with P-256 (Z20)."""
    return work.session.scalar(
        select(Seal).where(Seal.practice_id == practice_id, Seal.brought.is_(False))
        .order_by(Seal.made_at.desc()).limit(1))


def grown_heads(
    work: Work, practice_id: str, since: datetime | None
) -> list[tuple[Head, datetime]]:
    """Return the newest entry of each chain of a practice that has grown after a moment, each with
    its instant."""
    grown = select(Entry.chain_id, func.max(Entry.seq)).where(Entry.practice_id == practice_id)
    if since is not None:
        grown = grown.where(Entry.at > since)
    newest = grown.group_by(Entry.chain_id).subquery()
    rows = work.session.execute(
        select(Entry.chain_id, Entry.seq, Entry.hash, Entry.at)
        .join(newest, (Entry.chain_id == newest.c[0]) & (Entry.seq == newest.c[1])))
    return [(Head(*row[:3]), row.at) for row in rows]


def ever_wished(work: Work, practice_id: str) -> bool:
    """Tell whether an owner of a practice ever wished to get checkpoints by mail."""
    return work.session.scalar(select(CheckpointWish.id).where(
        CheckpointWish.practice_id == practice_id).limit(1)) is not None


def wish_of(work: Work, account_id: str) -> CheckpointWish | None:
    """Return the wish of an account that holds now, or None."""
    return work.session.scalar(select(CheckpointWish).where(
        CheckpointWish.account_id == account_id, CheckpointWish.until.is_(None)))


def wishers(work: Work, practice_id: str) -> list[tuple[str, str]]:
    """Return account and person of each who wishes checkpoints and is an owner still."""
    return [(row.id, row.person_id) for row in work.session.execute(
        select(Account.id, Account.person_id)
        .join(CheckpointWish, CheckpointWish.account_id == Account.id)
        .join(Membership, Membership.account_id == Account.id)
        .where(CheckpointWish.practice_id == practice_id, CheckpointWish.until.is_(None),
               Account.closed_at.is_(None), Membership.role == "owner",
               Membership.until.is_(None)).order_by(Account.id))]


def goes_along(work: Work, mail: Claimed) -> Sequence[Enclosure]:
    """Return what goes along with a mail: with that of a checkpoint the note, and the certificate
    whose key signed it; with any other what `portal.evidence` says."""
    if mail.name != "checkpoint":
        return enclosed(work, mail)
    return note_files(work, work.session.get_one(Checkpoint, mail.values["checkpoint"]))


def note_files(work: Work, made: Checkpoint) -> list[Enclosure]:
    """Return a checkpoint as files: the note, and the certificate whose key signed it."""
    seal = work.session.get_one(Seal, made.seal_id)
    return [Enclosure(f"checkpoint-{made.number}.txt", "text/plain", made.note),
            Enclosure("seal.pem", "application/x-pem-file", seal.certificate_pem)]


def sealing_practices(work: Work) -> list[str]:
    """Return the practices that have a seal."""
    return list(work.session.scalars(select(Seal.practice_id).distinct()))


def answer_file(work: Work, file: bytes) -> Answer:
    """Say what a file is. Its hash is compared with that of every sealed file, its readable twin
    and its renewed files, so every byte counts; what is none of them, but carries a seal or a code
    of ours, was changed."""
    digest = hashlib.sha256(file).hexdigest()
    known = work.session.scalar(
        select(SealedFile.sealed_at).where(SealedFile.sha256 == digest).union_all(
            select(SealedFile.sealed_at).join(Twin, Twin.paper_id == SealedFile.id)
            .where(Twin.sha256 == digest),
            select(SealedFile.sealed_at)
            .join(RenewedFile, RenewedFile.paper_id == SealedFile.id)
            .where(RenewedFile.sha256 == digest)))
    if known is not None:
        return Answer(Verdict.GENUINE, known)
    codes = codes_in(file)
    if codes and work.session.scalar(
        select(SealedFile.id).where(SealedFile.short_code.in_(codes)).limit(1)
    ):
        return Answer(Verdict.CHANGED)
    seals = work.session.scalars(select(Seal.certificate_pem))
    if any(carries(file, der(pem)) for pem in seals):
        return Answer(Verdict.CHANGED)
    return Answer(Verdict.UNKNOWN)


def own_place(work: Work, file: bytes) -> Place | None:
    """Return where whoever is signed in reads what a paper counts for today: only one who signed
    it is told, each on their own page, in the words that are theirs (Z2, INV-16)."""
    actor = work.actor
    if actor is None or not actor.proven:
        return None
    engagement_id = work.session.scalar(
        select(SealedFile.engagement_id)
        .join(Signature, Signature.version_id == SealedFile.version_id)
        .join(Party, Party.id == Signature.party_id)
        .where(SealedFile.sha256 == hashlib.sha256(file).hexdigest(),
               Party.person_id == actor.person_id))
    if engagement_id is None or actor.engagement_id not in (None, engagement_id):
        return None
    if actor.scope == "party":
        return Place("desk.consents")
    coach_id = work.session.get_one(Engagement, engagement_id).coach_id
    return Place("desk.engagement", engagement_id) if coach_id == actor.person_id else None


def answer_code(work: Work, code: str) -> Answer:
    """Say whether a paper has this code: 78 bits, so nobody comes upon one by trying."""
    sealed_at = work.session.scalar(
        select(SealedFile.sealed_at).where(SealedFile.short_code == spelled(code)))
    return Answer(Verdict.UNKNOWN) if sealed_at is None else Answer(Verdict.CODE_KNOWN, sealed_at)


def examine(
    work: Work, notes: Iterable[bytes] = (),
    went_on: Callable[[int], object] = lambda _count: None,
) -> Examined:
    """Examine the whole record: every entry of every chain, every checkpoint, every paper.

    `notes` are checkpoints that somebody kept elsewhere. `went_on` is told how many entries were
    examined since it was last called.
    """
    seen, told = 0, Walk()
    for told in walk(work):
        went_on(told.entries - seen)
        seen = told.entries
    count = partial(_count, work)
    return Examined(told.entries, told.chains, count(Checkpoint), count(SealedFile),
                    told.breaks, [*faults(work), *contradictions(work, notes)])


def contradictions(work: Work, notes: Iterable[bytes]) -> Iterator[Fault]:
    """Yield the checkpoints that were kept elsewhere and are not the record's own.

    Whether the seal of the practice signed such a note is for its keeper to show, with openssl.
    """
    for note in notes:
        named = read_names(note)
        kept = None if named is None else work.session.scalar(select(Checkpoint.note).where(
            Checkpoint.practice_id == named[0], Checkpoint.number == named[1]))
        if kept is None or signed_part(kept) != signed_part(note):
            where, number = named or ("a file", 0)
            yield Fault(Trouble.OTHER_NOTE, where, number)


def _count(work: Work, table: type[Base]) -> int:
    return work.session.scalar(select(func.count()).select_from(table)) or 0


def faults(work: Work) -> Iterator[Fault]:
    """Yield where checkpoints and papers contradict the record, or each other.

    That the chains are whole in themselves is told by `portal.ledger.queries.walk`.
    """
    certificates = {row.id: row.certificate_pem for row in work.session.scalars(select(Seal))}
    of: defaultdict[str, list[Kept]] = defaultdict(list)
    for row in work.session.execute(
        select(Checkpoint.practice_id, Checkpoint.number, Checkpoint.hash, Checkpoint.heads,
               Checkpoint.taken_at, Checkpoint.note, Checkpoint.seal_id)
        .order_by(Checkpoint.practice_id, Checkpoint.number)
    ):
        signed = read_note(row.note.decode("utf-8", "replace"), key_name(row.practice_id),
                           certificates[row.seal_id])
        of[row.practice_id].append(Kept(*row[:5], signed))
    for kept in of.values():
        yield from faults_in(kept)
        yield from _unknown_heads(work, kept)
    yield from _papers(work)


def _unknown_heads(work: Work, kept: Iterable[Kept]) -> Iterator[Fault]:
    for one in kept:
        every = read_heads(one.heads) or []
        for begin in range(0, len(every), _AT_ONCE):
            heads = every[begin:begin + _AT_ONCE]
            found = {Head(*row) for row in work.session.execute(
                select(Entry.chain_id, Entry.seq, Entry.hash)
                .where(tuple_(Entry.chain_id, Entry.seq).in_([h[:2] for h in heads])))}
            for head in heads:
                if head not in found:
                    yield Fault(Trouble.UNKNOWN_HEAD, head.chain_id, one.number)


def _papers(work: Work) -> Iterator[Fault]:
    """Yield papers that name no entry of their chain, or that no entry names."""
    named = select(Entry.id).where(
        Entry.chain_id == SealedFile.engagement_id, Entry.hash == SealedFile.ledger_head)
    told = select(Entry.id).where(
        Entry.chain_id == SealedFile.engagement_id, Entry.subject_id == SealedFile.id,
        Entry.kind == "paper.sealed")
    for paper_id in work.session.scalars(
        select(SealedFile.id).where(~named.exists() | ~told.exists()).order_by(SealedFile.id)
    ):
        yield Fault(Trouble.UNKNOWN_PAPER, paper_id)
    told = select(Entry.id).where(
        Entry.subject_id == RenewedFile.id, Entry.kind == "paper.renewed")
    for renewed_id in work.session.scalars(
        select(RenewedFile.id).where(~told.exists()).order_by(RenewedFile.id)
    ):
        yield Fault(Trouble.UNKNOWN_PAPER, renewed_id)
