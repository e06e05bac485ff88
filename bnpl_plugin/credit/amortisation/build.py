"""From terms to a schedule, in whole minor units and exact fractions."""

from __future__ import annotations

from datetime import date

from bnpl_plugin.credit.amortisation.level import Columns, exact_instalment, run_down
from bnpl_plugin.credit.day_count import period_fractions
from bnpl_plugin.credit.schedule import Instalment, Schedule
from bnpl_plugin.credit.terms import FeePlacement, LoanTerms
from bnpl_plugin.money import Remainder, Rounding, divide, split


def build_schedule(terms: LoanTerms) -> Schedule:
    """Return the schedule of the terms.

    Principal parts sum to the principal exactly and no part is negative. With interest, the exact equal instalment is
    rounded as the terms say and the last one absorbs the difference; an instalment so small that rounding it up would
    leave nothing for the last one is rounded down. Interest above the instalment (a long first period) is carried to
    the next ones without earning interest itself.

    Args:
        terms: what was agreed.
    """
    dates = terms.due_dates
    if terms.nominal_rate:
        principals, interests = _with_interest(terms, dates)
    else:
        shares = split(terms.principal.minor, parts=terms.count, remainder=terms.remainder, rounding=terms.rounding)
        principals, interests = shares, [0] * terms.count
    numbers = range(1, terms.count + 1)
    columns = zip(numbers, dates, principals, interests, _fees(terms), strict=True)
    rows = tuple(map(Instalment._make, columns))
    return Schedule(terms.principal.currency, terms.drawdown_on, terms.principal.minor, rows)


def _fees(terms: LoanTerms) -> tuple[int, ...]:
    if terms.fee_minor and terms.fee_placement is FeePlacement.SPREAD:
        return split(terms.fee_minor, parts=terms.count, remainder=Remainder.LAST)
    return (terms.fee_minor, *(0,) * (terms.count - 1))


def _with_interest(terms: LoanTerms, dates: tuple[date, ...]) -> Columns:
    """Return the principals and the interests of the instalments."""
    charges, unit = _period_charges(terms, dates)
    exact = exact_instalment(terms.principal.minor, charges=charges, unit=unit)
    instalment = divide(exact[0], by=exact[1], rounding=terms.rounding)
    parts = run_down(terms.principal.minor, instalment=instalment, charges=charges, unit=unit)
    if parts[0][-1] == 0 and instalment:
        instalment = divide(exact[0], by=exact[1], rounding=Rounding.DOWN)
        parts = run_down(terms.principal.minor, instalment=instalment, charges=charges, unit=unit)
    return parts


def _period_charges(terms: LoanTerms, dates: tuple[date, ...]) -> tuple[list[int], int]:
    """Return what one unit of principal earns in each period, as numerators over one common denominator."""
    rate, scale = terms.nominal_rate.as_integer_ratio()
    parts, year = period_fractions(terms.day_count, start=terms.drawdown_on, dates=dates)
    return [rate * part for part in parts], scale * year
