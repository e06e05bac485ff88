"""Tables of merchants, their sales and the order references they have used."""

from __future__ import annotations

import sqlalchemy as sa

from bnpl_plugin.ports import records
from bnpl_plugin.storage.schema.columns import at, count, ident, never_negative, words
from bnpl_plugin.storage.schema.metadata import table

merchant = table(
    "merchant",
    ident("merchant_id"),
    words("name"),
    count("mdr_bps"),
    words("webhook_url", null=True),
    words("webhook_secret", null=True),
    at("created_at"),
    sa.CheckConstraint("mdr_bps BETWEEN 0 AND 10000", name="mdr_bps"),
    key=records.Merchant.key,
)

api_key = table(
    "api_key",
    ident("key_hash", length=128),
    ident("merchant_id"),
    words("label"),
    at("created_at"),
    at("revoked_at", null=True),
    sa.Index("ix_bnpl_api_key_merchant", "merchant_id"),
    key=records.ApiKey.key,
)

order_claim = table(
    "order_claim",
    ident("merchant_id"),
    ident("order_ref", length=120),
    ident("checkout_id"),
    key=records.OrderClaim.key,
)

sale_item = table(
    "sale_item",
    ident("sale_item_id"),
    ident("merchant_id"),
    ident("sku", length=120),
    words("name"),
    count("total_units"),
    count("free_units"),
    count("held_units"),
    count("sold_units"),
    count("returned_units"),
    count("units_per_shopper"),
    at("starts_at"),
    at("ends_at"),
    at("created_at"),
    never_negative("free_units", "held_units", "sold_units", "returned_units"),
    sa.CheckConstraint("units_per_shopper > 0", name="allowance"),
    sa.CheckConstraint("free_units + held_units + sold_units + returned_units = total_units", name="sum"),
    sa.Index("ix_bnpl_sale_item_merchant", "merchant_id"),
    key=records.SaleItem.key,
)

sale_claim = table(
    "sale_claim",
    ident("sale_item_id"),
    ident("shopper_id"),
    count("units"),
    never_negative("units"),
    key=records.SaleClaim.key,
)
