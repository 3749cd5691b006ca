"""Sealing what waits: claimed in one transaction, printed outside any, kept in another."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.evidence import policy
from portal.evidence.actions import Sealed, keep_papers, new_short_code, say_being_sealed
from portal.evidence.queries import is_sealed, live_seal, private_part, version_facts
from portal.notices.actions import claim, settle
from portal.notices.policy import Attempt, Outcome
from portal.plain.errors import PortalError

log = logging.getLogger("portal.evidence")

if TYPE_CHECKING:
    from portal.ground.work import Ground, Work
    from portal.notices.actions import Claimed


class CannotSeal(PortalError):
    """Say that a paper could not be sealed; the code says why."""


@dataclass(frozen=True, slots=True)
class _Order:
    facts: list[tuple[str, policy.PaperFacts]]
    root_pem: bytes
    certificate_pem: bytes
    private_key_pem: bytes


def _order(ground: Ground, due: Claimed) -> _Order | None:
    with ground.work(writes=False) as work:
        version_id = due.subject_id or ""
        seal = live_seal(work, due.practice_id)
        if seal is None:
            raise CannotSeal("no_seal")
        wanted = [edition for edition in policy.editions_of(due.name)
                  if not is_sealed(work, version_id, edition, due.name)]
        if not wanted:
            return None
        common = version_facts(work, version_id, seal)
        facts: list[tuple[str, policy.PaperFacts]] = []
        for edition in wanted:
            code = new_short_code()
            if edition == "common":
                facts.append((edition, policy.CommonFacts(common, code)))
            else:
                facts.append((edition, policy.CoacheeFacts(
                    common, code, *private_part(work, version_id))))
        return _Order(facts, seal.root_pem, seal.certificate_pem,
                      work.reveal_bytes(seal, "private_key"))


def _print(order: _Order, ground: Ground) -> list[Sealed]:
    # Only here are the PDF libraries loaded: 110 MB that no web process needs.
    from portal.evidence.paper import page_count, render
    from portal.ground.seal import Sealer, check

    sealer = Sealer(order.certificate_pem, order.private_key_pem)
    made = []
    for edition, facts in order.facts:
        printed = render(facts)
        pdf = sealer.seal(printed, ground.clock.now())
        if not check(pdf, order.root_pem).good:
            raise CannotSeal("self_check")
        made.append(Sealed(edition, facts.short_code, pdf, page_count(printed),
                           facts.version.ledger_head))
    return made


def seal_due(ground: Ground) -> int:
    """Seal every version that waits for its papers, and return how many were tried.

    A worker that is killed on the way leaves a claim that runs out after five minutes; the
    next one takes it up, and what was kept already is not made twice.
    """
    tried = 0
    while (due := claim(ground, "seal")) is not None:
        tried += 1
        try:
            order = _order(ground, due)
            papers = _print(order, ground) if order is not None else []
            attempt = Attempt(Outcome.DONE)
        except Exception as trouble:  # noqa: BLE001 - whatever it is, the coach is shown it
            log.error("sealing failed: %s", type(trouble).__name__)
            papers, attempt = [], Attempt(Outcome.LATER, type(trouble).__name__[:24])
        with ground.work(writes=True) as work:
            _tell_of(work, due, papers, attempt)
            settle(work, due, attempt)
    return tried


def _tell_of(work: Work, due: Claimed, papers: list[Sealed], attempt: Attempt) -> None:
    if due.engagement_id is None or due.subject_id is None:
        return
    if papers:
        keep_papers(work, due.engagement_id, due.subject_id, due.name, papers,
                    told_before=due.attempts > 1)
    elif attempt.outcome is Outcome.LATER and due.name == policy.SIGNED:
        say_being_sealed(work, due.engagement_id, due.subject_id)
