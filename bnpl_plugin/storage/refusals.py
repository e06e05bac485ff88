"""What the database says, in the house's errors: nothing of SQLAlchemy's or a driver's leaves this room."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bnpl_plugin.errors import (
    BnplError,
    ConfigurationError,
    GuardFailed,
    InvalidInput,
    LedgerImbalance,
    StateMoved,
    StorageUnavailable,
    refusal,
)
from bnpl_plugin.storage.schema.metadata import metadata

#: Unique keys that name a guard of their own; a clash on any other means that somebody else wrote first.
_GUARDS = {
    "pk_bnpl_order_claim": "order_claim",
    "uq_bnpl_loan_checkout": "order_claim",
    "pk_bnpl_provider_claim": "provider_claim",
}


def _unique_keys() -> Iterator[tuple[str, str]]:
    """Yield each unique key as SQLite tells of it (``table.column, …``) with its name."""
    for table in metadata.tables.values():
        yield ", ".join(f"{table.name}.{column.name}" for column in table.primary_key), f"pk_{table.name}"
        for index in table.indexes:
            if index.unique:
                columns = ", ".join(f"{table.name}.{column.name}" for column in index.columns)
                yield columns, str(index.name)


_SQLITE_KEYS = dict(_unique_keys())
_SQLITE_UNIQUE = re.compile(r"UNIQUE constraint failed: (.+)")
_SQLITE_CHECK = re.compile(r"CHECK constraint failed: (\w+)")
_UNIQUE_VIOLATION = "23505"
_NOT_THERE = frozenset({"42P01", "42703", "42883"})  # undefined table, column, function
_BUSY = frozenset({"40001", "40P01", "BN004"})


@contextmanager
def our_errors() -> Iterator[None]:
    """Turn every database error inside the block into one of ours."""
    try:
        yield
    except (StatementError, PoolTimeout) as error:
        raise translated(error) from error


def translated(error: StatementError | PoolTimeout) -> BnplError:
    """Return our error for SQLAlchemy's.

    A failed guard becomes its ``GuardFailed`` subclass, a clash of unique keys ``StateMoved`` (its ``guard`` names the
    key), a broken check ``GuardFailed``, a refused value ``InvalidInput``, and all else ``StorageUnavailable``.
    """
    if (
        isinstance(error, StatementError)
        and isinstance(error.orig, TypeError | ValueError)
        and not isinstance(error, DBAPIError)
    ):
        return InvalidInput(
            str(error.orig), field="value", fault="cannot be stored", accepted="plain JSON values, aware instants"
        )
    if not isinstance(error, DBAPIError) or error.orig is None:
        return StorageUnavailable(str(error))
    state = getattr(error.orig, "sqlstate", None)
    return _from_postgresql(error, state) if state is not None else _from_text(error)


def is_busy(error: BnplError) -> bool:
    """Whether the same write may simply be tried again: a deadlock, a serialisation failure, a crowded stream."""
    return isinstance(error, StorageUnavailable) and bool(error.details.get("busy"))


def _from_postgresql(error: DBAPIError, state: str) -> BnplError:
    diag = error.orig.diag  # type: ignore[union-attr]
    said = diag.message_primary or ""
    if state == "BN001":
        return _refused(said.removeprefix("bnpl_refusal:"), diag.message_detail or "")
    if state == "BN002":
        return LedgerImbalance(said)
    if state == _UNIQUE_VIOLATION:
        return _clash(diag.constraint_name or "unique", said)
    if isinstance(error, IntegrityError):
        return GuardFailed(said, guard=diag.constraint_name or "constraint")
    if isinstance(error, DataError):
        return InvalidInput(said, field="value", fault="cannot be stored", accepted="text without NUL, in its length")
    if state in _NOT_THERE:
        return ConfigurationError(f"our tables are not there or not up to date; run `flask bnpl db upgrade`: {said}")
    return StorageUnavailable(f"{state}: {said}", busy=state in _BUSY)


def _from_text(error: DBAPIError) -> BnplError:
    said = str(error.orig)
    if said.startswith("bnpl_ledger"):
        return LedgerImbalance(said)
    if match := _SQLITE_UNIQUE.search(said):
        return _clash(_SQLITE_KEYS.get(match[1], match[1]), said)
    if match := _SQLITE_CHECK.search(said):
        return GuardFailed(said, guard=match[1])
    if isinstance(error, IntegrityError):
        return GuardFailed(said, guard="constraint")
    if isinstance(error, DataError):
        return InvalidInput(said, field="value", fault="cannot be stored", accepted="values of the column's type")
    if said.startswith(("no such table", "no such column")):
        return ConfigurationError(f"our tables are not there or not up to date; run `flask bnpl db upgrade`: {said}")
    return StorageUnavailable(said, busy=False)


def _refused(guard: str, diagnostic: str) -> GuardFailed:
    error = refusal(guard)
    error.diagnostic = diagnostic
    return error


def _clash(name: str, diagnostic: str) -> GuardFailed:
    guard = _GUARDS.get(name)
    return StateMoved(diagnostic, guard=name) if guard is None else _refused(guard, diagnostic)
