"""Printing a sealed copy: facts in, deterministic PDF bytes out, ready to be sealed; and its twin,
a page of HTML that says the same.

Serif is what was signed, sans is everything about it. Letters that no font holds are named by
their code points, never dropped. Only the sealing process imports this.
"""

from __future__ import annotations

from contextvars import copy_context
from typing import TYPE_CHECKING

from portal.evidence.paper import agreement, private, proof
from portal.evidence.paper.binding import bind, page_count
from portal.evidence.paper.ink import Ink
from portal.evidence.paper.pages import BOTTOM, HEIGHT, WIDTH, draw, paginate
from portal.evidence.paper.setting import unprintable
from portal.evidence.paper.times import Times
from portal.evidence.paper.twin import draw_twin
from portal.evidence.policy import CoacheeFacts, PaperFacts
from portal.evidence.policy.attached import proof_bytes
from portal.web.words import speak

if TYPE_CHECKING:
    from portal.evidence.paper.pages import Row

__all__ = ["page_count", "render", "twin", "unprintable"]


def render(facts: PaperFacts) -> bytes:
    """Return the paper of one edition, with the record attached; its last byte is a newline.

    The same facts give the same bytes. The paper's own words are in the version's language. The
    metadata names the kind of agreement and the edition, no person.
    """
    return copy_context().run(_render, facts)


def twin(facts: PaperFacts, sealed: str) -> bytes:
    """Return the readable twin of one edition: one HTML file that needs nothing else.

    `sealed` is the SHA-256 of the sealed paper, in hex. The same facts give the same bytes, and
    the twin says what the paper says: it is made of the same rows.
    """
    return copy_context().run(_twin, facts, sealed)


def _twin(facts: PaperFacts, sealed: str) -> bytes:
    times = _speak(facts)
    rows = [*_agreement(facts, times), *proof.whom_to_ask(facts.version.practice)]
    return draw_twin(facts, rows, sealed)


def _speak(facts: PaperFacts) -> Times:
    version = facts.version
    speak(version.locale, version.zone)
    return Times.of(version.zone, version.locale)


def _agreement(facts: PaperFacts, times: Times) -> list[Row]:
    """Return all that paper and twin say alike."""
    version = facts.version
    return [
        *agreement.title_block(facts, times),
        *agreement.terms(version),
        *agreement.lines_offered(version),
        *agreement.rules(version),
        *proof.signatures(version, times),
        *proof.certificate(facts, times),
        *private.private_part(facts, times),
    ]


def _render(facts: PaperFacts) -> bytes:
    version, times = facts.version, _speak(facts)
    rows = [*_agreement(facts, times), *proof.how_to_check(facts),
            *proof.whom_to_ask(version.practice)]
    foot = proof.foot(facts, times)
    foot_top = HEIGHT - BOTTOM - sum(row.height for row in foot)
    ink = Ink(WIDTH, HEIGHT, version.locale)
    draw(
        ink,
        paginate(rows, foot_top - 24),
        lambda number, count: proof.numbered(foot, number, count),
        foot_top,
    )
    return bind(
        ink.finish(),
        title=f"{version.title}. {agreement.edition_name(facts)}",
        language=version.locale,
        record=version.record,
        proof=proof_bytes(facts),
        receipt=facts.receipt if isinstance(facts, CoacheeFacts) else b"",
        at=version.copied_at,
    )
