"""Our own Alembic chain, apart from the host's: own folder, own version table.

For: taking any database that we live in from one release's tables to the next's.
May import: sqlalchemy and alembic; ``generate`` and ``creation`` also ``storage.schema``.
Must never: import ``storage.schema`` from a version (a released migration is frozen text); touch a host's table.
Add a file here: ``versions/<number>_<release>.py`` with the statements that a release needs; what is not released yet
is made anew by ``python -m bnpl_plugin.storage.migrations.generate``.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

VERSION_TABLE = "bnpl_alembic_version"


def _config(connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: sa.Engine, *, revision: str = "head") -> None:
    """Bring our tables to a revision (the newest unless told otherwise) in one transaction; twice is once."""
    with engine.begin() as connection:
        command.upgrade(_config(connection), revision)


def current(engine: sa.Engine) -> str | None:
    """Return the revision that the database is at, None if our tables are not there."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def newest() -> str | None:
    """Return the revision that this release's code needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()
