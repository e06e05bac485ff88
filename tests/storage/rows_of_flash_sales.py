"""Rows of flash sales."""

from dataclasses import replace
from typing import Any

from bnpl_plugin.ports.records import Sale, SaleChange, SaleDraw, SaleItem
from tests.storage.rows_of_lending import HOUR, NOW


def sale(sale_id: str = "sale_1", **values: Any) -> Sale:
    row = Sale(
        sale_id=sale_id, merchant_id="mer_1", name="Flash sale", state="open", fairness="first_come", country="FR",
        currency="EUR", pool_id="pool_EUR", plan_codes={"codes": []}, ceiling_minor=1_000, used_minor=0, top_up_minor=0,
        hold_seconds=180, ceiling_seconds=3600, shards=1, per_device=3, seed_hash=None, sealed_seed=None, seed=None,
        starts_at=NOW, ends_at=NOW + HOUR, created_at=NOW, changed_at=NOW,
    )  # fmt: skip
    return replace(row, **values)


def sale_item(sale_item_id: str = "sal_1", **values: Any) -> SaleItem:
    row = SaleItem(
        sale_item_id=sale_item_id, sale_id=f"of_{sale_item_id}", merchant_id="mer_1", place=0, sku="phone-15",
        name="Phone", price_minor=0, total_units=10, free_units=10, held_units=0, sold_units=0, returned_units=0,
        units_per_shopper=1, line_limit=0, created_at=NOW,
    )  # fmt: skip
    return replace(row, **values)


def sale_change(ref: str = "chg_1", **values: Any) -> SaleChange:
    row = SaleChange(
        sale_id="sale_1", ref=ref, state="decided", sale_item_id=None, units=0, minor=5_000, by="operator", at=NOW
    )
    return replace(row, **values)


def sale_draw(sale_item_id: str = "sal_1", **values: Any) -> SaleDraw:
    return replace(SaleDraw(sale_item_id, f"of_{sale_item_id}", {"entries": ["a1", "b2"]}, NOW), **values)
