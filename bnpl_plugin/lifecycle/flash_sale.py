"""Sale items, thin.

Units handed over by the host with a start, an end and an allowance per shopper; unsold units go back.
"""

from __future__ import annotations

from datetime import datetime

from bnpl_plugin.errors import InvalidInput, NotYours
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.records import SaleItem
from bnpl_plugin.ports.store import Changeset, UnitsChange


def create_item(
    house: House, *, merchant_id: str, sku: str, name: str, units: int, units_per_shopper: int, starts_at: datetime,
    ends_at: datetime, sale_item_id: str | None = None,
) -> SaleItem:  # fmt: skip
    """Take units over from the host for a sale. Raises ``InvalidInput``."""
    if not 1 <= units <= 10_000_000:
        raise InvalidInput(field="units", fault=f"is {units}", accepted="1 to 10000000")
    if not 1 <= units_per_shopper <= units:
        raise InvalidInput(field="units_per_shopper", fault=f"is {units_per_shopper}", accepted=f"1 to {units}")
    if ends_at <= starts_at:
        raise InvalidInput(field="ends_at", fault="is not after the start", accepted=f"an instant after {starts_at}")
    item = SaleItem(
        sale_item_id=sale_item_id or house.ids.new("sale"),
        merchant_id=merchant_id,
        sku=sku,
        name=name,
        total_units=units,
        free_units=units,
        held_units=0,
        sold_units=0,
        returned_units=0,
        units_per_shopper=units_per_shopper,
        starts_at=starts_at,
        ends_at=ends_at,
        created_at=house.clock.now(),
    )
    house.commit(Changeset(rows=(item,)))
    return item


def return_unsold(house: House, *, sale_item_id: str, merchant_id: str) -> int:
    """Give the free units of an ended sale back to the host; returns how many.

    Raises ``NotYours``, ``InvalidInput``.
    """
    item = house.store.sale_item(sale_item_id)
    if item is None or item.merchant_id != merchant_id:
        raise NotYours
    if house.clock.now() < item.ends_at:
        raise InvalidInput(field="sale_item_id", fault="is still on sale", accepted=f"after {item.ends_at.isoformat()}")
    if item.free_units:
        change = UnitsChange(sale_item_id, "", free=-item.free_units, returned=item.free_units)
        house.commit(Changeset(units=(change,)))
    return item.free_units
