"""The actuarial method: Appendix J (b)(8), the general equation.

The rate i of one unit-period makes

    sum over k of A(k) / ((1 + e(k) i) * (1 + i) ** q(k))   =   sum over j of P(j) / ((1 + f(j) i) * (1 + i) ** t(j))

with whole unit-periods q, t and their odd parts e, f, counted back from the payment (b)(5); the odd part bears simple
interest. APR = w * i, with w unit-periods in a year. One advance with one payment takes the term as its unit-period
(c)(5), never longer than a year. Printed with two decimals, half up; `tolerance` tells how far it may lie off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple, Self

from bnpl_plugin.credit.apr.result import (
    CONTEXT,
    Apr,
    Flow,
    Reading,
    checked_flows,
    flows_of,
    is_free,
    kept_rate,
    percent_of,
)
from bnpl_plugin.credit.apr.solver import (
    discount_factor,
    first_guess,
    netted,
    one_crossing,
    plain_cost,
    present_value,
)
from bnpl_plugin.credit.apr.streams import TimedFlow, checked_stream, on_grid, signed
from bnpl_plugin.credit.apr.us.unit_period import MONTH, Unit, UnitPeriod, unit_period_of, unit_periods
from bnpl_plugin.credit.schedule import Schedule
from bnpl_plugin.errors import InvalidInput

METHOD = "us_reg_z_appendix_j"
_TWO_DECIMALS = Decimal("0.01")


def apr(drawdowns: Iterable[Flow], *, repayments: Iterable[Flow], unit_period: UnitPeriod = MONTH) -> Apr:
    """Return the APR of dated flows.

    Args:
        drawdowns: (day, minor units) advanced to the shopper; the term begins with the first.
        repayments: (day, minor units) the shopper pays, finance charge included; none before the first advance (a
            charge paid before it is no part of the amount financed).
        unit_period: what time is counted in (see `unit_period_of`).

    Raises:
        SolverFailed: no rate, or more than one possible; less repaid than drawn.
        InvalidInput: an amount below zero, a payment before the first advance.
    """
    drawn = checked_flows(drawdowns, field="drawdowns")
    repaid = checked_flows(repayments, field="repayments")
    amounts = signed(drawn, repayments=repaid)
    times = _times(drawn[0][0], tuple([day for day, _ in (*drawn, *repaid)]), unit_period)
    found = _rate(times, amounts, per_year=unit_period.per_year)
    return Apr(found, printed(found), METHOD, _convention(unit_period), drawn, repaid)


def rate(
    drawdowns: Iterable[TimedFlow], *, repayments: Iterable[TimedFlow], unit_periods_per_year: Fraction | int
) -> Decimal:
    """Return the annual rate of flows whose times are given in unit-periods, whole ones and an odd part in one number.

    Args:
        drawdowns: (time, minor units) advanced to the shopper; the first at 0.
        repayments: (time, minor units) the shopper pays; none below 0.
        unit_periods_per_year: w, above zero (12 for months).

    Raises:
        SolverFailed: no rate, or more than one possible; less repaid than drawn.
        InvalidInput: a time that is below zero or not an exact number, an amount below zero.

    >>> payments = [(k + Fraction(13, 30), 385_00) for k in range(1, 41)]  # (c)(1)(iv)
    >>> printed(rate([(Fraction(0), 10_000_00)], repayments=payments, unit_periods_per_year=4))
    Decimal('8.97')
    """
    if unit_periods_per_year <= 0:
        raise InvalidInput(field="unit_periods_per_year", fault=f"is {unit_periods_per_year}", accepted="above 0")
    drawn = checked_stream(drawdowns, field="drawdowns")
    repaid = checked_stream(repayments, field="repayments")
    amounts = signed(drawn, repayments=repaid)
    times = [time for time, _ in (*drawn, *repaid)]
    if min(times) < 0:
        raise InvalidInput(field="times", fault=f"hold {min(times)}", accepted="0 or more")
    return _rate(_Times.of(times), amounts, per_year=Fraction(unit_periods_per_year))


def printed(annual_rate: Decimal) -> Decimal:
    """Return a rate in percent with two decimals, half up: within every tolerance of the law."""
    return percent_of(annual_rate, places=_TWO_DECIMALS)


def schedule_apr(schedule: Schedule) -> Apr:
    """Return the APR of a schedule, its unit-period taken from the due dates."""
    drawn, repaid = flows_of(schedule)
    unit_period = unit_period_of(schedule.drawdown_on, due=[row.due_on for row in schedule.instalments])
    if is_free(drawn, repayments=repaid):
        return Apr(Decimal(0), Decimal("0.00"), METHOD, _convention(unit_period), drawn, repaid)
    return apr(drawn, repayments=repaid, unit_period=unit_period)


def reading(convention: str) -> Reading:
    """Return how an `Apr` of this law measured time, in unit-periods, and discounts.

    Raises:
        InvalidInput: no such convention.
    """
    unit_period = _read(convention)

    def factor(time: Fraction, annual_rate: Decimal) -> Decimal:
        whole, odd = divmod(time, 1)
        with localcontext(CONTEXT):
            each = annual_rate * unit_period.per_year.denominator / unit_period.per_year.numerator
            return 1 / ((1 + each * odd.numerator / odd.denominator) * (1 + each) ** whole)

    def time(start: date, end: date) -> Fraction:
        whole, odd = unit_periods(start, end=end, unit_period=unit_period)
        return whole + odd

    return Reading(time, factor)


def _convention(unit_period: UnitPeriod) -> str:
    return f"unit-period {unit_period.every} {unit_period.unit}"


def _read(convention: str) -> UnitPeriod:
    try:
        _, every, unit = convention.split(" ")
        return UnitPeriod(Unit(unit), int(every))
    except ValueError:
        raise InvalidInput(field="convention", fault=f"is {convention!r}", accepted="unit-period 1 month") from None


class _Times(NamedTuple):
    """Times in unit-periods, and the same on a grid of whole parts."""

    exact: tuple[Fraction, ...]
    grid: tuple[int, ...]
    parts: int

    @classmethod
    def of(cls, times: Iterable[Fraction]) -> Self:
        exact = tuple(times)
        return cls(exact, *on_grid(exact))


@lru_cache(maxsize=4096)
def _times(start: date, days: tuple[date, ...], unit_period: UnitPeriod) -> _Times:
    timed = [unit_periods(start, end=day, unit_period=unit_period) for day in days]
    return _Times.of(whole + odd for whole, odd in timed)


def _rate(times: _Times, amounts: Sequence[int], *, per_year: Fraction) -> Decimal:
    exponents, sums = netted(times.grid, amounts=amounts)
    if plain_cost(sums) == 0 or not any(sums):
        return Decimal(0)
    cost = one_crossing(sums)
    with localcontext(CONTEXT):
        guess = first_guess(exponents, amounts=sums)
        if times.parts == 1:  # no odd part: every factor is a power
            value = present_value(exponents, amounts=sums)
        else:
            guess **= times.parts
            value = present_value_by_unit_periods(zip(times.exact, amounts, strict=True))
        factor = discount_factor(value, guess=guess, at_one=Decimal(cost))
        return kept_rate((1 / factor - 1) * per_year.numerator / per_year.denominator)


def present_value_by_unit_periods(timed: Iterable[TimedFlow]) -> Callable[[Decimal], Decimal]:
    """Return the law's sum as a function of v = 1 / (1 + i).

    Args:
        timed: a time in unit-periods, whole ones and an odd part, and an amount in minor units (advance minus).
    """
    groups: dict[Fraction, tuple[list[int], list[int]]] = {}
    for time, amount in timed:
        exponents, amounts = groups.setdefault(time % 1, ([], []))
        exponents.append(int(time))
        amounts.append(amount)
    parts = []
    for odd, (exponents, amounts) in groups.items():
        times, sums = netted(exponents, amounts=amounts)
        parts.append((Decimal(odd.numerator) / odd.denominator, present_value(times, amounts=sums)))

    def value(v: Decimal) -> Decimal:
        # 1 / (1 + f * i) with i = 1 / v - 1
        return sum((part(v) * v / (v + odd * (1 - v)) for odd, part in parts), Decimal(0))

    return value
