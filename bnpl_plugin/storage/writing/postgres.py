"""One changeset, one statement: the changeset becomes one JSON document for the function ``bnpl_write``."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bnpl_plugin.ports.store import Changeset, Move, PoolChange
from bnpl_plugin.storage.schema.columns import dumps
from bnpl_plugin.storage.writing.sections import (
    books,
    instant_of,
    lines_in_order,
    moves_by_table,
    pools_in_order,
    rooms_by_table,
    rows_by_table,
    units_in_order,
)

_WRITE = "SELECT bnpl_write(%s::jsonb)"  # handed to the driver as it is: this is the hottest write


def write(connection: sa.Connection, changeset: Changeset) -> None:
    """Write a changeset on a connection; the transaction, if any, is the caller's."""
    connection.exec_driver_sql(_WRITE, (document_of(changeset),))


def document_of(changeset: Changeset) -> str:
    """Return the JSON text that ``bnpl_write`` reads; a section without content is left out."""
    doc: dict[str, Any] = {
        f"m_{name}": [_move(m) for m in group] for name, group in moves_by_table(changeset.moves).items()
    }
    for name, rows in rows_by_table(changeset.rows).items():
        doc[f"i_{name}"] = rows
    if changeset.entries:
        headers, postings, claims = books(changeset.entries)
        doc["entries"], doc["postings"] = headers, postings
        if claims:
            doc["claims"] = claims
    if changeset.events:
        doc["events"] = [_event(event) for event in changeset.events]
    if changeset.lines:
        doc["lines"] = [
            {"shopper_id": c.shopper_id, "currency": c.currency, "held": c.held_minor, "drawn": c.drawn_minor}
            for c in lines_in_order(changeset)
        ]
    if changeset.units:
        doc["units"] = [
            {
                "sale_item_id": c.sale_item_id,
                "shopper_id": c.shopper_id,
                "free": c.free,
                "held": c.held,
                "sold": c.sold,
                "returned": c.returned,
                "added": c.added,
            }
            for c in units_in_order(changeset)
        ]
    for name, rooms in rooms_by_table(changeset).items():
        doc[f"r_{name}"] = [{"id": c.room_id, "used": c.used_minor} for c in rooms]
    if changeset.pools:
        doc["pools"] = [_pool(c) for c in pools_in_order(changeset)]
    doc["at"] = instant_of(changeset)
    return dumps(doc)


def _move(move: Move) -> dict[str, Any]:
    doc: dict[str, Any] = {"key": move.key, "set": move.set}
    if move.sources:
        doc["sources"] = move.sources
    if move.expect:
        doc["expect"] = move.expect
    return doc


def _pool(change: PoolChange) -> dict[str, Any]:
    doc: dict[str, Any] = {
        "pool_id": change.pool_id,
        "held": change.held_minor,
        "outstanding": change.outstanding_minor,
        "available": change.available_minor,
    }
    if change.terms_version is not None:
        doc["terms"] = change.terms_version
    if change.new_terms:
        doc["new_terms"] = True
    return doc


def _event(event: Any) -> dict[str, Any]:
    doc = {
        "event_id": event.event_id,
        "stream": event.stream,
        "kind": event.kind,
        "shopper_id": event.shopper_id,
        "merchant_id": event.merchant_id,
        "payload": event.payload,
        "at": event.at,
    }
    if event.deliver:
        doc["deliver"] = True
    return doc
