"""Every rate that makes flows worth nothing: the roots counted and parted, each then found by `solver`.

A credit has one rate and `solver` refuses any other stream. A stream of a time-value question may have several, or a
negative one; here they are all found, and a guess picks among them. Told are rates of -99.999 % to 10**8 %.

The present value f(v) = sum of a(k) * v**d(k) changes its signs S times in the order of time. By Descartes it has at
most S positive roots; and if c lies between the times of one change, the derivative of f(v) / v**c has the coefficients
a(k) * (d(k) - c), hence one change less, and f(v) / v**c rises or falls between the roots of that derivative. So the
roots of f are parted by those of a stream with S - 1 changes, and so on down to a stream without any.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Context, Decimal, localcontext
from itertools import pairwise

from bnpl_plugin.credit.apr.result import RATE_PLACES
from bnpl_plugin.credit.apr.solver import discount_factor, netted, present_value, unit_rate
from bnpl_plugin.errors import InvalidInput, SolverFailed

_CONTEXT = Context(prec=50)
_ONE = Decimal(1)
_LEAST, _MOST = Decimal("1e-5"), Decimal("1e6")
"""The smallest and the largest 1 + rate that says anything."""
_GENTLE = Decimal(4)
"""By how much the weight of the last flow against the first may differ between the ends of a stretch for the solver."""
_TOUCHES = Decimal("1e-25")
"""What is this small beside its own terms is nothing: the value touches zero there without crossing."""
_ZOOM = Decimal("1e-11")
"""How far beside a root, in the weight of the last flow, its sign is looked at again."""
_MOST_CHANGES = 400
"""Each change costs a stream of its own to part the roots by."""
_STEPS = 50
_ARRIVED = Decimal("1e-9")

_Value = Callable[[Decimal], Decimal]


def rates(exponents: Sequence[int], *, amounts: Sequence[int], units: int) -> tuple[Decimal, ...]:
    """Return every rate above -1, for a stretch of units of time, at which the flows are worth nothing; rising.

    Args:
        exponents: when each flow happens, in units of time, 0 or more, in any order.
        amounts: what flows, whole numbers of any unit, either sign.
        units: how many units of time the rate is for, compounding: 365 days for a year.

    Returns:
        Fractions to twelve decimals; none when the flows never change their sign or no rate is within measure.

    Raises:
        SolverFailed: the flows change their sign more than 400 times.

    >>> [str(rate) for rate in rates([0, 1, 2], amounts=[100, -230, 132], units=1)]
    ['0.100000000000', '0.200000000000']
    """
    times, sums = _stream(exponents, amounts)
    with localcontext(_CONTEXT):
        low, high = _MOST ** (-_ONE / units), _LEAST ** (-_ONE / units)
        factors = _factors(times, sums, low=low, high=high)
        return tuple(sorted(_told(_pinned(times, sums, at=at) or at, units=units) for at in factors))


def rate_near(exponents: Sequence[int], *, amounts: Sequence[int], units: int, near: Decimal | None = None) -> Decimal:
    """Return the rate at which the flows are worth nothing; of several, the one that a guess leads to.

    A guess leads where Newton's steps from it arrive, as in a spreadsheet; when they arrive at no rate, it stands for
    the rate nearest to it by the force of interest, ln(1 + rate).

    Args:
        exponents: when each flow happens, in units of time, 0 or more, in any order.
        amounts: what flows, whole numbers of any unit, either sign.
        units: how many units of time the rate is for, compounding.
        near: a fraction above -1. None: several rates are refused.

    Raises:
        SolverFailed: no rate, or several and no guess.
        InvalidInput: a guess of -1 or less.

    >>> str(rate_near([0, 1, 2], amounts=[100, -230, 132], units=1, near=Decimal("0.3")))
    '0.200000000000'
    """
    if near is not None and not (type(near) is Decimal and near.is_finite() and near > -1):
        raise InvalidInput(field="near", fault=f"is {near!r}", accepted="a Decimal fraction above -1")
    times, sums = _stream(exponents, amounts)
    if _is_credit(sums):
        return unit_rate(times, amounts=sums, units=units)
    with localcontext(_CONTEXT):
        if near is not None and (reached := _reached(times, sums, units=units, start=near)) is not None:
            return _told(reached, units=units)
        found = rates(times, amounts=sums, units=units)
        if not found:
            raise SolverFailed(reason="no rate makes the two sides equal")
        if len(found) == 1:
            return found[0]
        if near is None:
            raise SolverFailed(reason="several rates could make the two sides equal")
        force = (1 + near).ln()
        return min(found, key=lambda rate: abs((1 + rate).ln() - force))


def _stream(exponents: Sequence[int], amounts: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return the flows in order of time from zero on, one for each instant, none of them nothing."""
    exponents, amounts = netted(exponents, amounts=amounts)
    flows = [flow for flow in zip(exponents, amounts, strict=True) if flow[1]]
    return [exponent - flows[0][0] for exponent, _ in flows], [amount for _, amount in flows]


