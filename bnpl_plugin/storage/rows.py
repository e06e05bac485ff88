"""Rows to records: from a Core row (columns in the record's order) or from a row as PostgreSQL writes it in JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa

from bnpl_plugin.ports.records import Record
from bnpl_plugin.storage.schema import RECORDS, record_table
from bnpl_plugin.storage.schema.columns import Instant

R = TypeVar("R", bound=Record)


def columns_of(record: type[Record], source: Any = None) -> list[Any]:
    """Return a record's columns in its order, of its table or of an alias of it."""
    columns = (record_table(record.table) if source is None else source).c
    return [columns[field.name] for field in fields(record)]  # type: ignore[arg-type]


def select_of(record: type[Record]) -> sa.Select[Any]:
    """Return a SELECT of a record's columns in its order."""
    return sa.select(*columns_of(record))


def one(connection: sa.Connection, statement: sa.Select[Any], record: type[R]) -> R | None:
    """Return the first row as a record, or None."""
    row = connection.execute(statement.limit(1)).first()
    return None if row is None else record(*row)


def many(connection: sa.Connection, statement: sa.Select[Any], record: type[R]) -> tuple[R, ...]:
    """Return all rows as records."""
    return tuple(record(*row) for row in connection.execute(statement))


def one_by(connection: sa.Connection, record: type[R], *, order: tuple[str, ...] = (), **key: Any) -> R | None:
    """Return the first row whose columns have some values, or None; the statement is made once and kept."""
    row = connection.execute(_by(record.table, tuple(key), order), key).first()
    return None if row is None else record(*row)


def many_by(connection: sa.Connection, record: type[R], *, order: tuple[str, ...] = (), **key: Any) -> tuple[R, ...]:
    """Return all rows whose columns have some values, in an order (``-name``: falling); the statement is kept."""
    return tuple(record(*row) for row in connection.execute(_by(record.table, tuple(key), order), key))


@cache
def _by(table: str, names: tuple[str, ...], order: tuple[str, ...]) -> sa.Select[Any]:
    """Return a SELECT by columns: making it anew at every read costs more than reading does."""
    columns = record_table(table).c
    wanted = select_of(RECORDS[table]).where(*(columns[name] == sa.bindparam(name) for name in names))
    return wanted.order_by(*(columns[name[1:]].desc() if name.startswith("-") else columns[name] for name in order))


def straight(connection: sa.Connection, text: str, values: tuple[Any, ...], record: type[R]) -> tuple[R, ...]:
    """Return records of PostgreSQL's text ``SELECT row_to_json(…)``, handed to the driver as it is.

    For the reads of every API request: making and compiling a Core statement costs three times the query.
    """
    rows = connection.exec_driver_sql(text, values).scalars().all()
    return all_from_json(record, rows)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _conversion(column: sa.Column[Any]) -> Callable[[Any], Any] | None:
    if isinstance(column.type, Instant):
        return _instant
    return date.fromisoformat if isinstance(column.type, sa.Date) else None


_READERS: Mapping[str, tuple[tuple[str, Callable[[Any], Any] | None], ...]] = {
    name: tuple((field.name, _conversion(record_table(name).c[field.name])) for field in fields(record))  # type: ignore[arg-type]
    for name, record in RECORDS.items()
}


def from_json(record: type[R], row: Mapping[str, Any] | None) -> R | None:
    """Return a record from ``row_to_json``'s object."""
    if row is None:
        return None
    values = (
        row[name] if convert is None or row[name] is None else convert(row[name])
        for name, convert in _READERS[record.table]
    )
    return record(*values)


def all_from_json(record: type[R], rows: Iterable[Mapping[str, Any]] | None) -> tuple[R, ...]:
    """Return records from ``json_agg``'s array, which is null when there is no row."""
    found = (from_json(record, row) for row in rows or ())
    return tuple(row for row in found if row is not None)
