"""A young person and a guardian sign the same text, and the young person's no wins (INV-5).

No template is for minors so far; the decision already holds to it, whoever writes such a text.
"""

from __future__ import annotations

from typing import Any

import pytest

from portal.sharing.policy import Code
from tests.sharing.worlds import answer, question, world

MAJORITY = "2026-06-01T00:00:00Z"


def young(**changes: Any) -> dict[str, Any]:
    """Return a world in which Petra is Ben's guardian and signs his text about progress with him;
    what rests on her ends on the day that he comes of age."""
    raw = world()
    raw["parties"]["petra"] = {"role": "GUARDIAN"}
    (text,) = [v for v in raw["versions"] if v["id"] == "AG2v2"]
    text["required"].append("petra")
    text["signatures"]["petra"] = {"hash": "h2", "at": "2026-01-31T18:00:00Z"}
    for line in text["grants"]:
        if line["effect"] == "permit":
            line["to"] = MAJORITY
    text.update(changes)
    return raw


def signatures(*without: str) -> dict[str, Any]:
    """Return the signatures of the text without some."""
    (text,) = [v for v in young()["versions"] if v["id"] == "AG2v2"]
    return {who: act for who, act in text["signatures"].items() if who not in without}


def test_inv_5_opens_when_both_have_signed() -> None:
    assert answer(young(), question()).code == Code.GRANT


@pytest.mark.parametrize(("missing", "code"), [
    ("petra", Code.NOT_IN_FORCE), ("ben", Code.NO_COACHEE_CONSENT),
])
def test_inv_5_opens_nothing_with_one_of_the_two(missing: str, code: Code) -> None:
    assert answer(young(signatures=signatures(missing)), question()).code == code


def test_inv_5_lets_the_young_persons_no_win() -> None:
    """The answers to optional lines are the young person's: the guardian's signature gives none."""
    assert answer(young(accepted=[]), question()).code == Code.OPTION_REFUSED
    back = young(withdrawals=[{"grant": "*", "at": "2026-03-01T00:00:00Z"}])
    assert answer(back, question()).code == Code.WITHDRAWN


def test_inv_5_ends_what_rests_on_the_guardian_on_the_day_of_majority() -> None:
    before = question(time="2026-05-31T23:59:59Z")
    assert answer(young(), before).code == Code.GRANT
    assert answer(young(), question(time=MAJORITY)).code == Code.EXPIRED
