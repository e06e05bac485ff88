"""The root of a present-value equation, found in decimal arithmetic and proved by a change of sign.

Unknown is the discount factor v of one unit of time, between 0 and 1; a rate of nothing is v = 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Context, Decimal, localcontext
from itertools import pairwise

from bnpl_plugin.errors import SolverFailed

CONTEXT = Context(prec=40)
"""Forty digits, whatever context the caller's thread has."""

_ONE = Decimal(1)
_NEAR = Decimal("1e-16")
_SMALLEST = Decimal("1e-12")
_ROUNDS = 120


def discount_factor(value: Callable[[Decimal], Decimal], *, guess: Decimal) -> Decimal:
    """Return the v at which `value` crosses from minus (small v) to plus (v = 1).

    Args:
        value: present value of repayments less drawdowns at v; positive at 1, and crossing zero exactly once below.
        guess: where to start, between 0 and 1.

    Raises:
        SolverFailed: no crossing found, or the crossing does not show a change of sign.
    """
    high, above = _ONE, value(_ONE)
    if above <= 0:
        raise SolverFailed(reason="there is no cost to annualise")
    low = guess if 0 < guess < 1 else Decimal("0.5")
    below = value(low)
    while below > 0:
        high, above = low, below
        step = (1 - low) * 2
        low = 1 - step if step < 1 else low / 16
        if low < _SMALLEST:
            raise SolverFailed(reason="no rate makes the two sides equal")
        below = value(low)
    for _ in range(_ROUNDS):
        if below == 0:
            return low
        middle = low + (high - low) * (-below / (above - below))
        here = value(middle)
        near = (1 - middle) * _NEAR
        if here <= 0:
            done = middle - low <= near
            above *= _weight(here, below)
            low, below = middle, here
        else:
            done = high - middle <= near
            below *= _weight(here, above)
            high, above = middle, here
        if done and value(middle - near * 4) < 0 < value(middle + near * 4):
            return middle
    raise SolverFailed(reason="the search for the rate did not settle")


def _weight(here: Decimal, before: Decimal) -> Decimal:
    """Return by how much the far end of the bracket is pulled in (Anderson and Björck's rule of false position)."""
    kept = 1 - here / before
    return kept if kept > 0 else Decimal("0.5")


def present_value(flows: Sequence[tuple[int, int]]) -> Callable[[Decimal], Decimal]:
    """Return the polynomial sum of amount * v**exponent as a function of v.

    Args:
        flows: (exponent, amount) with exponents of 0 or more, in any order.
    """
    sums: dict[int, int] = {}
    for exponent, amount in flows:
        sums[exponent] = sums.get(exponent, 0) + amount
    exponents = sorted(sums, reverse=True)
    first = Decimal(sums[exponents[0]])
    steps = [(before - exponent, Decimal(sums[exponent])) for before, exponent in pairwise(exponents)]
    last = exponents[-1]

    def value(v: Decimal) -> Decimal:
        powers: dict[int, Decimal] = {}
        total = first
        for gap, amount in steps:
            power = powers.get(gap)
            if power is None:
                power = powers[gap] = v**gap
            total = total * power + amount
        return total * v**last if last else total

    return value


def unit_factor(flows: Sequence[tuple[int, int]]) -> Decimal:
    """Return the v of one unit of time at which the flows are worth nothing.

    Args:
        flows: (exponent in units of time, 0 or more; amount in minor units: repayment plus, drawdown minus).

    Raises:
        SolverFailed: no solution, or more than one is possible.
    """
    ordered = sorted(flows)
    one_crossing(ordered)
    with localcontext(CONTEXT):
        return discount_factor(present_value(ordered), guess=first_guess(tuple(ordered)))


def first_guess(flows: Sequence[tuple[int, int]]) -> Decimal:
    """Return a v near the root: cost over drawn amount and mean time, as simple interest."""
    drawn = -sum(amount for _, amount in flows if amount < 0)
    repaid = sum(amount for _, amount in flows if amount > 0)
    weighted = sum(exponent * amount for exponent, amount in flows)
    if weighted <= 0:
        return Decimal("0.5")
    return _ONE / (_ONE + Decimal((repaid - drawn) * repaid) / Decimal(weighted * drawn))


def one_crossing(flows: Sequence[tuple[int, int]]) -> None:
    """Refuse flows whose running sum changes sign more than once: only one change promises exactly one positive rate.

    Source: C. J. Norstrom, A sufficient condition for a unique nonnegative internal rate of return, 1972.
    """
    running, positive, at = 0, False, flows[0][0]
    for exponent, amount in flows:
        if exponent != at:
            if running > 0:
                positive = True
            elif running < 0 and positive:
                raise SolverFailed(reason="several rates could make the two sides equal")
            at = exponent
        running += amount
    if running <= 0:
        raise SolverFailed(reason="there is no cost to annualise")
    first = sum(amount for exponent, amount in flows if exponent == flows[0][0])
    if first >= 0:
        raise SolverFailed(reason="nothing is lent before it is repaid")
