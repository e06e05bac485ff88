"""An APR together with everything it was computed from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from typing import Any

from bnpl_plugin.credit.schedule import Schedule
from bnpl_plugin.errors import InvalidInput, SolverFailed

Flow = tuple[date, int]
"""A day and an amount in minor units, zero or more."""

RATE_PLACES = Decimal("1e-12")
"""How finely a rate is kept."""

MAX_RATE = 10**9
"""The largest rate that is told, a fraction a year."""

CONTEXT = Context(prec=28)
"""Twenty-eight digits, whatever context the caller's thread has."""


@dataclass(frozen=True, slots=True)
class Apr:
    """An annual percentage rate and its inputs.

    Attributes:
        rate: fraction a year, to twelve decimals (0.104713067441).
        percent: as the law prints it (10.5).
        method: the law and formula, for example "eu_ccd2_annex_iii".
        convention: how time was measured.
        drawdowns: what the shopper received, and when.
        repayments: what the shopper pays, and when.
    """

    rate: Decimal
    percent: Decimal
    method: str
    convention: str
    drawdowns: tuple[Flow, ...]
    repayments: tuple[Flow, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the APR with its inputs as plain values."""
        return {
            "rate": str(self.rate),
            "percent": str(self.percent),
            "method": self.method,
            "convention": self.convention,
            "drawdowns": [[day.isoformat(), minor] for day, minor in self.drawdowns],
            "repayments": [[day.isoformat(), minor] for day, minor in self.repayments],
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """How a law reads dates and discounts, as an `Apr` of it was computed.

    Attributes:
        time: the time from the first drawdown to a day, in the law's unit.
        factor: what one unit of money at a time is worth at the first drawdown, at an annual rate.
    """

    time: Callable[[date, date], Fraction]
    factor: Callable[[Fraction, Decimal], Decimal]


def compound(rate: Decimal, *, periods: Fraction) -> Decimal:
    """Return (1 + rate) ** -periods.

    Args:
        rate: a fraction for one period, above -1.
        periods: how many, any fraction.

    >>> compound(Decimal("0.21"), periods=Fraction(1, 2)).quantize(Decimal("1e-12"))
    Decimal('0.909090909091')
    """
    with localcontext(CONTEXT):
        return (1 + rate) ** -(Decimal(periods.numerator) / periods.denominator)


def kept_rate(rate: Decimal) -> Decimal:
    """Return the rate to twelve decimals.

    Raises:
        SolverFailed: beyond a thousand million, where a rate says nothing any more.
    """
    if rate > MAX_RATE:
        raise SolverFailed(reason="the rate is beyond all measure")
    return rate.quantize(RATE_PLACES, context=CONTEXT)


def percent_of(rate: Decimal, *, places: Decimal) -> Decimal:
    """Return the rate in percent, rounded half up to the given places."""
    return CONTEXT.multiply(rate, 100).quantize(places, rounding=ROUND_HALF_UP, context=CONTEXT)


def checked_flows(flows: Iterable[Flow], *, field: str) -> tuple[Flow, ...]:
    """Return the flows in order of date, without those of nothing.

    Raises:
        InvalidInput: a negative or broken amount, a day that is no date.
    """
    kept = []
    for day, minor in flows:
        if type(minor) is not int or minor < 0:
            raise InvalidInput(field=field, fault=f"has {minor!r}", accepted="whole minor units, 0 or more")
        if type(day) is not date:
            raise InvalidInput(field=field, fault=f"has {day!r}", accepted="dates, not instants")
        if minor:
            kept.append((day, minor))
    kept.sort()
    return tuple(kept)


def total_minor(flows: Iterable[tuple[object, int]]) -> int:
    """Return the sum of flows in minor units: of all repayments the total payable, less all drawdowns the cost."""
    return sum([minor for _, minor in flows])


def is_free(drawdowns: Sequence[Flow], *, repayments: Sequence[Flow]) -> bool:
    """Tell whether a credit costs nothing; refuse flows that have no rate.

    Raises:
        SolverFailed: nothing drawn, nothing repaid, or less repaid than drawn.
    """
    if not drawdowns or not repayments:
        raise SolverFailed(reason="there is nothing drawn or nothing repaid")
    cost = total_minor(repayments) - total_minor(drawdowns)
    if cost < 0:
        raise SolverFailed(reason="less is repaid than drawn")
    return cost == 0


def flows_of(schedule: Schedule) -> tuple[tuple[Flow, ...], tuple[Flow, ...]]:
    """Return the drawdowns and repayments of a schedule."""
    drawn = schedule.drawdowns if schedule.later_drawdowns else ((schedule.drawdown_on, schedule.principal_minor),)
    rows = [
        (due_on, minor)
        for _, due_on, principal, interest, fee in schedule.instalments
        if (minor := principal + interest + fee)
    ]
    return drawn, tuple(rows)
