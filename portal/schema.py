"""The database schema as a whole: every room's tables, and the migrations that make them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from portal.agreements import models as _agreements
from portal.amending import models as _amending
from portal.clockwork import models as _clockwork
from portal.desk import models as _desk
from portal.engagements import models as _engagements
from portal.evidence import models as _evidence
from portal.factors import models as _factors
from portal.ground import vault as _vault
from portal.ground.copying import keep_copy
from portal.ground.db import Base
from portal.ground.reach import EVERYWHERE, OPTION
from portal.ground.running import alone
from portal.handing import models as _handing
from portal.inking import models as _inking
from portal.ledger import models as _ledger
from portal.links import models as _links
from portal.notices import models as _notices
from portal.people import models as _people
from portal.plain.errors import PortalError
from portal.reaching import models as _reaching
from portal.returning import models as _returning
from portal.sessions import models as _sessions
from portal.sharing import models as _sharing
from portal.signing import models as _signing
from portal.taking import models as _taking
from portal.throttles import models as _throttles
from portal.vouching import models as _vouching
from portal.witness import models as _witness

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection, Engine

METADATA = Base.metadata
MIGRATIONS = Path(__file__).parents[1] / "migrations"
ROOMS = (_vault, _clockwork, _ledger, _notices, _people, _factors, _links, _engagements,
         _agreements, _vouching, _sessions, _sharing, _signing, _reaching, _evidence, _inking,
         _desk, _handing, _taking, _witness, _amending, _returning,
         _throttles)

#: Tables whose rows are evidence: triggers refuse to change or delete them (INV-10).
EVIDENCE = (
    "ledger_entry", "chain", "used_step", "invitation", "agreement_version", "signer_slot",
    "grant_line", "signature", "sealed_file", "paper_twin", "renewed_file", "ink_scan", "hand_over",
    "seen_by_mistake",
    "checkpoint",
    "sharing_question", "sharing_slip", "sharing_share",
    "amendment", "amendment_answer",
    "called_review",
)


class CannotUpgrade(PortalError):
    """Say why a database is not brought up to date, and which command helps."""


def _config(engine: Engine) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine.execution_options(**{OPTION: EVERYWHERE})
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring a database to a revision, all in one transaction."""
    from alembic import command

    command.upgrade(_config(engine), revision)


def bring_up_to_date(engine: Engine) -> str | None:
    """Bring a database to the newest revision, and return the name under which a SQLite database
    is kept as it was before; None where nothing had to be kept. Raises `CannotUpgrade` for one
    that a newer portal made, and for a SQLite database on which anything is at work."""
    current, head = revisions(engine)
    if current in (None, head):
        upgrade(engine)
        return None
    if current not in known_revisions():
        raise CannotUpgrade(why_not_run(engine) or "")
    with alone(engine) as nobody_else:
        if engine.dialect.name == "sqlite" and not nobody_else:
            raise CannotUpgrade("Something is at work on the database. Stop every portal serve and "
                                "portal worker, then run: portal init")
        kept = keep_copy(engine, f"at-{current}")
        upgrade(engine)
    return kept


def downgrade(engine: Engine, revision: str) -> None:
    """Take a database back to an earlier revision."""
    from alembic import command

    command.downgrade(_config(engine), revision)


def revisions(engine: Engine) -> tuple[str | None, str | None]:
    """Return where a database stands and where the newest migration leads."""
    with engine.connect() as connection:
        return revision_of(connection), known_revisions()[-1]


def revision_of(connection: Connection) -> str | None:
    """Return where a database stands, or None where no migration ever ran."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def known_revisions() -> list[str]:
    """Return the revisions that this code brings, the oldest first: they are numbered by their
    files, and loading the library that runs them would cost every start."""
    return sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("*.py"))


def why_not_run(engine: Engine) -> str | None:
    """Return why this code must not run on a database, and which command helps; None where it
    may."""
    current, head = revisions(engine)
    if current == head:
        return None
    if current is None:
        return "There is no portal in the database yet. Run: portal init"
    if current in known_revisions():
        return (f"The database stands at {current}, and this portal needs {head}. Stop every "
                "process of the portal, then run: portal init")
    return (f"The database stands at {current}, which a newer portal made; this one knows {head} "
            "at the most. Bring the newer version back, or restore a backup that this one took: "
            "portal restore FILE")
