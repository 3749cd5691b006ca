"""The database schema as a whole: every room's tables, and the migrations that make them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from portal.agreements import models as _agreements
from portal.amending import models as _amending
from portal.clockwork import models as _clockwork
from portal.desk import models as _desk
from portal.engagements import models as _engagements
from portal.evidence import models as _evidence
from portal.factors import models as _factors
from portal.ground import vault as _vault
from portal.ground.db import Base
from portal.handing import models as _handing
from portal.inking import models as _inking
from portal.ledger import models as _ledger
from portal.links import models as _links
from portal.notices import models as _notices
from portal.people import models as _people
from portal.reaching import models as _reaching
from portal.sessions import models as _sessions
from portal.sharing import models as _sharing
from portal.signing import models as _signing
from portal.taking import models as _taking
from portal.vouching import models as _vouching
from portal.witness import models as _witness

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Engine

METADATA = Base.metadata
MIGRATIONS = Path(__file__).parents[1] / "migrations"
ROOMS = (_vault, _clockwork, _ledger, _notices, _people, _factors, _links, _engagements,
         _agreements, _vouching, _sessions, _sharing, _signing, _reaching, _evidence, _inking,
         _desk, _handing, _taking, _witness, _amending)

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


def _config(engine: Engine) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring a database to a revision, all in one transaction."""
    from alembic import command

    command.upgrade(_config(engine), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take a database back to an earlier revision."""
    from alembic import command

    command.downgrade(_config(engine), revision)


def revisions(engine: Engine) -> tuple[str | None, str | None]:
    """Return where a database stands and where the newest migration leads."""
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return current, ScriptDirectory.from_config(_config(engine)).get_current_head()
