"""One changeset as Core statements, in the same order and with the same guards as ``bnpl_write``: SQLite's writer.

It also runs on PostgreSQL, where a test compares both writers row for row.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bnpl_plugin.errors import GuardFailed, refusal
from bnpl_plugin.ports.store import (
    ALWAYS_BIND,
    ENDED_COUNTS_ON,
    ROOMS,
    Changeset,
    Event,
    LineChange,
    Move,
    PoolChange,
    RoomChange,
    UnitsChange,
)
from bnpl_plugin.storage.programmes.functions import COOL_MOVES, HOT_MOVES
from bnpl_plugin.storage.schema import RECORDS, books, capital, credit, flow, record_table
from bnpl_plugin.storage.schema.columns import POSTGRESQL
from bnpl_plugin.storage.schema.sales import selling
from bnpl_plugin.storage.writing.sections import books as book_rows
from bnpl_plugin.storage.writing.sections import (
    deliver_job_id,
    instant_of,
    lines_in_order,
    moves_by_table,
    pools_in_order,
    rooms_by_table,
    rows_by_table,
    units_in_order,
)

Names = tuple[str, ...]
_TOP = sa.select(sa.func.coalesce(sa.func.max(flow.event.c.seq), 0)).where(
    flow.event.c.stream == sa.bindparam("stream")
)


def write(connection: sa.Connection, changeset: Changeset) -> None:
    """Write a changeset inside the caller's transaction.

    Raises:
        GuardFailed: the subclass of the guard that failed; the caller must roll back.
    """
    moves = moves_by_table(changeset.moves)
    for name in COOL_MOVES:
        for move in moves.get(name, ()):
            _write_move(connection, move)
    rows = rows_by_table(changeset.rows)
    for name in RECORDS:
        if name in rows:
            connection.execute(sa.insert(record_table(name)), rows[name])
    if changeset.entries:
        _write_books(connection, changeset)
    for event in changeset.events:
        _write_event(connection, event)
    _write_hot_rows(connection, changeset, moves=moves)


def _write_hot_rows(connection: sa.Connection, changeset: Changeset, *, moves: Mapping[str, list[Move]]) -> None:
    """Write what many writers contend for, in the one order: lines, units, rooms, pools."""
    for name in HOT_MOVES:
        for move in moves.get(name, ()):
            _write_move(connection, move)
    moment = instant_of(changeset)
    for line in lines_in_order(changeset):
        _write_line(connection, line, moment=moment)
    for units in units_in_order(changeset):
        _write_units(connection, units)
    rooms = rooms_by_table(changeset)
    for room in (change for name in ROOMS for change in rooms.get(name, ())):
        _write_room(connection, room, moment=moment)
    for pool in pools_in_order(changeset):
        _write_pool(connection, pool, moment=moment)


def _write_move(connection: sa.Connection, move: Move) -> None:
    statement = _moving(move.table, tuple(move.key), bool(move.sources), tuple(move.expect), tuple(move.set))
    told: dict[str, Any] = {f"key_{name}": value for name, value in move.key.items()}
    told |= {f"expect_{name}": value for name, value in move.expect.items()}
    told |= {f"set_{name}": value for name, value in move.set.items()}
    if move.sources:
        told["sources"] = [str(state) for state in move.sources]
    if connection.execute(statement, told).rowcount != 1:
        raise _refused("state", f"{move.table} {dict(move.key)}")


@cache
def _moving(table: str, key: Names, sources: bool, expect: Names, changed: Names) -> sa.Update:  # noqa: FBT001
    """Return the UPDATE of moves of one shape: making it anew for every move costs more than moving does."""
    columns = record_table(table).columns
    where = [columns[name] == sa.bindparam(f"key_{name}", type_=columns[name].type) for name in key]
    if sources:
        where.append(columns.state.in_(sa.bindparam("sources", expanding=True, type_=columns.state.type)))
    where += [
        columns[name].is_not_distinct_from(sa.bindparam(f"expect_{name}", type_=columns[name].type)) for name in expect
    ]
    values = {name: sa.bindparam(f"set_{name}", type_=columns[name].type) for name in changed}
    return sa.update(record_table(table)).where(*where).values(values)


def _write_books(connection: sa.Connection, changeset: Changeset) -> None:
    """Write entries: PostgreSQL's guard wants headers first, SQLite's wants postings first."""
    headers, postings, claims = book_rows(changeset.entries)
    if connection.dialect.name == POSTGRESQL:
        connection.execute(sa.insert(books.journal_entry), headers)
        connection.execute(sa.insert(books.posting).values(postings))  # one statement, judged as a whole
    else:
        connection.execute(sa.insert(books.posting), postings)
        connection.execute(sa.insert(books.journal_entry), headers)
    if claims:
        connection.execute(sa.insert(books.provider_claim), claims)


def _write_event(connection: sa.Connection, event: Event) -> None:
    seq = connection.execute(_TOP, {"stream": event.stream}).scalar_one() + 1
    job_id = deliver_job_id(event.stream, seq=seq) if event.deliver else None
    connection.execute(
        sa.insert(flow.event),
        {
            "stream": event.stream,
            "seq": seq,
            "event_id": event.event_id,
            "kind": event.kind,
            "shopper_id": event.shopper_id,
            "merchant_id": event.merchant_id,
            "payload": event.payload,
            "at": event.at,
            "job_id": job_id,
        },
    )
    if job_id is not None:
        connection.execute(
            sa.insert(flow.job),
            {
                "job_id": job_id,
                "kind": "deliver",
                "stream": event.stream,
                "payload": {"event_id": event.event_id},
                "state": "ready",
                "run_at": event.at,
                "tries": 0,
                "created_at": event.at,
            },
        )


def _write_line(connection: sa.Connection, change: LineChange, *, moment: datetime | None) -> None:
    line = credit.credit_line.c
    rise = change.held_minor + change.drawn_minor
    where = [line.shopper_id == change.shopper_id, line.currency == change.currency]
    if rise > 0:
        where += [line.state == "open", line.held_minor + line.drawn_minor + rise <= line.limit_minor]
    values: dict[str, Any] = {
        "held_minor": line.held_minor + change.held_minor,
        "drawn_minor": line.drawn_minor + change.drawn_minor,
    }
    if connection.execute(sa.update(credit.credit_line).where(*where).values(_stamped(values, moment))).rowcount != 1:
        raise _refused("credit_line", f"{change}")


def _write_units(connection: sa.Connection, change: UnitsChange) -> None:
    own = change.held + change.sold
    if own > 0:
        _claim_units(connection, change, own=own)
    elif own < 0:
        claim = selling.sale_claim.c
        mine = (claim.sale_item_id == change.sale_item_id, claim.shopper_id == change.shopper_id)
        given_back = sa.update(selling.sale_claim).where(*mine).values(units=claim.units + own)
        if connection.execute(given_back).rowcount != 1:
            raise _refused("units_per_shopper", f"{change}")
    item = selling.sale_item.c
    where = [item.sale_item_id == change.sale_item_id]
    if change.free < 0:
        where.append(item.free_units + change.free >= 0)
    values = {
        "free_units": item.free_units + change.free,
        "held_units": item.held_units + change.held,
        "sold_units": item.sold_units + change.sold,
        "returned_units": item.returned_units + change.returned,
        "total_units": item.total_units + change.added,
    }
    if connection.execute(sa.update(selling.sale_item).where(*where).values(values)).rowcount != 1:
        raise _refused("sale_item", f"{change}")


def _claim_units(connection: sa.Connection, change: UnitsChange, *, own: int) -> None:
    """Raise a shopper's own count of a sale item's units; refused above the allowance."""
    item = selling.sale_item.c
    allowed = sa.select(item.units_per_shopper).where(item.sale_item_id == change.sale_item_id)
    allowance = connection.execute(allowed).scalar_one_or_none()
    if allowance is None:
        raise _refused("sale_item", f"{change}")
    claim = selling.sale_claim
    insert: Any = (postgresql if connection.dialect.name == POSTGRESQL else sqlite).insert
    written = insert(claim).values(sale_item_id=change.sale_item_id, shopper_id=change.shopper_id, units=own)
    statement = written.on_conflict_do_update(
        index_elements=[claim.c.sale_item_id, claim.c.shopper_id],
        set_={"units": claim.c.units + own},
        where=claim.c.units + own <= allowance,
    ).returning(claim.c.units)
    if own > allowance or connection.execute(statement).scalar_one_or_none() is None:
        raise _refused("units_per_shopper", f"{change}")


def _write_room(connection: sa.Connection, change: RoomChange, *, moment: datetime | None) -> None:
    table = record_table(change.table)
    room = table.c
    where = [room[RECORDS[change.table].key[0]] == change.room_id]
    if change.used_minor > 0:
        within = room.used_minor + change.used_minor <= room.ceiling_minor
        active = room.state == "active"
        bound = sa.or_(~active, within) if change.table in ENDED_COUNTS_ON else sa.and_(active, within)
        where.append(within if change.table in ALWAYS_BIND else bound)
    values = _stamped({"used_minor": room.used_minor + change.used_minor}, moment)
    if connection.execute(sa.update(table).where(*where).values(values)).rowcount != 1:
        raise _refused(change.table, f"{change}")


def _write_pool(connection: sa.Connection, change: PoolChange, *, moment: datetime | None) -> None:
    pool = capital.capital_pool.c
    rise = change.held_minor + change.outstanding_minor
    where = [pool.pool_id == change.pool_id]
    if rise > 0 or change.available_minor < 0:
        used = pool.held_minor + pool.outstanding_minor + rise
        where.append(used <= pool.available_minor + change.available_minor)
    values: dict[str, Any] = {
        "held_minor": pool.held_minor + change.held_minor,
        "outstanding_minor": pool.outstanding_minor + change.outstanding_minor,
        "available_minor": pool.available_minor + change.available_minor,
    }
    if change.new_terms:
        values["terms_version"] = pool.terms_version + 1
    if change.terms_version is not None:
        where.append(pool.terms_version == change.terms_version)
    if connection.execute(sa.update(capital.capital_pool).where(*where).values(_stamped(values, moment))).rowcount != 1:
        known = sa.select(pool.terms_version).where(pool.pool_id == change.pool_id)
        version = connection.execute(known).scalar_one_or_none()
        moved = change.terms_version is not None and version not in (None, change.terms_version)
        raise _refused("state" if moved else "capital_pool", f"{change}")


def _stamped(values: Mapping[str, Any], moment: datetime | None) -> dict[str, Any]:
    return dict(values) if moment is None else {**values, "changed_at": moment}


def _refused(guard: str, diagnostic: str) -> GuardFailed:
    error = refusal(guard)
    error.diagnostic = diagnostic
    return error
