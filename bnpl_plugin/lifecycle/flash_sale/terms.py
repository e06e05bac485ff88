"""What a merchant says of a sale when it is made, checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from bnpl_plugin.errors import InvalidInput

MOST_ITEMS = 100
MOST_UNITS = 10_000_000
MOST_MINOR = 10**15
LONGEST = timedelta(days=400)


class Fairness(StrEnum):
    """Who gets the goods when there are fewer than shoppers; the sale's page says which."""

    FIRST_COME = "first_come"
    LOTTERY = "lottery"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTerms:
    """One item of a sale.

    Attributes:
        sku, name: the shop's own.
        units: handed over for the sale.
        price_minor: of one unit, in the sale's currency; 0: each order says so.
        units_per_shopper: bound to the shopper's proved identity, not to a session.
        line_limit: how many may wait for a unit that comes back; None: as many as there are units.
        sale_item_id: the id to give it; "": a new one.
    """

    sku: str
    name: str
    units: int
    price_minor: int = 0
    units_per_shopper: int = 1
    line_limit: int | None = None
    sale_item_id: str = ""

    def __post_init__(self) -> None:
        within("units", self.units, low=1, high=MOST_UNITS)
        within("units_per_shopper", self.units_per_shopper, low=1, high=self.units)
        within("price_minor", self.price_minor, low=0, high=MOST_MINOR // self.units)
        within("line_limit", self.line_limit or 0, low=0, high=MOST_UNITS)
        worded("sku", self.sku, most=120)
        worded("name", self.name, most=200)

    @property
    def line(self) -> int:
        """How many may wait."""
        return self.units if self.line_limit is None else self.line_limit


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleSubsidy:
    """A budget for cheaper credit that serves this sale's items and nothing else.

    Attributes:
        budget_minor: the most it may pay, in the sale's currency.
        nominal_rate: what the shopper pays, a fraction a year.
        warn_bps, recipients: who is warned, and at which share used (``lifecycle.subsidies``).
        merchant_id: who pays; None: whose goods they are.
    """

    budget_minor: int
    nominal_rate: Decimal = Decimal(0)
    warn_bps: int = 8_000
    recipients: tuple[str, ...] = ()
    merchant_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleTerms:
    """A sale as it is to be.

    Attributes:
        name: as shoppers read it.
        country: whose law, currency and pool.
        items: in the order in which capital that comes free is offered to their lines.
        starts_at, ends_at: units are given away from the first up to, but not at, the second.
        fairness: first come, or a lottery among those who are ready at the start.
        plan_codes: the plans on offer; none: every plan.
        allotment_minor: capital to set aside; None: the price of every unit.
        top_up_minor: the least that is asked of the pool when the allotment falls short.
        hold_seconds: how long a shopper who is admitted from the line has to come.
        ceiling_seconds: the longest that a unit is kept while a decision or 3-D Secure runs.
        shards: parts of the gate that decide independently, for a sale above one server's rate.
        per_device: shoppers who may get ready, or ask after the start, in one browser.
        subsidy: a budget of its own for cheaper credit.
    """

    name: str
    country: str
    items: tuple[ItemTerms, ...]
    starts_at: datetime
    ends_at: datetime
    fairness: Fairness = Fairness.FIRST_COME
    plan_codes: tuple[str, ...] = ()
    allotment_minor: int | None = None
    top_up_minor: int = 0
    hold_seconds: int = 180
    ceiling_seconds: int = 3600
    shards: int = 1
    per_device: int = 3
    subsidy: SaleSubsidy | None = None

    def __post_init__(self) -> None:
        worded("name", self.name, most=200)
        within("items", len(self.items), low=1, high=MOST_ITEMS)
        skus = [item.sku.strip() for item in self.items]
        for sku in skus:
            if skus.count(sku) > 1:  # a shopper could have the units allowed of each
                raise InvalidInput(field="sku", fault=f"{sku} is there twice", accepted="each article in one item")
        if self.starts_at.tzinfo is None or self.ends_at.tzinfo is None:
            raise InvalidInput(field="starts_at", fault="has no time zone", accepted="an instant with its offset")
        if not timedelta(0) < self.ends_at - self.starts_at <= LONGEST:
            accepted = f"after the start, at most {LONGEST.days} days later"
            raise InvalidInput(field="ends_at", fault=f"is {self.ends_at.isoformat()}", accepted=accepted)
        within("allotment_minor", self.capital_minor, low=0, high=MOST_MINOR)
        within("top_up_minor", self.top_up_minor, low=0, high=MOST_MINOR)
        within("hold_seconds", self.hold_seconds, low=10, high=86_400)
        within("ceiling_seconds", self.ceiling_seconds, low=self.hold_seconds, high=86_400)
        within("shards", self.shards, low=1, high=64 if self.fairness is Fairness.FIRST_COME else 1)
        within("per_device", self.per_device, low=1, high=1000)

    @property
    def capital_minor(self) -> int:
        """What is to be set aside at the beginning."""
        if self.allotment_minor is not None:
            return self.allotment_minor
        return sum(item.price_minor * item.units for item in self.items)


def within(field: str, value: int, *, low: int, high: int) -> None:
    """Raise ``InvalidInput`` unless a value is a whole number in its range."""
    if not low <= value <= high:
        raise InvalidInput(field=field, fault=f"is {value}", accepted=f"{low} to {high}")


def worded(field: str, value: str, *, most: int) -> None:
    """Raise ``InvalidInput`` unless a text has something in it and is not too long."""
    if not len(value.strip()) >= 1 or len(value) > most or "\x00" in value:
        raise InvalidInput(field=field, fault=f"has {len(value)} characters", accepted=f"1 to {most} characters")
