"""The only room that knows SQLAlchemy and Alembic: tables, the store, the read models, the verifier, the migrations.

For: implementing ``ports.Store``, ``ports.Reads`` and ``ports.Verifier`` on PostgreSQL and SQLite.
May import: sqlalchemy, alembic, and of ours ``ports`` and what lies below it.
Must never: import ``lifecycle``, ``web`` or flask; reference a host's table; let an error of SQLAlchemy's or a driver's
out; decide anything that a use case should decide.
Add a file here: only for a new way of writing or reading; a new table goes to ``schema/``, a new read to ``reads/``, a
new promise's check to ``verify/``.
"""

from bnpl_plugin.storage.engine import build_engine, install_sqlite_hooks
from bnpl_plugin.storage.gate import SqlGate
from bnpl_plugin.storage.migrations import current, upgrade
from bnpl_plugin.storage.migrations.host_filter import host_filter
from bnpl_plugin.storage.sql_reads import SqlReads
from bnpl_plugin.storage.sql_store import SqlStore
from bnpl_plugin.storage.verify import SqlVerifier

__all__ = [
    "SqlGate",
    "SqlReads",
    "SqlStore",
    "SqlVerifier",
    "build_engine",
    "current",
    "host_filter",
    "install_sqlite_hooks",
    "upgrade",
]
