"""A level stream and its rate: one drawdown, then payments at even times that are equal but for the first and the last.

Nearly every credit by instalments is one. With the discount factor v of the time from one payment to the next, n equal
payments of A and a drawdown of P, the present value is a geometric sum,

    f(v) = A * v * (1 - v**n) / (1 - v) + x * v + y * v**n - P

where the first payment is A + x and the last A + y. So neither a value nor its slope costs more for twenty-four
payments than for six. Near v = 1 the quotient loses digits: such rates are left to the general way in `solver`.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

_ONE = Decimal(1)
_FEWEST = 4
"""Payments from which on the geometric sum is quicker than the payments one by one."""

_NEAREST_TO_ONE = Decimal("1e-5")
"""The least 1 - v for which enough of twenty-eight digits are left."""

_BITS = 64
_FIXED_ONE = 1 << _BITS
_FLAT = _FIXED_ONE // 5
"""Up to where the guess's series is any good."""

_SETTLED = Decimal("1e-16")
"""The error of the result, as a part of 1 - v, at most."""

_ROUNDS = 12


class LevelStream(NamedTuple):
    """The amounts in minor units, none below zero.

    Attributes:
        drawn: P.
        each: A.
        first_more: what the first payment is above A, negative if it is below.
        last_more: what the last one is above A.
        payments: n, at least 4.
        gap: units of time from one flow to the next.
        guess: a v near the one at which all of it is worth nothing.
    """

    drawn: Decimal
    each: Decimal
    first_more: Decimal
    last_more: Decimal
    payments: int
    gap: int
    guess: Decimal

    def value(self, v: Decimal) -> Decimal:
        """Return the present value at a discount factor from above 0 to below 1."""
        power = v**self.payments
        level = v * self.each * (_ONE - power) / (_ONE - v)
        return level + v * self.first_more + power * self.last_more - self.drawn

    def step(self, v: Decimal) -> Decimal:
        """Return by how much a discount factor near the root lies above it, by Halley's rule.

        From the value and its first and second derivative; what is left is of the step's third power.
        """
        power, rest = v**self.payments, _ONE - v
        timed = power * self.payments
        summed = v * (_ONE - power) / rest
        value = summed * self.each + v * self.first_more + power * self.last_more - self.drawn
        # the sums of k * v**k and of k * (k - 1) * v**k
        moment = (summed - v * timed) / rest
        second = (moment * 2 - timed * (self.payments + 1)) * v / rest
        slope = (moment * self.each + timed * self.last_more) / v + self.first_more
        curve = second * self.each + timed * (self.payments - 1) * self.last_more
        return value / (slope - value * curve / (slope * v * v * 2))


def level_stream(exponents: Sequence[int], *, amounts: Sequence[int]) -> LevelStream | None:
    """Return flows as a level stream, or None if they are not one, or if its rate is too near to nothing or too large.

    Args:
        exponents: when each flow happens, rising, each once.
        amounts: one for each, repayment plus, drawdown minus; some cost among them.
    """
    count = len(amounts) - 1
    if count < _FEWEST:
        return None
    start, gap, each = exponents[0], exponents[1] - exponents[0], amounts[2]
    if amounts[2:-1].count(each) != count - 2 or min(amounts[1], each, amounts[-1]) < 0:
        return None
    if tuple(exponents) != tuple(range(start, start + gap * count + 1, gap)):
        return None
    first_more, last_more = amounts[1] - each, amounts[-1] - each
    guess = _guess(-amounts[0], each, first_more, last_more, count)
    if guess is None:
        return None
    drawn, level, first, last = map(Decimal, (-amounts[0], each, first_more, last_more))
    return LevelStream(drawn, level, first, last, count, gap, guess)


def root_of(stream: LevelStream) -> Decimal | None:
    """Return the discount factor at which a stream is worth nothing, or None where the general way must find it.

    Halley's steps; the caller proves the result by a change of sign. The error after a step is at most about its third
    power times (n / (2 * v)) ** 2.

    Args:
        stream: a credit that costs something.
    """
    now = stream.guess
    for _ in range(_ROUNDS):
        step = stream.step(now)
        now -= step
        rest = _ONE - now
        if rest < _NEAREST_TO_ONE or now <= 0:
            return None
        wide = step * stream.payments
        if abs(wide * wide * step) <= now * now * rest * _SETTLED:
            return now
    return None


def _guess(drawn: int, each: int, first_more: int, last_more: int, count: int) -> Decimal | None:
    """Return a v near the root, from the mean m and the variance s of the times.

    With d = -ln(v) and r what is repaid for each unit drawn, ln(r) = m * d - s * d**2 / 2 but for the third cumulant,
    which is nothing for equal payments. The smaller root is d = u * (1 + c + 2 * c**2 + 5 * c**3 + …) with
    u = ln(r) / m and c = s * ln(r) / (2 * m**2).
    """
    # fixed point with _BITS binary places, as in `solver.first_guess`
    repaid, steps = each * count + first_more + last_more, count * (count + 1) // 2
    timed = each * steps + first_more + last_more * count
    squared = each * (steps * (2 * count + 1) // 3) + first_more + last_more * count * count
    ratio = ((repaid - drawn) << _BITS) // (repaid + drawn)
    square = ratio * ratio >> _BITS
    log = 2 * (ratio + (ratio * (square // 3 + (square * square >> _BITS) // 5) >> _BITS))
    curve = log * (squared * repaid - timed * timed) // (2 * timed * timed)
    if curve > _FLAT:
        return None
    more = curve + (curve * curve * 2 + (5 * curve**3 >> _BITS) >> _BITS)
    force = log * repaid // timed
    force += force * more >> _BITS
    even = _FIXED_ONE + (force * force // 12 >> _BITS)
    guess = Decimal(even - force // 2) / (even + force // 2)
    return guess if guess < 1 - _NEAREST_TO_ONE else None
