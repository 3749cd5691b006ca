"""Whose rows a transaction sees and takes: row policies of PostgreSQL behind every WHERE.

Each statement names its practice by itself. Should one forget to, the database still shows and
takes the rows of one practice alone, once it is known who acts. Until then, and for the
clockwork and commands, all of them; who says nothing at all reaches no row. SQLite has no such
policies.

The setting lasts for one transaction: what holds for a connection would be left to whoever gets
it from the pool next. It keeps mistakes away, not somebody who can send any SQL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import Engine, Executable, event, text

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

#: The reach of those who look after all practices.
EVERYWHERE: Final = "*"
#: The option of an engine or a connection that says how far its transactions reach.
OPTION: Final = "reach"
_SET = text("SELECT set_config('portal.practice', :reach, true)")
_POLICY = "of_one_practice"


def tell_reach(engine: Engine) -> None:
    """Let every transaction of a PostgreSQL engine begin by saying how far it reaches."""

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        reach = connection.get_execution_options().get(OPTION, "")
        if reach:
            connection.execute(_SET, {"reach": reach})


def confining(practice_id: str) -> Executable:
    """Return the statement that lets the rest of a transaction reach one practice alone."""
    return _SET.bindparams(reach=practice_id)


def policy_on(
    table: str, *, column: str = "practice_id", or_nobody: bool = False
) -> tuple[str, ...]:
    """Return the statements that set up the policy of a table, for its owner too.

    `column` holds the practice; with `or_nobody` everybody reaches the rows where that is NULL.
    The setting is read once for a statement, not for each row.
    """
    reach = "(SELECT current_setting('portal.practice', true))"
    rule = f"{column} = {reach} OR {reach} = '{EVERYWHERE}'"
    if or_nobody:
        rule += f" OR ({column} IS NULL AND {reach} <> '')"
    return (
        f"CREATE POLICY {_POLICY} ON {table} USING ({rule}) WITH CHECK ({rule})",
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
    )


def no_policy_on(table: str) -> tuple[str, ...]:
    """Return the statements that take the policy of a table away."""
    return (
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        f"DROP POLICY {_POLICY} ON {table}",
    )


def is_above_policies(connection: Connection) -> bool:
    """Tell whether the role behind a connection is one for which PostgreSQL asks no policy."""
    return bool(connection.scalar(text(
        "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")))
