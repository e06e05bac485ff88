"""``maths``: what the mathematics of credit costs, on one core.

Every round uses other amounts and other dates: the drawdown walks through more days than any cache here holds, so that
no figure is a cache's.

- ``schedule``: twelve monthly instalments with real dates, from terms to a proved schedule. Reference: the least that
  arithmetic can be: a plain loop over integers with plain date arithmetic, its rows a list of tuples, nothing checked.
- ``offer``: schedules and EU APR of six plans. Reference: numpy-financial, dateutil and pyxirr, as in ``offers``.
- ``schedule+apr``: the schedule and its EU APR. Reference: the same loop, and pyxirr.
- ``page``: one cart's whole quotation (plans, law, schedules, APR). Reference: Flask's rendering of the checkout's page
  of plans with these figures ready; the ratio is how many quotations the rendering of one page is worth.
- ``memory``: bytes a schedule holds. Reference: the bytes of the list of tuples; the ratio is how much lighter ours is.
"""

from __future__ import annotations

import calendar
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import count, islice
from pathlib import Path
from typing import Any

import pyxirr
from flask import Flask, render_template, template_rendered

from bnpl_plugin.credit import MONTHLY, LoanTerms, Schedule, add_months, build_schedule
from bnpl_plugin.credit.apr import eu
from bnpl_plugin.lifecycle import quotation
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.money import Money
from bnpl_plugin.ports.plan import Plan
from bnpl_plugin.registry import leaves
from bnpl_plugin.testing import START, Walker, make_app
from bnpl_plugin.web.checkout import show
from examples.demo_shop.sample_law import SAMPLE_LAW
from tests.benchmarks.figure import Figure, Size, measured
from tests.benchmarks.offers import cart, compose_all

_INSTALMENTS = 12
_RATE = Decimal("0.119")
_RATE_OVER, _RATE_UNDER = _RATE.as_integer_ratio()
_FIRST_DAY = date(2026, 1, 1).toordinal()
_DAYS = 20_011
"""Days that the drawdown walks through before it starts again: fifty-five years, a prime."""

_PLANS = ("pay_in_3", "pay_in_4", "merchant_free_6", "instalments_6", "instalments_12", "instalments_24")

Row = tuple[int, date, int, int]


def loans() -> Iterator[tuple[int, date]]:
    """Yield amounts in cents and drawdown days, none of them twice within a cache's reach."""
    for number in count():
        yield 50_011 + (number * 7_919) % 400_000, date.fromordinal(_FIRST_DAY + (number * 4_001) % _DAYS)


def schedule_of(cents: int, day: date) -> Schedule:
    """Return the product's schedule."""
    return build_schedule(
        LoanTerms(
            Money(cents, "EUR"),
            _INSTALMENTS,
            MONTHLY,
            day,
            add_months(day, 1),
            nominal_rate=_RATE,
            anchor_date=day,
        )
    )


def by_plain_loop(cents: int, day: date) -> list[Row]:
    """Return the same schedule's rows by integers and plain dates."""
    unit = _RATE_UNDER * 12
    grown = (unit + _RATE_OVER) ** _INSTALMENTS
    over, under = cents * grown * _RATE_OVER, unit * (grown - unit**_INSTALMENTS)
    instalment = (2 * over + under) // (2 * under)
    left, rows = cents, []
    for number in range(1, _INSTALMENTS + 1):
        month = day.year * 12 + day.month - 1 + number
        year, of_year = month // 12, month % 12 + 1
        due = date(year, of_year, min(day.day, calendar.monthrange(year, of_year)[1]))
        interest = (2 * left * _RATE_OVER + unit) // (2 * unit)
        principal = instalment - interest if number < _INSTALMENTS else left
        left -= principal
        rows.append((number, due, principal, interest))
    return rows


def figures(size: Size) -> list[Figure]:
    """Measure all five."""
    return [_schedules(size), _offers(size), _with_apr(size), _page(size), _memory(size)]


def _schedules(size: Size) -> Figure:
    return measured(
        "maths",
        params={"what": "schedule", "instalments": _INSTALMENTS},
        unit="schedules/s",
        product=_rate(schedule_of, size.offers * 20),
        reference=_rate(by_plain_loop, size.offers * 20),
        rounds=size.rounds,
    )


