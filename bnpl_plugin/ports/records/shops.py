"""Records of shops: who they are, and the order references they have used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bnpl_plugin.ports.records.record import Record


@dataclass(frozen=True, slots=True)
class Merchant(Record, table="merchant", key=("merchant_id",)):
    """A shop that is owed prices. ``mdr_bps`` is the share of a price that the lender keeps."""

    merchant_id: str
    name: str
    mdr_bps: int
    webhook_url: str | None
    webhook_secret: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ApiKey(Record, table="api_key", key=("key_hash",)):
    """A merchant's secret for the API, kept only as a SHA-256 of the key."""

    key_hash: str
    merchant_id: str
    label: str
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class OrderClaim(Record, table="order_claim", key=("merchant_id", "order_ref")):
    """Uniqueness of a merchant's order reference among confirmed checkouts (P6)."""

    merchant_id: str
    order_ref: str
    checkout_id: str
