"""Who comes back how, and when: the truth tables."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.agreements.policy import vouched_since
from portal.ledger.policy import Event
from portal.returning.policy import (
    AskedFacts,
    BackFacts,
    BackNo,
    Stage,
    stage,
    why_not_ask,
    why_not_back,
    why_not_recover,
)
from tests.conftest import NOW

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(("facts", "back", "ask"), [
    (BackFacts(True, False), None, None),
    (BackFacts(True, False, 4), None, None),
    (BackFacts(True, False, 5), None, BackNo.TOO_OFTEN),
    (BackFacts(False, False), BackNo.NOTHING_LOST, BackNo.NOTHING_LOST),
    (BackFacts(True, True), BackNo.HAS_ACCOUNT, BackNo.HAS_ACCOUNT),
])
def test_says_who_may_come_back(
    facts: BackFacts, back: BackNo | None, ask: BackNo | None
) -> None:
    assert (why_not_back(facts), why_not_ask(facts)) == (back, ask)


@pytest.mark.parametrize(("age", "no"), [
    (timedelta(0), None), (DAY, None), (DAY + MINUTE, BackNo.LINK_OLD)])
def test_looks_at_a_recovery_code_behind_a_fresh_link_alone(
    age: timedelta, no: BackNo | None
) -> None:
    assert why_not_recover(BackFacts(True, False), NOW - age, NOW) is no


@pytest.mark.parametrize(("facts", "now_is"), [
    (AskedFacts(NOW + DAY), Stage.ASKED),
    (AskedFacts(NOW), Stage.OVER),
    (AskedFacts(NOW + DAY, ended_at=NOW), Stage.OVER),
    (AskedFacts(NOW + DAY, heard_at=NOW), Stage.WAITING),
    (AskedFacts(NOW + DAY, heard_at=NOW - DAY + MINUTE), Stage.WAITING),
    (AskedFacts(NOW + DAY, heard_at=NOW - DAY), Stage.READY),
    (AskedFacts(NOW, heard_at=NOW - DAY), Stage.OVER),
    (AskedFacts(NOW + DAY, heard_at=NOW - DAY, ended_at=NOW), Stage.OVER),
])
def test_says_how_far_a_request_has_come(facts: AskedFacts, now_is: Stage) -> None:
    assert stage(facts, NOW) is now_is


def told(*kinds: str) -> list[Event]:
    """Return events of Ben, one a day from now on."""
    return [Event(kind, "ben", NOW + number * DAY, None, number, "")
            for number, kind in enumerate(kinds)]


HEARD, ANEW = "party.vouched", "return.done"


@pytest.mark.parametrize(("events", "signed", "since"), [
    ((), None, None),
    ((HEARD,), None, 0),
    ((HEARD, HEARD), None, 0),
    ((HEARD, ANEW), None, None),
    ((HEARD, ANEW, HEARD), None, 2),
    ((HEARD, ANEW), -1, 0),
    ((HEARD, ANEW, HEARD), -1, 0),
    ((ANEW, HEARD), -1, None),
    ((HEARD, ANEW, HEARD), 1, 2),
    ((HEARD, ANEW, ANEW, HEARD), 1, None),
    ((ANEW, HEARD, ANEW), 0, 1),
])
def test_z8_vouches_for_what_the_same_app_signed(
    events: tuple[str, ...], signed: int | None, since: int | None
) -> None:
    at = NOW + signed * DAY if signed is not None else None
    expected = NOW + since * DAY if since is not None else None
    assert vouched_since(told(*events), "ben", at) == expected
    assert vouched_since(told(*events), "carla", at) is None
