"""The part of the command that tells what happened, line by line, to programs that watch."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from portal.shell import ground, said, settings


class Moment(click.ParamType[datetime]):
    """Read an instant with its offset, or a day in UTC."""

    name = "when"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return an aware instant, or say how one is written."""
        try:
            read = datetime.fromisoformat(str(value))
        except ValueError:
            read = None
        if read is not None and read.tzinfo is None and len(str(value)) == len("2026-11-23"):
            read = read.replace(tzinfo=UTC)
        if read is None or read.tzinfo is None:
            self.fail("write a day, as 2026-11-23, or an instant with its offset, as "
                      "2026-11-23T09:00+01:00", param, ctx)
        return read


@click.command()
@click.option("--since", required=True, type=Moment(), help="From this day or instant on.")
@click.option("--until", type=Moment(), help="Before this day or instant.")
@click.option("--practice", help="The id of one practice, instead of all of them.")
def audit(since: datetime, until: datetime | None, practice: str | None) -> None:
    """Print record and access log as JSON lines, oldest first: ids, codes, hashes and instants, no
    names. The access log knows the last 90 days."""
    from portal.ledger.queries import Span, audit_lines

    with said(), ground(settings()) as made, made.work(writes=False) as work:
        for line in audit_lines(work, Span(since, until, practice)):
            click.echo(line)
