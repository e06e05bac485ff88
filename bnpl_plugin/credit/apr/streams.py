"""Flows in exact time, and their one rate: what every law's equation comes down to.

A law reads dates into times (years, months, unit-periods) by its own rule; from there on a dated schedule and a stream
whose times are given as fractions go the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import lcm

from bnpl_plugin.credit.apr.result import RATE_PLACES, kept_rate
from bnpl_plugin.credit.apr.roots import rates
from bnpl_plugin.credit.apr.solver import netted, plain_cost, solved
from bnpl_plugin.errors import InvalidInput, SolverFailed

TimedFlow = tuple[Fraction, int]
"""A time in the law's unit, below zero before the first drawdown, and an amount in minor units, zero or more."""

MAX_UNITS = 10**10
"""The finest common grid of times: a thousand times finer than days, weeks and months together need."""

_MAX_EFFORT = 100_000
"""Changes of direction, squared, times flows: beyond it several rates are not told apart."""


def checked_stream(flows: Iterable[TimedFlow], *, field: str) -> tuple[TimedFlow, ...]:
    """Return the flows in order of time, without those of nothing.

    Raises:
        InvalidInput: a time that is not an exact number, a negative or broken amount.
    """
    kept = []
    for time, minor in flows:
        if type(time) not in (int, Fraction):
            raise InvalidInput(field=field, fault=f"has the time {time!r}", accepted="whole numbers and Fractions")
        if type(minor) is not int or minor < 0:
            raise InvalidInput(field=field, fault=f"has {minor!r}", accepted="whole minor units, 0 or more")
        if minor:
            kept.append((Fraction(time), minor))
    kept.sort()
    return tuple(kept)


def on_grid(times: Sequence[Fraction]) -> tuple[tuple[int, ...], int]:
    """Return each time as whole units, and how many of those make one.

    Raises:
        InvalidInput: the times have no common unit of a sensible size.

    >>> on_grid([Fraction(0), Fraction(1, 12), Fraction(3, 365)])
    ((0, 365, 36), 4380)
    """
    units = 1
    for time in times:
        units = lcm(units, time.denominator)
        if units > MAX_UNITS:
            raise InvalidInput(field="times", fault="have no common unit", accepted="parts of a year")
    return tuple(time.numerator * (units // time.denominator) for time in times), units


def rate_of_stream(
    drawdowns: Iterable[TimedFlow], *, repayments: Iterable[TimedFlow], near: Decimal | None = None
) -> Decimal:
    """Return the rate of one unit of time, compounding, at which drawdowns and repayments are worth the same.

    Args:
        drawdowns: what the shopper receives.
        repayments: what the shopper pays, charges included; also before the first drawdown.
        near: of several rates the one nearest to this fraction; None refuses several.

    Raises:
        SolverFailed: no rate, or several and no `near`; less repaid than drawn.
        InvalidInput: a broken time or amount.
    """
    drawn = checked_stream(drawdowns, field="drawdowns")
    repaid = checked_stream(repayments, field="repayments")
    exponents, units = on_grid([time for time, _ in (*drawn, *repaid)])
    return rate_of(exponents, amounts=signed(drawn, repayments=repaid), units=units, near=near)


def signed(drawdowns: Sequence[tuple[object, int]], *, repayments: Sequence[tuple[object, int]]) -> tuple[int, ...]:
    """Return the amounts with the lender's sign: drawdowns minus, then repayments plus.

    Raises:
        SolverFailed: nothing drawn or nothing repaid.
    """
    if not drawdowns or not repayments:
        raise SolverFailed(reason="there is nothing drawn or nothing repaid")
    return (*[-minor for _, minor in drawdowns], *[minor for _, minor in repayments])


def rate_of(
    exponents: Sequence[int], *, amounts: Sequence[int], units: int, times: int = 1, near: Decimal | None = None
) -> Decimal:
    """Return the one rate from zero up at which the flows are worth nothing.

    Args:
        exponents: when each flow happens, in whole units of time, in any order.
        amounts: repayment plus, drawdown minus, in minor units.
        units: how many units the rate is for, compounding.
        times: a plain multiple of that rate.
        near: of several rates the one nearest to this fraction; None refuses several.

    Raises:
        SolverFailed: no rate, or several and no `near`; less repaid than drawn.
    """
    exponents, amounts = netted(exponents, amounts=amounts)
    cost = plain_cost(amounts)
    if cost is None:
        return _one_of_several(exponents, amounts, units=units, times=times, near=near)
    return solved(exponents, amounts=amounts, cost=cost, units=units, times=times) if cost else Decimal(0)


def _one_of_several(
    exponents: Sequence[int], amounts: Sequence[int], *, units: int, times: int, near: Decimal | None
) -> Decimal:
    if near is not None and not near.is_finite():
        raise InvalidInput(field="near", fault=f"is {near}", accepted="a finite fraction a year")
    if not any(amounts):
        return Decimal(0)
    if sum(amounts) < 0:
        raise SolverFailed(reason="less is repaid than drawn")
    if min(amounts) >= 0:
        raise SolverFailed(reason="nothing is lent before it is repaid")
    directions = [amount > 0 for amount in amounts if amount]
    changes = sum(here != there for here, there in pairwise(directions))
    if changes * changes * len(directions) > _MAX_EFFORT:
        raise SolverFailed(reason="the flows change direction too often to tell their rates apart")
    found = [rate * times for rate in rates(exponents, amounts=amounts, units=units) if rate >= 0]
    if not found:
        raise SolverFailed(reason="no rate makes the two sides equal")
    if len(found) > 1 and near is None:
        several = ", ".join(str(rate.quantize(RATE_PLACES)) for rate in found)
        raise SolverFailed(several, reason="several rates make the two sides equal")
    return kept_rate(min(found, key=lambda rate: abs(rate - (near or 0))))
