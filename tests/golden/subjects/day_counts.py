"""Day counts, and the intervals that each law's APR counts time in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

from bnpl_plugin.credit.apr import uk, us
from bnpl_plugin.credit.apr.interval import Interval, YearLength, years
from bnpl_plugin.credit.day_count import DayCount, year_fraction
from tests.golden.case import Case, Check
from tests.golden.subjects.aprs import unit_period_named
from tests.golden.subjects.reading import exact, named

_CONVENTIONS = {
    "act/360": DayCount.ACT_360,
    "act/365f": DayCount.ACT_365F,
    "act/act isda": DayCount.ACT_ACT_ISDA,
    "30e/360": DayCount.THIRTY_E_360,
    "30/360 us": DayCount.THIRTY_360_US,
}
_INTERVALS = {
    "day": Interval.YEARS,
    "week": Interval.WEEKS,
    "fortnight": Interval.WEEKS,
    "semimonth": Interval.MONTHS,
    "month": Interval.MONTHS,
    "quarter": Interval.MONTHS,
    "half year": Interval.MONTHS,
    "year": Interval.YEARS,
}
"""Remark (c): time is whole years, months or weeks, and days; a longer or shorter rhythm is counted in one of them."""


def day_count(case: Case) -> Iterator[Check]:
    """The part of a year from start to end, or the unit-periods."""
    start, end = (date.fromisoformat(case.inputs[name]) for name in ("start", "end"))
    if case.inputs["convention"] == "US-APPJ":
        whole, odd = us.unit_periods(start, end=end, unit_period=unit_period_named(case.inputs))
        yield Check("t", exact(case.expected["t"]), Fraction(whole))
        yield Check("f", exact(case.expected["f"]), odd)
        return
    part = _part(case, start, end)
    if "fraction" in case.expected:
        yield Check("fraction", exact(case.expected["fraction"]), part)
    if "factor" in case.expected:
        yield case.number("factor", Decimal(part.numerator) / part.denominator)


def _part(case: Case, start: date, end: date) -> Fraction:
    convention = case.inputs["convention"]
    if convention not in {"EU-2008-48", "UK-CONC-1"}:
        return Fraction(*year_fraction(named("convention", convention, among=_CONVENTIONS), start=start, end=end))
    interval = named("unit", case.inputs.get("unit", "month"), among=_INTERVALS)
    if convention == "EU-2008-48":
        return years(start, end=end, interval=interval)
    if case.inputs.get("isSecuredOnLand") and case.inputs.get("hasSinglePayment"):
        interval = uk.interval_of_single(start, end=end, otherwise=interval)
    return years(start, end=end, interval=interval, year=YearLength.OF_LATER_DATE)
