"""Each migration goes down and up over a portal with people in it; one that fails or is killed
leaves what was there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, func, inspect, select, text

from portal import schema
from portal.ground.db import make_engine
from portal.ground.work import Ground
from portal.ledger.models import Entry
from portal.witness.queries import examine
from tests.backup import stage
from tests.builders import World
from tests.engines import suit_tests
from tests.house.test_migrations import triggers, wanted
from tests.sight import seeing
from tests.web.stage import a_database

ROOT = Path(__file__).parents[2]

#: A migration that does what migrations do, and then fails, or waits to be killed.
PLANTED = '''
import os, pathlib, time
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", "{head}", None, None

def upgrade():
    op.create_table("planted", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("UPDATE person SET locale = 'xx'")
    with op.batch_alter_table("party") as batch:
        batch.add_column(sa.Column("planted", sa.String(8), nullable=True))
    op.execute("DELETE FROM notice")
    if "PLANTED_FAILS" in os.environ:
        raise RuntimeError("planted")
    if "PLANTED_MARK" in os.environ:
        pathlib.Path(os.environ["PLANTED_MARK"]).touch()
        time.sleep(600)

def downgrade():
    pass
'''


@pytest.fixture
def lived_in(empty_database: str, tmp_path: Path) -> Iterator[Ground]:
    """Give a portal with two practices, texts in force, papers, a scan and a checkpoint."""
    with a_database(empty_database, tmp_path) as url:
        ground = stage.ground_on(url, tmp_path)
        suit_tests(ground.engine)
        stage.furnish(World(ground, ground.clock))  # type: ignore[arg-type]
        yield ground
        ground.engine.dispose()


def heads(engine: Engine) -> list[tuple[str, int, str]]:
    """Return chain, number and hash of the newest entry of every chain."""
    newest = select(Entry.chain_id, func.max(Entry.seq)).group_by(Entry.chain_id).subquery()
    with engine.connect() as connection:
        return sorted(tuple(row) for row in connection.execute(
            select(Entry.chain_id, Entry.seq, Entry.hash)
            .join(newest, (Entry.chain_id == newest.c[0]) & (Entry.seq == newest.c[1]))))


def guarded(engine: Engine) -> bool:
    """Tell whether every table of evidence that is there has its triggers."""
    there = set(inspect(engine).get_table_names())
    gone = {table for table in schema.EVIDENCE if table not in there}
    needed = {name for name in wanted(engine.dialect.name)
              if not any(name.startswith(f"{table}_keep") for table in gone)}
    return needed <= triggers(engine)


@pytest.mark.alters_schema
def test_22_takes_each_step_down_and_up_and_down_again(lived_in: Ground) -> None:
    engine, known = lived_in.engine, schema.known_revisions()
    before, steps = heads(engine), 0
    assert len(before) == 4
    for later, earlier in zip(reversed(known), [*reversed(known[:-1])], strict=False):
        schema.downgrade(engine, earlier)
        assert (heads(engine), guarded(engine)) == (before, True), f"down to {earlier}"
        schema.upgrade(engine, later)
        assert (heads(engine), guarded(engine)) == (before, True), f"up to {later}"
        schema.downgrade(engine, earlier)
        steps += 1
    assert steps == len(known) - 1
    schema.upgrade(engine)
    with lived_in.work(writes=False) as work:
        assert examine(work).breaks == []
    assert (heads(engine), guarded(engine)) == (before, True)


def planted(home: Path) -> Path:
    """Return a copy of the migrations with one more at their end."""
    folder = home / "migrations"
    shutil.copytree(schema.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    head = schema.known_revisions()[-1]
    (folder / "versions" / "9999_planted.py").write_text(PLANTED.format(head=head))
    return folder


def upgrade_with(folder: Path, engine: Engine) -> None:
    config = schema._config(engine)
    config.set_main_option("script_location", str(folder))
    command.upgrade(config, "head")


@pytest.mark.alters_schema
def test_22_leaves_the_old_state_where_a_migration_fails(
    lived_in: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = lived_in.engine
    before, tables = stage.rows(engine), inspect(engine).get_table_names()
    monkeypatch.setenv("PLANTED_FAILS", "yes")
    with pytest.raises(RuntimeError, match="planted"):
        upgrade_with(planted(tmp_path), engine)
    assert schema.why_not_run(engine) is None
    assert inspect(engine).get_table_names() == tables
    assert stage.rows(engine) == before
    assert guarded(engine)
    monkeypatch.delenv("PLANTED_FAILS")
    upgrade_with(tmp_path / "migrations", engine)
    assert "a newer portal" in (schema.why_not_run(engine) or "")


@pytest.mark.alters_schema
def test_22_starts_anew_after_a_migration_was_killed(lived_in: Ground, tmp_path: Path) -> None:
    engine, mark = lived_in.engine, tmp_path / "midway"
    before, folder = stage.rows(engine), planted(tmp_path)
    engine.dispose()
    script = textwrap.dedent(f"""
        from pathlib import Path
        from portal.ground.db import make_engine
        from tests.house.test_upgrades import upgrade_with
        upgrade_with(Path({str(folder)!r}), make_engine({lived_in.settings.database_url!r}))
    """)
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT,
                          env={**os.environ, "PLANTED_MARK": str(mark)}) as process:
        while not mark.exists() and process.poll() is None:
            time.sleep(0.01)
        process.kill()
    assert mark.exists()
    again = seeing(make_engine(lived_in.settings.database_url))
    assert schema.why_not_run(again) is None
    assert stage.rows(again) == before
    upgrade_with(folder, again)
    with again.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM notice")) == 0
    assert guarded(again)
    again.dispose()
