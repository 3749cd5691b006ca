"""The commands that look after keys: a new master key, and a key that is destroyed."""

from __future__ import annotations

import click

from portal.shell import bar, ground, said, settings


@click.command("rotate-keys")
@click.option("--drop-previous", is_flag=True, help="Take the previous master key out of the key "
                                                    "file, once nothing needs it.")
def rotate_keys(*, drop_previous: bool) -> None:
    """Wrap every data key anew under a new master key, while the portal runs.

    Stopped at any moment, it goes on when it is run again.
    """
    from portal.ground import keyfile, rotation

    with said(), keyfile.alone(settings().instance_dir) as alone:
        if not alone:
            raise rotation.CannotRotate("Another rotation is under way here.")
        if not drop_previous:
            rotation.prepare(settings())
        with ground(settings()) as made:
            if drop_previous:
                rotation.drop(made)
                click.echo("The previous master key is dropped. What was backed up before needs "
                           "it still: keep the earlier copy of the keys as long as those backups.")
                return
            rotation.begin(made)
            with bar(rotation.left(made), "Data keys wrapped anew") as went_on:
                rotation.wrap_all(made, went_on)
    click.echo("Every data key is under the new master key. Copy the keys now, apart from the "
               "backups. Nothing needs the previous one any more; to drop it: portal rotate-keys "
               "--drop-previous")


@click.command("erase-engagement")
@click.argument("engagement_id")
@click.confirmation_option(prompt="Nobody will be able to read anything of this engagement again. "
                                  "Erase it?")
def erase_engagement(engagement_id: str) -> None:
    """Destroy the key of an engagement, and everybody's who takes part in nothing else.

    The id stands in the address of its page. It cannot be undone; backups hold what they hold.
    """
    from portal.erasing.actions import SCRUBBED
    from portal.erasing.actions import erase_engagement as erase
    from portal.ground.db import scrub
    from portal.plain.errors import Missing, Refused

    with ground(settings()) as made:
        try:
            with made.work(writes=True) as work:
                count = erase(work, engagement_id)
        except Missing as no:
            raise click.ClickException("There is no engagement with this id.") from no
        except Refused as no:
            raise click.ClickException("It was erased before.") from no
        for table in SCRUBBED:
            scrub(made.engine, table)
    click.echo(f"Erased, and {count} people with it. What was backed up before can still be read: "
               "delete those backups, or rotate the master key and let its earlier copies go.")
