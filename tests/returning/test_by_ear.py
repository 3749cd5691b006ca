"""Back by the coach's ear: eight digits, a day, and a way to object (Z8, SP 800-63B-4 §4.2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.agreements.queries import standing_of_one
from portal.factors.actions import CodeRefused
from portal.factors.models import Factor
from portal.factors.policy import CodeNo
from portal.issuing import actions as issuing
from portal.links.queries import is_living
from portal.people.models import SignIn
from portal.plain.errors import Refused
from portal.reaching.actions import party_by_id
from portal.returning import actions as returning
from portal.returning.models import WayBack
from portal.returning.policy import ASKS_A_DAY, LASTS, WAIT
from portal.returning.queries import asking, request_to_end
from portal.vouching.actions import vouch
from portal.vouching.policy import How, VouchNo
from tests.builders import World, conclude, issue, newest_invitation, read_all, sign, state_now
from tests.cast import BEN
from tests.people.outbox import kinds, waiting
from tests.returning.lost import (
    arrives,
    asked,
    asks,
    begins,
    code_of,
    comes,
    enrolled,
    hears,
    links_of,
    new_link,
    reads_digits,
)


@pytest.fixture
def table(world: World) -> World:
    """Give terms in force between Ana and Ben, who has lost his phone and has a link."""
    conclude(world)
    new_link(world)
    return world


def why(done: str | CodeRefused) -> CodeNo | None:
    return done.why if isinstance(done, CodeRefused) else None


def test_lets_the_new_app_count_a_day_after_the_coach_heard_the_voice(table: World) -> None:
    old, app = enrolled(table), asks(table)
    assert why(comes(table, code_of(table, app))) is CodeNo.NOT_YET
    assert hears(table, reads_digits(table)) is None
    table.clock.move(hours=21)
    new_link(table)
    table.clock.move(minutes=55)
    assert why(comes(table, code_of(table, app))) is CodeNo.NOT_YET
    table.clock.move(minutes=5)
    assert why(comes(table, code_of(table, app))) is None
    assert enrolled(table) == app
    assert kinds(table, table.ids["ben.practice"])[-2:] == ["factor.retired", "factor.enrolled"]
    with table.ground.work(writes=False) as work:
        assert work.session.get_one(Factor, old).disabled_at is not None


def test_gets_nobody_anywhere_by_the_mailbox_alone(table: World) -> None:
    app = asks(table)
    for _days in range(4):
        table.clock.move(days=3)
        new_link(table)
        assert why(comes(table, code_of(table, app))) is CodeNo.NOT_YET
    table.clock.move(days=2)
    new_link(table)
    assert why(comes(table, code_of(table, app))) is CodeNo.WRONG
    assert asked(table) is None


def test_shows_a_seed_to_the_browser_alone_that_began_it(table: World) -> None:
    """Whoever else reads the mailbox begins an app of their own, and not the one that is heard."""
    ben, stranger = asks(table), begins(table)
    assert ben != stranger
    assert hears(table, reads_digits(table)) is None
    table.clock.move(days=1)
    new_link(table)
    assert why(comes(table, code_of(table, stranger))) is CodeNo.WRONG
    assert why(comes(table, code_of(table, ben))) is None


def test_ends_nothing_that_another_browser_has_begun(table: World) -> None:
    """Whoever else reads the mailbox begins again and again, and takes nobody's place by it."""
    app = begins(table)
    begins(table)
    code = code_of(table, app)
    with table.ground.work(writes=True) as work:
        done = returning.ask(work, newest_invitation(work, table.ids["ben"]),
                             work.session.get_one(Factor, app), code)
        assert not isinstance(done, CodeRefused)
    waits = asked(table)
    assert waits is not None
    assert waits.factor_id == app


def test_hears_nobody_by_digits_that_stand_beside_another_app(table: World) -> None:
    asks(table)
    first = reads_digits(table)
    asks(table)
    assert hears(table, first) is VouchNo.NONE_SHOWN
    assert hears(table, reads_digits(table)) is None


def test_vouches_for_no_signature_by_digits_beside_an_app_that_does_not_count(
    table: World,
) -> None:
    asks(table)
    digits = reads_digits(table)
    with table.ground.work(writes=True, actor=table.coach()) as work:
        engagement = issuing.own(work, table.ids["engagement"])
        party = party_by_id(work, engagement, table.ids["ben.party"])
        returning.stop(work, returning.open_request(work, party.person_id), "stopped")
        # As if nobody had vouched before: the digits alone have to be refused.
        assert vouch(work, engagement, party, digits, How.PHONE) in (
            VouchNo.ALREADY, VouchNo.NONE_SHOWN)
        from portal.vouching.actions import match

        assert match(work, engagement, party, digits) is VouchNo.NONE_SHOWN


def test_lets_the_old_app_sleep_once_the_coach_has_heard_of_its_loss(table: World) -> None:
    old = enrolled(table)
    asks(table)
    assert isinstance(comes(table, code_of(table, old)), str)
    assert hears(table, reads_digits(table)) is None
    assert why(comes(table, code_of(table, old))) is CodeNo.WRONG


def test_ends_sessions_when_the_coach_hears_and_links_when_the_app_counts(table: World) -> None:
    asks(table)
    assert isinstance(comes(table, code_of(table, enrolled(table))), str)
    assert living_sessions(table) == 2  # The other one signed.
    digits = reads_digits(table)
    assert hears(table, digits) is None
    assert living_sessions(table) == 0
    table.clock.move(days=1)
    new_link(table)
    with table.ground.work(writes=False) as work:
        app = returning.open_request(work, table.ids["ben"]).factor_id
    assert isinstance(comes(table, code_of(table, app)), str)
    assert living_sessions(table) == 1
    with table.ground.work(writes=False) as work:
        assert [is_living(work, link) for link in links_of(table)] == [False] * len(
            links_of(table))


