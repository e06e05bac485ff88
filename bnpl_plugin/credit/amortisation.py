"""From terms to a schedule, in whole minor units and exact fractions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bnpl_plugin.credit.day_count import period_fractions
from bnpl_plugin.credit.schedule import Instalment, Schedule
from bnpl_plugin.credit.terms import FeePlacement, LoanTerms
from bnpl_plugin.money import Remainder, Rounding, divide, split

_Columns = tuple[Sequence[int], Sequence[int]]


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


def _with_interest(terms: LoanTerms, dates: tuple[date, ...]) -> _Columns:
    """Return the principals and the interests of the instalments."""
    charges, unit = _period_charges(terms, dates)
    exact = _level_instalment(terms.principal.minor, charges=charges, unit=unit)
    instalment = divide(exact[0], by=exact[1], rounding=terms.rounding)
    parts = _run_down(terms.principal.minor, instalment=instalment, charges=charges, unit=unit)
    if parts[0][-1] == 0 and instalment:
        instalment = divide(exact[0], by=exact[1], rounding=Rounding.DOWN)
        parts = _run_down(terms.principal.minor, instalment=instalment, charges=charges, unit=unit)
    return parts


def _period_charges(terms: LoanTerms, dates: tuple[date, ...]) -> tuple[list[int], int]:
    """Return what one unit of principal earns in each period, as numerators over one common denominator."""
    rate, scale = terms.nominal_rate.as_integer_ratio()
    parts, year = period_fractions(terms.day_count, start=terms.drawdown_on, dates=dates)
    return [rate * part for part in parts], scale * year


def _level_instalment(principal: int, *, charges: Sequence[int], unit: int) -> tuple[int, int]:
    """Return the exact equal instalment as (numerator, denominator).

    From B(k) = B(k-1) * (1 + i(k)) - A and B(n) = 0 follows
    A = P * prod(1 + i) / sum over k of prod over j > k of (1 + i(j)).
    """
    regular = charges[-1]
    if regular and all(charge == regular for charge in charges[1:]):
        grown = (unit + regular) ** (len(charges) - 1)
        product = grown * (unit + charges[0]) * regular
        return principal * product, unit * (grown * (unit + regular) - unit ** len(charges))
    product, weight, power = 1, 0, 1
    for charge in charges:
        growth = unit + charge
        power *= unit
        product *= growth
        weight = weight * growth + power
    return principal * product, weight


def _run_down(principal: int, *, instalment: int, charges: Sequence[int], unit: int) -> _Columns:
    """Return the principals and the interests of the instalments; the last one takes all that is left."""
    left, twice, interests = principal, 2 * unit, []
    for charge in charges[:-1]:
        interest = (2 * left * charge + unit) // twice
        left += interest - instalment
        interests.append(interest)
    if left < 0 or max(interests, default=0) > instalment:
        return _run_down_with_care(principal, instalment=instalment, charges=charges, unit=unit)
    principals = [instalment - interest for interest in interests]
    principals.append(left)
    interests.append((2 * left * charges[-1] + unit) // twice)
    return principals, interests


def _run_down_with_care(principal: int, *, instalment: int, charges: Sequence[int], unit: int) -> _Columns:
    """The same where an instalment does not cover its interest, or the principal is repaid before the last one."""
    principals, interests = [], []
    left, carried, twice = principal, 0, 2 * unit
    for charge in charges[:-1]:
        owed = carried + (2 * left * charge + unit) // twice
        interest = min(owed, instalment)
        carried = owed - interest
        repaid = min(instalment - interest, left)
        left -= repaid
        principals.append(repaid)
        interests.append(interest)
    principals.append(left)
    interests.append(carried + (2 * left * charges[-1] + unit) // twice)
    return principals, interests
