"""Both editions of a completion: render, seal, self-check and hash, on one core.

The text has the size of T1: 27 clauses, 1,300 words, four lines, two signers, eight pages. Each
round has another signer and other codes, so nothing but fonts and shared clauses is warm.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from statistics import median

from portal.evidence.paper import render
from portal.evidence.policy import (
    AssuranceFacts,
    ChoiceFacts,
    ClauseFacts,
    CoacheeFacts,
    CommonFacts,
    DrawnMark,
    Effect,
    IdentifiedFacts,
    LineFacts,
    PaperFacts,
    PracticeFacts,
    ReachedFacts,
    SignatureFacts,
    TypedMark,
    VersionFacts,
)
from portal.evidence.policy.story import StoryHeads
from portal.ground.seal import Sealer, make_authority
from portal.ground.stamp import several
from portal.ground.unseal import open_seal

ROUNDS = 20
NEEDED = 6.0
"""Completions a second and core that the portal promises."""
NOW = datetime(2027, 9, 14, 8, 30, tzinfo=UTC)
WORDS = (
    "What is said in a session stays between the two people in the room. The coach may take notes"
    " of dates, topics and next steps, and keeps them locked. Nobody else reads them, and the one"
    " who pays is not told what was said. "
)


def _version(number: int) -> VersionFacts:
    name = f"Łukasz Żółkiewski {number}"
    digest = sha256(str(number).encode()).hexdigest()
    strokes = tuple(
        tuple((20 + 7 * point, 40 + (point * stroke * 13 + number) % 37) for point in range(40))
        for stroke in range(1, 5)
    )
    return VersionFacts(
        practice=PracticeFacts(
            "Kovač Coaching", "Torstraße 12, 10119 Berlin", "https://portal.example/lost",
            "https://portal.example/root.pem", "b7d0f0c1" * 8,
        ),
        engagement="Coaching 2027", title="Coachee confidentiality terms", template="T1",
        template_version="1.0", number=1, locale="en", zone="Europe/Berlin", version_hash=digest,
        effective_from=date(2027, 9, 15), valid_to=date(2028, 9, 14), review_months=6,
        sign_by=date(2027, 9, 28), ethics="Global Code of Ethics",
        clauses=tuple(
            ClauseFacts(n, f"K{n:02d}", f"Topic number {n}", f"{WORDS[:70]} ({n}).",
                        (f"{n}: {WORDS}",))
            for n in range(1, 28)
        ),
        lines=tuple(
            LineFacts(n, Effect.DENY if n > 2 else Effect.PERMIT, n <= 2,
                      f"Line {n}: the dates of sessions, for planning, by mail, until September.")
            for n in range(1, 5)
        ),
        rules=(),
        signatures=(
            SignatureFacts("Ana Kovač", "COACH", "self", "agree", "I agree.", NOW,
                           TypedMark("Ana Kovač"), digest),
            SignatureFacts(name, "COACHEE", "self", "agree", "I agree.", NOW,
                           DrawnMark(strokes), digest),
        ),
        ledger_genesis=digest, ledger_head=sha256(digest.encode()).hexdigest(),
        story=StoryHeads(digest, digest), record=WORDS.encode() * 60,
        nonce="0f" * 16,
        copied_at=NOW + timedelta(minutes=1),
    )


def _editions(number: int) -> tuple[PaperFacts, PaperFacts]:
    version = _version(number)
    known = tuple(
        AssuranceFacts(s.printed_name, ReachedFacts("private", "nobody", NOW),
                       IdentifiedFacts("link", True))
        for s in version.signatures
    )
    common = CommonFacts(version, f"AAAA-{number:04d}-CCCC")
    own = replace(version, signatures=version.signatures)
    return common, CoacheeFacts(own, f"BBBB-{number:04d}-DDDD",
                                (ChoiceFacts(1, True), ChoiceFacts(2, False)), (), known)


def short() -> CommonFacts:
    """Return a common edition of three pages."""
    version = _version(0)
    return CommonFacts(replace(version, clauses=version.clauses[:2]), "CCCC-0000-EEEE")


def measure(rounds: int = ROUNDS) -> dict[str, float]:
    """Return completions a second of CPU time (median round) and milliseconds for each step."""
    authority = make_authority(NOW, "Kovač Coaching")
    sealer, roots = Sealer(authority.seal, authority.seal_key), several(authority.root)
    steps: dict[str, list[float]] = {"render": [], "seal": [], "check": [], "hash": []}
    totals: list[float] = []
    for number in range(rounds + 2):
        spent = dict.fromkeys(steps, 0.0)
        for facts in _editions(number):
            marks = [time.process_time()]
            paper = render(facts)
            marks.append(time.process_time())
            sealed = sealer.seal(paper, NOW)
            marks.append(time.process_time())
            open_seal(sealed, roots)
            marks.append(time.process_time())
            sha256(sealed).hexdigest()
            marks.append(time.process_time())
            for step, begun, done in zip(steps, marks, marks[1:], strict=False):
                spent[step] += done - begun
        if number >= 2:  # the first rounds parse the fonts
            totals.append(sum(spent.values()))
            for step, seconds in spent.items():
                steps[step].append(seconds)
    figures = {f"{step}_ms": 1000 * median(seconds) for step, seconds in steps.items()}
    return {"completions_per_second": 1 / median(totals), **figures}


if __name__ == "__main__":
    for figure, value in measure().items():
        print(f"{figure:24}{value:8.1f}")
    print(f"{'needed':24}{NEEDED:8.1f}")
