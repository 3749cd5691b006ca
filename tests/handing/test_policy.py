"""When a hand-over can be proposed, and what the proposer may know of it (Z4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.agreements.policy import SlotFacts, VersionFacts
from portal.handing.policy import (
    ANSWER_WITHIN,
    HandOverNo,
    ProposalFacts,
    Word,
    lives,
    may_tell_talk,
    runs,
    state,
    why_not_propose,
    word,
)
from portal.ledger.policy import Event

T0 = datetime(2026, 11, 23, 9, tzinfo=UTC)
END = T0 + ANSWER_WITHIN
DAY = timedelta(days=1)


def events(*kinds: str) -> list[Event]:
    """Return events of one proposal, a day apart, among those of another."""
    return [Event("hand_over.refused", "another", T0),
            *(Event(f"hand_over.{kind}", "h", T0 + n * DAY) for n, kind in enumerate(kinds))]


@pytest.mark.parametrize("kinds, now, expected", [
    ((), T0, "PROPOSED"), ((), END - DAY, "PROPOSED"), ((), END, "LAPSED"),
    (("proposed", "talk_wanted"), T0, "PROPOSED"),
    (("refused",), T0, "REFUSED"), (("refused",), END, "REFUSED"),
    (("accepted",), T0, "HANDED_OVER"), (("taken_back",), T0, "TAKEN_BACK"),
    (("refused", "taken_back"), END, "REFUSED"), (("refused", "accepted"), T0, "REFUSED"),
    (("taken_back", "accepted"), T0, "TAKEN_BACK"),
])
def test_follows_the_record_and_the_clock(
    kinds: tuple[str, ...], now: datetime, expected: str
) -> None:
    assert state("h", END, events(*kinds), now) == expected


@pytest.mark.parametrize("now", [T0, END - DAY, END - timedelta(seconds=1), END, END + DAY])
@pytest.mark.parametrize("before, after", [((), ("refused",)), (("talk_wanted",),
                                                                ("talk_wanted", "refused")),
                                           (("taken_back",), ("refused", "taken_back"))])
def test_z4_says_the_same_of_a_no_and_of_silence(
    now: datetime, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    assert word("h", END, events(*before), now) == word("h", END, events(*after), now)


@pytest.mark.parametrize("kinds, now, expected", [
    ((), T0, Word.ASKED), ((), END, Word.NOT_HANDED_OVER), (("refused",), T0, Word.ASKED),
    (("accepted",), END, Word.HANDED_OVER), (("taken_back",), T0, Word.TAKEN_BACK)])
def test_says_where_a_proposal_stands(
    kinds: tuple[str, ...], now: datetime, expected: Word
) -> None:
    assert word("h", END, events(*kinds), now) is expected


@pytest.mark.parametrize("facts, no", [
    (ProposalFacts(True, None, True), None),
    (ProposalFacts(False, None, True), HandOverNo.CANNOT_ANSWER),
    (ProposalFacts(True, Word.ASKED, True), HandOverNo.ASKED_ALREADY),
    (ProposalFacts(True, Word.NOT_HANDED_OVER, True), None),
    (ProposalFacts(True, Word.TAKEN_BACK, True), None),
    (ProposalFacts(True, Word.HANDED_OVER, True), None),
    (ProposalFacts(True, None, False), HandOverNo.NO_COLLEAGUE),
])
def test_says_why_a_colleague_cannot_be_proposed(
    facts: ProposalFacts, no: HandOverNo | None
) -> None:
    assert why_not_propose(facts) is no


def text(*acts: str, days: int = 14) -> VersionFacts:
    """Return a text that nobody has signed, with what was recorded of it."""
    return VersionFacts(
        "v", "a", 1, "hash", T0, T0 + timedelta(days=days), T0, T0 + timedelta(days=180),
        [SlotFacts("s", "p", "COACHEE", required=True, vouching=False)],
        acts=[(T0, act) for act in acts])


@pytest.mark.parametrize("engagement, texts, expected", [
    ("DRAFT", [], False), ("CONTRACTING", [], False), ("CONTRACTING", [text("recall")], False),
    ("CONTRACTING", [text(days=1)], False), ("CONTRACTING", [text()], True),
    ("CONTRACTING", [text("recall"), text()], True), ("PAUSED", [text("withdraw")], True),
    ("CLOSING", [], True), ("CLOSED", [text("withdraw")], False),
    ("DECLINED", [text("decline", days=1)], False)])
def test_knows_which_engagements_need_their_coach(
    engagement: str, texts: list[VersionFacts], expected: bool
) -> None:
    assert runs(engagement, texts, T0 + timedelta(days=2)) is expected


@pytest.mark.parametrize("more", [(), ("recall",), ("withdraw",)])
@pytest.mark.parametrize("days", [1, 20])
def test_z4_needs_a_coach_for_a_declined_text_as_long_as_for_a_silent_one(
    more: tuple[str, ...], days: int
) -> None:
    now = T0 + timedelta(days=days)
    assert lives(text("decline", *more), now) is lives(text(*more), now)


def test_passes_a_wish_to_talk_on_once_a_day() -> None:
    told = events("talk_wanted")
    assert may_tell_talk(events(), "h", T0)
    assert not may_tell_talk(told, "h", T0 + timedelta(hours=1))
    assert may_tell_talk(told, "h", T0 + timedelta(hours=20))
    assert may_tell_talk(told, "other", T0)
