"""Engines whose transactions mean what they say, on PostgreSQL and SQLite."""

from __future__ import annotations

import os
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bnpl_plugin.errors import ConfigurationError
from bnpl_plugin.storage.schema.columns import POSTGRESQL

SQLITE = "sqlite"
#: Execution option that names the statement which opens a transaction on SQLite.
BEGIN_OPTION = "bnpl_begin"
BUSY_SECONDS = 15


def build_engine(url: str, *, echo: bool = False, durable: bool = True) -> sa.Engine:
    """Return an engine for the house's own transactions.

    PostgreSQL gets a pool of at most twice the machine's cores (more only queue inside the server); SQLite gets a
    write-ahead log that is synced at each commit, foreign keys, and transactions that begin when we say so.

    Without ``durable`` a commit does not wait for the disk: a killed process loses nothing, a lost machine may. Only
    for data that can be made again, such as a simulation's.

    Raises:
        ConfigurationError: for an address that cannot be read, or another database.
    """
    try:
        address = make_url(url)
        backend = address.get_backend_name()
    except ArgumentError as error:
        raise ConfigurationError(f"BNPL_DATABASE_URL cannot be read: {error}") from error
    if backend == POSTGRESQL:
        if address.drivername == POSTGRESQL:
            address = address.set(drivername="postgresql+psycopg")
        cores = os.cpu_count() or 1
        hurried = {} if durable else {"options": "-c synchronous_commit=off"}
        return sa.create_engine(
            address, pool_size=2 * cores, max_overflow=0, pool_pre_ping=False, echo=echo, connect_args=hurried
        )
    if backend == SQLITE:
        engine = sa.create_engine(address, connect_args={"timeout": BUSY_SECONDS}, echo=echo)
        install_sqlite_hooks(engine)
        if not durable:
            event.listen(engine, "connect", _hurry)
        return engine
    raise ConfigurationError(f"BNPL_DATABASE_URL names {backend}; PostgreSQL and SQLite are supported")


def install_sqlite_hooks(engine: sa.Engine) -> None:
    """Make a SQLite engine's transactions real: SQLAlchemy's two documented hooks, and our pragmas.

    Call it on the host's engine before its first connection. A second call, or an engine of another database, changes
    nothing.
    """
    if engine.dialect.name != SQLITE or event.contains(engine, "begin", _begin):
        return
    event.listen(engine, "connect", _connect)
    event.listen(engine, "begin", _begin)
    engine.dispose()


def require_real_transactions(connection: sa.Connection) -> None:
    """Refuse a SQLite connection on which the driver, not SQLAlchemy, decides when a transaction begins.

    Raises:
        ConfigurationError: our rows could then survive the host's rollback.
    """
    if connection.dialect.name != SQLITE:
        return
    raw: Any = connection.connection.dbapi_connection
    if raw is None or raw.isolation_level is not None or not raw.in_transaction:
        raise ConfigurationError(
            "the host's SQLite engine lacks bnpl_plugin.storage.engine.install_sqlite_hooks(engine)"
        )


def _connect(raw: Any, _record: Any) -> None:
    raw.isolation_level = None  # the driver then emits no BEGIN of its own
    cursor = raw.cursor()
    try:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "recursive_triggers=ON",
            f"busy_timeout={BUSY_SECONDS * 1000}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
    finally:
        cursor.close()


def _hurry(raw: Any, _record: Any) -> None:
    raw.execute("PRAGMA synchronous=OFF")
    raw.execute("PRAGMA cache_size=-65536")  # KiB


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(BEGIN_OPTION, "BEGIN"))
