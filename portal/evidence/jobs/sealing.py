"""Sealing what waits: claimed in one transaction, printed outside any, kept in another; and
revocation lists that are made anew before they end."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.clockwork.actions import Item, each, may_begin, met, went_well
from portal.clockwork.policy import CUT_OFF
from portal.evidence import policy
from portal.evidence.actions import (
    Sealed,
    keep_papers,
    new_short_code,
    renew_list,
    say_being_sealed,
)
from portal.evidence.models import SealRoot
from portal.evidence.policy.editions import SIGNED, editions_of
from portal.evidence.policy.seals import list_is_due
from portal.evidence.queries import (
    events_told,
    is_sealed,
    list_of,
    live_seal,
    private_part,
    version_facts,
)
from portal.notices.actions import claim, settle
from portal.notices.policy import Attempt, Outcome
from portal.plain.errors import PortalError
from portal.plain.sealedpdf import Doubtful
from portal.receipts.queries import receipt_of

log = logging.getLogger("portal.evidence")

if TYPE_CHECKING:
    from portal.ground.seal import Sealer
    from portal.ground.stamp import StampService
    from portal.ground.work import Ground, Work
    from portal.notices.actions import Claimed


class CannotSeal(PortalError):
    """Say that a paper could not be sealed; the code says why."""


@dataclass(frozen=True, slots=True)
class _Order:
    facts: list[tuple[str, policy.PaperFacts]]
    root_pem: bytes
    above_pem: bytes
    certificate_pem: bytes
    private_key_pem: bytes = field(repr=False)
    list_der: bytes | None
    brought: bool


def _order(ground: Ground, due: Claimed) -> _Order | None:
    with ground.work(writes=False) as work:
        version_id = due.subject_id or ""
        seal = live_seal(work, due.practice_id)
        if seal is None:
            raise CannotSeal("no_seal")
        if seal.ends_at <= work.now:
            raise CannotSeal("seal_ended")
        wanted = [edition for edition in editions_of(due.name)
                  if not is_sealed(work, version_id, edition, due.name)]
        if not wanted:
            return None
        events = events_told(work, due.engagement_id or "")
        common = version_facts(work, version_id, seal, events)
        facts: list[tuple[str, policy.PaperFacts]] = []
        for edition in wanted:
            code = new_short_code()
            if edition == "common":
                facts.append((edition, policy.CommonFacts(common, code)))
            else:
                facts.append((edition, policy.CoacheeFacts(
                    common, code, *private_part(work, version_id),
                    receipt_of(work, version_id), events)))
        root = list_of(work, seal)
        return _Order(facts, seal.root_pem, seal.above_pem, seal.certificate_pem,
                      work.reveal_bytes(seal, "private_key"),
                      root.list_der if root is not None else None, seal.brought)


def _sealer(order: _Order, service: StampService | None) -> Sealer:
    from portal.ground.seal import Sealer
    from portal.ground.stamp import Proof, gather, several

    if order.list_der is not None:
        proof = Proof(lists=(order.list_der,))
    elif order.brought and service is not None:
        chain = several(order.certificate_pem + order.above_pem + order.root_pem)
        proof = gather(chain, public_only=True)
    else:
        proof = Proof(complete=False)
    return Sealer(order.certificate_pem, order.private_key_pem, above=order.above_pem,
                  proof=proof, service=service)


def _print(order: _Order, ground: Ground, service: StampService | None) -> list[Sealed]:
    # Only here are the PDF libraries loaded: 110 MB that no web process needs.
    from portal.evidence.paper import page_count, render, twin
    from portal.ground.stamp import several
    from portal.ground.unseal import open_seal

    sealer = _sealer(order, service)
    made = []
    for edition, facts in order.facts:
        printed = render(facts)
        pdf = sealer.seal(printed, ground.clock.now())
        try:
            found = open_seal(pdf, several(order.root_pem)).proves
        except Doubtful as no:
            raise CannotSeal("self_check") from no
        if service is not None and found.stamped_at is None:
            raise CannotSeal("self_check")
        made.append(Sealed(edition, facts.short_code, pdf, page_count(printed),
                           facts.version.ledger_head, facts.version.story.head, sealer.level,
                           twin(facts, sha256(pdf).hexdigest())))
    return made


def seal_due(ground: Ground, *, patience: float = 15.0) -> int:
    """Seal every version that waits for its papers, and return how many were tried.

    A worker that is killed on the way leaves a claim that runs out after five minutes; the
    next one takes it up, and what was kept already is not made twice. A time stamping service
    that gives no good stamp within `patience` (seconds) is left alone until the next time: what
    waits for it is tried again later, however long that lasts.
    """
    from portal.ground.stamp import StampFailed, StampService

    renew_lists(ground)
    url, tried = ground.settings.tsa_url, 0
    service = StampService(url, seconds=patience) if url else None
    while not ground.stopping and (due := claim(ground, "seal")) is not None:
        tried += 1
        if not _begin(ground, due):
            continue
        papers, attempt, no_stamp = [], Attempt(Outcome.DONE), False
        try:
            order = _order(ground, due)
            papers = _print(order, ground, service) if order is not None else []
        except (CannotSeal, StampFailed) as no:
            log.error("sealing failed: %s", no)
            attempt, no_stamp = Attempt(Outcome.LATER, str(no)), isinstance(no, StampFailed)
        except Exception as trouble:  # noqa: BLE001 - whatever it is, the coach is shown it
            log.error("sealing failed: %s", type(trouble).__name__)
            attempt = Attempt(Outcome.LATER, type(trouble).__name__[:24])
        _keep(ground, due, papers, attempt, outside=no_stamp or attempt.trouble in _OUTSIDE)
        if no_stamp:
            break
    return tried


#: What is no fault of the paper: it is tried until it works.
_OUTSIDE = (None, "no_seal", "seal_ended")


def _begin(ground: Ground, due: Claimed) -> bool:
    """Tell whether a paper may be tried: not once it has ended five processes that tried it."""
    with ground.work(writes=True) as work:
        may = may_begin(work, "seal", Item(due.id, due.practice_id, due.engagement_id))
        if not may:
            settle(work, due, Attempt(Outcome.GIVEN_UP, CUT_OFF))
        return may


def _keep(
    ground: Ground, due: Claimed, papers: list[Sealed], attempt: Attempt, *, outside: bool
) -> None:
    """Keep the papers and settle. A fault of the paper itself, or in keeping it, counts, and the
    fifth sets it aside: the coach is shown it and nobody waits behind it."""
    try:
        with ground.work(writes=True) as work:
            _tell_of(work, due, papers, attempt)
            if outside:
                went_well(work, "seal", due.id)
                settle(work, due, attempt)
            else:
                _settle_fault(work, due, attempt.trouble or "unknown")
    except Exception as trouble:  # noqa: BLE001 - what cannot be kept must not hold up the next
        log.error("keeping papers failed: %s", type(trouble).__name__)
        with ground.work(writes=True) as work:
            _settle_fault(work, due, type(trouble).__name__)


def _settle_fault(work: Work, due: Claimed, trouble: str) -> None:
    aside = met(work, "seal", due.id, trouble)
    settle(work, due, Attempt(Outcome.GIVEN_UP if aside else Outcome.LATER, trouble[:24]))


def renew_lists(ground: Ground) -> int:
    """Make the revocation lists anew that end within a month, and return how many."""
    with ground.work(writes=False) as work:
        roots = work.session.scalars(select(SealRoot))
        due = [Item(r.id, r.practice_id) for r in roots if list_is_due(r.list_ends_at, work.now)]
    return each(ground, "lists", due, _renew)


def _renew(work: Work, root_id: str) -> None:
    root = work.session.get_one(SealRoot, root_id)
    if list_is_due(root.list_ends_at, work.now):
        renew_list(work, root)


def _tell_of(work: Work, due: Claimed, papers: list[Sealed], attempt: Attempt) -> None:
    if due.engagement_id is None or due.subject_id is None:
        return
    if papers:
        keep_papers(work, due.engagement_id, due.subject_id, due.name, papers,
                    told_before=due.attempts > 1)
    elif attempt.outcome is Outcome.LATER and due.name == SIGNED:
        say_being_sealed(work, due.engagement_id, due.subject_id)
