"""The shop's flash sale: what is sold and when. The lender counts its units, holds them and answers the rush."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from examples.third_party_shop.catalogue import PRODUCTS, Product

UNITS = 8
PRICE_MINOR = 29_900
OPENS_IN, LASTS = timedelta(minutes=2), timedelta(hours=6)
PARIS = ZoneInfo("Europe/Paris")

#: The lender's word for a sale's phase that is over; then another can be opened.
OVER = ("ended", "closed")


def product() -> Product:
    """Return what is sold."""
    return PRODUCTS["galion"]


def terms(starts_at: datetime) -> dict[str, Any]:
    """Return the sale as the lender's API wants it: one item, first come, one for each person."""
    item = {"sku": product().slug, "name": product().name, "units": UNITS, "price_minor": PRICE_MINOR}
    return {
        "name": f"Vente flash {product().name}",
        "country": "FR",
        "items": [item],
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + LASTS).isoformat(),
    }


def lines() -> list[dict[str, Any]]:
    """Return the lines of an order of one unit at the sale's price."""
    goods = {"kind": "goods", "name": product().name, "quantity": 1, "unit_minor": PRICE_MINOR, "sku": product().slug}
    return [goods]


def view(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the lender's answer as the page shows it: its phase, its figures, the hour of its start in Paris."""
    item = told["items"][0]
    phase, free, held = told["phase"], max(item["free_units"], 0), item["held_units"]
    if phase == "open" and not free:
        phase = "taken" if held else "sold_out"
    opens = datetime.fromisoformat(told["starts_at"]).astimezone(PARIS)
    return {
        "phase": phase, "free": free, "held": held, "sold": item["sold_units"], "total": item["total_units"],
        "waiting": item["waiting"], "opens": opens.strftime("%H:%M:%S"), "buyable": phase not in ("sold_out", *OVER),
    }  # fmt: skip


def now(ahead: int) -> datetime:
    """Return the instant of the demo's clock, in whole seconds."""
    return (datetime.now(UTC) + timedelta(seconds=ahead)).replace(microsecond=0)