def _with_apr(size: Size) -> Figure:
    def ours(cents: int, day: date) -> object:
        return eu.schedule_apr(schedule_of(cents, day))

    def theirs(cents: int, day: date) -> object:
        rows = by_plain_loop(cents, day)
        return pyxirr.xirr([day, *(row[1] for row in rows)], [-cents, *(row[2] + row[3] for row in rows)])

    return measured(
        "maths",
        params={"what": "schedule+apr", "instalments": _INSTALMENTS},
        unit="schedules/s",
        product=_rate(ours, size.offers * 5),
        reference=_rate(theirs, size.offers * 5),
        rounds=size.rounds,
    )


def _offers(size: Size) -> Figure:
    plans = plans_on_sale()
    rates = [(plan, plan.rate_for(None)) for plan in plans]

    def ours(cents: int, day: date) -> object:
        return offer_of(plans, cents=cents, day=day)

    def theirs(cents: int, day: date) -> object:
        now = START + (timedelta(days=day.toordinal() - START.toordinal()))
        return compose_all([(plan, float(rate)) for plan, rate in rates], cents=cents, now=now)

    return measured(
        "maths",
        params={"what": "offer", "plans": len(plans)},
        unit="offers/s",
        product=_rate(ours, size.offers),
        reference=_rate(theirs, size.offers),
        rounds=size.rounds,
    )


def plans_on_sale() -> list[Plan]:
    """Return six plans that a cart in euros may be offered."""
    found = leaves("PLAN")
    return [found[code] for code in _PLANS]


def offer_of(plans: Sequence[Plan], *, cents: int, day: date) -> list[tuple[Schedule, Decimal]]:
    """Return each plan's schedule and APR for a stranger."""
    principal = Money(cents, "EUR")
    made = [build_schedule(plan.terms(principal=principal, start_on=day, rating=None)) for plan in plans]
    return [(schedule, eu.schedule_apr(schedule).rate) for schedule in made]


def _page(size: Size) -> Figure:
    with tempfile.TemporaryDirectory(prefix="bnpl-bench-") as folder:
        app = make_app(Path(folder), law=SAMPLE_LAW)
        house: House = app.extensions["bnpl"]
        with app.test_request_context(base_url="https://localhost"):
            template, ready = ready_page(app, cents=60_011)

            def quote(cents: int, _day: date) -> object:
                return quotation.quote(house, order=cart(60_011 + cents % 100_000), country="FR", merchant_id="host")

            def page(_cents: int, _day: date) -> object:
                return render_template(template, **ready)

            return measured(
                "maths",
                params={"what": "page", "plans": len(ready["offers"])},
                unit="quotations/s",
                product=_rate(quote, size.offers),
                reference=_rate(page, size.offers),
                rounds=size.rounds,
            )


def ready_page(app: Flask, *, cents: int) -> tuple[str, dict[str, Any]]:
    """Show the page of plans of a new checkout once; return its template's name and all that it was given."""
    house: House = app.extensions["bnpl"]
    order = app.extensions["shop"].add(total_minor=cents)
    purchase = house.purchase(Walker(house).open(order).checkout_id)
    shown: list[tuple[str, dict[str, Any]]] = []

    def keep(_app: Flask, *, template: Any, context: dict[str, Any]) -> None:
        shown.append((template.name, dict(context)))

    with template_rendered.connected_to(keep, app):
        assert show.plans(purchase).status_code == 200
    return shown[0]


def _memory(size: Size) -> Figure:
    many = size.offers * 5
    ours, plain = (bytes_each(make, many) for make in (schedule_of, by_plain_loop))
    return Figure("maths", {"what": "memory", "instalments": _INSTALMENTS}, ours, "bytes", plain, plain / ours)


def bytes_each(make: Callable[[int, date], object], many: int) -> float:
    """Return how many bytes one result holds that is kept."""
    make(*next(loans()))
    wanted = list(islice(loans(), many))
    tracemalloc.start()
    try:
        kept: list[Any] = [None] * many
        before = tracemalloc.get_traced_memory()[0]
        for place, (cents, day) in enumerate(wanted):
            kept[place] = make(cents, day)
        return (tracemalloc.get_traced_memory()[0] - before) / many
    finally:
        tracemalloc.stop()


def _rate(make: Callable[[int, date], object], many: int) -> Callable[[], float]:
    """Return a round: make so many with amounts and dates that go on where the last round ended."""
    source = loans()

    def one_round() -> float:
        wanted = list(islice(source, many))
        began = time.perf_counter()
        for cents, day in wanted:
            make(cents, day)
        return many / (time.perf_counter() - began)

    return one_round
