"""The root of a present-value equation, found in decimal arithmetic and proved by a change of sign.

Unknown is the discount factor v of one unit of time, between 0 and 1; a rate of nothing is v = 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, localcontext
from operator import add, lt, mul, sub

from bnpl_plugin.credit.apr.level import level_stream, root_of
from bnpl_plugin.credit.apr.result import CONTEXT, kept_rate
from bnpl_plugin.errors import SolverFailed

_ONE = Decimal(1)
_NEAR = Decimal("1e-14")
_SETTLED = Decimal("1e-17")
_BRACKETED = Decimal("1e-20")
_LAST_DIGITS = Decimal("1e-26")
_BITS = 80
_FIXED_ONE = 1 << _BITS
_SMALLEST = Decimal("1e-12")
_QUICK_ROUNDS = 12
_ROUNDS = 200


def discount_factor(value: Callable[[Decimal], Decimal], *, guess: Decimal, at_one: Decimal | None = None) -> Decimal:
    """Return the v at which `value` crosses from minus (small v) to plus (v = 1).

    A few secant steps from a good guess; if they do not settle, a bracket that cannot be left.

    Args:
        value: present value of repayments less drawdowns at v; positive at 1, and crossing zero exactly once below.
        guess: where to start, between 0 and 1.
        at_one: `value(1)`, if it is known already.

    Raises:
        SolverFailed: no crossing found, or the crossing does not show a change of sign.
    """
    above = value(_ONE) if at_one is None else at_one
    if above <= 0:
        raise SolverFailed(reason="there is no cost to annualise")
    start = guess if 0 < guess < 1 else Decimal("0.5")
    factor = _by_secant(value, start=start, at_one=above)
    if factor is None or not _crosses(value, at=factor):
        factor = _by_bracket(value, start=start, at_one=above)
        if not _crosses(value, at=factor):
            raise SolverFailed(reason="the search for the rate did not settle")
    return factor


def _crosses(value: Callable[[Decimal], Decimal], *, at: Decimal) -> bool:
    """Tell whether the sign changes within two parts in 10**14 of the rate."""
    near = (1 - at) * _NEAR * 2
    return value(at - near) < 0 < value(at + near)


def _by_secant(value: Callable[[Decimal], Decimal], *, start: Decimal, at_one: Decimal) -> Decimal | None:
    """Return a root found by secant steps, or None when a step leaves the range or does not settle.

    The error after a step is about the product of the last two; the caller proves the result by a change of sign.
    """
    before, there, now, last = _ONE, at_one, start, _ONE
    for _ in range(_QUICK_ROUNDS):
        here = value(now)
        if here == 0:
            return now
        if here == there:
            return None
        step = here * (now - before) / (here - there)
        before, there, now = now, here, now - step
        if not _SMALLEST < now < 1:
            return None
        if abs(step * last) <= (1 - now) * _SETTLED:
            return now
        last = step
    return None


def _by_bracket(value: Callable[[Decimal], Decimal], *, start: Decimal, at_one: Decimal) -> Decimal:
    """Return a root by false position inside a bracket (Anderson and Björck)."""
    high, above, low = _ONE, at_one, start
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
        near = max((1 - middle) * _BRACKETED, _LAST_DIGITS)
        if here <= 0:
            moved = middle - low
            above *= _weight(here, below)
            low, below = middle, here
        else:
            moved = high - middle
            below *= _weight(here, above)
            high, above = middle, here
        if moved <= near or high - low <= near:
            return middle
    raise SolverFailed(reason="the search for the rate did not settle")


def _weight(here: Decimal, before: Decimal) -> Decimal:
    """Return by how much the far end of the bracket is pulled in (Anderson and Björck's rule of false position)."""
    kept = 1 - here / before
    return kept if kept > 0 else Decimal("0.5")


def present_value(exponents: Sequence[int], *, amounts: Sequence[int]) -> Callable[[Decimal], Decimal]:
    """Return the polynomial sum of amount * v**exponent as a function of v.

    Args:
        exponents: 0 or more, rising, each once (see `netted`).
        amounts: one for each.
    """
    first, *rest = map(Decimal, reversed(amounts))
    gaps = list(map(sub, exponents[1:], exponents))
    gaps.reverse()
    last = exponents[0]
    if gaps and gaps.count(gaps[0]) == len(gaps):
        return _evenly(first, rest, gap=gaps[0], last=last)

    def value(v: Decimal) -> Decimal:
        powers = {gap: v**gap for gap in set(gaps)}
        total = first
        for gap, amount in zip(gaps, rest, strict=True):
            total = total * powers[gap] + amount
        return total * v**last if last else total

    return value


def _evenly(first: Decimal, rest: Sequence[Decimal], *, gap: int, last: int) -> Callable[[Decimal], Decimal]:
    """Return the polynomial of evenly spaced exponents, the common case, in its shortest loop."""

    def value(v: Decimal) -> Decimal:
        power = v if gap == 1 else v**gap
        total = first
        for amount in rest:
            total = total * power + amount
        return total * v**last if last else total

    return value


def netted(exponents: Sequence[int], *, amounts: Sequence[int]) -> tuple[Sequence[int], Sequence[int]]:
    """Return the exponents rising, each once, and the sum of the amounts of each."""
    if all(map(lt, exponents, exponents[1:])):
        return exponents, amounts
    sums: dict[int, int] = {}
    for exponent, amount in zip(exponents, amounts, strict=True):
        sums[exponent] = sums.get(exponent, 0) + amount
    rising = sorted(sums)
    return rising, [sums[exponent] for exponent in rising]


def unit_rate(exponents: Sequence[int], *, amounts: Sequence[int], units: int, times: int = 1) -> Decimal:
    """Return the rate of a stretch of units of time at which the flows are worth nothing.

    Args:
        exponents: when each flow happens, in units of time, 0 or more, in any order.
        amounts: what flows, in minor units: repayment plus, drawdown minus.
        units: how many units the rate is for, compounding: 12 months for a year.
        times: a plain multiple of that rate: 12 for twelve times the monthly one.

    Returns:
        A fraction to twelve decimals.

    Raises:
        SolverFailed: no solution, more than one possible, or one beyond all measure.
    """
    exponents, amounts = netted(exponents, amounts=amounts)
    return solved(exponents, amounts=amounts, cost=one_crossing(amounts), units=units, times=times)


def solved(exponents: Sequence[int], *, amounts: Sequence[int], cost: int, units: int, times: int = 1) -> Decimal:
    """Return the rate of flows that are known to have exactly one, as `unit_rate` does.

    Args:
        exponents: as `netted` returns them.
        amounts: as `netted` returns them.
        cost: everything repaid less everything drawn, above zero.
        units: how many units the rate is for, compounding.
        times: a plain multiple of that rate.

    Raises:
        SolverFailed: the rate is beyond all measure.
    """
    with localcontext(CONTEXT):
        stream = level_stream(exponents, amounts=amounts)
        if stream is not None and not units % stream.gap:
            factor = root_of(stream)
            if factor is not None and _crosses(stream.value, at=factor):
                return kept_rate((factor ** -(units // stream.gap) - 1) * times)
        value = present_value(exponents, amounts=amounts)
        factor = discount_factor(value, guess=first_guess(exponents, amounts=amounts), at_one=Decimal(cost))
        return kept_rate((factor**-units - 1) * times)


def first_guess(exponents: Sequence[int], *, amounts: Sequence[int]) -> Decimal:
    """Return a v near the root, from the mean and the variance of the times.

    With d = -ln(v), drawn / repaid is the mean of exp(-d * t) over the repayments relative to the drawdowns, and its
    logarithm is -d * mean + d**2 * variance / 2 up to the third cumulant.

    Args:
        exponents: whole numbers.
        amounts: one for each, some of them negative, some positive.
    """
    drawn_amounts = [-amount if amount < 0 else 0 for amount in amounts]
    drawn, drawn_mean, drawn_spread = _moments(exponents, amounts=drawn_amounts)
    repaid, mean, spread = _moments(exponents, amounts=list(map(add, amounts, drawn_amounts)))
    apart = mean - drawn_mean
    if apart <= 0:
        return _ONE / 2
    # fixed point with _BITS binary places: a guess needs no more, and whole numbers are fast
    ratio = ((repaid - drawn) << _BITS) // (repaid + drawn)
    square = ratio * ratio >> _BITS
    log = 2 * (ratio + (ratio * (square // 3 + (square * square >> _BITS) // 5) >> _BITS))
    wider = (spread - drawn_spread) // 2
    force = (log << _BITS) // apart
    for _ in range(3):
        force = ((log + ((force * force >> _BITS) * wider >> _BITS)) << _BITS) // apart
    second = force * force >> _BITS
    third = second * force >> _BITS
    growth = _FIXED_ONE + force + second // 2 + third // 6 + (third * force >> _BITS) // 24
    return Decimal(_FIXED_ONE) / growth if growth > _FIXED_ONE else _ONE / 2


def _moments(exponents: Sequence[int], *, amounts: Sequence[int]) -> tuple[int, int, int]:
    """Return the sum of the amounts, and mean and variance of their times in fixed point."""
    whole = sum(amounts)
    timed = list(map(mul, exponents, amounts))
    mean = (sum(timed) << _BITS) // whole
    return whole, mean, (sum(map(mul, exponents, timed)) << _BITS) // whole - (mean * mean >> _BITS)


def plain_cost(amounts: Sequence[int]) -> int | None:
    """Return the cost of flows that promise exactly one rate from zero up, or None when they may have several.

    Exactly one, if the running sum starts below zero and changes its sign once; a rate of zero, if it ends at zero
    without having been above. Source: C. J. Norstrom, A sufficient condition for a unique nonnegative internal rate of
    return, 1972.

    Args:
        amounts: in order of time, one for each instant, as `netted` returns them.
    """
    if not amounts or amounts[0] >= 0:
        return None
    if min(amounts[1:], default=0) >= 0:  # one drawdown, the usual case
        running = sum(amounts)
        return None if running < 0 else running
    running, positive = 0, False
    for amount in amounts:
        running += amount
        if running > 0:
            positive = True
        elif running < 0 and positive:
            return None
    if running < 0 or (positive and not running):
        return None
    return running


def one_crossing(amounts: Sequence[int]) -> int:
    """Refuse flows that do not promise exactly one positive rate.

    Args:
        amounts: in order of time, one for each instant, as `netted` returns them.

    Returns:
        The cost: everything repaid less everything drawn.

    Raises:
        SolverFailed: names why.
    """
    cost = plain_cost(amounts)
    if cost:
        return cost
    if not amounts or amounts[0] >= 0:
        raise SolverFailed(reason="nothing is lent before it is repaid")
    if sum(amounts) <= 0:
        raise SolverFailed(reason="there is no cost to annualise")
    raise SolverFailed(reason="several rates could make the two sides equal")
