"""Tables of merchants, their sales with the gate's claims on them, and the order references they have used."""

from __future__ import annotations

import sqlalchemy as sa

from bnpl_plugin.ports import records
from bnpl_plugin.storage.schema.columns import at, count, ident, index_where, minor, never_negative, words
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

# The gate's own tables have no record: only ``storage.gate`` reads and writes them.
gate_sale = table(
    "gate_sale",
    ident("sale_id", length=120),
    ident("state"),
    at("starts_at"),
    at("ends_at"),
    count("hold_seconds"),
    count("ceiling_seconds"),
    minor("allotment_minor"),
    minor("left_minor"),
    minor("turns"),
    sa.CheckConstraint("left_minor <= allotment_minor", name="left"),
    key=("sale_id",),
)

gate_item = table(
    "gate_item",
    ident("sale_id", length=120),
    ident("item_id", length=120),
    count("place"),
    count("total_units"),
    count("free_units"),
    count("held_units"),
    count("booked_units"),
    count("waiting"),
    count("units_per_shopper"),
    count("line_limit"),
    never_negative("total_units", "held_units", "booked_units", "waiting"),
    sa.CheckConstraint("free_units + held_units + booked_units = total_units", name="sum"),
    key=("sale_id", "item_id"),
)

gate_claim = table(
    "gate_claim",
    ident("shopper_id", length=120),
    ident("claim_id", length=120),
    ident("sale_id", length=120),
    ident("item_id", length=120),
    count("units"),
    minor("principal_minor"),
    ident("state"),
    minor("turn"),
    at("until", null=True),
    at("ceiling_at", null=True),
    sa.CheckConstraint("units > 0 AND principal_minor >= 0", name="wish"),
    sa.Index("uq_bnpl_gate_claim_id", "claim_id", unique=True),
    sa.Index("uq_bnpl_gate_claim_turn", "sale_id", "turn", unique=True),
    index_where("ix_bnpl_gate_claim_line", "sale_id", "item_id", "turn", where="state = 'waiting'"),
    index_where("ix_bnpl_gate_claim_until", "sale_id", "state", "until", where="state IN ('admitted', 'held')"),
    index_where(
        "uq_bnpl_gate_claim_live",
        "sale_id",
        "item_id",
        "shopper_id",
        where="state IN ('waiting', 'admitted', 'held')",
        unique=True,
    ),
    key=("shopper_id", "claim_id"),
)

gate_change = table(
    "gate_change",
    ident("sale_id", length=120),
    ident("ref", length=120),
    minor("amount"),
    key=("sale_id", "ref"),
)
