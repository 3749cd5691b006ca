"""A claim asks one question, which an index answers however much was settled before."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, insert, text

from portal.notices.actions import claim
from portal.notices.models import Notice
from tests.builders import World

SETTLED, DUE = 5_000, 20


def fill(world: World, topic: str) -> None:
    now = world.clock.now()
    with world.ground.engine.begin() as connection:
        connection.execute(insert(Notice), [
            {"id": f"{number:032d}", "practice_id": "p" * 32, "engagement_id": "e" * 32,
             "topic": topic, "name": "signed", "dedupe": f"{number}", "created_at": now,
             "due_at": now, "attempts": 0, "settled_at": now if number < SETTLED else None,
             "settled_as": "done" if number < SETTLED else None}
            for number in range(SETTLED + DUE)])
        connection.execute(text("ANALYZE"))


@pytest.mark.parametrize("topic", ["due", "seal"])
def test_finds_what_is_due_by_the_index_with_one_question(world: World, topic: str) -> None:
    fill(world, topic)
    asked: list[tuple[str, Any]] = []

    def listen(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        if statement.lstrip().startswith("SELECT") and "set_config" not in statement:
            asked.append((statement, values))

    engine = world.ground.engine
    event.listen(engine, "before_cursor_execute", listen)
    claimed = claim(world.ground, topic)
    event.remove(engine, "before_cursor_execute", listen)
    assert claimed is not None
    assert claimed.id == f"{SETTLED:032d}"
    [(statement, values)] = asked
    how = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    with engine.connect() as connection:
        plan = " ".join(map(str, connection.exec_driver_sql(f"{how} {statement}", values)))
    assert "ix_notice_topic_settled_at_due_at" in plan
