"""Tables of merchants, and the order references they have used."""

from __future__ import annotations

import sqlalchemy as sa

from bnpl_plugin.ports import records
from bnpl_plugin.storage.schema.columns import at, count, ident, words
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
