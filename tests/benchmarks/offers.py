"""All offers for one cart, with schedule and APR, on one core.

Reference: the same plans composed of numpy-financial (instalments, interest, principal), dateutil (due dates) and
pyxirr (APR), with what makes an offer of them: sums in whole cents, the last instalment taking the rest. It asks no
law and has no refusals; ours asks both.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import numpy_financial as npf
import pyxirr
from dateutil.relativedelta import relativedelta

from bnpl_plugin.lifecycle import quotation
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.plan import Plan
from bnpl_plugin.ports.platform import LineKind, Order, OrderLine
from bnpl_plugin.testing import START, make_app
from examples.demo_shop.sample_law import SAMPLE_LAW
from tests.benchmarks.figure import Figure, Size, measured

_FIRST_CENTS = 60_011
_STEP_CENTS = 137
_MOST_CENTS = 190_000
_GOOD_FOR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Composed:
    """A reference offer: rows of (due date, principal, interest) in cents, APR as a fraction, until when it is good."""

    plan_code: str
    rows: tuple[tuple[date, int, int], ...]
    apr: float
    expires_at: datetime


def compose(plan: Plan, *, cents: int, rate: float, day: date, now: datetime) -> Composed:
    """Return one plan's offer by the reference libraries."""
    count = plan.count
    if plan.first_due_days is not None:
        dues = [day + timedelta(days=plan.first_due_days)]
    else:
        first = 0 if plan.first_today else 1
        dues = [day + relativedelta(months=first + k) for k in range(count)]
    if rate:
        periods = np.arange(1, count + 1)
        interests = [round(part) for part in npf.ipmt(rate / 12, periods, count, -cents).tolist()]
        principals = [round(part) for part in npf.ppmt(rate / 12, periods, count, -cents).tolist()]
        principals[-1] = cents - sum(principals[:-1])
        flows = [-cents, *(a + b for a, b in zip(principals, interests, strict=True))]
        found = pyxirr.xirr([day, *dues], flows)
        assert found is not None
        apr = float(found)
    else:
        part = cents // count
        principals, interests, apr = [part] * (count - 1) + [cents - part * (count - 1)], [0] * count, 0.0
    return Composed(plan.code, tuple(zip(dues, principals, interests, strict=True)), apr, now + _GOOD_FOR)


def compose_all(plans: Sequence[tuple[Plan, float]], *, cents: int, now: datetime) -> list[Composed]:
    """Return the offers of all plans, cheapest first."""
    day = now.date()
    made = [compose(plan, cents=cents, rate=rate, day=day, now=now) for plan, rate in plans]
    made.sort(key=lambda offer: (sum(interest for _, _, interest in offer.rows), len(offer.rows)))
    return made


def cart(cents: int) -> Order:
    """Return an order of one phone."""
    line = OrderLine(kind=LineKind.GOODS, name="Phone", quantity=1, unit_minor=cents)
    return Order(order_ref="order-1", currency="EUR", total_minor=cents, lines=(line,))


def plans_of(house: House) -> list[tuple[Plan, float]]:
    """Return the plans that a cart of this benchmark is offered, with the rates that a stranger is quoted."""
    found = quotation.quote(house, order=cart(_FIRST_CENTS), country="FR", merchant_id="host")
    offered = {offer.plan_code for offer in found.offers}
    return [(plan, float(plan.rate_for(None))) for plan in house.plans.values() if plan.code in offered]


def figures(size: Size) -> list[Figure]:
    """Quote a row of carts, each of another sum, by both ways."""
    with tempfile.TemporaryDirectory(prefix="bnpl-bench-") as folder:
        house: House = make_app(Path(folder), law=SAMPLE_LAW, pages=False).extensions["bnpl"]
        plans = plans_of(house)
        sums = [_FIRST_CENTS + (_STEP_CENTS * k) % (_MOST_CENTS - _FIRST_CENTS) for k in range(size.offers)]
        orders = [cart(cents) for cents in sums]

        def product() -> float:
            began = time.perf_counter()
            for order in orders:
                found = quotation.quote(house, order=order, country="FR", merchant_id="host")
                assert len(found.offers) == len(plans)
            return len(orders) / (time.perf_counter() - began)

        def reference() -> float:
            began = time.perf_counter()
            for cents in sums:
                assert len(compose_all(plans, cents=cents, now=START)) == len(plans)
            return len(sums) / (time.perf_counter() - began)

        product()
        reference()
        params = {"plans": len(plans), "country": "FR"}
        return [
            measured("offers", params=params, unit="carts/s", product=product, reference=reference, rounds=size.rounds)
        ]


def largest_gap_percent(house: House, *, cents: int) -> Decimal:
    """Return by how many percent of a year the two ways' APRs differ at most (they count days differently)."""
    found = quotation.quote(house, order=cart(cents), country="FR", merchant_id="host")
    ours = {offer.plan_code: offer.apr for offer in found.offers}
    theirs = compose_all(plans_of(house), cents=cents, now=START)
    return max(abs(ours[offer.plan_code] - Decimal(offer.apr)) * 100 for offer in theirs)
