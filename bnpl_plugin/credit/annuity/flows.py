"""Internal rates of return: of evenly spaced flows, and of dated ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from math import lcm

from bnpl_plugin.credit.annuity.exact import CONTEXT, Exact, as_decimal, checked, whole
from bnpl_plugin.credit.apr.roots import rate_near
from bnpl_plugin.credit.day_count import DayCount, year_fraction
from bnpl_plugin.errors import SolverFailed


def periodic_rate(flows: Sequence[Exact], *, near: Decimal | None = None) -> Decimal:
    """Return the internal rate of return of evenly spaced flows, for one period.

    The rate i makes sum over k of flow(k) * (1 + i) ** -k nothing.

    Args:
        flows: the first one now, then one at the end of each period; repaid plus, drawn minus, or the reverse.
        near: a guess that picks among several rates, see `apr.roots.rate_near`; None refuses several.

    Raises:
        InvalidInput: a flow is not exact.
        SolverFailed: no rate, or several and no guess.

    >>> periodic_rate([-100, 0, 0, 74]).quantize(Decimal("1e-6"))
    Decimal('-0.095496')
    """
    amounts = whole([checked(flow, field="flows") for flow in flows])
    return rate_near(range(len(amounts)), amounts=amounts, units=1, near=near)


def dated_rate(
    flows: Iterable[tuple[date, Exact]], *, day_count: DayCount = DayCount.ACT_365F, near: Decimal | None = None
) -> Decimal:
    """Return the annual internal rate of return of dated flows.

    The rate r makes sum over k of flow(k) * (1 + r) ** -t(k) nothing, with t the time in years from the first date;
    a spreadsheet's XIRR with days over 365.

    Args:
        flows: (day, amount) in any order; repaid plus, drawn minus, or the reverse.
        day_count: how days become years.
        near: a guess that picks among several rates, see `apr.roots.rate_near`; None refuses several.

    Raises:
        InvalidInput: a flow is not exact.
        SolverFailed: no rate, or several and no guess.

    >>> dated_rate([(date(2026, 1, 1), -100), (date(2027, 1, 1), 110)])
    Decimal('0.100000000000')
    """
    dated = [(day, checked(amount, field="flows")) for day, amount in flows]
    if not dated:
        raise SolverFailed(reason="there is nothing drawn or nothing repaid")
    start = min(day for day, _ in dated)
    years = [Fraction(*year_fraction(day_count, start=start, end=day)) for day, _ in dated]
    units = lcm(*(year.denominator for year in years))
    exponents = [int(year * units) for year in years]
    return rate_near(exponents, amounts=whole([amount for _, amount in dated]), units=units, near=near)


def usual_guess(flows: Iterable[Exact]) -> Decimal:
    """Return a guess for the rate of flows: what comes back for each unit that goes out, less one, within -0.9 to 0.1.

    Args:
        flows: amounts of either sign.

    >>> usual_guess([-100, 40, 56]), usual_guess([-100, 300])
    (Decimal('-0.04'), Decimal('0.1'))
    """
    amounts = [checked(flow, field="flows") for flow in flows]
    out, back = -sum(amount for amount in amounts if amount < 0), sum(amount for amount in amounts if amount > 0)
    gain = back / out - 1 if out else Fraction(1)
    with localcontext(CONTEXT):
        return as_decimal(max(Fraction(-9, 10), min(Fraction(1, 10), gain)))
