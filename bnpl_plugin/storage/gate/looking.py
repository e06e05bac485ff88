"""The answers that take nothing: from one read of a sale, an item and the shopper's own claims."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from bnpl_plugin.errors import GateLost, InvalidInput
from bnpl_plugin.ports.gate import (
    Already,
    Answer,
    Claim,
    Ended,
    NotOpen,
    Paused,
    SaleState,
    SoldOut,
    TooManyUnits,
    Wish,
)
from bnpl_plugin.storage.gate.desk import Item, Sale, claim_of, hopeless, item_of, number_in_line, sale_of
from bnpl_plugin.storage.schema.sales.gate import gate_claim, gate_item, gate_sale

_ITEM_FROM = len(gate_sale.columns)
_CLAIM_FROM = _ITEM_FROM + len(gate_item.columns)


def look(connection: sa.Connection, wish: Wish) -> tuple[Sale, Item, Sequence[Claim]]:
    """Return the sale, the item and what the shopper ever claimed of it, oldest first, in one statement.

    Raises:
        GateLost: no such sale.
        InvalidInput: no such item in it.
    """
    mine = sa.and_(
        gate_claim.c.shopper_id == wish.shopper_id,
        gate_claim.c.sale_id == gate_sale.c.sale_id,
        gate_claim.c.item_id == gate_item.c.item_id,
    )
    query = (
        sa.select(gate_sale, gate_item, gate_claim)
        .join(gate_item, gate_item.c.sale_id == gate_sale.c.sale_id)
        .outerjoin(gate_claim, mine)
        .where(gate_sale.c.sale_id == wish.sale_id, gate_item.c.item_id == wish.item_id)
        .order_by(gate_claim.c.turn)
    )
    rows = connection.execute(query).all()
    if not rows:
        known = sa.select(gate_sale.c.sale_id).where(gate_sale.c.sale_id == wish.sale_id)
        if connection.execute(known).first() is None:
            raise GateLost(f"no sale {wish.sale_id}")
        raise InvalidInput(field="item_id", fault="is not an item of this sale", accepted="an item of the sale")
    claims = [claim_of(row[_CLAIM_FROM:]) for row in rows if row[_CLAIM_FROM] is not None]
    return sale_of(rows[0]), item_of(rows[0], first=_ITEM_FROM), claims


def latest(claims: Sequence[Claim]) -> Claim | None:
    """Return the live claim, else the newest."""
    return next((claim for claim in claims if claim.state.live), claims[-1] if claims else None)


def foregone(connection: sa.Connection, wish: Wish, *, now: datetime) -> Answer | None:
    """Return the answer to a wish that takes neither units nor a place in line; None if it may take one."""
    sale, item, claims = look(connection, wish)
    same = next((claim for claim in claims if claim.wish.claim_id == wish.claim_id), None)
    claim = same or latest(claims)
    if claim is not None and (claim is same or claim.state.live):
        return Already(claim, number_in_line(connection, claim))
    if sale.state is SaleState.ENDED or now >= sale.ends_at:
        return Ended()
    if now < sale.starts_at:
        return NotOpen(sale.starts_at)
    if sale.state is SaleState.PAUSED:
        return Paused()
    has = sum(claim.wish.units for claim in claims if claim.state.has_units)
    if has + wish.units > item.per_shopper:
        return TooManyUnits(item.per_shopper, has)
    no = hopeless(sale, item, units=wish.units, minor=wish.principal_minor)
    if no is None and item.free < wish.units and item.waiting >= item.line_limit:
        return SoldOut(max(item.free, 0), final=False)
    return no
