"""Whole-number division with a named rounding, and splitting that loses nothing."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from bnpl_plugin.errors import InvalidInput


class Rounding(StrEnum):
    """Where a result between two whole units goes."""

    HALF_UP = "half_up"
    """To the nearer unit; a tie goes away from zero."""
    HALF_EVEN = "half_even"
    """To the nearer unit; a tie goes to the even one."""
    DOWN = "down"
    """Towards zero."""
    UP = "up"
    """Away from zero."""
    FLOOR = "floor"
    """Towards minus infinity."""
    CEILING = "ceiling"
    """Towards plus infinity."""


class Remainder(StrEnum):
    """Which part of an even split takes what does not divide."""

    FIRST = "first"
    LAST = "last"


# A member looked up in its class takes longer than a division.
_UP, _FLOOR, _CEILING = Rounding.UP, Rounding.FLOOR, Rounding.CEILING
_HALF_UP, _HALF_EVEN = Rounding.HALF_UP, Rounding.HALF_EVEN
_FIRST = Remainder.FIRST


def divide(numerator: int, *, by: int, rounding: Rounding = Rounding.HALF_UP) -> int:
    """Return numerator / by as a whole number, rounded as named.

    Args:
        numerator: any integer.
        by: any integer but zero.
        rounding: where a fraction goes.

    >>> divide(5, by=2), divide(-5, by=2), divide(5, by=2, rounding=Rounding.HALF_EVEN)
    (3, -3, 2)
    """
    if by == 0:
        raise InvalidInput(field="by", fault="is zero", accepted="any other whole number")
    if by < 0:
        numerator, by = -numerator, -by
    if rounding is _FLOOR:
        return numerator // by
    if rounding is _CEILING:
        return -(-numerator // by)
    quotient, rest = divmod(abs(numerator), by)
    if rounding is _UP:
        quotient += rest > 0
    elif rounding is _HALF_UP:
        quotient += 2 * rest >= by
    elif rounding is _HALF_EVEN:
        quotient += 2 * rest > by or (2 * rest == by and quotient % 2 == 1)
    return quotient if numerator >= 0 else -quotient


def split(
    total: int, *, parts: int, remainder: Remainder = Remainder.LAST, rounding: Rounding = Rounding.DOWN
) -> tuple[int, ...]:
    """Split a whole number into equal parts; one named part takes the remainder.

    Each part is total / parts rounded as named; if that would turn the odd part's sign, parts are rounded down instead.

    Args:
        total: any integer.
        parts: how many, 1 or more.
        remainder: which part absorbs the difference.
        rounding: how the equal part is rounded.

    >>> split(10000, parts=3), split(20000, parts=3, rounding=Rounding.HALF_UP)
    ((3333, 3333, 3334), (6667, 6667, 6666))
    """
    if parts < 1:
        raise InvalidInput(field="parts", fault=f"is {parts}", accepted="1 or more")
    equal = divide(total, by=parts, rounding=rounding)
    odd = total - equal * (parts - 1)
    if odd * total < 0 or (odd == 0 and total != 0):
        equal = divide(total, by=parts, rounding=Rounding.DOWN)
        odd = total - equal * (parts - 1)
    if remainder is _FIRST:
        return (odd, *(equal,) * (parts - 1))
    return (*(equal,) * (parts - 1), odd)


def allocate(total: int, *, weights: Sequence[int]) -> tuple[int, ...]:
    """Share a whole number in proportion to the weights by the largest remainder; the shares sum to the total exactly.

    Ties go to the earlier weight. A weight of zero gets nothing.

    Args:
        total: any integer.
        weights: at least one, none negative, not all zero.

    >>> allocate(100, weights=[1, 1, 1]), allocate(-5, weights=[0, 3, 1])
    ((34, 33, 33), (0, -4, -1))
    """
    whole = sum(weights)
    if not weights or whole <= 0 or min(weights) < 0:
        raise InvalidInput(field="weights", fault="are not usable", accepted="whole numbers from 0, not all zero")
    size = abs(total)
    shares = [size * weight // whole for weight in weights]
    by_rest = sorted(range(len(weights)), key=lambda i: (-(size * weights[i] % whole), i))
    for i in by_rest[: size - sum(shares)]:
        shares[i] += 1
    return tuple(shares) if total >= 0 else tuple(-share for share in shares)
