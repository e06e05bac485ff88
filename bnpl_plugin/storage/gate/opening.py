"""Rows of a sale that is opened or learnt anew, and the changes that count once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bnpl_plugin.ports.gate import Claim, ClaimState, GateSale, SaleState
from bnpl_plugin.storage.gate.desk import claim_row
from bnpl_plugin.storage.schema.columns import POSTGRESQL
from bnpl_plugin.storage.schema.sales.gate import gate_change, gate_claim, gate_item, gate_sale


def lock_name(connection: sa.Connection, sale: GateSale) -> bool:
    """Write a sale's row, or lock the one that is there; returns whether it is new."""
    insert: Any = (postgresql if connection.dialect.name == POSTGRESQL else sqlite).insert
    row = _sale_row(sale, state=SaleState.OPEN, claims=())
    written = insert(gate_sale).values(row).on_conflict_do_nothing().returning(gate_sale.c.sale_id)
    if connection.execute(written).first() is not None:
        return True
    connection.execute(
        sa.select(gate_sale.c.sale_id).where(gate_sale.c.sale_id == sale.sale_id).with_for_update()
    ).all()
    return False


def write_items(connection: sa.Connection, sale: GateSale, *, claims: Sequence[Claim] = ()) -> None:
    """Write the rows of a sale's items and of the changes that its figures count."""
    connection.execute(
        sa.insert(gate_item), [_item_row(sale, place=place, claims=claims) for place in range(len(sale.items))]
    )
    for ref, amount in sale.changes.items():
        write_change(connection, sale.sale_id, ref=ref, amount=amount)


def write_all(connection: sa.Connection, sale: GateSale, *, claims: Sequence[Claim], state: SaleState) -> None:
    """Write every row of a sale with its claims."""
    claims = list({claim.wish.claim_id: claim for claim in claims}.values())
    connection.execute(sa.insert(gate_sale), _sale_row(sale, state=state, claims=claims))
    write_items(connection, sale, claims=claims)
    if claims:
        connection.execute(sa.insert(gate_claim), [claim_row(claim) for claim in claims])


def forget(connection: sa.Connection, sale_id: str) -> None:
    """Delete every row of a sale."""
    for table in (gate_claim, gate_item, gate_change, gate_sale):
        connection.execute(sa.delete(table).where(table.c.sale_id == sale_id))


def change_done(connection: sa.Connection, sale_id: str, *, ref: str) -> int | None:
    """Return how much a change was, if it was made."""
    query = sa.select(gate_change.c.amount).where(gate_change.c.sale_id == sale_id, gate_change.c.ref == ref)
    found: int | None = connection.execute(query).scalar_one_or_none()
    return found


def write_change(connection: sa.Connection, sale_id: str, *, ref: str, amount: int) -> None:
    """Note a change."""
    connection.execute(sa.insert(gate_change), {"sale_id": sale_id, "ref": ref, "amount": amount})


def _sale_row(sale: GateSale, *, state: SaleState, claims: Sequence[Claim]) -> dict[str, Any]:
    lent = sum(claim.wish.principal_minor for claim in claims if claim.state.has_units)
    return {
        "sale_id": sale.sale_id,
        "state": str(state),
        "starts_at": sale.starts_at,
        "ends_at": sale.ends_at,
        "hold_seconds": sale.hold_seconds,
        "ceiling_seconds": sale.ceiling_seconds,
        "allotment_minor": sale.allotment_minor,
        "left_minor": sale.allotment_minor - lent,
        "turns": max((claim.turn for claim in claims), default=0),
    }


def _item_row(sale: GateSale, *, place: int, claims: Sequence[Claim]) -> dict[str, Any]:
    item = sale.items[place]
    own = [claim for claim in claims if claim.wish.item_id == item.item_id]
    booked = sum(claim.wish.units for claim in own if claim.state is ClaimState.BOOKED)
    held = sum(claim.wish.units for claim in own if claim.state.has_units) - booked
    return {
        "sale_id": sale.sale_id,
        "item_id": item.item_id,
        "place": place,
        "total_units": item.units,
        "free_units": item.units - held - booked,
        "held_units": held,
        "booked_units": booked,
        "waiting": sum(claim.state is ClaimState.WAITING for claim in own),
        "units_per_shopper": item.units_per_shopper,
        "line_limit": item.line_limit,
    }
