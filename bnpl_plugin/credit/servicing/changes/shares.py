"""Equal shares of an amount in multiples; the last share takes what is left."""

from __future__ import annotations

from bnpl_plugin.money import Rounding, divide


def rounded_to(amount_minor: int, *, multiple_minor: int) -> int:
    """Return the amount rounded half to even to a multiple.

    >>> rounded_to(18750, multiple_minor=100), rounded_to(18750, multiple_minor=1)
    (18800, 18750)
    """
    return divide(amount_minor, by=multiple_minor, rounding=Rounding.HALF_EVEN) * multiple_minor


def shares(total_minor: int, *, count: int, multiple_minor: int = 1) -> tuple[int, ...]:
    """Return equal shares, rounded half to even to the multiple; the last takes what is left, never less than nothing.

    Args:
        total_minor: 0 or more.
        count: 1 or more.
        multiple_minor: 1 or more.

    >>> shares(100000, count=6, multiple_minor=100)
    (16700, 16700, 16700, 16700, 16700, 16500)
    """
    level = divide(total_minor, by=count * multiple_minor, rounding=Rounding.HALF_EVEN) * multiple_minor
    if level * (count - 1) > total_minor:
        level = total_minor // (count * multiple_minor) * multiple_minor
    return (*(level,) * (count - 1), total_minor - level * (count - 1))
