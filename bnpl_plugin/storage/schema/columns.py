"""The column types of the house and short makers for them, so that a table reads like its record.

An ``Instant`` is a ``TIMESTAMP WITH TIME ZONE`` on PostgreSQL and ISO 8601 text of fixed width in UTC elsewhere, so
that text order is time order. A ``Document`` is JSONB on PostgreSQL and compact JSON text elsewhere. Neither depends on
how the host built its engine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

POSTGRESQL = "postgresql"


def plain(value: object) -> object:
    """Return the JSON form of what ``json`` does not know: instants and dates as ISO 8601, mappings as objects.

    Raises:
        TypeError: for a naive datetime and for every other type.
    """
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError("an instant must be aware")
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} cannot be stored in a document")


#: Compact JSON text of a document; the one encoder of both writers.
dumps = json.JSONEncoder(
    default=plain, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
).encode


class Instant(TypeDecorator[datetime]):
    """An aware instant, given back in UTC."""

    impl = sa.String(32)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Pick the database's own type where there is one."""
        if dialect.name == POSTGRESQL:
            return dialect.type_descriptor(sa.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(sa.String(32))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse naive datetimes; write UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("an instant must be aware")
        moment = value.astimezone(UTC)
        return moment if dialect.name == POSTGRESQL else moment.isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give back an aware UTC instant, whatever the session's time zone is."""
        if value is None:
            return None
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return moment.astimezone(UTC)


class Document(TypeDecorator[Any]):
    """A JSON object."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Pick the database's own type where there is one."""
        if dialect.name == POSTGRESQL:
            return dialect.type_descriptor(JSONB(none_as_null=True))
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Encode by the house's own encoder; PostgreSQL's driver then gets plain dicts and lists."""
        if value is None:
            return None
        text = dumps(value)
        return json.loads(text) if dialect.name == POSTGRESQL else text

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Give back dicts and lists."""
        return json.loads(value) if isinstance(value, str) else value


def ident(name: str, *, null: bool = False, length: int = 64) -> sa.Column[str]:
    """An opaque id, a code or a reference."""
    return sa.Column(name, sa.String(length), nullable=null)


def words(name: str, *, null: bool = False) -> sa.Column[str]:
    """Text without a length that matters."""
    return sa.Column(name, sa.Text, nullable=null)


def minor(name: str) -> sa.Column[int]:
    """A sum in minor units."""
    return sa.Column(name, sa.BigInteger, nullable=False)


def count(name: str, *, null: bool = False) -> sa.Column[int]:
    """A small count."""
    return sa.Column(name, sa.Integer, nullable=null)


def at(name: str, *, null: bool = False) -> sa.Column[datetime]:
    """An instant."""
    return sa.Column(name, Instant, nullable=null)


def on(name: str) -> sa.Column[date]:
    """A calendar date."""
    return sa.Column(name, sa.Date, nullable=False)


def document(name: str, *, null: bool = False) -> sa.Column[Any]:
    """A JSON object."""
    return sa.Column(name, Document, nullable=null)


def money_code() -> sa.Column[str]:
    """An ISO 4217 code."""
    return sa.Column("currency", sa.String(3), nullable=False)


def never_negative(*names: str) -> sa.CheckConstraint:
    """Refuse negative sums or counts; one constraint for all of a table."""
    return sa.CheckConstraint(" AND ".join(f"{name} >= 0" for name in names), name="never_negative")


def index_where(name: str, *columns: str, where: str, unique: bool = False) -> sa.Index:
    """An index over the rows that fulfil a condition, on both databases."""
    condition = sa.text(where)
    return sa.Index(name, *columns, unique=unique, postgresql_where=condition, sqlite_where=condition)
