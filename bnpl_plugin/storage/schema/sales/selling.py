"""Tables of flash sales, their items, what was added to them and what each shopper has of them."""

from __future__ import annotations

import sqlalchemy as sa

from bnpl_plugin.ports import records
from bnpl_plugin.storage.schema.columns import (
    at,
    count,
    document,
    ident,
    index_where,
    minor,
    money_code,
    never_negative,
    words,
)
from bnpl_plugin.storage.schema.metadata import table

sale = table(
    "sale",
    ident("sale_id"),
    ident("merchant_id"),
    words("name"),
    ident("state"),
    ident("fairness"),
    ident("country", length=2),
    money_code(),
    ident("pool_id"),
    document("plan_codes"),
    minor("ceiling_minor"),
    minor("used_minor"),
    minor("top_up_minor"),
    count("hold_seconds"),
    count("ceiling_seconds"),
    count("shards"),
    count("per_device"),
    ident("seed_hash", null=True),
    words("sealed_seed", null=True),
    words("seed", null=True),
    at("starts_at"),
    at("ends_at"),
    at("created_at"),
    at("changed_at"),
    never_negative("ceiling_minor", "used_minor", "top_up_minor"),
    sa.CheckConstraint("used_minor <= ceiling_minor", name="allotment"),
    sa.CheckConstraint("starts_at < ends_at", name="span"),
    sa.Index("ix_bnpl_sale_merchant", "merchant_id"),
    index_where("ix_bnpl_sale_live", "starts_at", where="state <> 'closed'"),
    key=records.Sale.key,
)

sale_item = table(
    "sale_item",
    ident("sale_item_id"),
    ident("sale_id"),
    ident("merchant_id"),
    count("place"),
    ident("sku", length=120),
    words("name"),
    minor("price_minor"),
    count("total_units"),
    count("free_units"),
    count("held_units"),
    count("sold_units"),
    count("returned_units"),
    count("units_per_shopper"),
    count("line_limit"),
    at("created_at"),
    never_negative("free_units", "held_units", "sold_units", "returned_units", "price_minor", "line_limit"),
    sa.CheckConstraint("units_per_shopper > 0", name="allowance"),
    sa.CheckConstraint("free_units + held_units + sold_units + returned_units = total_units", name="sum"),
    sa.Index("ix_bnpl_sale_item_merchant", "merchant_id"),
    sa.Index("uq_bnpl_sale_item_place", "sale_id", "place", unique=True),
    key=records.SaleItem.key,
)

sale_change = table(
    "sale_change",
    ident("sale_id"),
    ident("ref", length=120),
    ident("state"),
    ident("sale_item_id", null=True),
    count("units"),
    minor("minor"),
    words("by"),
    at("at"),
    never_negative("units", "minor"),
    index_where("ix_bnpl_sale_change_untold", "sale_id", where="state = 'decided'"),
    key=records.SaleChange.key,
)

sale_draw = table(
    "sale_draw",
    ident("sale_item_id"),
    ident("sale_id"),
    document("entries"),
    at("drawn_at"),
    key=records.SaleDraw.key,
)

sale_claim = table(
    "sale_claim",
    ident("sale_item_id"),
    ident("shopper_id"),
    count("units"),
    never_negative("units"),
    key=records.SaleClaim.key,
)
