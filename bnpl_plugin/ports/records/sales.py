"""Records of flash sales: the sale, its items, what was added to it, and what each shopper has of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bnpl_plugin.ports.records.record import Json, Record


@dataclass(frozen=True, slots=True)
class Sale(Record, table="sale", key=("sale_id",)):
    """A flash sale of one merchant in one country.

    ``ceiling_minor`` is the capital that its pool has set aside for it (the allotment), ``used_minor`` what holds and
    loans have taken of that. ``fairness`` is "first_come" or "lottery"; for a lottery ``seed_hash`` is published from
    the beginning, ``seed`` once it is drawn, and until then the seed stands only sealed.
    """

    sale_id: str
    merchant_id: str
    name: str
    state: str  # open (its times say since when), paused, ended, closed (nothing of it is held any more)
    fairness: str
    country: str
    currency: str
    pool_id: str
    plan_codes: Json  # {"codes": [...]}; empty: every plan
    ceiling_minor: int
    used_minor: int
    top_up_minor: int  # the least that is asked of the pool when the allotment falls short
    hold_seconds: int
    ceiling_seconds: int
    shards: int
    per_device: int  # shoppers who may get ready in one browser
    seed_hash: str | None
    sealed_seed: str | None
    seed: str | None
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    changed_at: datetime

    @property
    def undrawn(self) -> bool:
        """Whether it is a lottery whose draw is still to come."""
        return self.fairness == "lottery" and self.seed is None

    @property
    def left_minor(self) -> int:
        """What is left of the capital set aside."""
        return self.ceiling_minor - self.used_minor


@dataclass(frozen=True, slots=True)
class SaleItem(Record, table="sale_item", key=("sale_item_id",)):
    """Units that a host handed over for a sale: ``free + held + sold + returned = total``.

    ``price_minor`` is what one unit costs in the sale's currency; 0: the shop says so in each order. ``line_limit`` is
    how many shoppers may wait for a unit that comes back.
    """

    sale_item_id: str
    sale_id: str
    merchant_id: str
    place: int
    sku: str
    name: str
    price_minor: int
    total_units: int
    free_units: int
    held_units: int
    sold_units: int
    returned_units: int
    units_per_shopper: int
    line_limit: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SaleChange(Record, table="sale_change", key=("sale_id", "ref")):
    """Units or capital added to a sale; the gate is told each once, by ``ref``. ``by`` is an operator or "house"."""

    sale_id: str
    ref: str
    state: str  # decided (the gate may not know yet), told
    sale_item_id: str | None
    units: int
    minor: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SaleDraw(Record, table="sale_draw", key=("sale_item_id",)):
    """The entries of a lottery's item in the order in which they were drawn: {"entries": [...]}; anyone may see it."""

    sale_item_id: str
    sale_id: str
    entries: Json
    drawn_at: datetime


@dataclass(frozen=True, slots=True)
class SaleClaim(Record, table="sale_claim", key=("sale_item_id", "shopper_id")):
    """How many units of a sale item one shopper holds or bought; never above ``units_per_shopper``."""

    sale_item_id: str
    shopper_id: str
    units: int
