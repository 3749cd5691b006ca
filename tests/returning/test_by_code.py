"""Back by a recovery code: a fresh link and one code that was kept, each once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from portal.agreements.queries import standing_of_one
from portal.factors.actions import CodeRefused, make_recovery_codes
from portal.factors.models import Factor, RecoveryCode
from portal.factors.policy import CodeNo
from portal.people.models import Person
from portal.plain.errors import Refused
from portal.returning import actions as returning
from tests.builders import World, conclude, newest_invitation, state_now
from tests.cast import BEN
from tests.people.outbox import kinds, waiting
from tests.returning.lost import asked, asks, code_of, comes, enrolled, new_link


@pytest.fixture
def table(world: World) -> World:
    """Give terms in force between Ana and Ben, who has lost his phone and has a link."""
    conclude(world)
    new_link(world)
    return world


def codes(world: World) -> list[str]:
    with world.ground.work(writes=True) as work:
        return make_recovery_codes(work, work.session.get_one(Person, world.ids["ben"]))


def recovers(world: World, code: str) -> str | CodeNo:
    with world.ground.work(writes=True) as work:
        done = returning.recover(work, newest_invitation(work, world.ids["ben"]), code)
        return done.why if isinstance(done, CodeRefused) else done.id


def test_lets_a_new_app_count_at_once_and_ends_the_old_one(table: World) -> None:
    old, kept = enrolled(table), codes(table)
    app = recovers(table, kept[0].lower().replace("-", " "))
    assert isinstance(comes(table, code_of(table, old)), CodeRefused)
    assert isinstance(comes(table, code_of(table, app)), str)
    assert enrolled(table) == app
    assert kinds(table, table.ids["ben.practice"])[-4:] == [
        "recovery.made", "factor.retired", "recovery.used", "factor.enrolled"]
    assert kinds(table, table.ids["engagement"])[-2:] == ["return.done", "invitation.revoked"]
    assert {mail.values["what"] for mail in waiting(table, "factor_changed")} == {
        "recovered", "anew"}
    assert [mail.values["who"] for mail in waiting(table, "came_back")] == [BEN.name]


def test_leaves_what_was_signed_and_has_the_next_voice_heard_anew(table: World) -> None:
    """Once is enough for as long as the code comes from the same app, says K21."""
    app = recovers(table, codes(table)[0])
    comes(table, code_of(table, app))
    assert state_now(table) == "IN_FORCE"
    with table.ground.work(writes=False) as work:
        standing = standing_of_one(work, table.ids["engagement"])
        facts = standing.version(table.ids["version"])
        assert table.ids["ben.party"] in facts.vouched
        from portal.vouching.queries import is_vouched

        assert not is_vouched(work, table.ids["engagement"], table.ids["ben.party"])


def test_takes_each_code_once_and_one_of_two_tabs(table: World) -> None:
    for code in codes(table)[:3]:
        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(lambda _n, c=code: recovers(table, c), range(2)))
        assert sorted(one is CodeNo.WRONG for one in done) == [False, True]
    with table.ground.work(writes=False) as work:
        assert work.session.query(RecoveryCode).filter(
            RecoveryCode.person_id == table.ids["ben"], RecoveryCode.used_at.is_(None)
        ).count() == 5


def test_looks_at_no_code_behind_an_old_link(table: World) -> None:
    kept = codes(table)
    with table.ground.work(writes=True) as work:
        # A link to what waits lives longer than a day; a code behind it would rest on old mail.
        link = newest_invitation(work, table.ids["ben"])
        work.session.expunge(link)
        link.issued_at = work.now.replace(year=work.now.year - 1)
        with pytest.raises(Refused, match="link_old"):
            returning.recover(work, link, kept[0])


def test_pauses_guesses_and_lets_nobody_be_locked_out_of_the_right_code(table: World) -> None:
    kept = codes(table)
    for _number in range(5):
        assert recovers(table, "A" * 16) is CodeNo.WRONG
    assert recovers(table, kept[0]) is CodeNo.PAUSED
    table.clock.move(minutes=2)
    app = recovers(table, kept[0])
    assert isinstance(comes(table, code_of(table, str(app))), str)


def test_compares_what_cannot_be_a_code_with_none(table: World) -> None:
    codes(table)
    for text in ("", "AAAA", "A" * 17, "0" * 16, "1LIO" * 4):
        assert recovers(table, text) is CodeNo.WRONG
        table.clock.move(minutes=20)
        new_link(table)


def test_ends_what_was_asked_of_the_coach(table: World) -> None:
    kept, app = codes(table), asks(table)
    recovers(table, kept[0])
    assert asked(table) is None
    with table.ground.work(writes=False) as work:
        assert work.session.get_one(Factor, app).disabled_at is not None


def test_comes_back_when_twenty_wrong_codes_disabled_the_app(table: World) -> None:
    kept, old = codes(table), enrolled(table)
    for _number in range(20):
        table.clock.move(minutes=20)
        new_link(table)
        comes(table, f"{(int(code_of(table, old)) + 1) % 10**6:06d}")
    refused = comes(table, code_of(table, old))
    assert isinstance(refused, CodeRefused)
    assert refused.why is CodeNo.NO_FACTOR
    table.clock.move(minutes=20)
    new_link(table)
    app = recovers(table, kept[0])
    assert isinstance(comes(table, code_of(table, str(app))), str)