def _is_credit(amounts: Sequence[int]) -> bool:
    """Tell whether all is drawn before all is repaid, at a cost: then the rate is one, positive, and the solver's."""
    change = _first_change(amounts)
    return change is not None and amounts[0] < 0 < sum(amounts) and _first_change(amounts[change + 1 :]) is None


def _reached(times: Sequence[int], amounts: Sequence[int], *, units: int, start: Decimal) -> Decimal | None:
    """Return the discount factor at which Newton's steps on the rate arrive, proved by a change of sign, or None."""
    if _first_change(amounts) is None:
        return None
    value = present_value(times, amounts=amounts)
    moment = present_value(times, amounts=[amount * time for time, amount in zip(times, amounts, strict=True)])
    rate = start
    for _ in range(_STEPS):
        factor = (1 + rate) ** (-_ONE / units)
        slope = moment(factor)
        if not slope:
            return None
        step = units * (1 + rate) * value(factor) / slope
        rate += step
        if not _LEAST <= 1 + rate <= _MOST:
            return None
        if abs(step) < _ARRIVED:
            return _pinned(times, amounts, at=(1 + rate) ** (-_ONE / units))
    return None


def _told(factor: Decimal, *, units: int) -> Decimal:
    return (factor**-units - 1).quantize(RATE_PLACES)


def _first_change(amounts: Sequence[int]) -> int | None:
    """Return the place of the last amount before the sign changes first; no amount may be zero."""
    return next((k for k, (here, there) in enumerate(pairwise(amounts)) if (here > 0) != (there > 0)), None)


def _factors(times: Sequence[int], amounts: Sequence[int], *, low: Decimal, high: Decimal) -> list[Decimal]:
    """Return the discount factors from low to high at which the stream is worth nothing, rising."""
    streams = [list(amounts)]
    if sum((here > 0) != (there > 0) for here, there in pairwise(amounts)) > _MOST_CHANGES:
        raise SolverFailed(reason="the flows change their sign too often")
    while (change := _first_change(streams[-1])) is not None:
        twice = times[change] + times[change + 1]
        streams.append([amount * (2 * time - twice) for time, amount in zip(times, streams[-1], strict=True)])
    roots: list[Decimal] = []
    for stream in reversed(streams[:-1]):
        roots = _parted_by([low, *roots, high], times=times, amounts=stream)
    return roots


def _parted_by(parting: Sequence[Decimal], *, times: Sequence[int], amounts: Sequence[int]) -> list[Decimal]:
    """Return the roots of a stream, at most one in each stretch between the parting factors."""
    value = present_value(times, amounts=amounts)
    size = present_value(times, amounts=[abs(amount) for amount in amounts])
    widest = _GENTLE ** (_ONE / times[-1])
    signs = [_sign(value(v), beside=size(v)) for v in parting]
    found = []
    for (low, below), (high, above) in pairwise(zip(parting, signs, strict=True)):
        if below == 0 and low is not parting[0]:
            found.append(low)
        elif below * above < 0:
            found.append(_between(value, low=low, high=high, rising=above > 0, widest=widest))
    return found


def _sign(worth: Decimal, *, beside: Decimal) -> int:
    return 0 if abs(worth) <= beside * _TOUCHES else 1 if worth > 0 else -1


def _between(value: _Value, *, low: Decimal, high: Decimal, rising: bool, widest: Decimal = _GENTLE) -> Decimal:
    """Return the one root between two factors at which the signs differ.

    The stretch is halved until its ends lie no further apart than `widest`, as a ratio; then the solver gets it.
    """
    while high > low * widest:
        middle = (low * high).sqrt()
        if (value(middle) > 0) == rising:
            high = middle
        else:
            low = middle
    sign, width = (1 if rising else -1), high - low

    def stretched(part: Decimal) -> Decimal:
        return sign * value(low + width * part)

    return low + width * discount_factor(stretched, guess=_ONE / 2)


def _pinned(times: Sequence[int], amounts: Sequence[int], *, at: Decimal) -> Decimal | None:
    """Return the root beside a factor, from a stretch so narrow that the solver's nearness is below any decimal told.

    None: the value does not change its sign there.
    """
    value = present_value(times, amounts=amounts)
    aside = _ZOOM / times[-1]
    low, high = at * (1 - aside), at * (1 + aside)
    below, above = value(low), value(high)
    return _between(value, low=low, high=high, rising=above > 0) if below * above < 0 else None
