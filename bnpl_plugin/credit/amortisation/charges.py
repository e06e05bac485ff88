"""Period charges: what one unit of principal earns from one due date to the next, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from bnpl_plugin.credit.amortisation.level import Inflow
from bnpl_plugin.credit.calendar import MONTHLY, PeriodUnit, add_months
from bnpl_plugin.credit.day_count import DayCount, period_fractions, year_fraction
from bnpl_plugin.credit.terms import AccrualDates, Compounding, LoanTerms, OddDays

_EFFECTIVE_PLACES = 40
"""Decimals to which a period's charge from an effective rate is taken; no sum of money reaches the thirtieth."""

_WHOLE_MONTHS = DayCount.THIRTY_360_MONTHLY


class Charges(NamedTuple):
    """What one unit of principal earns in each period.

    Attributes:
        periods: one numerator for each instalment.
        inflows: what is drawn later, with what it earns to the end of its period.
        unit: the common denominator.
    """

    periods: list[int]
    inflows: list[Inflow]
    unit: int


def usual_charges(terms: LoanTerms, *, dates: tuple[date, ...]) -> tuple[list[int], int]:
    """Return the charges of one nominal rate over periods of the terms' day count, and their unit."""
    rate, scale = terms.nominal_rate.as_integer_ratio()
    by_months = terms.period is MONTHLY and terms.day_count is _WHOLE_MONTHS
    if by_months and terms.business_days is None and terms.starts_on_rhythm:
        return [rate] * terms.count, scale * 12
    parts, year = year_parts(terms, dates=dates)
    return [rate * part for part in parts], scale * year


def charges_of(terms: LoanTerms, *, dates: tuple[date, ...], known_at: int) -> Charges:
    """Return the charges of any terms, with the rates that are in force at one instalment.

    Args:
        terms: what was agreed.
        dates: the due dates.
        known_at: a number of an instalment; steps of the rate after it are left out.
    """
    ends = earned_until(terms, dates=dates)
    parts, year = year_parts(terms, dates=dates)
    rates = _rates(terms, known_at=known_at)
    exact = [_charge(terms, rate=rate, part=Fraction(part, year)) for rate, part in zip(rates, parts, strict=True)]
    drawn = []
    for drawdown in terms.shape.later_drawdowns:
        place = sum(end <= drawdown.on for end in ends)
        start = ends[place - 1] if place else terms.drawdown_on
        part = _rest_of_period(terms, start=start, on=drawdown.on, end=ends[place], whole=Fraction(parts[place], year))
        drawn.append((place, drawdown.minor, _charge(terms, rate=rates[place], part=part)))
    unit = _unit(terms, [*exact, *(charge for _, _, charge in drawn)])
    inflows = [Inflow(place, minor, int(charge * unit)) for place, minor, charge in drawn]
    return Charges([int(charge * unit) for charge in exact], inflows, unit)


def earned_until(terms: LoanTerms, *, dates: tuple[date, ...]) -> tuple[date, ...]:
    """Return the last day of each period's interest: the date as it falls, or as it was moved."""
    if terms.business_days is None or terms.accrual.dates is AccrualDates.ADJUSTED:
        return dates
    return terms.rhythm


def year_parts(terms: LoanTerms, *, dates: tuple[date, ...]) -> tuple[Sequence[int], int]:
    """Return each period's part of a year as numerators over a common denominator.

    Where whole months are twelfths of a year, a period of the rhythm is one whatever its dates (31 January, rolled to
    1 March); only a first period off the rhythm, and periods whose end was moved, are counted in days.
    """
    accrual = terms.accrual
    ends = earned_until(terms, dates=dates)
    moved = ends is not dates and ends != terms.rhythm
    if terms.business_days is not None and accrual.dates is AccrualDates.ADJUSTED:
        moved = True
    whole = _twelfths(terms)
    if whole is None or moved:
        parts, year = _by_dates(terms, ends)
    else:
        over, year = whole
        parts = [over] * terms.count
        before = terms.periods_to_first
        if before is None:
            first = _month_fraction(terms, terms.drawdown_on, ends[0])
            year, parts = _with_first(first, parts, year)
        else:
            parts[0] *= before
    if accrual.first_period_years is not None:
        year, parts = _with_first(accrual.first_period_years, parts, year)
    return parts, year


