"""APRs of four laws, each through the function for flows in exact time; given dates must lead to those times."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from bnpl_plugin.credit.apr import cn, eu, uk, us
from bnpl_plugin.credit.apr.interval import Interval, years
from bnpl_plugin.credit.apr.result import total_minor
from bnpl_plugin.credit.apr.us import Unit, UnitPeriod
from tests.golden.case import Case, Check
from tests.golden.subjects.reading import TimedFlows, exact, flows_in_years, major, minor, named

_INTERVALS = {
    "fractions given": None,
    "months": Interval.MONTHS,
    "weeks": Interval.WEEKS,
    "years": Interval.YEARS,
    "days/365": Interval.DAYS_365,
    "days/365.25": Interval.DAYS_365_25,
}
_FORMS = {
    "simple": cn.Form.SIMPLE,
    "simple annual": cn.Form.SIMPLE,
    "compound": cn.Form.COMPOUND,
    "compound annual": cn.Form.COMPOUND,
    "annual": cn.Form.COMPOUND,
}
_UNITS = {
    "day": (Unit.DAY, 1),
    "week": (Unit.WEEK, 1),
    "fortnight": (Unit.WEEK, 2),
    "semimonth": (Unit.SEMIMONTH, 1),
    "half month": (Unit.SEMIMONTH, 1),
    "month": (Unit.MONTH, 1),
    "quarter": (Unit.MONTH, 3),
    "half year": (Unit.MONTH, 6),
    "year": (Unit.MONTH, 12),
}


def eu_apr(case: Case) -> Iterator[Check]:
    """Annex III; of several rates the one nearest to the nominal one, or to zero if none is named."""
    drawn, repaid = flows_in_years(case.inputs)
    named = case.inputs.get("nominal_rate")
    near = Decimal(named) if isinstance(named, str) else Decimal(0)
    yield from _annual(case, eu.rate(drawn, repayments=repaid, near=near), printed=eu.printed)
    yield from _totals(case, drawn, repaid)
    yield from _times_of_dates(case)


def uk_apr(case: Case) -> Iterator[Check]:
    """CONC App 1.2."""
    drawn, repaid = flows_in_years(case.inputs)
    yield from _annual(case, uk.rate(drawn, repayments=repaid), printed=uk.printed)
    yield from _totals(case, drawn, repaid)
    yield from _times_of_dates(case)


def us_apr(case: Case) -> Iterator[Check]:
    """Appendix J: unit-periods as given, and found again from the dates where there are any."""
    inputs = case.inputs
    unit_period = unit_period_named(inputs["unit_period"])
    per_year = exact(inputs["unit_periods_per_year"])
    yield Check("unit_periods_per_year", per_year, unit_period.per_year)
    drawn = [(_time(one), minor(one["amount"])) for one in inputs["advances"]]
    repaid: TimedFlows = []
    for one in inputs["streams"]:
        step = exact(one.get("step_unit_periods", 1))
        repaid += [(_time(one) + k * step, minor(one["amount"])) for k in range(int(one["count"]))]
    found = us.rate(drawn, repayments=repaid, unit_periods_per_year=per_year)
    yield case.number("apr", found)
    yield from _totals(case, drawn, repaid)
    start = inputs.get("first_advance_date")
    for one in (*inputs["advances"], *inputs["streams"]):
        day = one.get("date") or one.get("first_date")
        if start and day:
            whole, odd = us.unit_periods(
                date.fromisoformat(start), end=date.fromisoformat(day), unit_period=unit_period
            )
            yield Check(f"unit-periods to {day}", _time(one), whole + odd)


def china_irr(case: Case) -> Iterator[Check]:
    """Equal monthly payments: the simple and the compound form, whichever is published."""
    inputs = case.inputs
    payment = _monthly_payment(inputs)
    drawn = [(Fraction(0), minor(inputs["principal"]))]
    repaid = [(Fraction(month), payment) for month in range(1, int(inputs["count"]) + 1)]
    for field in case.expected:
        if field.endswith("_rate"):
            form = named(field, field.removesuffix("_rate"), among=_FORMS)
            yield case.number(field, cn.rate(drawn, repayments=repaid, form=form))
    yield from _totals(case, drawn, repaid)


def _monthly_payment(inputs: Mapping[str, Any]) -> int:
    """Return the payment as published, or its parts together: principal and fee, told or as shares of what is lent."""
    if "payment" in inputs:
        return minor(inputs["payment"])
    lent = exact(inputs["principal"])
    principal = inputs.get("principal_per_period") or lent / int(inputs["count"])
    fee = inputs.get("fee_per_period") or lent * exact(inputs["fee_per_period_rate"])
    return round((exact(str(principal)) + exact(str(fee))) * minor("1"))


def unit_period_named(given: Mapping[str, Any]) -> UnitPeriod:
    """Return the unit-period that a case names."""
    unit, times = named("unit", given["unit"], among=_UNITS)
    return UnitPeriod(unit, times * int(given.get("multiple", 1)))


def _time(given: Mapping[str, Any]) -> Fraction:
    return exact(given["t"]) + exact(given.get("f", "0"))


def _annual(case: Case, found: Decimal, *, printed: Callable[[Decimal], Decimal]) -> Iterator[Check]:
    """Compare the exact rate, and the printed one if no more decimals are published than the law prints."""
    for field in ("apr_exact", "apr"):
        if field in case.expected:
            yield case.number(field, found)
    if "apr_rounded" in case.expected:
        as_told, published = printed(found) / 100, Decimal(case.expected["apr_rounded"])
        as_finely = published.quantize(as_told) == published
        yield case.number("apr_rounded", as_told if as_finely else found)


def _totals(case: Case, drawn: TimedFlows, repaid: TimedFlows) -> Iterator[Check]:
    paid, lent = total_minor(repaid), total_minor(drawn)
    for field in ("total_payments", "total_of_payments"):
        if field in case.expected:
            yield case.number(field, major(paid))
    for field in ("total_cost", "finance_charge"):
        if field in case.expected:
            yield case.number(field, major(paid - lent))


def _times_of_dates(case: Case) -> Iterator[Check]:
    """Where a case names its interval rule and dates every flow, the dates must lead to the published times."""
    rule = case.inputs.get("interval_rule", "fractions given")
    interval, advance = named("interval_rule", rule, among=_INTERVALS), case.inputs.get("advance")
    if interval is None or not isinstance(advance, Mapping) or "date" not in advance:
        return
    start = date.fromisoformat(advance["date"])
    for payment in case.inputs.get("payments", ()):
        found = years(start, end=date.fromisoformat(payment["date"]), interval=interval)
        yield Check(f"years to {payment['date']}", exact(payment["t"]), found)