def living_sessions(world: World) -> int:
    with world.ground.work(writes=False) as work:
        return sum(row.ended_at is None for row in work.session.query(SignIn)
                   if row.person_id == world.ids["ben"] and row.scope == "party")


def test_tells_every_address_and_the_coach_and_lets_anybody_there_object(table: World) -> None:
    old, app = enrolled(table), asks(table)
    assert [mail.values["who"] for mail in waiting(table, "hear_anew")] == [BEN.name]
    table.clock.move(minutes=1)
    assert hears(table, reads_digits(table)) is None
    told = waiting(table, "way_back")
    assert [(mail.to, mail.values["what"]) for mail in told] == [
        (BEN.email, "asked"), (BEN.email, "heard")]
    token = told[1].values["object"].rsplit("/", 1)[1]
    with table.ground.work(writes=True) as work:
        request = request_to_end(work, token)
        assert request is not None
        returning.stop(work, request, "objected")
    table.clock.move(days=2)
    new_link(table)
    assert why(comes(table, code_of(table, app))) is CodeNo.WRONG
    assert isinstance(comes(table, code_of(table, old)), str)
    with table.ground.work(writes=False) as work:
        assert request_to_end(work, token) is None
    assert [mail.values["who"] for mail in waiting(table, "not_heard")] == [BEN.name]
    assert "return.ended" in kinds(table, table.ids["engagement"])


def test_names_nobody_else_in_a_mail_to_the_person(table: World) -> None:
    asks(table)
    [mail] = waiting(table, "way_back")
    # The letters of a token may spell any name.
    assert "Ana" not in str({name: said for name, said in mail.values.items() if name != "object"})


def test_ends_by_itself_when_nobody_answers(table: World) -> None:
    old = enrolled(table)
    asks(table)
    with table.ground.work(writes=False) as work:
        [task] = asking(work, table.ids["ben.practice"], table.ids["ana"])
        assert (task.name, task.until - task.asked_at) == (BEN.name, LASTS)
    table.clock.move(days=14)
    assert asked(table) is None
    with table.ground.work(writes=False) as work:
        assert asking(work, table.ids["ben.practice"], table.ids["ana"]) == []
    new_link(table)
    assert isinstance(comes(table, code_of(table, old)), str)


def test_wakes_the_old_app_when_what_was_heard_is_never_used(table: World) -> None:
    old, app = enrolled(table), asks(table)
    assert hears(table, reads_digits(table)) is None
    table.clock.move(days=15)
    new_link(table)
    assert why(comes(table, code_of(table, app))) is CodeNo.WRONG
    assert isinstance(comes(table, code_of(table, old)), str)


def test_is_not_asked_for_more_than_five_times_a_day(table: World) -> None:
    for _number in range(ASKS_A_DAY):
        asks(table)
    with pytest.raises(Refused, match="too_often"):
        begins(table)
    table.clock.move(days=1)
    new_link(table)
    begins(table)


def test_brings_nobody_back_who_has_lost_nothing(world: World) -> None:
    from tests.builders import add_engagement, add_practice

    add_practice(world)
    add_engagement(world)
    issue(world)
    with pytest.raises(Refused, match="nothing_lost"):
        begins(world)


def test_counts_guesses_against_person_and_new_app_alike(table: World) -> None:
    app = asks(table)
    for _number in range(5):
        wrong = f"{(int(code_of(table, app)) + 1) % 10**6:06d}"
        comes(table, wrong)
    assert why(comes(table, code_of(table, app))) is CodeNo.PAUSED


def test_keeps_what_was_signed_and_marks_the_next_signature(table: World) -> None:
    assert state_now(table) == "IN_FORCE"
    app = arrives(table)
    assert state_now(table) == "IN_FORCE"
    with table.ground.work(writes=False) as work:
        since = work.session.get_one(Factor, app).enrolled_at
    version = signs_next(table, app)
    assert marks(table, version) == [None, since.isoformat().replace("+00:00", "Z")]
    with table.ground.work(writes=False) as work:
        facts = standing_of_one(work, table.ids["engagement"]).version(version)
        assert facts.vouched[table.ids["ben.party"]] == since


def signs_next(world: World, app: str) -> str:
    """Let the coach issue the next version, and Ben sign it with an app."""
    from portal.amending import actions as amending

    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        facts = standing_of_one(work, engagement.id).version(world.ids["version"])
        amending.begin_next(work, engagement, facts.agreement_id)
    version = issue(world)
    with world.ground.work(writes=False) as work:
        world.ids["invitation"] = newest_invitation(work, world.ids["ben"]).id
    read_all(world)
    done = sign(world, code=code_of(world, app))
    assert not isinstance(done, CodeRefused), done
    return version


def marks(world: World, version: str) -> list[str | None]:
    """Return what each signature of a version says of an app that was set up anew."""
    from portal.agreements.queries import manifests_of

    with world.ground.work(writes=False) as work:
        return sorted((m["code"].get("anew_at") for m in manifests_of(work, version).values()),
                      key=lambda at: at or "")


def test_waits_a_day_and_no_less() -> None:
    assert timedelta(hours=24) == WAIT


def test_keeps_the_request_of_a_person_whose_new_app_was_guessed_at(table: World) -> None:
    app = asks(table)
    with table.ground.work(writes=True) as work:
        work.session.get_one(Factor, app).disabled_at = work.now
        assert work.session.query(WayBack).count() == 1
    assert asked(table) is None
