"""A changeset in the order in which both writers write it, so that two writers never lock rows in opposite orders.

Moves first (checkout, hold, attempt, loan, instalment, others), then new rows, ledger, events, and the hot rows last:
credit line, sale item, capital pool.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, TypeVar

from bnpl_plugin.ledger.journal import JournalEntry
from bnpl_plugin.ports.records import Record
from bnpl_plugin.ports.store import MUTABLE, ROOMS, Changeset, LineChange, Move, PoolChange, RoomChange, UnitsChange
from bnpl_plugin.storage.schema import RECORDS

C = TypeVar("C")

#: Tables that have a ``state`` column.
STATEFUL = frozenset(
    name
    for name, record in RECORDS.items()
    if "state" in {f.name for f in fields(record)}  # type: ignore[arg-type]
)

#: Column names of each record, in order.
NAMES: Mapping[str, tuple[str, ...]] = {
    name: tuple(f.name for f in fields(record))  # type: ignore[arg-type]
    for name, record in RECORDS.items()
}
_GETTERS = {name: attrgetter(*names) for name, names in NAMES.items()}


def row_of(record: Record) -> dict[str, Any]:
    """Return a record's columns."""
    name = record.table
    return dict(zip(NAMES[name], _GETTERS[name](record), strict=True))


def check_move(move: Move) -> None:
    """Refuse a move that no writer could carry out.

    Raises:
        ValueError: for a table that is append-only, a key that is not its primary key, an unknown or key column in
            ``set``, or states asked of a table without one. Each is a mistake of the caller, not of the moment.
    """
    if move.table not in MUTABLE:
        raise ValueError(f"{move.table} is append-only")
    key = RECORDS[move.table].key
    names = NAMES[move.table]
    if move.key.keys() != set(key):
        raise ValueError(f"a move of {move.table} is keyed by {key}, not {tuple(move.key)}")
    for name in (*move.set, *move.expect):
        if name not in names or name in key:
            raise ValueError(f"{name} cannot be set or expected on {move.table}")
    if not move.set or (move.sources and move.table not in STATEFUL):
        raise ValueError(f"a move of {move.table} sets nothing, or asks for a state that the table has not")


def moves_by_table(moves: Sequence[Move]) -> dict[str, list[Move]]:
    """Return checked moves grouped by table, each group in key order (moves of one row keep their order)."""
    groups: dict[str, list[Move]] = {}
    for move in moves:
        check_move(move)
        groups.setdefault(move.table, []).append(move)
    for group in groups.values():
        if len(group) > 1:
            group.sort(key=_key_values)
    return groups


def _key_values(move: Move) -> tuple[Any, ...]:
    return tuple(move.key[name] for name in RECORDS[move.table].key)


def rows_by_table(rows: Iterable[Record]) -> dict[str, list[dict[str, Any]]]:
    """Return new rows grouped by table."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for record in rows:
        groups.setdefault(record.table, []).append(row_of(record))
    return groups


def books(entries: Sequence[JournalEntry]) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """Return headers, postings and provider claims of ledger entries."""
    headers: list[dict[str, Any]] = []
    postings: list[dict[str, Any]] = []
    claims: list[dict[str, Any]] = []
    for entry in entries:
        key = {"shopper_id": entry.shopper_id, "entry_id": entry.entry_id}
        headers.append(
            {
                **key,
                "kind": entry.kind,
                "value_date": entry.value_date,
                "booked_at": entry.booked_at,
                "loan_id": entry.loan_id,
                "provider_claim": entry.provider_claim,
                "reverses": entry.reverses,
                "details": entry.details,
                "lines": len(entry.postings),
            }
        )
        postings.extend(
            {
                **key,
                "line": line,
                "account": posting.account,
                "owner": posting.owner,
                "amount_minor": posting.amount_minor,
                "currency": posting.currency,
            }
            for line, posting in enumerate(entry.postings, start=1)
        )
        if entry.provider_claim is not None:
            claims.append({"claim": entry.provider_claim, **key})
    return headers, postings, claims


def deliver_job_id(stream: str, *, seq: int) -> str:
    """Return the id of the job that delivers an event; within a stream, ids sort as events do."""
    return f"deliver_{stream}_{seq:09d}"


def instant_of(changeset: Changeset) -> Any:
    """Return the instant to stamp on hot rows: that of the first event or entry, None if there is neither."""
    if changeset.events:
        return changeset.events[0].at
    return changeset.entries[0].booked_at if changeset.entries else None


def lines_in_order(changeset: Changeset) -> Sequence[LineChange]:
    """Return the changes of credit lines in the order in which every writer locks them."""
    return _in_order(changeset.lines, key=attrgetter("shopper_id", "currency"))


def units_in_order(changeset: Changeset) -> Sequence[UnitsChange]:
    """Return the changes of sale items in the order in which every writer locks them."""
    return _in_order(changeset.units, key=attrgetter("sale_item_id", "shopper_id"))


def rooms_by_table(changeset: Changeset) -> Mapping[str, Sequence[RoomChange]]:
    """Return the changes of budgets and concentration limits by table, each in the order of their ids.

    Raises:
        ValueError: for a table that has no ceiling: a mistake of the caller.
    """
    groups: dict[str, list[RoomChange]] = {}
    for change in changeset.rooms:
        if change.table not in ROOMS:
            raise ValueError(f"{change.table} has no ceiling")
        groups.setdefault(change.table, []).append(change)
    return {name: _in_order(group, key=attrgetter("room_id")) for name, group in groups.items()}


def pools_in_order(changeset: Changeset) -> Sequence[PoolChange]:
    """Return the changes of pools in the order in which every writer locks them."""
    return _in_order(changeset.pools, key=attrgetter("pool_id"))


def _in_order(changes: Sequence[C], *, key: Callable[[C], Any]) -> Sequence[C]:
    return sorted(changes, key=key) if len(changes) > 1 else changes
