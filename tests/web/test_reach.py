"""PostgreSQL shows each practice its own rows alone, also to a statement that forgot to ask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Column, event, make_url, text, true
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql.elements import BinaryExpression, BindParameter
from sqlalchemy.sql.visitors import replacement_traverse

from portal.desk.actions import keep_board
from portal.doctor import _database
from portal.ground.db import make_engine
from portal.ground.reach import EVERYWHERE, OPTION, is_above_policies
from portal.ground.work import Work, make_ground
from portal.ledger.actions import keep_notes
from portal.people.views import frame
from portal.schema import METADATA
from tests.cast import BEN, DORA, HANA, MALLORY, OLGA
from tests.web.stage import routes
from tests.web.test_matrix import ask, doors_of, stage_door, without_addresses

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from portal.ground.actor import Actor
    from tests.web.stage import Stage

pytestmark = pytest.mark.postgresql


class _Any(str):
    """Be the id of a practice that no comparison tells from another one."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str)

    def __ne__(self, other: object) -> bool:
        return not isinstance(other, str)

    __hash__ = str.__hash__


def _practices(connection: Connection, name: str) -> set[str | None]:
    column = "id" if name == "practice" else "practice_id"
    return set(connection.execute(text(f"SELECT DISTINCT {column} FROM {name}")).scalars())


def _reached(connection: Connection) -> dict[str, set[str | None]]:
    return {name: _practices(connection, name) for name in METADATA.tables}


@pytest.fixture
def engine(stage: Stage) -> Iterator[Engine]:
    """Give an engine like the portal's own, with one connection."""
    made = make_engine(stage.world.ground.settings.database_url, threads=-1)
    yield made
    made.dispose()


def test_has_a_policy_on_every_table_that_holds_for_its_owner_too(stage: Stage) -> None:
    with stage.world.ground.engine.connect() as connection:
        held = set(connection.execute(text(
            "SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid "
            "WHERE relrowsecurity AND relforcerowsecurity")).scalars())
        assert not is_above_policies(connection)
    assert held == set(METADATA.tables)


def test_doctor_tells_where_a_role_stands_above_the_policies(
    stage: Stage, empty_database: str
) -> None:
    settings = stage.world.ground.settings
    above = make_url(settings.database_url).set(username=make_url(empty_database).username)
    told = []
    for url in (settings.database_url, above.render_as_string(hide_password=False)):
        ground = make_ground(replace(settings, database_url=url), stage.world.clock,
                             keep_notes, keep_board)
        told.append([found.good for found in _database(ground) if found.what == "policies"])
        ground.engine.dispose()
    assert told == [[], [False]]


@pytest.mark.parametrize("persona", ["dora", "zoe"])
def test_shows_no_row_of_another_practice_without_any_where(stage: Stage, persona: str) -> None:
    own = stage.ids[f"{persona}.practice"]
    with stage.world.ground.work(writes=False) as work:
        everything = _reached(work.session.connection())
        work.confine(own)
        found = _reached(work.session.connection())
    assert {name for name, seen in found.items() if seen - {own, None}} == set()
    assert {name for name, seen in everything.items() if own in seen} == {
        name for name, seen in found.items() if own in seen}
    # There was something to hide.
    assert sum(bool(seen - {own, None}) for seen in everything.values()) > 30


def test_shows_nothing_to_who_does_not_say_how_far_they_reach(engine: Engine) -> None:
    with engine.connect() as connection:
        assert {name for name, seen in _reached(connection).items() if seen} == set()


@pytest.mark.parametrize("ends", ["commit", "rollback"])
def test_leaves_no_reach_to_whoever_gets_the_connection_next(engine: Engine, ends: str) -> None:
    with engine.execution_options(**{OPTION: EVERYWHERE}).connect() as connection:
        assert _practices(connection, "practice")
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
        getattr(connection, ends)()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT pg_backend_pid()")) == pid
        assert not _practices(connection, "practice")


def test_takes_nothing_for_another_practice(stage: Stage) -> None:
    own, other = stage.ids["zoe.practice"], stage.ids["dora.practice"]
    for statement in (
            "INSERT INTO name_print SELECT repeat('0', 32), "
            f"'{other}', subject_id, key_id, print FROM name_print LIMIT 1",
            f"UPDATE engagement SET practice_id = '{other}'"):
        with pytest.raises(ProgrammingError, match="row-level security"), \
                stage.world.ground.work(writes=True) as work:
            work.confine(own)
            work.session.execute(text(statement))


def test_changes_no_row_of_another_practice_without_any_where(stage: Stage) -> None:
    with stage.world.ground.work(writes=True) as work:
        every = work.session.scalar(text("SELECT count(*) FROM person"))
        work.confine(stage.ids["zoe.practice"])
        own = work.session.scalar(text("SELECT count(*) FROM person"))
        touched: Any = work.session.execute(text("UPDATE person SET created_at = created_at"))
    assert 0 < touched.rowcount == own < every


@contextmanager
def _forgotten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every statement and every comparison forget to ask for the practice."""
    def strip(found: ORMExecuteState) -> None:
        found.statement = replacement_traverse(found.statement, {}, _forget)

    def anybody(row: Any, role: str, known: Any = frame.actor_of) -> Actor:
        actor: Actor = known(row, role)
        return replace(actor, practice_id=_Any(actor.practice_id))

    event.listen(Session, "do_orm_execute", strip)
    with monkeypatch.context() as patched:
        patched.setattr(frame, "actor_of", anybody)
        yield
    event.remove(Session, "do_orm_execute", strip)


def _forget(element: Any, **_how: Any) -> Any:
    asks = isinstance(element, BinaryExpression) and isinstance(element.right, BindParameter)
    if asks and isinstance(element.left, Column) and element.left.name == "practice_id":
        return true()
    return None


def _walk(stage: Stage) -> dict[tuple[str, str], tuple[int, frozenset[str]]]:
    """Return, for every page that Zoe asks for with Ben's things, how it was answered and what it
    told of Berg Coaching."""
    values = stage.values("ben")
    marks = {stage.ids[name] for name in ("ana", "ben", "dora", "olga", "hana", "ben.engagement")}
    marks |= {who.name for who in (BEN, DORA, OLGA, HANA, MALLORY)}
    found = {}
    for rule, method in routes(stage.app):
        if method == "GET" and stage_door(stage, rule.endpoint) in doors_of("zoe"):
            page = ask(stage.browser("zoe"), method, stage.path(rule, **values))
            told = without_addresses(page.html)
            found[rule.endpoint, method] = page.status, frozenset(m for m in marks if m in told)
    return found


def test_answers_as_ever_where_every_statement_forgets_the_practice(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _walk(stage)
    assert not {mark for _status, told in before.values() for mark in told}
    with _forgotten(monkeypatch):
        assert _walk(stage) == before
        # Without the policies it would have been told.
        monkeypatch.setattr(Work, "confine", lambda *_any: None)
        leaks = {key for key, got in _walk(stage).items() if got != before[key]}
    assert len(leaks) > 2