def _with_first(first: Fraction, parts: Sequence[int], year: int) -> tuple[int, list[int]]:
    common = lcm(year, first.denominator)
    return common, [first.numerator * (common // first.denominator), *(part * (common // year) for part in parts[1:])]


def _twelfths(terms: LoanTerms) -> tuple[int, int] | None:
    """Return a regular period as a part of a year, where months are counted and not days."""
    if terms.day_count is not DayCount.THIRTY_360_MONTHLY:
        return None
    period = terms.period
    if period.unit is PeriodUnit.HALF_MONTH:
        return period.every, 24
    return None if period.months is None else (period.months, 12)


def _by_dates(terms: LoanTerms, ends: tuple[date, ...]) -> tuple[Sequence[int], int]:
    if terms.day_count is not DayCount.THIRTY_360_MONTHLY or terms.accrual.odd_days is OddDays.OVER_360:
        return period_fractions(terms.day_count, start=terms.drawdown_on, dates=ends)
    starts = (terms.drawdown_on, *ends[:-1])
    fractions = [_month_fraction(terms, start, end) for start, end in zip(starts, ends, strict=True)]
    year = lcm(*(part.denominator for part in fractions))
    return [int(part * year) for part in fractions], year


def _month_fraction(terms: LoanTerms, start: date, end: date) -> Fraction:
    if terms.accrual.odd_days is OddDays.OVER_360:
        return Fraction(*year_fraction(DayCount.THIRTY_360_MONTHLY, start=start, end=end))
    months = (end.year - start.year) * 12 + end.month - start.month
    if add_months(start, months) > end:
        months -= 1
    last, after = add_months(start, months), add_months(start, months + 1)
    return Fraction(months, 12) + Fraction((end - last).days, 12 * (after - last).days)


def _rest_of_period(terms: LoanTerms, *, start: date, on: date, end: date, whole: Fraction) -> Fraction:
    """Return the part of a year from a day inside a period to the period's end, never more than the whole period."""
    if on == start:
        return whole
    if terms.day_count is DayCount.THIRTY_360_MONTHLY and terms.accrual.odd_days is OddDays.OVER_OWN_MONTH:
        return whole * Fraction((end - on).days, (end - start).days)
    return min(Fraction(*year_fraction(terms.day_count, start=on, end=end)), whole)


def _rates(terms: LoanTerms, *, known_at: int) -> list[Decimal]:
    """Return the nominal rate of each period as it is known at one instalment."""
    rates = [terms.nominal_rate] * terms.count
    for step in terms.shape.rate_steps:
        if step.from_number <= known_at:
            rates[step.from_number - 1 :] = [step.nominal_rate] * (terms.count - step.from_number + 1)
    free = terms.shape.interest_free
    rates[:free] = [Decimal(0)] * free
    return rates


def _charge(terms: LoanTerms, *, rate: Decimal, part: Fraction) -> Fraction:
    if terms.accrual.compounding is Compounding.EACH_PERIOD:
        return Fraction(rate) * part
    with localcontext() as context:
        context.prec = _EFFECTIVE_PLACES + 20
        years = Decimal(part.numerator) / part.denominator
        grown = (1 + rate) ** years - 1
        return Fraction(grown.quantize(Decimal(1).scaleb(-_EFFECTIVE_PLACES)))


def _unit(terms: LoanTerms, exact: list[Fraction]) -> int:
    if terms.accrual.compounding is Compounding.YEARLY:
        return int(10**_EFFECTIVE_PLACES)
    return lcm(*(charge.denominator for charge in exact))
