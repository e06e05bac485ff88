"""The flash sales of ``ports.store``, on SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from bnpl_plugin.ports.gate import Claim, ClaimState, Wish
from bnpl_plugin.ports.records import Hold, Sale, SaleChange, SaleDraw, SaleItem
from bnpl_plugin.ports.store.sales import SaleCounts, SaleView
from bnpl_plugin.storage.gate.drained import take_down, waiting
from bnpl_plugin.storage.rows import columns_of, many, many_by, one_by, select_of
from bnpl_plugin.storage.schema.purchases import checkout, hold
from bnpl_plugin.storage.schema.sales.selling import sale, sale_change, sale_item

_Connections = Callable[[], AbstractContextManager[sa.Connection]]
_SALE_COLUMNS = len(columns_of(Sale))


class SqlSales:
    """Reads flash sales.

    Args:
        reading: gives a connection for one read.
        writing: gives a connection in a writing transaction that commits at its end.
    """

    def __init__(self, reading: _Connections, *, writing: _Connections) -> None:
        self._reading = reading
        self._writing = writing

    def sale(self, sale_id: str) -> Sale | None:
        """Return a sale."""
        with self._reading() as connection:
            return one_by(connection, Sale, sale_id=sale_id)

    def view(self, sale_id: str) -> SaleView | None:
        """Return a sale with its items."""
        with self._reading() as connection:
            found = one_by(connection, Sale, sale_id=sale_id)
            items = many_by(connection, SaleItem, sale_id=sale_id, order=("place",)) if found else ()
        return SaleView(found, items) if found else None

    def of_item(self, sale_item_id: str) -> tuple[Sale, SaleItem] | None:
        """Return an item and its sale."""
        with self._reading() as connection:
            row = connection.execute(_OF_ITEM, {"item": sale_item_id}).first()
        return None if row is None else (Sale(*row[:_SALE_COLUMNS]), SaleItem(*row[_SALE_COLUMNS:]))

    def live(self, *, starting_by: datetime) -> Sequence[Sale]:
        """Return the sales that are not closed and start by an instant, the oldest first."""
        wanted = select_of(Sale).where(sale.c.state != "closed", sale.c.starts_at <= starting_by)
        with self._reading() as connection:
            return many(connection, wanted.order_by(sale.c.starts_at, sale.c.sale_id), Sale)

    def all(self, *, merchant_id: str | None = None, limit: int = 100) -> Sequence[SaleView]:
        """Return sales with their items, the latest start first."""
        wanted = select_of(Sale).order_by(sale.c.starts_at.desc(), sale.c.sale_id).limit(limit)
        if merchant_id is not None:
            wanted = wanted.where(sale.c.merchant_id == merchant_id)
        with self._reading() as connection:
            found = many(connection, wanted, Sale)
            its = sale_item.c.sale_id.in_([one.sale_id for one in found])
            rows = select_of(SaleItem).where(its).order_by(sale_item.c.sale_id, sale_item.c.place)
            items = {key: tuple(group) for key, group in groupby(many(connection, rows, SaleItem), _SALE_ID)}
        return tuple(SaleView(one, items.get(one.sale_id, ())) for one in found)

    def changes(self, sale_id: str, *, untold: bool) -> Sequence[SaleChange]:
        """Return what was added to a sale, oldest first."""
        wanted = select_of(SaleChange).where(sale_change.c.sale_id == sale_id)
        if untold:
            wanted = wanted.where(sale_change.c.state == "decided")
        with self._reading() as connection:
            return many(connection, wanted.order_by(sale_change.c.at, sale_change.c.ref), SaleChange)

    def hold(self, *, shopper_id: str, hold_id: str) -> Hold | None:
        """Return a hold."""
        with self._reading() as connection:
            return one_by(connection, Hold, shopper_id=shopper_id, hold_id=hold_id)

    def reserved(self, sale_item_id: str, *, limit: int, after: str = "") -> Sequence[Hold]:
        """Return holds that reserve a credit line for an item, in the order of their ids."""
        mine = (hold.c.sale_item_id == sale_item_id, hold.c.state == "reserved", hold.c.hold_id > after)
        with self._reading() as connection:
            return many(connection, select_of(Hold).where(*mine).order_by(hold.c.hold_id).limit(limit), Hold)

    def ready_in_browser(self, sale_id: str, *, device: str) -> Sequence[str]:
        """Return the shoppers who got ready for a sale in one browser."""
        wanted = (
            sa.select(checkout.c.shopper_id)
            .join(sale_item, sale_item.c.sale_item_id == checkout.c.sale_item_id)
            .where(sale_item.c.sale_id == sale_id, checkout.c.device == device, checkout.c.shopper_id.is_not(None))
            .distinct()
        )
        with self._reading() as connection:
            return [str(shopper_id) for shopper_id in connection.execute(wanted).scalars()]

    def claims(self, sale_id: str) -> Sequence[Claim]:
        """Return a sale's claims as the database knows them."""
        taken = (
            sa.select(*columns_of(Hold), checkout.c.state)
            .join(sale_item, sale_item.c.sale_item_id == hold.c.sale_item_id)
            .join(checkout, checkout.c.checkout_id == hold.c.checkout_id)
            .where(
                sale_item.c.sale_id == sale_id,
                sa.or_(hold.c.state == "pending", sa.and_(hold.c.state == "posted", checkout.c.state == "confirmed")),
            )
            .order_by(hold.c.created_at, hold.c.hold_id)
        )
        with self._reading() as connection:
            held = [Hold(*row[:-1]) for row in connection.execute(taken)]
            line = waiting(connection, sale_id)
        known = {claim.hold_id for claim in held}
        return (
            *(_claim(sale_id, one, turn=turn) for turn, one in enumerate(held, start=1)),
            *(claim for claim in _behind(line, turn=len(held)) if claim.wish.claim_id not in known),
        )

    def drawn(self, sale_item_id: str) -> SaleDraw | None:
        """Return how a lottery's item was drawn."""
        with self._reading() as connection:
            return one_by(connection, SaleDraw, sale_item_id=sale_item_id)

    def counts(self, sale_id: str) -> SaleCounts:
        """Return how far the shoppers of a sale have come."""
        wanted = (
            sa.select(hold.c.state, sa.func.count())
            .join(sale_item, sale_item.c.sale_item_id == hold.c.sale_item_id)
            .where(sale_item.c.sale_id == sale_id)
            .group_by(hold.c.state)
        )
        with self._reading() as connection:
            n = {str(state): int(count) for state, count in connection.execute(wanted)}
        return SaleCounts(
            n.get("reserved", 0), n.get("pending", 0), n.get("posted", 0), n.get("voided", 0) + n.get("expired", 0)
        )

    def take_down(self, claims: Sequence[Claim]) -> None:
        """Keep claims that a gate hands down, in one statement."""
        if claims:
            with self._writing() as connection:
                take_down(connection, claims)


_SALE_ID: Any = attrgetter("sale_id")
_OF_ITEM = (
    sa.select(*columns_of(Sale), *columns_of(SaleItem))
    .join(sale_item, sale_item.c.sale_id == sale.c.sale_id)
    .where(sale_item.c.sale_item_id == sa.bindparam("item"))
)


def _claim(sale_id: str, one: Hold, *, turn: int) -> Claim:
    wish = Wish(one.hold_id, sale_id, str(one.sale_item_id), one.shopper_id, one.units, one.own_minor)
    if one.state == "posted":
        return Claim(wish, ClaimState.BOOKED, turn, one.expires_at, one.ceiling_at)
    return Claim(wish, ClaimState.HELD, turn, one.expires_at, one.ceiling_at)


def _behind(line: Sequence[Claim], *, turn: int) -> Iterator[Claim]:
    for number, claim in enumerate(line, start=turn + 1):
        yield Claim(claim.wish, claim.state, number)
